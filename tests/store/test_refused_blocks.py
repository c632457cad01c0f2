"""What the workspace refused is known to every process, newest refusal first."""

from datetime import timedelta

from store import refused_blocks
from store.database import Database
from tests.store.people import NOW

DAY = timedelta(days=1)


async def test_a_refusal_is_remembered_for_as_long_as_one_asks(database: Database) -> None:
    async with database.write() as conn:
        await refused_blocks.refuse(conn, {"plan", "table"}, NOW)
    async with database.read() as conn:
        assert await refused_blocks.since(conn, NOW - DAY) == {"plan", "table"}
        assert await refused_blocks.since(conn, NOW) == frozenset()


async def test_a_second_refusal_counts_from_its_own_moment(database: Database) -> None:
    async with database.write() as conn:
        await refused_blocks.refuse(conn, {"plan", "table"}, NOW)
        await refused_blocks.refuse(conn, {"plan"}, NOW + DAY)
        assert await refused_blocks.since(conn, NOW) == {"plan"}
