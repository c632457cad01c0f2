"""What the two databases promise alike: transactions, snapshots, moments, one bot per file."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from store.database import AlreadyRunning, BadDatabaseUrl, Database, UtcDateTime, lock_file

ROOT = Path(__file__).parents[2]

probe = Table(
    "probe",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime),
)


@pytest.fixture
async def database(database: Database) -> Database:
    """The shared database with a table of this file's own."""
    async with database.write() as connection:
        await connection.run_sync(probe.metadata.create_all)
    return database


async def count(database: Database) -> int:
    async with database.read() as connection:
        return (await connection.execute(select(func.count()).select_from(probe))).scalar_one()


async def test_a_moment_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    moment = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    async with database.write() as connection:
        await connection.execute(insert(probe), [{"id": 1, "at": moment}, {"id": 2, "at": None}])
    async with database.read() as connection:
        found = await connection.execute(select(probe.c.id, probe.c.at))
        rows = {row.id: row.at for row in found}
    assert rows == {1: moment, 2: None}
    assert rows[1].tzinfo is UTC


async def test_moments_are_compared_as_moments_whatever_their_zone(database: Database) -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    async with database.write() as connection:
        await connection.execute(insert(probe), {"id": 1, "at": noon})
    half_past_one_in_berlin = datetime(2026, 1, 1, 13, 30, tzinfo=timezone(timedelta(hours=1)))
    async with database.read() as connection:
        due = select(probe.c.id).where(probe.c.at <= half_past_one_in_berlin)
        assert (await connection.execute(due)).scalars().all() == [1]


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    async with database.write() as connection:
        with pytest.raises(StatementError, match="has no time zone"):
            await connection.execute(insert(probe), {"id": 1, "at": datetime(2026, 1, 1)})  # noqa: DTZ001 - the point


async def test_an_exception_undoes_the_whole_transaction(database: Database) -> None:
    async def write_and_fail() -> None:
        async with database.write() as connection:
            await connection.execute(insert(probe), {"id": 1})
            await connection.execute(insert(probe), {"id": 1})

    with pytest.raises(IntegrityError):
        await write_and_fail()
    assert await count(database) == 0


async def test_two_writers_never_lose_each_others_update(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(insert(probe), {"id": 0})

    async def add() -> None:
        async with database.write() as connection:
            update = text("UPDATE probe SET id = id + 1")
            await connection.execute(update)

    await asyncio.gather(*(add() for _ in range(20)))
    async with database.read() as connection:
        assert (await connection.execute(select(probe.c.id))).scalar_one() == 20


async def test_a_reader_cannot_write(database: Database) -> None:
    async with database.read() as connection:
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            await connection.execute(insert(probe), {"id": 1})
    assert await count(database) == 0


async def test_a_reader_sees_one_moment_while_others_write(database: Database) -> None:
    async with database.read() as connection:
        many = select(func.count()).select_from(probe)
        assert (await connection.execute(many)).scalar_one() == 0
        async with database.write() as writer:
            await writer.execute(insert(probe), {"id": 1})
        assert (await connection.execute(many)).scalar_one() == 0
    assert await count(database) == 1


async def test_a_write_after_a_read_on_the_same_pool_is_allowed(database: Database) -> None:
    for number in range(12):
        assert await count(database) == number
        async with database.write() as connection:
            await connection.execute(insert(probe), {"id": number + 1})


async def test_values_do_not_show_in_the_text_of_an_error(database: Database) -> None:
    async with database.write() as connection:
        with pytest.raises(DBAPIError) as caught:
            await connection.execute(text("INSERT INTO nowhere VALUES (:v)"), {"v": "hush-hush"})
    assert "hush-hush" not in str(caught.value)


async def test_foreign_keys_are_enforced_on_sqlite_too(sqlite_url: str) -> None:
    database = Database.open(sqlite_url)
    async with database.read() as connection:
        for pragma, value in {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 1}.items():
            assert (await connection.execute(text(f"PRAGMA {pragma}"))).scalar_one() == value
    await database.dispose()


def test_the_password_shows_in_no_text() -> None:
    opened = Database.open("postgresql://bot:s3cret@db.example/bot")
    assert "s3cret" not in repr(opened)
    assert opened.dialect == "postgresql"
    assert opened.file is None


@pytest.mark.parametrize(
    "url",
    [
        "mysql://root:s3cret@db/bot",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://bot:s3cret@host:s3cret/bot",
        "s3cret",
        "",
    ],
)
def test_an_address_that_cannot_work_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(BadDatabaseUrl) as caught:
        Database.open(url)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "sqlite:///" in str(caught.value)
    assert "postgresql://" in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://bot:Tr0ub@s3cret@db/bot",
        "postgresql://bot:Tr0ub@s3cret/s3cret@db/bot",
        "postgresql://bot:Tr0ub@s3cret?s3cret@db/bot",
        "postgresql://bot:Tr0ub@s3cret#s3cret@db/bot",
        "postgresql://bot/s3cret:s3cret@db/bot",
        "postgresql://s3cret/s3cret@:5432/bot",
    ],
)
def test_a_password_that_is_not_escaped_is_refused_with_how_to_write_it(url: str) -> None:
    with pytest.raises(BadDatabaseUrl, match="Percent-encode the password") as caught:
        Database.open(url)
    assert "%40" in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://bot%40corp:Tr0ub%40s3cret@db/bot",
        "postgresql://bot:s3cret/s3cret:s3cret@db/bot",
        "postgresql:///bot?host=/run/postgresql&user=bot@corp",
        "sqlite:////data/rae@acme/bot@home.db",
    ],
)
def test_an_at_sign_where_it_may_stand_is_no_trouble(url: str) -> None:
    assert "s3cret" not in repr(Database.open(url))


def test_a_second_bot_on_the_same_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    refused = pytest.raises(AlreadyRunning, match="Another bot is running")
    with lock_file(file), refused, lock_file(file):
        pytest.fail("two bots hold one file")
    with lock_file(file):
        pass


def test_the_lock_of_a_killed_bot_is_free_again(tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    code = (
        "import sys, time; from pathlib import Path; from store.database import lock_file\n"
        "with lock_file(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(file)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning), lock_file(file):
            pytest.fail("two bots hold one file")
        other.kill()
        other.wait()
    with lock_file(file):
        pass
