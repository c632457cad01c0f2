"""A vote counts once, a run's step leaves one line, a draft makes one request."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from store import ledger
from store.database import Database
from store.records import Draft, JournalLine, Request, Source, Vote
from tests.store.people import ADA, BEN, NOW, OLU, RAE, asked, line

ENGINE = {"source": Source.ENGINE, "actor": "engine"}


def vote(who: str, wanted_hash: str = "h1", decision: str = "approve", reason: str = "") -> Vote:
    return Vote(who=who, decision=decision, at=NOW, wanted_hash=wanted_hash, reason=reason)


@pytest.fixture
async def request_of_rae(database: Database) -> Request:
    async with database.write() as conn:
        return await ledger.create(conn, requester=RAE, asked=asked(), now=NOW)


async def test_one_persons_second_vote_on_the_same_wanted_state_is_ignored(
    database: Database, request_of_rae: Request
) -> None:
    id_ = request_of_rae.id
    async with database.write() as conn:
        assert await ledger.add_vote(conn, id_, vote(ADA))
        assert not await ledger.add_vote(conn, id_, vote(ADA, decision="reject", reason="oh"))
        assert await ledger.add_vote(conn, id_, vote(BEN))
        assert await ledger.add_vote(conn, id_, vote(ADA, "h2"))
    async with database.read() as conn:
        read = await ledger.get(conn, id_)
    assert read is not None
    assert read.votes == (vote(ADA), vote(BEN), vote(ADA, "h2"))


async def test_voided_votes_stop_counting_and_the_person_may_vote_again(
    database: Database, request_of_rae: Request
) -> None:
    async with database.write() as conn:
        await ledger.add_vote(conn, request_of_rae.id, vote(ADA))
        assert await ledger.void_votes(conn, request_of_rae.id, now=NOW) == 1
        emptied = await ledger.get(conn, request_of_rae.id)
        assert await ledger.add_vote(conn, request_of_rae.id, vote(ADA))
        again = await ledger.change(conn, request_of_rae, now=NOW)
    assert emptied is not None
    assert emptied.votes == ()
    assert again.votes == (vote(ADA),)


async def test_of_two_approvers_at_once_the_second_counts_both_votes(
    database: Database, request_of_rae: Request
) -> None:
    both_ready = asyncio.Barrier(2)

    async def approve(who: str) -> int:
        await both_ready.wait()
        while True:
            try:
                async with database.write() as conn:
                    request = await ledger.get(conn, request_of_rae.id)
                    assert request is not None
                    await ledger.add_vote(conn, request.id, vote(who))
                    await asyncio.sleep(0.02)
                    return len((await ledger.change(conn, request, now=NOW)).votes)
            except ledger.Conflict:
                continue

    assert sorted(await asyncio.gather(approve(ADA), approve(BEN))) == [1, 2]


async def test_a_step_that_runs_twice_leaves_one_line(
    database: Database, request_of_rae: Request
) -> None:
    step = line("done", **ENGINE, run="provision-1-1", step="create set", detail="Made it")
    again = line("done", **ENGINE, run="provision-1-1", step="create set", detail="Made again")
    retried = line("done", **ENGINE, run="provision-1-2", step="create set")
    async with database.write() as conn:
        assert await ledger.note(conn, request_of_rae.id, step)
        assert not await ledger.note(conn, request_of_rae.id, again)
        assert await ledger.note(conn, request_of_rae.id, retried)
    async with database.read() as conn:
        assert await ledger.journal(conn, request_of_rae.id) == [step, retried]


async def test_what_people_do_twice_is_written_twice_and_in_order(
    database: Database, request_of_rae: Request
) -> None:
    asked_twice = [line("tested", before={"state": "live"}, after={"n": 1}), line("tested")]
    async with database.write() as conn:
        for one in [*asked_twice, line("withdrawn", at=NOW - timedelta(days=1))]:
            assert await ledger.note(conn, request_of_rae.id, one)
    async with database.read() as conn:
        written = await ledger.journal(conn, request_of_rae.id)
        assert await ledger.journal(conn, 99) == []
    assert written[:2] == asked_twice
    assert written[2].event == "withdrawn"


async def test_a_line_of_a_run_without_a_step_is_refused(
    database: Database, request_of_rae: Request
) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as conn:
            await ledger.note(conn, request_of_rae.id, line(run="provision-1-1"))


async def test_no_line_without_its_request(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as conn:
            await ledger.note(conn, 99, line())


def intent(step: str, run: str = "p-1/0", writes: object = None) -> JournalLine:
    after = {"writes": writes} if writes else None
    return line(ledger.INTENT, **ENGINE, run=run, step=step, after=after)


async def test_only_what_was_intended_may_be_ours(
    database: Database, request_of_rae: Request
) -> None:
    id_ = request_of_rae.id
    async with database.write() as conn:
        await ledger.note(conn, id_, intent("user", writes="user:a@b.c"))
        await ledger.note(conn, id_, intent("sets", writes=["set:A", "set:B"]))
        await ledger.note(conn, id_, intent("assign"))
        await ledger.note(conn, id_, line("done", after={"writes": "set:foreign"}))
    async with database.read() as conn:
        assert await ledger.intended(conn, id_) == {"user:a@b.c", "set:A", "set:B"}
        assert await ledger.intended(conn, 99) == frozenset()


async def test_an_intent_is_open_until_a_later_line_says_done(
    database: Database, request_of_rae: Request
) -> None:
    id_ = request_of_rae.id
    done = line(ledger.DONE, **ENGINE, run="p-1", step="user")
    again = intent("user", run="p-2/0")
    async with database.write() as conn:
        for one in (intent("user"), intent("set"), done, again):
            await ledger.note(conn, id_, one)
    async with database.read() as conn:
        assert await ledger.open_intents(conn, id_) == [intent("set"), again]


def draft(id_: str = "d1") -> Draft:
    return Draft(id=id_, owner=RAE, asked=asked(), created_at=NOW)


async def test_a_draft_is_kept_for_a_day(database: Database) -> None:
    async with database.write() as conn:
        await ledger.add_draft(conn, draft())
        assert await ledger.update_draft(conn, "d1", asked(owner=BEN))
        almost = await ledger.get_draft(conn, "d1", now=NOW + timedelta(hours=23, minutes=59))
        assert await ledger.get_draft(conn, "d1", now=NOW + timedelta(hours=24)) is None
        assert await ledger.get_draft(conn, "d2", now=NOW) is None
    assert almost is not None
    assert (almost.owner, almost.asked.owner, almost.created_at) == (RAE, BEN, NOW)


async def test_a_draft_makes_at_most_one_request(database: Database) -> None:
    async with database.write() as conn:
        await ledger.add_draft(conn, draft())
        assert await ledger.request_of_draft(conn, "d1") is None
    both_ready = asyncio.Barrier(2)

    async def submit() -> bool:
        await both_ready.wait()
        async with database.write() as conn:
            made = await ledger.create(conn, requester=RAE, asked=asked(), now=NOW)
            return await ledger.use_draft(conn, "d1", made.id)

    assert sorted(await asyncio.gather(submit(), submit())) == [False, True]
    async with database.write() as conn:
        made = await ledger.request_of_draft(conn, "d1")
        assert not await ledger.update_draft(conn, "d1", asked(owner=OLU))
    assert made is not None
    assert made.requester == RAE


async def test_old_drafts_are_dropped_and_used_ones_stay(database: Database) -> None:
    async with database.write() as conn:
        for name in ("old", "used"):
            await ledger.add_draft(conn, draft(name))
        made = await ledger.create(conn, requester=RAE, asked=asked(), now=NOW)
        await ledger.use_draft(conn, "used", made.id)
        assert await ledger.drop_drafts(conn, NOW + timedelta(hours=23)) == 0
        assert await ledger.drop_drafts(conn, NOW + timedelta(hours=24)) == 1
        assert await ledger.request_of_draft(conn, "used") == made
