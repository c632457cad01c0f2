"""What check says when nothing is wrong, in this process and as a command."""

from __future__ import annotations

from pathlib import Path

from bot.doctor.report import Status
from tests.doctor.clinic import SCOPES, Clinic, living_clinic

FIELDS = {"name", "org", "status", "text", "remedy"}


async def test_a_healthy_world_has_no_problem_and_only_two_open_questions(two_orgs: Clinic) -> None:
    clinic = two_orgs
    await clinic.check()
    open_questions = {"app-rights", "stale-tokens"}
    assert set(clinic.not_ok()) == {(one, org) for one in open_questions for org in ("uat", "prod")}
    assert all(not line.remedy for line in clinic.lines if line.status is Status.OK)


async def test_what_was_seen_is_said(clinic: Clinic) -> None:
    await clinic.check()
    assert "U0" not in clinic.one("approvers").text
    assert "2 people" in clinic.one("approvers").text
    assert clinic.org.my_domain_url in clinic.one("login", "uat").text
    assert "10 in all, 2 used, 8 free" in clinic.one("licence", "uat").text
    assert "10 in all, 3 used, 7 free" in clinic.one("psl", "uat").text
    assert "Minimum Access - API Only Integrations" in clinic.one("profile", "uat").text
    assert "1 of 14 objects" in clinic.one("objects", "uat").text
    assert "#salesforce-approvals" in clinic.one("channel:approvals_channel").text
    assert "fits the key and ends on" in clinic.one("certificate:warehouse", "uat").text
    assert "invalid assertion" in clinic.one("app-login:warehouse", "uat").text


async def test_nothing_is_posted_and_nothing_is_written_in_the_org(clinic: Clinic) -> None:
    before = clinic.org.snapshot(), len(clinic.org.changes)
    await clinic.check()
    assert (clinic.org.snapshot(), len(clinic.org.changes)) == before
    methods = {(one.method, one.path.rpartition("/")[2]) for one in clinic.org.requests}
    assert {path for method, path in methods if method != "GET"} == {
        "token",
        "revoke",
        "composite",
    }
    parts = [part for one in clinic.org.requests for part in one.parts]
    assert {part.method for part in parts if "/oauth2/" not in part.path} <= {"GET", "POST"}
    assert not [part for part in parts if part.method == "POST" and "/sobjects" in part.path]
    allowed = {"auth.test", "apps.connections.open", "users.info", "usergroups.users.list"}
    assert {call.method for call in clinic.slack.calls} == allowed | {"conversations.info"}
    assert clinic.slack.socket.open == []


async def test_the_token_is_given_back(clinic: Clinic) -> None:
    await clinic.check()
    assert clinic.org.world.sessions
    assert not [one for one in clinic.org.world.sessions.values() if one.valid]


async def test_no_secret_is_said(clinic: Clinic) -> None:
    text = str(await clinic.check())
    for secret in (clinic.slack.bot_token, clinic.slack.app_token, clinic.slack.signing_secret):
        assert secret not in text
    assert "PRIVATE KEY" not in text
    assert "eyJ" not in text


async def test_the_command_ends_well_and_prints_one_line_a_check(clinic: Clinic) -> None:
    code, out, err = await clinic.process("check")
    assert code == 0, out
    assert err == ""
    *lines, count = out.splitlines()
    assert count == f"{len(lines)} checks: 0 problems, 2 warnings."
    assert {line.split()[0] for line in lines} == {"ok", "warning"}


async def test_json_is_exactly_the_contracts(two_orgs: Clinic) -> None:
    clinic = two_orgs
    code, found = await clinic.json()
    assert code == 0
    assert all(set(one) == FIELDS for one in found)
    assert {one["status"] for one in found} == {"ok", "warning"}
    assert {one["org"] for one in found} == {None, "uat", "prod"}


async def test_on_postgres_the_database_is_named_without_its_password(
    tmp_path: Path, database_url: str
) -> None:
    async with living_clinic(tmp_path, database_url) as clinic:
        await clinic.check()
        assert clinic.one("schema").status is Status.OK
        assert clinic.one("database").text.startswith(("SQLite", "PostgreSQL"))
        assert ":" not in clinic.one("database").text


async def test_without_the_scopes_for_channels_it_says_that_it_cannot_know(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with living_clinic(
        tmp_path, sqlite_url, scopes=SCOPES - {"channels:read", "groups:read"}
    ) as clinic:
        await clinic.check()
        line = clinic.one("channel:approvals_channel")
        assert line.status is Status.WARNING
        assert "cannot be verified without channels:read" in line.text
        assert clinic.one("slack-scopes").status is Status.OK
