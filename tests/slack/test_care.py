"""Who may withdraw, retry, test, check again and confirm, by command and by button."""

from typing import Any

import pytest

from bot.core.diagnosis import NOT_PROVEN, UNDO_INCOMPLETE
from store.records import Finding, State
from tests.slack.house import SlackHouse

CARERS = ("rae", "olu", "ada", "max")
CONFIRMERS = ("olu", "bea", "max")
WITHDRAWERS = ("rae", "olu", "max")
EVERYBODY = ("rae", "ada", "olu", "bea", "sam", "max")
STOPPED = Finding(code="sees_nothing", cause="It sees no rows.", remedy="Share some.", who="Olu")


def finding(code: str) -> Finding:
    return Finding(code=code, cause="Because.", remedy="Do it.", who="an admin")


async def approved(house: SlackHouse, **columns: Any) -> None:
    await house.asked()
    await house.person("ada").click(await house.card(), "approve")
    if columns:
        await house.change(1, **columns)


@pytest.mark.parametrize("name", EVERYBODY)
async def test_who_may_withdraw_by_command(slack_house: SlackHouse, name: str) -> None:
    await slack_house.ask()
    shown = await slack_house.say(name, "withdraw 1")
    withdrawn = (await slack_house.request()).state is State.WITHDRAWN
    assert withdrawn == (name in WITHDRAWERS)
    assert ("IU-1 is withdrawn" if withdrawn else "You cannot withdraw IU-1") in shown


async def test_withdraw_by_button_before_approval_ends_it_and_says_so(
    slack_house: SlackHouse,
) -> None:
    card = await slack_house.asked()
    message = await slack_house.dm("rae", button="withdraw")
    await slack_house.person("rae").click(message, "withdraw")
    await slack_house.ws.until(lambda: card.buttons == [] and message.replies)
    assert "withdrawn" in message.replies[0].readable()
    assert message.buttons == []


async def test_withdraw_after_approval_undoes_first(slack_house: SlackHouse) -> None:
    await approved(slack_house)
    message = await slack_house.dm("olu", button="withdraw")
    await slack_house.person("olu").click(message, "withdraw")
    request = await slack_house.request()
    assert request.withdrawing
    assert await slack_house.enqueued("undo-1-1")
    for verb in ("withdraw", "retry", "test"):
        assert "being withdrawn" in await slack_house.say("rae", f"{verb} 1")
    await slack_house.dm("rae", "being withdrawn")


async def test_a_rejected_request_cannot_be_withdrawn(slack_house: SlackHouse) -> None:
    await slack_house.ask()
    await slack_house.change(1, state=State.REJECTED)
    assert "was rejected" in await slack_house.say("rae", "withdraw 1")


@pytest.mark.parametrize("name", EVERYBODY)
async def test_who_may_retry_by_command(slack_house: SlackHouse, name: str) -> None:
    await approved(slack_house, state=State.BLOCKED, finding=STOPPED)
    shown = await slack_house.say(name, "retry 1")
    again = await slack_house.enqueued("provision-1-2")
    assert again == (name in CARERS)
    assert ("goes on now" if again else "You cannot retry IU-1") in shown


async def test_retry_by_button_goes_on(slack_house: SlackHouse) -> None:
    await approved(slack_house, state=State.BLOCKED, finding=STOPPED)
    message = await slack_house.dm("olu", "It sees no rows.", button="retry")
    assert message.buttons == ["retry", "withdraw"]
    await slack_house.person("olu").click(message, "retry")
    assert (await slack_house.request()).state is State.APPROVED
    await slack_house.ws.until(lambda: message.buttons == ["withdraw"])


async def test_what_could_not_be_undone_is_withdrawn_again_and_not_retried(
    slack_house: SlackHouse,
) -> None:
    await approved(slack_house, state=State.BLOCKED, finding=finding(UNDO_INCOMPLETE))
    message = await slack_house.dm("rae", "Because.", button="withdraw")
    assert message.buttons == ["withdraw"]
    assert "cannot be retried" in await slack_house.say("rae", "retry 1")
    await slack_house.person("rae").click(message, "withdraw")
    assert await slack_house.enqueued("undo-1-1")


@pytest.mark.parametrize("name", EVERYBODY)
async def test_who_may_test_by_command(slack_house: SlackHouse, name: str) -> None:
    await approved(slack_house, state=State.LIVE, user_id="005000000000001AAA")
    shown = await slack_house.say(name, "test 1")
    tested = await slack_house.enqueued("smoke-1-1")
    assert tested == (name in CARERS)
    assert ("being tested now" if tested else "You cannot test IU-1") in shown
    assert (await slack_house.request()).state is State.LIVE


async def test_what_has_no_user_cannot_be_tested(slack_house: SlackHouse) -> None:
    await slack_house.ask()
    assert "no user yet" in await slack_house.say("rae", "test 1")


@pytest.mark.parametrize("name", CARERS)
async def test_who_may_check_again(slack_house: SlackHouse, name: str) -> None:
    await slack_house.ask()
    await slack_house.looked(1, finding("no_seat"))
    message = await slack_house.dm("rae", "Because.", button="recheck")
    assert message.buttons == ["recheck", "withdraw"]
    slack_house.ws.channel(message.channel).members.add(f"U0{name.upper()}")
    await slack_house.person(name).click(message, "recheck")
    assert await slack_house.enqueued("preflight-1-2")


async def test_a_stranger_cannot_check_again(slack_house: SlackHouse) -> None:
    await slack_house.ask()
    await slack_house.looked(1, finding("no_seat"))
    message = await slack_house.dm("rae", button="recheck")
    slack_house.ws.channel(message.channel).members.add("U0SAM")
    await slack_house.person("sam").click(message, "recheck")
    await slack_house.whisper("sam", "You cannot check again IU-1")
    assert not await slack_house.enqueued("preflight-1-2")


async def test_checking_again_twice_looks_once(slack_house: SlackHouse) -> None:
    await slack_house.ask()
    await slack_house.looked(1, finding("no_seat"))
    message = (await slack_house.dm("rae", button="recheck")).snapshot()
    for _ in range(2):
        await slack_house.person("rae").click(message, "recheck")
    await slack_house.whisper("rae", "nothing to check again")
    assert not await slack_house.enqueued("preflight-1-3")


@pytest.mark.parametrize("name", EVERYBODY)
async def test_who_may_confirm_that_it_works(slack_house: SlackHouse, name: str) -> None:
    await approved(slack_house, state=State.PROVISIONED, finding=finding(NOT_PROVEN))
    message = await slack_house.dm("olu", button="confirm_live")
    slack_house.ws.channel(message.channel).members.add(f"U0{name.upper()}")
    await slack_house.person(name).click(message, "confirm_live")
    if name not in CONFIRMERS:
        await slack_house.whisper(name, "You cannot confirm as live IU-1")
        assert (await slack_house.request()).state is State.PROVISIONED
        return
    assert (await slack_house.request()).state is State.LIVE
    (line,) = [one for one in await slack_house.journal() if one.event == "live"]
    assert "by hand" in line.detail
    reply = await slack_house.ws.until(lambda: message.replies)
    assert "is live" in reply[0].readable()


async def test_confirming_by_button_makes_it_live(slack_house: SlackHouse) -> None:
    house = slack_house
    await approved(house, state=State.PROVISIONED, finding=finding(NOT_PROVEN))
    await house.person("olu").click(await house.dm("olu", button="confirm_live"), "confirm_live")
    assert (await house.request()).state is State.LIVE
