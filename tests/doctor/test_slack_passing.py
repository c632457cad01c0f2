"""What check says when Slack itself does not answer: never that a good approver has to go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.doctor.report import Page, Status, failed
from bot.sandbox.workspace import SlackWorkspace
from tests.doctor.clinic import SCOPES, Clinic, living_clinic

HOUR = 3600


def _busy(slack: SlackWorkspace, method: str) -> None:
    slack.faults.rate_limit(method, seconds=HOUR, times=99)


def _broken(slack: SlackWorkspace, method: str) -> None:
    slack.faults.fail(method, status=503, times=99)


def _cut(slack: SlackWorkspace, method: str) -> None:
    slack.faults.drop(method, after_effect=False, times=99)


def _odd(slack: SlackWorkspace, method: str) -> None:
    slack.faults.refuse(method, "internal_error", times=99)


def _unheard(slack: SlackWorkspace, method: str) -> None:
    slack.faults.refuse(method, "an_error_of_next_year", times=99)


TROUBLES = [_busy, _broken, _cut, _odd, _unheard]


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("method", ["users.info", "usergroups.users.list"])
async def test_who_slack_does_not_answer_for_is_not_called_nobody(
    clinic: Clinic, trouble: Callable[[SlackWorkspace, str], None], method: str
) -> None:
    trouble(clinic.slack, method)
    await clinic.check()
    for name in ("admins", "approvers"):
        line = clinic.one(name)
        assert line.status is Status.WARNING
        assert "did not answer" in line.text
        assert line.remedy == f"Run check again. See {Page.NOT_LOOKED.link}"
        assert "nobody" not in line.text
    assert clinic.said("approval-rule") == []
    assert not failed(clinic.lines)


async def test_one_who_was_not_answered_for_does_not_hide_one_who_left(clinic: Clinic) -> None:
    clinic.change('["S0SALESFORCE"]', '["S0SALESFORCE", "U0GUS", "S0ADMINS"]')
    clinic.change("required = 1", "required = 2")
    clinic.slack.faults.fail("usergroups.users.list", status=502)
    await clinic.check()
    lines = [*clinic.said("admins"), *clinic.said("approvers")]
    remedies = {line.remedy.partition(".")[0] for line in lines if line.status is Status.WARNING}
    assert remedies == {"Run check again", "Remove or replace them"}
    (gone,) = (line for line in lines if "Remove" in line.remedy)
    assert "U0GUS is a guest" in gone.text
    assert "S0" not in gone.text
    assert not failed(clinic.lines)


@pytest.mark.parametrize(
    "method",
    [
        "auth.test",
        "apps.connections.open",
        "usergroups.users.list",
        "users.info",
        "conversations.info",
    ],
)
async def test_a_short_silence_is_waited_out(clinic: Clinic, method: str) -> None:
    clinic.slack.faults.rate_limit(method, seconds=1, times=2)
    await clinic.check()
    assert not [name for name in clinic.not_ok() if name[1] is None]


async def test_a_long_silence_is_told_as_such(clinic: Clinic) -> None:
    for method in ("auth.test", "apps.connections.open"):
        clinic.slack.faults.clear()
        _busy(clinic.slack, method)
        await clinic.check()
        name = "slack-token" if method == "auth.test" else "slack-app-token"
        assert "wants silence" in clinic.one(name).text
        assert clinic.one(name).remedy.startswith("Wait some minutes")


@pytest.mark.parametrize("scope", ["users:read", "usergroups:read"])
async def test_without_the_scope_the_remedy_is_the_scope(
    tmp_path: Path, sqlite_url: str, scope: str
) -> None:
    async with living_clinic(tmp_path, sqlite_url, scopes=SCOPES - {scope}) as clinic:
        await clinic.check()
        for name in ("admins", "approvers"):
            line = clinic.one(name)
            assert line.status is Status.PROBLEM
            assert f"without {scope}" in line.text
            assert line.remedy.startswith(f"Add {scope} under OAuth & Permissions")
            assert line.remedy.endswith(Page.SCOPE_MISSING.link)
