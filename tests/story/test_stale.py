"""The daily alert about integration users that nobody uses, as people see it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.activity import Status
from bot.flows import slots, stale
from bot.sandbox.orgs.faults import MAINTENANCE, Reply
from bot.sandbox.workspace import Message
from bot.slack.stale_messages import would_post
from store import reports
from store.reports import Kept
from tests.salesforce.reading import ago, change, login, seat
from tests.story.house import House

MARKETING = "marketing-etl@integrations.acme.example.uat"
RIGHT = "CustomizeApplication"


async def caught_up(house: House) -> None:
    """Wait until the look that every start catches up was told."""

    async def kept() -> Kept | None:
        async with house.app.database.read() as conn:
            return await reports.last(conn, job="stale", org="uat")

    await house.until_async(kept)
    await house.told()


async def look(house: House, slot: str) -> Kept:
    """Let the clock look at the sandbox org, as the slot `slot`; answers what it found."""

    async def kept() -> Kept | None:
        async with house.app.database.read() as conn:
            return await reports.get(conn, job="stale", org="uat", slot=slot)

    await caught_up(house)
    async with house.app.database.write() as conn:
        await slots.enqueue(house.app.context, conn, "stale", "uat", slot)
    found: Kept = await house.until_async(kept)
    await house.told()
    return found


def posted(house: House) -> list[Message]:
    """What stands in the digest channel about the use of the sandbox org's users."""
    about = ("*UAT sandbox*: ", "UAT sandbox: ")
    return [
        one
        for one in house.slack.channel("C0LICENSES").messages
        if one.readable().startswith(about) and "integration users" in one.readable()
    ]


def alerts(house: House, name: str = "olu") -> list[Message]:
    """The stale alerts that a person got."""
    return [one for one in house.person(name).dm if "of yours in" in one.text]


def allow(house: House, *rights: str) -> None:
    house.org.grant_bot(house.org.provisioner.username, *rights)


async def a_live_user(house: House) -> str:
    """Rae's request is live, and its user looks as if it had been made twenty days ago."""
    await house.ask()
    await house.approve()
    request = await house.ends("live")
    change(house.org, request.username, CreatedDate=ago(days=20))
    return request.username


async def test_a_user_that_only_the_bot_logged_in_to_is_never_used_and_its_owner_is_told(
    any_house: House,
) -> None:
    house = any_house
    allow(house, RIGHT)
    username = await a_live_user(house)
    assert (house.org.user(username) or {})["LastLoginDate"] is not None, "the bot tested it"
    await look(house, "2026-11-25-a")
    newest = posted(house)[-1].readable()
    assert f"`{username}` (IU-1, owner @U0OLU)" in newest
    assert "never used since it was made" in newest
    assert "20 days ago" in newest
    (alert,) = alerts(house)
    assert alert.text.startswith("1 integration user of yours in UAT sandbox needs a look")
    assert username in alert.readable()
    assert "never used" in alert.readable()
    assert "freeze" in alert.readable()
    assert MARKETING not in alert.readable()
    assert alert.buttons == []
    assert alerts(house, "rae") == []
    assert house.slack.complaints == []


async def test_a_login_of_the_other_system_ends_the_alert(house: House) -> None:
    allow(house, RIGHT)
    username = await a_live_user(house)
    login(house.org, username, datetime.now(UTC), ip="198.51.100.7")
    await look(house, "2026-11-25-a")
    assert alerts(house) == []
    assert username not in posted(house)[-1].readable()


async def test_a_user_that_the_bot_did_not_make_is_named_with_its_last_use_and_no_owner(
    house: House,
) -> None:
    allow(house, RIGHT)
    await look(house, "2026-11-25-a")
    newest = posted(house)[-1].readable()
    assert newest.startswith("*UAT sandbox*: 1 of 2 integration users needs a look")
    for words in (MARKETING, "not made by the bot", "login history", "140 days ago"):
        assert words in newest
    assert "billing-sync" not in newest
    assert "old-crm-export" not in newest, "it is deactivated"


async def test_without_its_right_a_source_is_unknown_and_nobody_is_called_unused(
    house: House,
) -> None:
    kept = await look(house, "2026-11-25-a")
    newest = posted(house)[-1].readable()
    assert "Nobody can say" in newest
    assert "unknown" in newest
    assert 'lacks the right "Customize Application"' in newest
    assert "140 days ago" in newest, "what is known is said"
    for claim in ("Unused", "Never used"):
        assert claim not in newest
    allow(house, RIGHT, "-ManageUsers")
    await look(house, "2026-11-25-b")
    assert '"Manage Users" or "Monitor Login History"' in posted(house)[-1].readable()
    allow(house, "ManageUsers")
    await look(house, "2026-11-25-c")
    assert "Unused for a long time" in posted(house)[-1].readable()
    assert kept.body["counts"][Status.UNKNOWN] == 1


async def test_a_right_that_the_bot_lacks_is_told_to_the_channel_and_to_no_owner(
    house: House,
) -> None:
    username = await a_live_user(house)
    for day in range(3):
        await look(house, f"2026-11-2{day}-a")
    newest = posted(house)[-1].readable()
    assert username in newest
    assert newest.count('lacks the right "Customize Application"') == 1
    assert "*Integration User Bot Stale Alert*" in newest
    assert alerts(house) == []


