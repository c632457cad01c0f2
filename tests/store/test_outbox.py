"""Every message reaches its newest state, whoever dies, fails or is in a hurry meanwhile."""

import asyncio
from datetime import datetime, timedelta

import pytest

from store import counting, ledger, outbox
from store.database import Database
from store.records import Message
from tests.store.people import NOW, OLU, RAE, asked

CARD, DM = "IU-1/card", f"IU-1/dm/{RAE}"
APPROVALS = "C0APPROVE"
SECOND = timedelta(seconds=1)
LONG_AGO = NOW - timedelta(days=3650)  # for any clock that this test may run under


@pytest.fixture(autouse=True)
async def request_of_rae(database: Database) -> None:
    async with database.write() as conn:
        await ledger.create(conn, requester=RAE, asked=asked(), now=NOW)


async def want(
    database: Database,
    id_: str = CARD,
    *,
    surface: str = "card",
    target: str = APPROVALS,
    now: datetime = NOW,
) -> None:
    async with database.write() as conn:
        await outbox.want(conn, id_, request=1, surface=surface, target=target, now=now)


async def shown(database: Database, version: int, id_: str = CARD) -> None:
    async with database.write() as conn:
        await outbox.shown(conn, id_, version=version, channel="C9", ts="17.1")


async def due(database: Database, now: datetime = NOW, limit: int = 50) -> list[str]:
    async with database.read() as conn:
        return [one.id for one in await outbox.due(conn, now, limit)]


async def next_due(database: Database) -> datetime | None:
    async with database.read() as conn:
        return await outbox.next_due(conn)


async def read(database: Database, id_: str = CARD) -> Message:
    async with database.read() as conn:
        message = await outbox.get(conn, id_)
    assert message is not None
    return message


async def claim(
    database: Database, now: datetime = NOW, lease: timedelta = 10 * SECOND
) -> str | None:
    async with database.write() as conn:
        return await outbox.claim(conn, APPROVALS, now, lease)


async def release(database: Database, token: str, next_at: datetime) -> bool:
    async with database.write() as conn:
        return await outbox.release(conn, APPROVALS, token, next_at)


async def test_a_new_message_is_due_and_has_no_ts_so_it_is_posted(database: Database) -> None:
    assert await next_due(database) is None
    await want(database)
    assert await due(database) == [CARD]
    assert await next_due(database) == NOW
    fresh = await read(database)
    assert (fresh.ts, fresh.channel, fresh.wanted, fresh.shown) == (None, None, 1, 0)
    assert (fresh.request, fresh.surface, fresh.target) == (1, "card", APPROVALS)


async def test_a_shown_message_is_due_again_only_when_something_changes(
    database: Database,
) -> None:
    await want(database)
    await shown(database, 1)
    assert await due(database) == []
    assert await next_due(database) is None
    await want(database, now=NOW + SECOND)
    assert await due(database, NOW + SECOND) == [CARD]
    again = await read(database)
    assert (again.channel, again.ts, again.wanted, again.shown) == ("C9", "17.1", 2, 1)


async def test_a_message_touched_while_it_is_rendered_stays_due(database: Database) -> None:
    await want(database)
    rendered = (await read(database)).wanted
    await want(database)
    await shown(database, rendered)
    assert await due(database) == [CARD]


async def test_a_late_writer_of_an_old_version_makes_the_message_due_again(
    database: Database,
) -> None:
    await want(database)
    await want(database)
    await shown(database, 2)
    await shown(database, 1)
    assert await due(database) == [CARD]


async def test_an_end_is_posted_once_however_often_it_is_wanted(database: Database) -> None:
    end = f"IU-1/end/{RAE}/live-7"
    await want(database, end, surface="end", target=RAE)
    await shown(database, 1, end)
    await want(database, end, surface="end", target=RAE)
    async with database.write() as conn:
        assert await outbox.want_all_of(conn, 1, NOW) == 0
    assert await due(database) == []


