"""Whatever people type comes back as they typed it, or harmless; nothing is run, nothing breaks."""

import pytest

from store import catalogue, ledger, outbox
from store.database import Database
from store.records import Draft, ObjectFact, OrgFacts, Request, Vote
from store.tables import request as requests
from tests.store.people import ADA, NOW, RAE, asked, line

HOSTILE = [
    "'; DROP TABLE request; --",
    '"}], "grants": [{"object": "User"',
    "%s %(id)s :id ? {0} ${x} \\",
    "<!channel> <@U0ADMIN> & <https://evil.example|click>",
    "Zażółć 日本語 🤖 \u202eright to left\u202c",
    "line\r\nbreak\ttab\u2028\x7f\x1b[31m",
    "a" * 100_000,
    "NULL",
    " ",
]
UNSTORABLE = ["nul\x00byte", "half \ud83e pair"]


async def create(database: Database, text: str) -> Request:
    async with database.write() as conn:
        return await ledger.create(conn, requester=RAE, asked=asked(purpose=text), now=NOW)


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_reads_back_as_it_was_typed(database: Database, text: str) -> None:
    request = await create(database, text)
    spoken = Vote(who=ADA, decision="reject", at=NOW, reason=text, wanted_hash="h")
    written = line(detail=text, before={text: [text, None]}, after={"n": {"deep": text}})
    draft = Draft(id="d", owner=RAE, asked=asked(name=text, ticket=text), created_at=NOW)
    async with database.write() as conn:
        await ledger.add_vote(conn, request.id, spoken)
        await ledger.note(conn, request.id, written)
        await ledger.add_draft(conn, draft)
        await outbox.want(conn, "m", request=1, surface="dm", target=RAE, now=NOW)
        await outbox.give_up(conn, "m", text)
        await catalogue.save(
            conn, OrgFacts(org="uat", begun_at=NOW), [ObjectFact(name="A", label=text)]
        )
        await catalogue.refuse(conn, "uat", text, NOW)
    async with database.read() as conn:
        read = await ledger.get(conn, request.id)
        assert read is not None
        assert (read.asked.purpose, read.votes) == (text, (spoken,))
        assert await ledger.journal(conn, request.id) == [written]
        assert await ledger.get_draft(conn, "d", now=NOW) == draft
        assert await outbox.given_up(conn) == {"m": text}
        refused = await catalogue.org(conn, "uat")
        assert refused is not None
        assert refused.refusal == text
        assert (await catalogue.facts(conn, "uat", ["A"]))["A"].label == text
        await catalogue.objects(conn, "uat", text)
        assert await ledger.search(conn, org=text, people=[text]) == []
        assert len((await conn.execute(requests.select())).all()) == 1


@pytest.mark.parametrize("text", UNSTORABLE)
async def test_what_no_database_stores_is_replaced_and_fails_nobody(
    database: Database, text: str
) -> None:
    request = await create(database, text)
    spoken = Vote(who=ADA, decision="reject", at=NOW, reason=text, wanted_hash="h")
    async with database.write() as conn:
        await ledger.add_vote(conn, request.id, spoken)
        await ledger.note(conn, request.id, line(detail=text))
        await ledger.change(conn, request, now=NOW, asked=asked(username=text))
        await catalogue.save(
            conn, OrgFacts(org="uat", begun_at=NOW), [ObjectFact(name="A", label=text)]
        )
    harmless = text.replace("\x00", "\ufffd").replace("\ud83e", "\ufffd")
    async with database.read() as conn:
        read = await ledger.get(conn, request.id)
        assert read is not None
        assert read.votes[0].reason == harmless
        assert [one.detail for one in await ledger.journal(conn, request.id)] == [harmless]
        assert await ledger.names_in_use(conn, "uat") == {harmless}
        assert await catalogue.objects(conn, "uat", text) == [("A", harmless)]
        assert await catalogue.objects(conn, "uat", harmless) == [("A", harmless)]