async def test_an_owner_of_an_unknown_user_is_told_that_it_is_unknown(house: House) -> None:
    """What the org keeps to itself for another reason than a right may be asked of its owner."""
    allow(house, RIGHT)
    username = await a_live_user(house)
    slow = Reply(status=400, body=[{"errorCode": "QUERY_TIMEOUT", "message": "too slow"}])
    house.org.faults.add(slow, sobject="OauthToken", times=99)
    await look(house, "2026-11-25-a")
    (alert,) = alerts(house)
    assert username in alert.readable()
    assert "unknown" in alert.readable()
    assert "If you know that it is in use" in alert.readable()
    assert "never used" not in alert.readable()


async def test_the_users_of_one_org_are_shown_by_its_key_or_label(house: House) -> None:
    ada = house.person("ada")
    await look(house, "2026-11-25-a")
    for name in ("uat", "UAT Sandbox"):
        shown = (await ada.command(f"/integration-user stale {name}")).readable()
        assert MARKETING in shown
        assert "Production" not in shown
    wrong = await ada.command("/integration-user stale <!here>")
    assert "There is no org of that name. There are: uat, prod." in wrong.readable()
    assert house.slack.complaints == []


async def test_failing_logins_come_first_and_say_how_the_org_calls_them(house: House) -> None:
    allow(house, RIGHT)
    username = seat(house.org, made=ago(days=90), last_login=ago(days=6))
    for hours in range(5):
        login(house.org, username, ago(days=1, hours=hours), "Failed: Not approved for access")
    house.org.freeze(username)
    await look(house, "2026-11-25-a")
    newest = posted(house)[-1].readable()
    assert newest.index(username) < newest.index(MARKETING)
    assert "5 logins in a row failed" in newest
    assert "Failed: Not approved for access" in newest
    assert "frozen, and its licence is still taken" in newest


async def test_a_slot_is_told_once_however_often_it_is_asked_for(house: House) -> None:
    await caught_up(house)
    before = len(posted(house))
    for _ in range(3):
        await look(house, "2026-11-25-a")
    assert len(posted(house)) == before + 1
    await stale.scan(house.app.context, "uat", "2026-11-25-a")  # a run that died before its end
    await house.told()
    assert len(posted(house)) == before + 1


async def test_an_org_where_all_is_well_is_not_written_about(house: House) -> None:
    allow(house, RIGHT)
    await caught_up(house)
    house.org.deactivate(MARKETING)
    before = len(posted(house))
    await look(house, "2026-11-25-a")
    assert len(posted(house)) == before
    shown = await house.person("ada").command("/integration-user stale")
    assert "all is well with its 1 integration user" in shown.readable()


async def test_an_org_that_is_away_is_looked_at_again_by_itself(house: House) -> None:
    await caught_up(house)
    fault = house.org.faults.add(MAINTENANCE, path="/composite", times=2)
    await look(house, "2026-11-25-a")
    assert fault.hits == 2
    assert MARKETING in posted(house)[-1].readable()


async def test_an_org_that_stays_away_is_said_to_be(house: House) -> None:
    await caught_up(house)
    house.org.faults.add(MAINTENANCE, path="/composite", times=99)
    done = await stale.scan(house.app.context, "uat", "2026-11-25-a", 24)
    assert done["messages"] == ["stale/uat/2026-11-25-a/channel"]
    await house.told()
    newest = posted(house)[-1].readable()
    assert "could not be looked at" in newest
    assert "did not answer for hours" in newest


async def test_an_org_that_refuses_the_look_names_the_missing_right(house: House) -> None:
    allow(house, "-ViewSetup")
    await look(house, "2026-11-25-a")
    newest = posted(house)[-1].readable()
    assert "could not be looked at" in newest
    assert "View Setup" in newest


@pytest.mark.parametrize("who", ["ada", "max"])
async def test_approvers_and_admins_see_the_newest_look_with_its_age_and_no_org_is_asked(
    house: House, who: str
) -> None:
    await look(house, "2026-11-25-a")
    asked = len(house.org.requests)
    shown = await house.person(who).command("/integration-user stale")
    for words in ("UAT sandbox", "Production", MARKETING, "Looked at", "just now"):
        assert words in shown.readable()
    assert len(house.org.requests) == asked
    assert house.slack.complaints == []


@pytest.mark.parametrize("who", ["rae", "olu", "sam"])
async def test_others_are_told_who_can_see_it(house: House, who: str) -> None:
    shown = await house.person(who).command("/integration-user stale")
    assert "Approvers and admins can" in shown.readable()
    assert MARKETING not in shown.readable()


async def test_what_would_be_posted_is_shown_and_nothing_is_kept(house: House) -> None:
    await caught_up(house)
    before = len(posted(house))
    report = await stale.look(house.app.context, "uat")
    ((target, payload),) = would_post(house.app.settings, "uat", report)
    assert target == "C0LICENSES"
    assert MARKETING in payload["text"]
    await house.told()
    assert len(posted(house)) == before
    assert report.at - datetime.now(UTC) < timedelta(seconds=5)