async def test_all_living_messages_of_a_request_are_touched_and_no_others(
    database: Database,
) -> None:
    async with database.write() as conn:
        await ledger.create(conn, requester=OLU, asked=asked(), now=NOW)
        await outbox.want(conn, "IU-2/card", request=2, surface="card", target=APPROVALS, now=NOW)
        await outbox.want(
            conn, "digest/1", request=None, surface="digest", target="C0DIGEST", now=NOW
        )
    await want(database)
    await want(database, DM, surface="dm", target=RAE)
    for id_ in (CARD, DM, "IU-2/card", "digest/1"):
        await shown(database, 1, id_)
    async with database.write() as conn:
        assert await outbox.want_all_of(conn, 1, NOW) == 2
    assert sorted(await due(database)) == [CARD, DM]


async def test_who_waits_longest_comes_first_and_a_busy_message_goes_behind(
    database: Database,
) -> None:
    await want(database, now=NOW)
    await want(database, DM, surface="dm", target=RAE, now=NOW + SECOND)
    await want(database, now=NOW + 2 * SECOND)
    assert await due(database, NOW + 3 * SECOND) == [CARD, DM]
    assert await due(database, NOW + 3 * SECOND, limit=1) == [CARD]
    await shown(database, 1)
    assert await due(database, NOW + 3 * SECOND) == [DM, CARD]


async def test_a_message_that_fails_waits_alone_and_its_neighbours_do_not(
    database: Database,
) -> None:
    await want(database)
    await want(database, "IU-1/other", surface="dm")
    async with database.write() as conn:
        assert await outbox.failed(conn, CARD, NOW + 30 * SECOND) == 1
        assert await outbox.failed(conn, CARD, NOW + 60 * SECOND) == 2
    await want(database, now=NOW + SECOND)
    assert await due(database, NOW + 59 * SECOND) == ["IU-1/other"]
    await shown(database, 1, "IU-1/other")
    assert await next_due(database) == NOW + 60 * SECOND
    assert await due(database, NOW + 60 * SECOND) == [CARD]
    await shown(database, 2)
    healed = await read(database)
    assert (healed.tries, healed.retry_at) == (0, None)


async def test_a_given_up_message_is_kept_with_the_reason_until_it_is_wanted_again(
    database: Database,
) -> None:
    await want(database)
    async with database.write() as conn:
        await outbox.failed(conn, CARD, NOW + timedelta(hours=1))
        await outbox.give_up(conn, CARD, "channel_not_found")
    assert await due(database, NOW + timedelta(days=1)) == []
    assert await next_due(database) is None
    async with database.read() as conn:
        assert await outbox.given_up(conn) == {CARD: "channel_not_found"}
    await want(database, now=NOW + SECOND)
    assert await due(database, NOW + SECOND) == [CARD]
    revived = await read(database)
    assert (revived.tries, revived.retry_at, revived.wanted) == (0, None, 2)


async def test_tries_are_counted_anew_when_an_outage_and_a_refusal_take_turns(
    database: Database,
) -> None:
    await want(database)
    async with database.write() as conn:
        counted = [
            await outbox.failed(conn, CARD, NOW + SECOND, passing=passing)
            for passing in (False, False, True, True, False)
        ]
        assert counted == [1, 2, -1, -2, 1]
        await outbox.failed(conn, CARD, NOW + SECOND, passing=True)
        await outbox.hurry(conn, ids=[CARD])
    assert await due(database) == [CARD]


async def test_what_had_nothing_to_show_or_nowhere_to_go_is_no_lost_message(
    database: Database,
) -> None:
    for number, reason in enumerate((*sorted(outbox.NO_LOSS), "msg_blocks_too_long")):
        await want(database, f"IU-1/{number}")
        async with database.write() as conn:
            await outbox.give_up(conn, f"IU-1/{number}", reason)
            assert await outbox.gave_up(conn, f"IU-1/{number}")
    async with database.read() as conn:
        assert await counting.messages_due_and_given_up(conn) == (0, 1)
        assert not await outbox.gave_up(conn, CARD)


async def test_giving_up_an_old_version_leaves_the_newer_one_due(database: Database) -> None:
    await want(database)
    await want(database)
    async with database.write() as conn:
        assert not await outbox.give_up(conn, CARD, "nothing to show", version=1)
    assert await due(database) == [CARD]
    async with database.write() as conn:
        assert await outbox.give_up(conn, CARD, "nothing to show", version=2)
    assert await due(database) == []


