"""Which channels refuse us: noticed by one process, told once, told anew only after it worked."""

import asyncio
from datetime import timedelta

from store import ledger, outbox, refused_places
from store.database import Database
from store.refused_places import Refused
from tests.store.people import NOW, RAE, asked

HOUR = timedelta(hours=1)
ARCHIVED, OUT = "is_archived", "not_in_channel"


async def refuse(database: Database, cause: str = ARCHIVED, *, hours: int = 0) -> bool:
    async with database.write() as conn:
        return await refused_places.refuse(conn, "C1", cause, NOW + hours * HOUR)


async def works(database: Database, *, hours: int) -> list[Refused]:
    async with database.write() as conn:
        return await refused_places.works(conn, "C1", NOW + hours * HOUR)


async def test_of_several_that_are_refused_at_once_one_is_the_first(database: Database) -> None:
    first = await asyncio.gather(*(refuse(database) for _ in range(4)))
    assert sorted(first) == [False, False, False, True]


async def test_only_after_it_worked_is_a_refusal_news_again(database: Database) -> None:
    assert await refuse(database)
    assert not await refuse(database, hours=1)
    assert await works(database, hours=2) == [Refused(ARCHIVED, NOW)]
    assert await works(database, hours=3) == []
    async with database.read() as conn:
        assert await refused_places.current(conn) == {}
        assert await refused_places.since(conn, "C1", ARCHIVED) is None
    assert await refuse(database, hours=4)
    async with database.read() as conn:
        assert await refused_places.since(conn, "C1", ARCHIVED) == NOW + 4 * HOUR


async def test_another_cause_is_news_and_one_message_that_gets_through_ends_all_of_them(
    database: Database,
) -> None:
    await refuse(database, ARCHIVED)
    assert await refuse(database, OUT, hours=1)
    async with database.read() as conn:
        found = await refused_places.current(conn)
    assert found == {"C1": [Refused(ARCHIVED, NOW), Refused(OUT, NOW + HOUR)]}
    assert len(await works(database, hours=2)) == 2


async def test_channels_that_nobody_posts_to_any_more_are_forgotten(database: Database) -> None:
    await refuse(database)
    async with database.write() as conn:
        await refused_places.refuse(conn, "C2", OUT, NOW)
        await refused_places.forget_others(conn, {"C2", "C3"})
        assert set(await refused_places.current(conn)) == {"C2"}


async def test_what_waits_for_a_channel_can_be_hurried_and_moved(database: Database) -> None:
    async with database.write() as conn:
        await ledger.create(conn, requester=RAE, asked=asked(), now=NOW)
        for name, target in (("one", "C1"), ("two", "C1"), ("three", "C2")):
            await outbox.want(conn, name, request=1, surface="card", target=target, now=NOW)
            await outbox.failed(conn, name, NOW + HOUR)
        assert [one.id for one in await outbox.waiting(conn, target="C1")] == ["one", "two"]
        assert len(await outbox.waiting(conn, surfaces={"card"})) == 3
        assert await outbox.due(conn, NOW, 9) == []
        await outbox.hurry(conn, target="C1")
        assert [one.id for one in await outbox.due(conn, NOW, 9)] == ["one", "two"]
        await outbox.hurry(conn, ids=["three"])
        assert len(await outbox.due(conn, NOW, 9)) == 3
        await outbox.shown(conn, "one", version=1, channel="C1", ts="1.1")
        await outbox.move(conn, "one", "C9")
        moved = await outbox.get(conn, "one")
        assert moved is not None
        assert (moved.target, moved.channel, moved.ts, moved.shown) == ("C9", None, None, 0)


async def test_messages_of_one_refusal_are_renewed_and_no_others(database: Database) -> None:
    names = ("place/C_1/x/9/U0MAX", "place/C_1/x/8/U0MAX", "place/CX1/x/9/U0MAX")
    async with database.write() as conn:
        for name in names:
            await outbox.want(conn, name, request=None, surface="place", target="U0MAX", now=NOW)
            await outbox.shown(conn, name, version=1, channel="D1", ts="1.1")
        await outbox.want_again(conn, "place", "place/C_1/x/9/", NOW)
        assert [one.id for one in await outbox.waiting(conn)] == [names[0]]
