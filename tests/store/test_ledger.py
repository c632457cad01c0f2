"""Requests are kept whole, found by who has to do with them, and changed by one at a time."""

import asyncio
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError

from store import ledger
from store.database import Database
from store.records import PermissionSetRef, Request, State
from store.tables import request as requests
from tests.store.people import (
    ADA,
    BEA,
    NOW,
    OLU,
    RAE,
    SAM,
    asked,
    finding,
    preflight,
)


async def new(database: Database, **other: object) -> Request:
    async with database.write() as conn:
        return await ledger.create(conn, requester=RAE, asked=asked(**other), now=NOW)


async def found(database: Database, **filters: object) -> list[int]:
    async with database.read() as conn:
        return [one.id for one in await ledger.search(conn, **filters)]  # type: ignore[arg-type]  # what search takes


async def test_a_new_request_has_the_next_number_and_reads_back_as_it_was(
    database: Database,
) -> None:
    first, second = await new(database), await new(database)
    assert (first.id, first.label, second.id) == (1, "IU-1", 2)
    assert first.state is State.REQUESTED
    async with database.read() as conn:
        assert await ledger.get(conn, 1) == first
        assert await ledger.get(conn, 99) is None


def test_every_field_of_a_request_has_its_column_or_its_table() -> None:
    names = {one.name for one in fields(Request)} - {"votes"}
    assert names <= set(requests.c.keys())


async def test_a_change_is_kept_with_everything_in_it(database: Database) -> None:
    request = await new(database)
    later = datetime(2026, 11, 22, 12, 30, tzinfo=timezone(timedelta(hours=2)))
    async with database.write() as conn:
        changed = await ledger.change(
            conn,
            request,
            now=NOW,
            state=State.BLOCKED,
            withdrawing=True,
            preflight=preflight(),
            wanted_hash="ab" * 32,
            finding=finding(),
            user_id="0051",
            permission_sets=(PermissionSetRef(name="A", id="0PS1"), PermissionSetRef(name="B")),
            approved_at=later,
            proof_until=NOW,
            smokes=3,
            tries=2,
        )
    assert changed.version == 2
    assert changed.username == "warehouse@integrations.acme.example.uat"
    async with database.read() as conn:
        read = await ledger.get(conn, request.id)
    assert read == changed
    assert read is not None
    assert read.approved_at == datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
    assert read.approved_at.tzinfo is UTC


async def test_a_field_can_be_emptied_again(database: Database) -> None:
    request = await new(database)
    async with database.write() as conn:
        full = await ledger.change(conn, request, now=NOW, finding=finding(), preflight=preflight())
        bare = await ledger.change(conn, full, now=NOW, finding=None, preflight=None)
    assert (bare.finding, bare.preflight) == (None, None)
    async with database.read() as conn:
        assert await ledger.get(conn, request.id) == bare


async def test_of_two_changes_at_once_one_is_told_that_somebody_was_first(
    database: Database,
) -> None:
    request = await new(database)
    both_ready = asyncio.Barrier(2)

    async def decide(state: State) -> State:
        await both_ready.wait()
        async with database.write() as conn:
            return (await ledger.change(conn, request, now=NOW, state=state)).state

    ends = await asyncio.gather(
        decide(State.APPROVED), decide(State.REJECTED), return_exceptions=True
    )
    won = [end for end in ends if isinstance(end, State)]
    assert len(won) == 1
    assert [type(end) for end in ends if end not in won] == [ledger.Conflict]
    async with database.read() as conn:
        read = await ledger.get(conn, request.id)
    assert read is not None
    assert (read.state, read.version) == (won[0], 2)


async def test_what_never_changes_cannot_be_changed(database: Database) -> None:
    request = await new(database)
    for name in ("id", "requester", "votes", "nonsense"):
        async with database.write() as conn:
            with pytest.raises(TypeError, match=name):
                await ledger.change(conn, request, now=NOW, **{name: 1})


async def test_a_state_that_nobody_knows_is_refused_by_the_database(database: Database) -> None:
    await new(database)
    with pytest.raises(IntegrityError):
        async with database.write() as conn:
            await conn.execute(requests.update().values(state="asleep"))


async def test_a_naive_time_is_refused(database: Database) -> None:
    request = await new(database)
    with pytest.raises(Exception, match="time zone"):
        async with database.write() as conn:
            await ledger.change(conn, request, now=NOW, approved_at=datetime(2026, 1, 1))  # noqa: DTZ001 - the point


async def test_search_is_newest_first_by_state_people_and_org(database: Database) -> None:
    one, two = await new(database), await new(database, org="prod", owner=SAM)
    three = await new(database, owner=RAE, backup_owner=ADA)
    async with database.write() as conn:
        await ledger.change(conn, two, now=NOW, state=State.LIVE)
    assert await found(database) == [three.id, two.id, one.id]
    assert await found(database, limit=2) == [three.id, two.id]
    assert await found(database, people=[SAM]) == [two.id]
    assert await found(database, people=[ADA, OLU]) == [three.id, one.id]
    assert await found(database, people=[BEA]) == [two.id, one.id]
    assert await found(database, people=[RAE], org="uat") == [three.id, one.id]
    assert await found(database, states=[State.LIVE]) == [two.id]
    assert await found(database, states=[], people=[RAE]) == []


async def test_the_owner_that_a_change_names_finds_the_request(database: Database) -> None:
    request = await new(database)
    async with database.write() as conn:
        await ledger.change(conn, request, now=NOW, asked=asked(owner=SAM))
    assert await found(database, people=[SAM]) == [request.id]
    assert await found(database, people=[OLU]) == []


async def test_names_in_use_are_those_of_requests_that_have_not_ended(database: Database) -> None:
    typed = await new(database, username="Typed@acme.example")
    planned, ended = await new(database), await new(database, username="ended@acme.example")
    await new(database, org="prod", username="other-org@acme.example")
    await new(database)
    async with database.write() as conn:
        await ledger.change(conn, planned, now=NOW, preflight=preflight("planned@acme.example"))
        await ledger.change(conn, ended, now=NOW, state=State.WITHDRAWN)
    async with database.read() as conn:
        in_use = await ledger.names_in_use(conn, "uat")
        others = await ledger.names_in_use(conn, "uat", without=typed.id)
    assert in_use == {"typed@acme.example", "planned@acme.example"}
    assert others == {"planned@acme.example"}


async def test_of_two_submits_for_the_last_seat_one_wins(database: Database) -> None:
    seats, both_ready = 1, asyncio.Barrier(2)

    async def submit() -> bool:
        await both_ready.wait()
        async with database.write() as conn:
            await ledger.lock_org(conn, "uat")
            if len(await ledger.search(conn, org="uat")) >= seats:
                return False
            await asyncio.sleep(0.02)
            await ledger.create(conn, requester=RAE, asked=asked(), now=NOW)
            return True

    for org_is_new in (True, False):
        won = await asyncio.gather(submit(), submit())
        assert sorted(won) == [False, True], org_is_new
        seats += 1


async def test_different_orgs_do_not_wait_for_each_other(database: Database) -> None:
    if database.dialect == "sqlite":
        pytest.skip("SQLite has one writer")
    async with database.write() as uat, asyncio.timeout(5):
        await ledger.lock_org(uat, "uat")
        async with database.write() as prod:
            await ledger.lock_org(prod, "prod")