async def test_a_message_that_slack_lost_is_posted_anew(database: Database) -> None:
    await want(database)
    await shown(database, 1)
    async with database.write() as conn:
        await outbox.forget(conn, CARD)
    lost = await read(database)
    assert (lost.channel, lost.ts) == (None, None)
    assert await due(database) == [CARD]


async def test_an_edit_of_the_old_message_in_hand_does_not_count_as_the_new_one(
    database: Database,
) -> None:
    """Else the new card was never posted: it would have been shown before it was wanted."""
    for _ in range(3):
        await want(database)
    async with database.write() as conn:
        await outbox.replace(conn, CARD, "IU-1/old_card/2", surface="old_card", now=NOW)
        await outbox.want(conn, CARD, request=1, surface="card", target=APPROVALS, now=NOW)
    await shown(database, 3)
    assert await due(database) == [CARD, "IU-1/old_card/2"]
    new = await read(database)
    assert (new.wanted, new.shown, new.ts) == (1, 0, None)


async def test_the_living_card_is_found_by_request_and_surface(database: Database) -> None:
    await want(database)
    await want(database, DM, surface="dm", target=RAE)
    await want(database, f"IU-1/dm/{OLU}", surface="dm", target=OLU)
    async with database.read() as conn:
        card = await outbox.find(conn, 1, "card")
        dm = await outbox.find(conn, 1, "dm", target=RAE)
        assert await outbox.find(conn, 2, "card") is None
    assert card is not None
    assert dm is not None
    assert (card.id, dm.id) == (CARD, DM)


async def test_of_two_couriers_at_once_one_gets_the_turn(database: Database) -> None:
    for _ in range(2):  # the row is new, then it is there
        both_ready = asyncio.Barrier(3)

        async def courier(ready: asyncio.Barrier = both_ready) -> str | None:
            await ready.wait()
            return await claim(database)

        tokens = [one for one in await asyncio.gather(courier(), courier(), courier()) if one]
        assert len(tokens) == 1
        assert await release(database, tokens[0], LONG_AGO)


async def test_pace_and_retry_after_hold_the_next_turn_back(database: Database) -> None:
    far = NOW + timedelta(days=365_00)
    await want(database)
    token = await claim(database)
    assert token
    assert await release(database, token, far)
    assert await claim(database) is None
    assert await due(database, far - SECOND) == []
    assert await due(database, far) == [CARD]
    assert await next_due(database) == far


async def test_messages_of_a_held_channel_do_not_hide_others(database: Database) -> None:
    for number in range(5):
        await want(database, f"IU-1/{number}", now=NOW - SECOND)
    await want(database, DM, surface="dm", target=RAE)
    assert await claim(database, lease=timedelta(days=365_00))
    assert await due(database, limit=2) == [DM]


async def test_a_lease_that_ran_out_passes_on_and_cannot_be_released_by_the_late_one(
    database: Database,
) -> None:
    late = await claim(database, lease=timedelta(0))
    assert late
    heir = await claim(database)
    assert heir
    assert not await release(database, late, NOW)
    assert await claim(database, now=NOW + SECOND) is None
    assert await release(database, heir, NOW)


async def test_leases_of_a_dead_courier_can_be_cleared_at_start(database: Database) -> None:
    assert await claim(database, lease=timedelta(days=1))
    async with database.write() as conn:
        assert await outbox.clear_leases(conn, LONG_AGO) == 1
        assert await outbox.clear_leases(conn, LONG_AGO) == 0
    assert await claim(database)


async def test_on_postgres_the_databases_clock_counts_not_a_replicas(database: Database) -> None:
    if database.dialect == "sqlite":
        pytest.skip("SQLite has one process")
    assert await claim(database, now=NOW)
    ahead = datetime.max.replace(tzinfo=NOW.tzinfo) - timedelta(days=1)
    assert await claim(database, now=ahead) is None


async def test_what_the_store_rolls_back_was_never_wanted(database: Database) -> None:
    async def change_that_fails() -> None:
        async with database.write() as conn:
            await outbox.want(conn, CARD, request=1, surface="card", target="C", now=NOW)
            raise ledger.Conflict

    with pytest.raises(ledger.Conflict):
        await change_that_fails()
    assert await due(database) == []
