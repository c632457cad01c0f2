"""Who can approve, as far as Slack says, and what an answer may cost."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.modes import Mode
from tests.slack.house import SlackHouse


@pytest.fixture
def mode() -> Mode:
    """What goes out takes the same way, whichever way clicks come in."""
    return "socket"


async def test_the_approvers_are_the_full_members_of_the_groups(slack_house: SlackHouse) -> None:
    slack_house.ws.groups["S0SALESFORCE"].users += ["U0GUS", "U0DEE", "U0NOBODY", "U0CAL"]
    assert await slack_house.people.approvers() == {"U0ADA", "U0BEN"}


async def test_nobody_knows_the_approvers_while_slack_is_down(slack_house: SlackHouse) -> None:
    slack_house.ws.faults.fail("usergroups.users.list")
    assert await slack_house.people.approvers() is None


async def test_everything_is_asked_at_once_so_that_an_answer_is_in_time(
    slack_house: SlackHouse,
) -> None:
    for method in ("users.info", "usergroups.users.list"):
        slack_house.ws.faults.slow(method, 0.7, times=2)
    begun = time.monotonic()
    actor = await slack_house.people.actor("U0ADA", "T0ACME")
    assert time.monotonic() - begun < 1.35
    assert actor.is_approver
    assert not actor.is_admin


async def test_somebody_of_another_workspace_is_nobody_here(slack_house: SlackHouse) -> None:
    slack_house.ws.groups["S0SALESFORCE"].users.append("U0FIN")
    for team in ("T0OTHER", "T0ACME", None):
        actor = await slack_house.people.actor("U0FIN", team)
        assert not actor.is_full_member
        assert not actor.is_approver
    assert not (await slack_house.people.actor("U0ADA", "T0OTHER")).is_approver


async def test_what_slack_said_is_forgotten_when_it_is_too_old_to_count_or_too_much(
    slack_house: SlackHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = slack_house.people
    await people.member("U0ADA")
    slack_house.clock.ahead = timedelta(minutes=4)
    await people.named(["U0BEN", "U0ADA"])
    slack_house.clock.ahead = timedelta(minutes=8)
    await people.member("U0RAE")
    assert set(people._people) == {"U0BEN", "U0ADA", "U0RAE"}
    slack_house.clock.ahead = timedelta(minutes=14)
    await people.member("U0SAM")
    assert set(people._people) == {"U0SAM"}
    monkeypatch.setattr("bot.slack.people._MOST", 2)
    await people.named(["U0ADA", "U0BEN", "U0RAE"])
    assert len(people._people) == 2


async def test_a_plan_without_groups_gives_rights_to_named_people_only(
    slack_house: SlackHouse,
) -> None:
    slack_house.ws.switches = replace(slack_house.ws.switches, groups_in_plan=False)
    actor = await slack_house.people.actor("U0ADA", "T0ACME")
    assert actor.is_full_member
    assert not actor.is_approver
    assert await slack_house.people.approvers() == frozenset()
