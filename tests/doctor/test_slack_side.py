"""What check says when something is wrong in Slack: tokens, scopes, people, channels."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.doctor.report import Page, Status
from bot.sandbox.workspace import Switches
from tests.doctor.clinic import SCOPES, Clinic, living_clinic


async def test_a_refused_bot_token_is_told_and_nothing_more_is_asked(clinic: Clinic) -> None:
    clinic.environ["SLACK_BOT_TOKEN"] = "xoxb-of-another-app"
    await clinic.check()
    line = clinic.one("slack-token")
    assert line.status is Status.PROBLEM
    assert "invalid_auth" in line.text
    assert "Copy the token again" in line.remedy
    assert {call.method for call in clinic.slack.calls} == {"auth.test"}


async def test_a_refused_app_token_is_told(clinic: Clinic) -> None:
    clinic.environ["SLACK_APP_TOKEN"] = "xapp-of-another-app"
    await clinic.check()
    assert clinic.one("slack-app-token").status is Status.PROBLEM
    assert clinic.one("slack-app-token").remedy.endswith(Page.TOKEN.link)
    assert clinic.one("approvers").status is Status.OK


@pytest.mark.parametrize("trouble", ["server", "connection"])
async def test_slack_that_does_not_answer_is_no_fault_of_the_token(
    clinic: Clinic, trouble: str
) -> None:
    if trouble == "server":
        clinic.slack.faults.fail("auth.test", status=503)
    else:
        clinic.slack.faults.drop("auth.test", after_effect=False)
    await clinic.check()
    assert clinic.one("slack-token").status is Status.PROBLEM
    assert clinic.one("slack-token").remedy.endswith(Page.SLACK_AWAY.link)


async def test_missing_scopes_are_named_with_what_does_not_work(
    tmp_path: Path, sqlite_url: str
) -> None:
    less = SCOPES - {"chat:write", "usergroups:read"}
    async with living_clinic(tmp_path, sqlite_url, scopes=less) as clinic:
        await clinic.check()
        line = clinic.one("slack-scopes")
        assert line.status is Status.PROBLEM
        assert "chat:write, usergroups:read" in line.text
        assert "nobody is told" in line.text
        assert "Reinstall" in line.remedy
        assert "cannot be read without usergroups:read" in clinic.one("approvers").text


async def test_groups_are_not_needed_where_only_people_are_named(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with living_clinic(tmp_path, sqlite_url, scopes=SCOPES - {"usergroups:read"}) as clinic:
        clinic.change('["S0SALESFORCE"]', '["U0ADA", "U0BEN"]')
        clinic.change('["S0ADMINS"]', '["U0MAX"]')
        await clinic.check()
        assert clinic.one("slack-scopes").status is Status.OK


async def test_scopes_beyond_need_are_a_warning_that_names_them(
    tmp_path: Path, sqlite_url: str
) -> None:
    more = SCOPES | {"channels:history", "users:read.email"}
    async with living_clinic(tmp_path, sqlite_url, scopes=more) as clinic:
        await clinic.check()
        line = clinic.one("slack-scopes")
        assert line.status is Status.WARNING
        assert "channels:history, users:read.email" in line.text
        assert "chat:write" not in line.text


async def test_an_approver_who_left_is_named_and_the_others_count(clinic: Clinic) -> None:
    clinic.slack.groups["S0SALESFORCE"].users += ["U0DEE", "U0GUS"]
    clinic.slack.people["U0BEN"].deleted = True
    await clinic.check()
    line = clinic.one("approvers")
    assert line.status is Status.WARNING
    assert "leads to 1 person" in line.text
    for who in ("U0BEN (in S0SALESFORCE) is deactivated", "U0DEE", "U0GUS (in S0SALESFORCE) is a"):
        assert who in line.text
    assert "U0ADA" not in line.text


async def test_nobody_to_approve_or_administer_is_a_problem(clinic: Clinic) -> None:
    clinic.slack.groups["S0SALESFORCE"].users.clear()
    del clinic.slack.groups["S0ADMINS"]
    await clinic.check()
    assert "S0SALESFORCE is empty" in clinic.one("approvers").text
    assert "S0ADMINS is no user group" in clinic.one("admins").text
    assert clinic.one("approvers").status is clinic.one("admins").status is Status.PROBLEM
    assert clinic.said("approval-rule") == []


async def test_without_user_groups_in_the_plan_it_says_so(clinic: Clinic) -> None:
    clinic.slack.switches = Switches(groups_in_plan=False)
    await clinic.check()
    assert "paid plan" in clinic.one("approvers").text


async def test_strangers_and_bots_do_not_count(clinic: Clinic) -> None:
    clinic.change('["S0SALESFORCE"]', '["U0FIN", "U0CAL", "U0NOBODY", "U0ADA", "U0BEN"]')
    await clinic.check()
    text = clinic.one("approvers").text
    assert "U0FIN belongs to another workspace" in text
    assert "U0CAL is a bot" in text
    assert "U0NOBODY is nobody in this workspace" in text
    assert "leads to 2 people" in text


async def test_no_admins_is_a_warning(clinic: Clinic) -> None:
    clinic.change('["S0ADMINS"]', "[]")
    await clinic.check()
    assert clinic.one("admins").status is Status.WARNING
    assert clinic.one("admins").remedy.endswith(Page.NOBODY.link)


@pytest.mark.parametrize(("required", "status"), [(2, Status.WARNING), (3, Status.PROBLEM)])
async def test_a_rule_that_nobody_can_fulfil_is_told(
    clinic: Clinic, required: int, status: Status
) -> None:
    clinic.change("required = 1", f"required = {required}")
    await clinic.check()
    line = clinic.one("approval-rule")
    assert line.status is status
    assert f"approval.required is {required}" in line.text
    assert line.remedy.endswith(Page.TOO_FEW.link)


async def test_channels_that_cannot_be_posted_in_are_told_apart(clinic: Clinic) -> None:
    clinic.slack.channels["C0APPROVE"].is_archived = True
    clinic.slack.channels["C0LICENSES"].members.clear()
    del clinic.slack.channels["C0OPS"]
    await clinic.check()
    assert "it is archived" in clinic.one("channel:approvals_channel").text
    assert "/invite" in clinic.one("channel:digest_channel").remedy
    assert "there is no such channel" in clinic.one("channel:ops_channel").text
    for name in ("approvals_channel", "digest_channel", "ops_channel"):
        assert clinic.one(f"channel:{name}").status is Status.PROBLEM


async def test_one_channel_for_everything_is_looked_at_once(clinic: Clinic) -> None:
    clinic.change('"C0OPS"', '"C0APPROVE"')
    await clinic.check()
    assert "approvals_channel, ops_channel" in clinic.one("channel:approvals_channel").text
    assert clinic.slack.count("conversations.info", channel="C0APPROVE") == 1


async def test_http_mode_needs_a_signing_secret_and_no_app_token(clinic: Clinic) -> None:
    clinic.change('mode = "socket"', 'mode = "http"')
    await clinic.check()
    assert clinic.one("slack-signing-secret").status is Status.OK
    assert clinic.said("slack-app-token") == []
    del clinic.environ["SLACK_SIGNING_SECRET"]
    await clinic.check()
    assert clinic.one("slack-signing-secret").status is Status.PROBLEM


async def test_without_a_digest_channel_it_says_what_is_posted_nowhere(clinic: Clinic) -> None:
    clinic.change('digest_channel = "C0LICENSES"\n', "")
    await clinic.check()
    line = clinic.one("channel:digest_channel")
    assert line.status is Status.WARNING
    assert "no weekly digest" in line.text
    assert line.remedy.endswith(Page.NO_DIGEST.link)
    assert clinic.one("channel:approvals_channel").status is Status.OK
