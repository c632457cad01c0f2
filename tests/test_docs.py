"""What the pages say of the code is held to the code: moves, names, links, tests."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest

from bot import cli
from bot.config import settings
from bot.core import command
from bot.sandbox.workspace import Switches
from bot.slack import ids
from store.records import State, Verb
from tests import move_table

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
CONTRACT = (ROOT / "docs/contract.md").read_text("utf-8")
REGISTRY = re.compile(r"\bpypi\b|pythonhosted|artifactory|\bnexus\b|\bindex-url\b", re.IGNORECASE)


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


each_page = pytest.mark.parametrize("page", PAGES, ids=name)


def without_code(text: str) -> str:
    return re.sub(r"^( *)```.*?^\1```$", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, made as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", without_code(page.read_text("utf-8")), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading).lower() for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def broken(page: Path) -> Iterator[str]:
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


def names_of_tests() -> set[str]:
    found = set()
    for file in (ROOT / "tests").rglob("*.py"):
        found |= {file.stem, *re.findall(r"def (test_\w+)", file.read_text("utf-8"))}
    return found


def keys_of_the_file() -> dict[str, set[str]]:
    """Every key of every table, as settings know them."""
    tables: dict[str, set[str]] = {
        "[orgs.ORG]": set(settings.Org.model_fields),
        "[orgs.ORG.apps.APP]": set(settings.App.model_fields),
    }
    for table, field in settings.Tables.model_fields.items():
        if table != "orgs":
            tables[f"[{table}]"] = set(field.annotation.model_fields)  # type: ignore[union-attr]  # each is a table
    return tables


def words(module: ModuleType) -> set[str]:
    """The ids that a module gives names to."""
    return {value for key, value in vars(module).items() if key.isupper() and _is_id(key, value)}


def _is_id(key: str, value: object) -> bool:
    return isinstance(value, str) and not key.endswith("_ACTION")


def test_the_table_of_moves_is_the_one_in_the_code() -> None:
    page = move_table.PAGE.read_text("utf-8")
    assert move_table.on_the_page(page) == move_table.table(), "run python -m tests.move_table"
    assert move_table.rewritten(page) == page


def test_a_table_of_moves_that_is_out_of_date_is_noticed_and_mended() -> None:
    page = move_table.PAGE.read_text("utf-8")
    old = page.replace("`approve` → approved, ", "")
    assert move_table.on_the_page(old) != move_table.table()
    assert move_table.rewritten(old) == page


@each_page
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    assert not list(broken(page))


@each_page
def test_every_test_that_a_page_names_is_there(page: Path) -> None:
    named = set(re.findall(r"\btest_\w+", page.read_text("utf-8")))
    assert named <= names_of_tests()


@each_page
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    named = re.findall(r"`((?:bot|store|tests|migrations|docs)/[\w./-]*)`", text)
    assert not [path for path in named if not (ROOT / path).exists()]


@each_page
def test_no_page_names_a_package_registry(page: Path) -> None:
    lines = page.read_text("utf-8").splitlines()
    assert not [number for number, line in enumerate(lines, 1) if REGISTRY.search(line)]


def test_every_decision_is_listed_and_told_in_the_same_order() -> None:
    index = (ROOT / "docs/adr/README.md").read_text("utf-8")
    for page in sorted((ROOT / "docs/adr").glob("0*.md")):
        text = page.read_text("utf-8")
        number, _, title = text.splitlines()[0].removeprefix("# ").partition(": ")
        assert page.name.startswith(f"{number}-")
        assert f"| [{number}]({page.name}) | {title} |" in index
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert headings == ["Why it came up", "What we do", "What else there was", "What follows"]


def test_the_contract_says_of_every_key_whether_it_has_an_effect() -> None:
    rows = re.findall(r"^\| `(\[[\w.]+\])` \| (.*?) \| ?(.*?) ?\|$", CONTRACT, re.MULTILINE)
    told = {table: re.findall(r"`(\w+)`", f"{works} {later}") for table, works, later in rows}
    assert {table: set(keys) for table, keys in told.items()} == keys_of_the_file()
    assert not [keys for keys in told.values() if len(keys) != len(set(keys))]


def test_the_contract_names_every_command_and_what_is_not_built_yet() -> None:
    for one in cli.cli.commands:
        assert re.search(rf"^\| `{one}( |`)", CONTRACT, re.MULTILINE), one
    (later,) = re.findall(r"^\| (.*) \| \*not built yet\* \| 2 \|$", CONTRACT, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", later)) == set(cli._NOT_BUILT)
    for one in command.COMMANDS:
        assert re.search(rf"`{one}( ID)?`", CONTRACT), one


def test_the_contract_names_every_id_verb_and_state() -> None:
    for one in {*words(ids), *Verb, *State}:
        assert f"`{one}`" in CONTRACT, one


def test_every_switch_of_the_workspace_stands_with_its_default() -> None:
    page = (ROOT / "docs/sandbox-switches.md").read_text("utf-8")
    _, _, table = page.partition("## The Slack workspace")
    told = re.findall(r"^\| `(\w+)` \| (?:`([^`]+)`|none) \|", table, re.MULTILINE)
    assert dict(told) == {
        one.name: str(one.default) if one.default != frozenset() else "" for one in fields(Switches)
    }


def test_what_is_said_to_work_names_the_tests_that_prove_it() -> None:
    page = (ROOT / "docs/features.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    features = [row for row in rows if re.fullmatch(r"G?\d+", row[0])]
    assert features
    assert len({row[0] for row in features}) == len(features)
    for number, _, state, proof, *missing in features:
        assert state in {"works", "partly", "not yet"}, number
        assert "`test_" in proof or state != "works", number
        assert missing or state == "works", number
