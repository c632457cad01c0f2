"""Reports of the clock's jobs, and the logins that were the bot's own."""

from __future__ import annotations

from datetime import timedelta

from store import ledger, reports
from store.database import Database
from store.journal import own_logins
from store.records import JournalLine, Source
from tests.store.people import NOW as NOON
from tests.store.people import asked as an_asked


def own_login(username: str, minutes: int) -> JournalLine:
    return JournalLine(
        at=NOON + timedelta(minutes=minutes),
        actor="engine",
        source=Source.ENGINE,
        event="own_login",
        detail="The bot itself logs in",
        after={"username": username},
    )


async def test_the_newest_report_is_the_one_that_is_found(database: Database) -> None:
    async with database.write() as conn:
        for day, org in ((24, "uat"), (25, "uat"), (26, "prod")):
            made = {"job": "stale", "org": org, "slot": f"2026-11-{day}"}
            await reports.save(conn, **made, body={"day": day}, now=NOON + timedelta(days=day))
        await reports.save(
            conn, job="stale", org="uat", slot="2026-11-24", body={"day": 0}, now=NOON
        )
    async with database.read() as conn:
        newest = await reports.last(conn, job="stale", org="uat")
        older = await reports.get(conn, job="stale", org="uat", slot="2026-11-24")
        assert await reports.last(conn, job="digest", org="uat") is None
        assert await reports.get(conn, job="stale", org="uat", slot="2026-11-26") is None
    assert newest is not None
    assert (newest.slot, newest.body) == ("2026-11-25", {"day": 25})
    assert newest.made_at == NOON + timedelta(days=25)
    assert older is not None
    assert older.body == {"day": 0}


async def test_old_reports_are_forgotten(database: Database) -> None:
    async with database.write() as conn:
        for day in range(4):
            now = NOON + timedelta(days=day)
            await reports.save(conn, job="stale", org="uat", slot=str(day), body={}, now=now)
        await reports.save(conn, job="stale", org="prod", slot="0", body={}, now=NOON)
        before = NOON + timedelta(days=2)
        assert await reports.drop_before(conn, job="stale", org="uat", before=before) == 2
        assert await reports.get(conn, job="stale", org="uat", slot="1") is None
        assert await reports.get(conn, job="stale", org="uat", slot="2")
        assert await reports.get(conn, job="stale", org="prod", slot="0")


async def test_the_bots_own_logins_are_found_by_username_and_org(database: Database) -> None:
    async with database.write() as conn:
        for org, username in (("uat", "Sync@Acme.example"), ("prod", "other@acme.example")):
            request = await ledger.create(
                conn, requester="U0RAE", asked=an_asked(org=org), now=NOON
            )
            await ledger.note(conn, request.id, own_login(username, 1))
            await ledger.note(conn, request.id, own_login(username, 9))
        found = await own_logins(conn, "uat")
    at = tuple(NOON + timedelta(minutes=minutes) for minutes in (1, 9))
    assert found == {"sync@acme.example": at}
