"""Who lives in the orgs, which facts are switches, and that every fact has its test."""

from pathlib import Path

import pytest

from bot.sandbox.orgs import (
    DOCUMENTED_RIGHTS,
    LEAST_RIGHTS,
    Fact,
    Org,
    SalesforceSandbox,
    Switches,
)
from bot.sandbox.orgs.positions import both_positions, docs, markdown, moved
from tests.sandbox.orgs.callers import Caller, assertion, log_in, token_for
from tests.sandbox.orgs.making import USERNAME, make_integration

HERE = Path(__file__).parent


async def test_the_two_orgs_are_what_they_say(sf: SalesforceSandbox) -> None:
    for org, is_sandbox in ((sf.sandbox, True), (sf.production, False)):
        bot = await log_in(org, org.provisioner.username, "provisioner")
        (row,) = await bot.rows(
            "SELECT Id, IsSandbox, OrganizationType, TrialExpirationDate FROM Organization"
        )
        assert (row["Id"], row["IsSandbox"]) == (org.id, is_sandbox)
        assert (row["OrganizationType"], row["TrialExpirationDate"]) == ("Enterprise Edition", None)
    assert sf.sandbox.url != sf.production.url
    assert sf.sandbox.id != sf.production.id


async def test_the_population_is_believable(org: Org, bot: Caller) -> None:
    admins = await bot.rows("SELECT Username FROM User WHERE Profile.Name = 'System Administrator'")
    assert {row["Username"] for row in admins} == {
        "max@acme.example.uat",
        "integration@acme.example.uat",
    }
    stale = await bot.rows(
        "SELECT Username FROM User WHERE Profile.UserLicense.Name = 'Salesforce Integration'"
        " AND IsActive = true AND LastLoginDate < LAST_N_DAYS:60"
    )
    assert [row["Username"] for row in stale] == ["marketing-etl@integrations.acme.example.uat"]
    (seats,) = await bot.rows(
        "SELECT TotalLicenses, UsedLicenses FROM PermissionSetLicense"
        " WHERE DeveloperName = 'salesforceapiintegrationpsl'"
    )
    assert (seats["TotalLicenses"], seats["UsedLicenses"]) == (10, 3)
    assert org.rows("PermissionSetLicenseAssign")


@pytest.mark.parametrize(
    ("position", "names"),
    [
        ("new", {"Minimum Access - API Only Integrations"}),
        ("old", {"Salesforce API Only System Integrations"}),
        ("clone", {"Acme API Only Integrations"}),
        (
            "both",
            {
                "Minimum Access - API Only Integrations",
                "Salesforce API Only System Integrations",
            },
        ),
    ],
)
async def test_the_integration_profile_has_one_of_two_names(position: str, names: set[str]) -> None:
    async with SalesforceSandbox(Switches(profiles=position)) as sf:
        bot = await log_in(sf.sandbox, sf.sandbox.provisioner.username, "provisioner")
        rows = await bot.rows(
            "SELECT Name FROM Profile WHERE UserLicense.Name = 'Salesforce Integration'"
        )
        assert {row["Name"] for row in rows} == names


async def test_people_act_by_hand(org: Org, bot: Caller) -> None:
    username = org.take_seat()
    assert org.user(username) is not None
    user, parent = await make_integration(bot, "Account")
    (row,) = org.rows("PermissionSetAssignment", PermissionSetId=parent)
    org.remove_row("PermissionSetAssignment", row["Id"])
    assert not await bot.rows(
        f"SELECT Id FROM PermissionSetAssignment WHERE PermissionSetId = '{parent}'"
    )
    assert org.changes[-1].startswith("max@acme.example.uat unassigned permission set")
    assert user


async def test_an_org_can_turn_out_to_be_another(org: Org, bot: Caller) -> None:
    org.pretend(is_sandbox=False, organization_type="Developer Edition", org_id="00D" + "X" * 15)
    (row,) = await bot.rows("SELECT Id, IsSandbox, OrganizationType FROM Organization")
    assert (row["IsSandbox"], row["OrganizationType"]) == (False, "Developer Edition")
    answer = await token_for(org, assertion(org, org.provisioner.username, "provisioner"))
    assert f"/id/{row['Id']}/" in answer.body["id"]


async def test_an_org_may_lack_the_permission_set_licence(org: Org, bot: Caller) -> None:
    org.world.tables.remove("PermissionSetLicense", str(org.world.psl()["Id"]))
    assert await bot.rows("SELECT Id FROM PermissionSetLicense") == []
    user = await log_in(org, org.provisioner.username, "provisioner")
    assert await user.rows("SELECT Id FROM Organization")


def test_every_switch_has_two_positions_a_meaning_and_a_fact() -> None:
    for one in docs():
        assert one.default not in one.others, one.name
        assert one.text.endswith("."), one.name
        assert one.fact.startswith(("salesforce-provisioning", "auth-and-monitoring")), one.name
    changed = both_positions()
    assert len(changed) == len(set(changed)) >= len(docs())
    assert all(f"`{one.name}`" in markdown() for one in docs())


@pytest.mark.parametrize(
    "switches", both_positions(), ids=[f"{name}={position}" for name, position in moved()]
)
async def test_an_integration_user_can_be_made_in_every_position(switches: Switches) -> None:
    """Made step by step, the safe way; one switch demands more rights, and they suffice."""
    demanding = switches.app_grant_needs_modify_all
    rights = DOCUMENTED_RIGHTS if demanding else LEAST_RIGHTS
    async with SalesforceSandbox(switches, provisioner_rights=rights) as sf:
        bot = await log_in(sf.sandbox, sf.sandbox.provisioner.username, "provisioner")
        await make_integration(bot, "Account", "Invoice__c", "Invoice_Line__c")
        user = await log_in(sf.sandbox, USERNAME)
        assert len(await user.rows("SELECT Id FROM Invoice_Line__c")) == 3


def test_every_fact_has_a_test() -> None:
    told = "".join(file.read_text() for file in HERE.glob("test_*.py"))
    assert [one.name for one in Fact if f"Fact.{one.name}" not in told] == []


def test_the_documented_switches_are_these() -> None:
    documented = (HERE.parents[2] / "docs" / "sandbox-switches.md").read_text(encoding="utf-8")
    assert markdown() in documented
