"""Every remedy has a page, every page a remedy; the shipped rights are those that are looked at."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

from bot.core import identity
from bot.doctor import slack
from bot.doctor.report import PAGE, RUNBOOK, Page, Status, as_text, ok, problem, warning
from bot.sandbox.orgs import DOCUMENTED_RIGHTS, LEAST_RIGHTS
from tests.test_docs import anchors

ROOT = Path(__file__).parents[2]
METADATA = ROOT / "docs/salesforce-metadata"
SETS = (
    "Integration_User_Bot",
    "Integration_User_Bot_App_Access",
    "Integration_User_Bot_Stale_Alert",
)
SOAP = {"m": "http://soap.sforce.com/2006/04/metadata"}


def rights(name: str) -> frozenset[str]:
    tree = ET.parse(METADATA / f"permissionsets/{name}.permissionset-meta.xml")
    rows = tree.getroot().findall("m:userPermissions", SOAP)
    assert all(row.findtext("m:enabled", "", SOAP) == "true" for row in rows)
    names = [row.findtext("m:name", "", SOAP) for row in rows]
    assert len(set(names)) == len(names)
    assert names == sorted(names)
    return frozenset(names)


def test_every_remedy_has_a_heading_and_every_heading_a_remedy() -> None:
    page = (ROOT / PAGE).read_text("utf-8")
    headings = re.findall(r"^### (.+)$", page, re.MULTILINE)
    assert sorted(headings) == sorted(Page)
    assert (ROOT / RUNBOOK).exists()


@pytest.mark.parametrize("page", Page)
def test_the_link_in_a_remedy_leads_to_its_heading(page: Page) -> None:
    file, _, anchor = page.link.partition("#")
    assert anchor in anchors(ROOT / file)


def test_the_page_names_every_check() -> None:
    page = (ROOT / PAGE).read_text("utf-8")
    source = "".join(file.read_text("utf-8") for file in (ROOT / "bot/doctor").glob("*.py"))
    pattern = r'(?:ok|warning|problem|_ask|_license|_refused)\(\s*f?"([a-z][a-z-]+(?::\{\w+\})?)"'
    names = {name.partition(":")[0] for name in re.findall(pattern, source)}
    assert {"login", "rights", "app", "slack-token"} <= names
    assert not [name for name in sorted(names) if f"`{name}" not in page]


def test_the_scopes_that_are_needed_are_those_that_the_manifest_asks_for() -> None:
    manifest = yaml.safe_load((ROOT / "app-manifest.yml").read_text("utf-8"))
    assert set(slack.SCOPES) == set(manifest["oauth_config"]["scopes"]["bot"])


def test_the_base_set_holds_what_the_work_needs_and_none_of_what_is_too_much() -> None:
    base = rights(SETS[0])
    assert base >= LEAST_RIGHTS
    assert identity.missing_rights(base, app=False) == ()
    assert not base & {"ModifyAllData", "ViewAllData", "AuthorApex", "CustomizeApplication"}


def test_the_app_access_set_adds_what_the_documentation_names_and_nothing_else() -> None:
    assert rights(SETS[1]) == DOCUMENTED_RIGHTS - LEAST_RIGHTS
    assert identity.missing_rights(rights(SETS[0]) | rights(SETS[1]), app=True) == ()


def test_the_stale_alerts_set_adds_one_right_with_the_one_it_depends_on() -> None:
    assert rights(SETS[2]) == {"CustomizeApplication", "ManageTranslation"}


def test_the_shipped_sets_have_no_licence_and_no_object_and_the_package_names_them() -> None:
    for name in SETS:
        tree = ET.parse(METADATA / f"permissionsets/{name}.permissionset-meta.xml").getroot()
        kinds = {child.tag.rpartition("}")[2] for child in tree}
        assert kinds == {"description", "hasActivationRequired", "label", "userPermissions"}
    package = ET.parse(METADATA / "package.xml").getroot()
    members = [one.text for one in package.findall("m:types/m:members", SOAP)]
    assert sorted(filter(None, members)) == sorted(SETS)
    assert package.findtext("m:types/m:name", "", SOAP) == "PermissionSet"


def test_a_line_for_people_is_one_line_without_secrets() -> None:
    lines = [
        ok("clock", "well\nindeed").of("uat"),
        warning("slack-scopes", "has xoxb-1234-secret", "Remove it.", Page.SCOPE_MORE),
        problem("login", "no", "Look there", None).of("uat"),
    ]
    first, second, third, count = as_text(lines).splitlines()
    assert first.split() == ["ok", "uat", "clock", "well", "indeed"]
    assert "xoxb" not in second
    assert second.endswith(f"→ Remove it. See {Page.SCOPE_MORE.link}")
    assert third.endswith(f"→ Look there. See {RUNBOOK}")
    assert count == "3 checks: 1 problem, 1 warning."
    assert [line.status for line in lines] == [Status.OK, Status.WARNING, Status.PROBLEM]
