"""A refreshed sandbox has another id: it is told, and accepted when the operator says so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.doctor.report import Page, Status
from store import catalogue
from store.database import Database
from store.records import OrgFacts
from tests.doctor.clinic import Clinic

OLD = "00DSb0000000009MAA"
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


async def remember(clinic: Clinic, org_id: str, refusal: str = "") -> None:
    database = Database.open(clinic.environ["DATABASE_URL"])
    facts = OrgFacts(org="uat", org_id=org_id, begun_at=NOW, ended_at=NOW, refusal=refusal)
    async with database.write() as conn:
        await catalogue.save(conn, facts, [])
    await database.dispose()


async def remembered(clinic: Clinic) -> OrgFacts | None:
    database = Database.open(clinic.environ["DATABASE_URL"])
    async with database.read() as conn:
        found = await catalogue.org(conn, "uat")
    await database.dispose()
    return found


async def test_the_org_that_is_remembered_is_recognised(clinic: Clinic) -> None:
    await remember(clinic, clinic.org.id)
    await clinic.check()
    assert clinic.one("org-id", "uat").text == f"{clinic.org.id}, as remembered."


async def test_another_id_is_a_problem_with_the_command_and_nothing_is_stored(
    clinic: Clinic,
) -> None:
    await remember(clinic, OLD, refusal="another org")
    await clinic.check()
    line = clinic.one("org-id", "uat")
    assert line.status is Status.PROBLEM
    assert OLD in line.text
    assert clinic.org.id in line.text
    assert "--accept-org" in line.remedy
    assert line.remedy.endswith(Page.CHANGED.link)
    facts = await remembered(clinic)
    assert facts is not None
    assert facts.org_id == OLD


async def test_accepting_stores_the_new_id_and_takes_the_refusal_back(clinic: Clinic) -> None:
    await remember(clinic, OLD, refusal="another org")
    code, found = await clinic.json("--accept-org", "uat")
    assert code == 0
    (line,) = [one for one in found if (one["name"], one["org"]) == ("org-id", "uat")]
    assert line["status"] == "ok"
    assert f"{clinic.org.id} is accepted instead of {OLD}" in line["text"]
    facts = await remembered(clinic)
    assert facts is not None
    assert (facts.org_id, facts.refusal) == (clinic.org.id, "")
    code, _ = await clinic.json()
    assert code == 0


@pytest.mark.parametrize("known", [True, False])
async def test_there_may_be_nothing_to_accept(clinic: Clinic, *, known: bool) -> None:
    if known:
        await remember(clinic, clinic.org.id)
    await clinic.check(accept="uat")
    assert "nothing to accept" in clinic.one("org-id", "uat").text


async def test_an_org_of_the_wrong_kind_is_not_accepted(clinic: Clinic) -> None:
    await remember(clinic, OLD)
    clinic.change('kind = "sandbox"', 'kind = "production"')
    await clinic.check(accept="uat")
    assert clinic.one("org-id", "uat").status is Status.PROBLEM
    facts = await remembered(clinic)
    assert facts is not None
    assert facts.org_id == OLD


async def test_an_org_that_does_not_answer_is_not_accepted(clinic: Clinic) -> None:
    await remember(clinic, OLD)
    await clinic.org.server.stop()
    await clinic.check(accept="uat")
    assert "Nothing was accepted" in clinic.one("org-id", "uat").text


async def test_a_name_that_is_no_org_is_told_with_those_that_are(clinic: Clinic) -> None:
    await clinic.check(accept="uta")
    line = clinic.one("org-id")
    assert line.status is Status.PROBLEM
    assert "Write one of uat" in line.remedy
