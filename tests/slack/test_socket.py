"""Envelopes are handled side by side, and a stop or a reconnection loses none."""

import asyncio
import time

import pytest
from slack_sdk.errors import SlackApiError

from bot.slack import bolt
from bot.slack.receiving import InHand
from tests.slack.house import SlackHouse


async def test_envelopes_are_handled_side_by_side(slack_house: SlackHouse) -> None:
    slack_house.ws.faults.slow("users.info", 0.4, times=10)
    begun = time.monotonic()
    names = ("rae", "ada", "ben", "olu", "bea", "sam", "max")
    await asyncio.gather(*(slack_house.say(name, "show 1") for name in names))
    assert time.monotonic() - begun < 1.5


async def test_no_more_than_a_bound_is_handled_at_once(slack_house: SlackHouse) -> None:
    slack_house.socket._in_hand = InHand(2)
    slack_house.ws.faults.slow("users.info", 0.2, times=6)
    begun = time.monotonic()
    shown = await asyncio.gather(*(slack_house.say("rae", "show 1") for _ in range(6)))
    assert time.monotonic() - begun >= 0.6
    assert all("no request IU-1" in one for one in shown)


async def test_draining_finishes_what_is_in_hand_and_takes_nothing_more(
    slack_house: SlackHouse,
) -> None:
    slack_house.ws.faults.slow("users.info", 0.5)
    asked = asyncio.create_task(slack_house.say("rae", "show 1"))
    await slack_house.ws.until(lambda: slack_house.ws.faults.waiting == [])
    begun = time.monotonic()
    await slack_house.socket.drain(5)
    assert 0.2 < time.monotonic() - begun < 2
    assert "no request IU-1" in await asked
    assert await slack_house.say("rae", "help") == "dispatch_failed"


async def test_draining_waits_no_longer_than_it_may(slack_house: SlackHouse) -> None:
    slack_house.ws.faults.slow("users.info", 3)
    asked = asyncio.create_task(slack_house.person("rae").command("/integration-user show 1"))
    await slack_house.ws.until(lambda: slack_house.ws.faults.waiting == [])
    begun = time.monotonic()
    await slack_house.socket.drain(0.3)
    assert time.monotonic() - begun < 1
    asked.cancel()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_polite_disconnect_is_followed_by_a_new_connection(
    slack_house: SlackHouse, reason: str
) -> None:
    await slack_house.ws.socket.disconnect(reason=reason)
    await slack_house.ws.connected(1)
    assert "/integration-user new" in await slack_house.say("rae", "help")
    assert await slack_house.socket.connected()


async def test_a_lost_connection_is_made_again(slack_house: SlackHouse) -> None:
    await slack_house.ws.socket.drop()
    await slack_house.ws.connected(1, timeout=10)
    assert "/integration-user new" in await slack_house.say("rae", "help")


async def test_the_first_envelope_needs_no_question_who_we_are(slack_house: SlackHouse) -> None:
    before = slack_house.ws.count("auth.test")
    slack_house.ws.faults.fail("auth.test", times=5)
    assert "/integration-user new" in await slack_house.say("rae", "help")
    assert slack_house.ws.count("auth.test") == before
    slack_house.ws.faults.clear()


async def test_a_wrong_app_token_is_said_at_once(slack_house: SlackHouse) -> None:
    wrong = bolt.Socket(slack_house.surface.app, "xapp-wrong")
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await wrong.connect_async()
    await wrong.drain(0)


async def test_a_gateway_that_answers_for_slack_is_an_outage_and_no_refusal(
    slack_house: SlackHouse,
) -> None:
    other = bolt.Socket(slack_house.surface.app, slack_house.ws.app_token)
    for method in ("auth.test", "apps.connections.open"):
        slack_house.ws.faults.fail(method)
        with pytest.raises(ConnectionError, match="HTTP 503"):
            await other.connect_async()
    await other.drain(0)


async def test_an_address_that_is_used_up_is_left_for_a_fresh_one(slack_house: SlackHouse) -> None:
    other = bolt.Socket(slack_house.surface.app, slack_house.ws.app_token, ping_interval=0.1)
    other.client.patience = 0.3  # type: ignore[attr-defined]
    other.client.wss_uri = slack_house.ws.api_url.replace("http", "ws").replace("api/", "link/")
    with pytest.raises(TimeoutError):
        await other.client.connect()
    await other.client.connect_to_new_endpoint()
    await slack_house.ws.connected(2)
    await other.drain(0)


async def test_an_envelope_that_comes_twice_decides_once(slack_house: SlackHouse) -> None:
    card = await slack_house.asked()
    slack_house.ws.faults.slow("users.info", 0.4)
    click = asyncio.create_task(slack_house.person("ada").click(card.snapshot(), "approve"))
    await slack_house.ws.until(lambda: slack_house.ws.faults.waiting == [])
    await slack_house.ws.socket.drop()  # before the ack: Slack sends the envelope again
    assert (await click).error is None
    assert len((await slack_house.request()).votes) == 1
    assert not await slack_house.enqueued("provision-1-2")
    slack_house.ws.complaints.clear()  # the first ack came over a connection that is gone
