"""A retry after `valid_for` asks again: nothing is done on an approval from long ago."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.by_hand import preview
from bot.flows import duedates
from bot.sandbox.workspace import Message
from store import ledger, usage
from store.records import DueDate, Request
from tests.story.house import House

OLD = timedelta(days=15)
_TOO_OLD = "The approval is older than 14 days: Retry asks again."


async def blocked_long_ago(house: House) -> Request:
    """Request 1 has a user in the org, is blocked, and its approval is too old."""
    house.org.propagation.next_logins_fail(1, "invalid_grant", "invalid assertion")
    await house.ask()
    await house.approve()
    request = await house.ends("blocked")
    assert request.approved_at is not None
    async with house.app.database.write() as conn:
        await ledger.change(
            conn, request, now=request.approved_at, approved_at=request.approved_at - OLD
        )
    await house.told()
    return request


async def its_approval_gets_old(house: House) -> None:
    """The clock finds the date at which the approval of request 1 holds no more, once."""
    async with house.app.database.write() as conn:
        (date,) = await usage.dates_of(conn, 1)
        assert date.what == "validity"
        await usage.plan_dates(conn, 1, [replace(date, at=date.at - OLD)])
    for _ in range(2):
        await duedates.tick(house.app.context)
    assert [line.event for line in await house.journal()].count("approval_old") == 1
    await house.told()


async def asked_again(house: House) -> tuple[Request, Message]:
    """The same with the new card out."""
    await blocked_long_ago(house)
    return await retried(house)


async def retried(house: House) -> tuple[Request, Message]:
    request = await house.request()
    answer = await house.person("rae").command("/integration-user retry IU-1")
    assert "asked for again" in answer.text
    return request, await house.card()


def active(house: House, request: Request) -> bool:
    user = house.org.user(request.username)
    assert user is not None
    return bool(user["IsActive"])


async def test_a_retry_after_the_approval_got_old_needs_a_new_one_on_a_new_card(
    any_house: House,
) -> None:
    house = any_house
    await blocked_long_ago(house)
    await duedates.tick(house.app.context)
    await house.told()
    assert _TOO_OLD not in house.person("rae").dm[0].readable()
    await its_approval_gets_old(house)
    for who in ("rae", "olu"):
        assert _TOO_OLD in house.person(who).dm[0].readable()
    before, card = await retried(house)
    await house.told()
    assert _TOO_OLD not in house.person("rae").dm[0].readable()
    old, new = house.slack.channel("C0APPROVE").messages
    assert new.ts == card.ts
    assert "asked again" in old.text
    assert old.buttons == []
    assert "approve" in new.buttons
    waiting = await house.request()
    assert (str(waiting.state), waiting.votes) == ("requested", ())
    assert waiting.username == before.username
    await house.approve(by="ada")
    request = await house.ends("live", "blocked")
    assert str(request.state) == "live", request.finding
    assert (request.user_id, request.permission_sets) == (before.user_id, before.permission_sets)
    assert [vote.who for vote in request.votes] == ["U0ADA"]
    await house.told()
    assert house.slack.complaints == []


async def test_a_retry_while_the_approval_holds_asks_nobody(house: House) -> None:
    house.org.propagation.next_logins_fail(1, "invalid_grant", "invalid assertion")
    await house.ask()
    await house.approve()
    await house.ends("blocked")
    await house.person("rae").command("/integration-user retry IU-1")
    await house.ends("live")
    assert len(house.slack.channel("C0APPROVE").messages) == 1


async def test_a_seat_that_the_request_has_already_does_not_stand_in_its_way(house: House) -> None:
    await blocked_long_ago(house)
    used = (await house.app.context.gateways["uat"].snapshot()).facts
    house.org.set_seats(licenses=used.license_used, psls=used.psl_used)
    await house.refresh()
    await house.person("rae").command("/integration-user retry IU-1")
    await house.approve()
    await house.ends("live")


async def test_withdrawing_what_is_asked_again_undoes_it_first(house: House) -> None:
    request, _ = await asked_again(house)
    assert active(house, request)
    await house.person("rae").command("/integration-user withdraw IU-1")
    await house.ends("withdrawn")
    assert not active(house, request)


async def test_rejecting_what_is_asked_again_undoes_it_and_says_by_whom(house: House) -> None:
    request, card = await asked_again(house)
    ada = house.person("ada")
    await ada.click(card, "reject")
    form = await ada.modal("reject_request")
    await form.fill("reason", "Nobody needs it any more.")
    await form.submit()
    await house.ends("withdrawn")
    assert not active(house, request)
    await house.told()
    living = house.person("rae").dm[0]
    assert "rejected by" in living.readable()
    assert "Nobody needs it any more." in living.readable()
    assert house.slack.complaints == []


async def test_nobody_deciding_again_in_time_undoes_it(house: House) -> None:
    request, _ = await asked_again(house)
    await house.told()
    past = (await house.request()).created_at - timedelta(days=1)
    async with house.app.database.write() as conn:
        expiry = DueDate(request=1, what="expiry", number=0, at=past)
        await usage.plan_dates(conn, 1, [expiry])
    foretold = await preview.said(house.app.context, "expire")
    await duedates.tick(house.app.context)
    await house.ends("withdrawn")
    assert not active(house, request)
    assert any(line.event == "expired" for line in await house.journal())
    await house.told()
    living = house.person("rae").dm[0]
    for said in (living.readable(), living.replies[-1].text):
        assert "nobody approved it again in time" in said
    for name in ("rae", "olu"):
        assert house.person(name).dm[0].replies[-1].text in foretold
    assert "To U0RAE:\nIU-1 Warehouse sync · UAT sandbox: being withdrawn." in foretold
    assert "The bot is undoing what it made." in foretold
    assert "To U0RAE, when that is undone and IU-1 withdrawn:" in foretold
