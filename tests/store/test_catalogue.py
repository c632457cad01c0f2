"""What orgs have is kept whole, replaced by newer looks, and found by a few letters."""

from datetime import timedelta
from typing import Any

from sqlalchemy import event

from store import catalogue, outbox
from store.database import Database
from store.records import FieldFact, ObjectFact, OrgFacts
from tests.store.people import NOW

PHONE = FieldFact(name="Phone", label="Phone", editable=True)
ADDRESS = FieldFact(name="BillingCity", label="Billing City", compound_of="BillingAddress")
ACCOUNT = ObjectFact(
    name="Account", label="Account", masters=(), sharing="Private", fields=(PHONE, ADDRESS)
)
CONTACT = ObjectFact(name="Contact", label="Contact", masters=("Account",))
ORDER = ObjectFact(name="Order_Line__c", label="Order 100%")
LINES = ObjectFact(name="OrderXLine__c", label="Zeile für Aufträge")


def facts(**other: object) -> OrgFacts:
    plain: dict[str, object] = {
        "org": "uat",
        "org_id": "00D000000000001AAA",
        "organization_type": "Enterprise Edition",
        "license_total": 5,
        "license_used": 3,
        "psl_total": 5,
        "psl_used": 2,
        "apps": ("warehouse", "billing"),
        "begun_at": NOW,
        "ended_at": NOW + timedelta(seconds=3),
    }
    return OrgFacts(**{**plain, **other})  # type: ignore[arg-type]  # fields of the record


async def save(database: Database, *objects: ObjectFact, **other: object) -> bool:
    async with database.write() as conn:
        return await catalogue.save(conn, facts(**other), objects)


async def found(database: Database, text: str, limit: int = 100) -> list[str]:
    async with database.read() as conn:
        return [name for name, _ in await catalogue.objects(conn, "uat", text, limit)]


async def test_an_org_reads_back_as_it_was_looked_at(database: Database) -> None:
    async with database.read() as conn:
        assert await catalogue.org(conn, "uat") is None
    assert await save(database, ACCOUNT, CONTACT, hidden=True, refusal="Wrong kind")
    async with database.read() as conn:
        assert await catalogue.org(conn, "uat") == facts(hidden=True, refusal="Wrong kind")
        known = await catalogue.facts(conn, "uat", ["Account", "Contact", "Gone"])
        assert await catalogue.facts(conn, "prod", ["Account"]) == {}
        assert await catalogue.object_names(conn, "uat") == ("Account", "Contact")
    assert known == {"Account": ACCOUNT, "Contact": CONTACT}


async def test_what_is_not_known_stays_not_known(database: Database) -> None:
    unknown = ObjectFact(name="Case", label="Case", fields=(FieldFact(name="Status"),))
    empty = ObjectFact(name="Lead", label="Lead", masters=())
    await save(database, unknown, empty)
    async with database.read() as conn:
        known = await catalogue.facts(conn, "uat", ["Case", "Lead"])
    assert known["Case"].masters is None
    assert known["Case"].sharing is None
    assert known["Case"].fields[0].editable is None
    assert known["Lead"].masters == ()


async def test_a_new_look_replaces_changes_and_forgets(database: Database) -> None:
    await save(database, ACCOUNT, CONTACT)
    renamed = ObjectFact(name="Account", label="Firma", masters=None, fields=(PHONE,))
    assert await save(database, renamed, ORDER, begun_at=NOW + timedelta(hours=1), license_used=4)
    async with database.read() as conn:
        assert await catalogue.object_names(conn, "uat") == ("Account", "Order_Line__c")
        known = await catalogue.facts(conn, "uat", ["Account"])
        stored = await catalogue.org(conn, "uat")
    assert known == {"Account": renamed}
    assert stored is not None
    assert stored.license_used == 4
    assert await found(database, "firma") == ["Account"]


async def test_other_orgs_are_left_alone(database: Database) -> None:
    await save(database, ACCOUNT, org="prod")
    await save(database, CONTACT)
    async with database.read() as conn:
        assert await catalogue.object_names(conn, "prod") == ("Account",)


async def test_a_look_that_began_earlier_but_ended_later_changes_nothing(
    database: Database,
) -> None:
    await save(database, ACCOUNT)
    assert not await save(database, CONTACT, begun_at=NOW - timedelta(seconds=1), license_used=0)
    assert not await save(database, CONTACT, begun_at=None)
    async with database.read() as conn:
        assert await catalogue.org(conn, "uat") == facts()
        assert await catalogue.object_names(conn, "uat") == ("Account",)


async def test_a_refusal_keeps_what_was_known_and_the_next_look_clears_it(
    database: Database,
) -> None:
    await save(database, ACCOUNT)
    async with database.write() as conn:
        await catalogue.refuse(conn, "uat", "Give the bot View Setup", NOW)
        await catalogue.refuse(conn, "prod", "Wrong key", NOW, hidden=True)
    async with database.read() as conn:
        assert await catalogue.org(conn, "uat") == facts(refusal="Give the bot View Setup")
        assert await catalogue.org(conn, "prod") == OrgFacts(
            org="prod", refusal="Wrong key", hidden=True
        )
        assert await catalogue.object_names(conn, "uat") == ("Account",)
    await save(database, ACCOUNT)
    async with database.read() as conn:
        assert await catalogue.org(conn, "uat") == facts()


async def test_objects_are_found_by_any_part_of_name_or_label_in_any_case(
    database: Database,
) -> None:
    await save(database, ACCOUNT, CONTACT, ORDER, LINES)
    assert await found(database, "CCOU") == ["Account"]
    assert await found(database, "aufträge") == ["OrderXLine__c"]
    assert await found(database, "AUFTRÄGE") == ["OrderXLine__c"]
    assert await found(database, " contact ") == ["Contact"]
    assert await found(database, "nothing") == []
    assert len(await found(database, "")) == 4
    assert len(await found(database, "", limit=3)) == 3


async def test_wildcards_that_a_person_types_are_letters(database: Database) -> None:
    await save(database, ACCOUNT, ORDER, LINES)
    assert await found(database, "r_l") == ["Order_Line__c"]
    assert await found(database, "100%") == ["Order_Line__c"]
    assert await found(database, "%") == ["Order_Line__c"]
    assert await found(database, "/") == []
    assert await found(database, "'; DROP TABLE org; --") == []


async def test_exact_hits_come_first_then_beginnings_then_the_rest(database: Database) -> None:
    await save(
        database,
        *(
            ObjectFact(name=name, label=label)
            for name, label in [
                ("AAsset", "A task asset"),
                ("Zz__c", "Task"),
                ("TaskRelation", "Zebra"),
                ("Task", "To do"),
                ("Bb__c", "Task force"),
            ]
        ),
    )
    hits = await found(database, "task")
    assert set(hits[:2]) == {"Zz__c", "Task"}
    assert set(hits[2:4]) == {"TaskRelation", "Bb__c"}
    assert hits[4:] == ["AAsset"]
    assert await found(database, "task", limit=2) == hits[:2]


async def test_fields_are_found_inside_their_object_only(database: Database) -> None:
    phones = (FieldFact(name="HomePhone", label="At home"), PHONE, FieldFact(name="PhoneX"))
    await save(database, ACCOUNT, ObjectFact(name="Lead", label="Lead", fields=phones))
    async with database.read() as conn:
        names = [one.name for one in await catalogue.fields(conn, "uat", "Lead", "PHONE")]
        assert await catalogue.fields(conn, "uat", "Account", "city") == [ADDRESS]
        assert await catalogue.fields(conn, "uat", "Account", "%") == []
        assert await catalogue.fields(conn, "uat", "Gone", "") == []
        assert len(await catalogue.fields(conn, "uat", "Lead", "", 2)) == 2
    assert names == ["Phone", "PhoneX", "HomePhone"]


def real_org(**other: str) -> list[ObjectFact]:
    """1,000 objects with 100 fields each."""
    lots = tuple(FieldFact(name=f"Field_{n}__c", label=f"A field, number {n}") for n in range(100))
    return [
        ObjectFact(name=f"Object_{n}__c", label=other.get(f"n{n}", f"Object {n}"), fields=lots)
        for n in range(1000)
    ]


async def rows_written(database: Database, objects: list[ObjectFact]) -> int:
    """Save, and count the object rows that were sent to the database."""
    sent: list[int] = []

    def count(_c: Any, _cursor: Any, sql: str, parameters: Any, _context: Any, many: bool) -> None:  # noqa: FBT001 - SQLAlchemy calls it so
        if "object_fact" in sql and not sql.startswith("SELECT"):
            sent.append(len(parameters) if many else 1)

    async with database.write() as conn:
        event.listen(conn.sync_connection, "before_cursor_execute", count)
        await catalogue.save(conn, facts(), catalogue.prepare(objects))
    return sum(sent)


async def test_of_a_real_org_only_what_changed_is_written(database: Database) -> None:
    assert await rows_written(database, real_org()) >= 2  # in few statements, whatever the driver
    assert await rows_written(database, real_org()) == 0
    assert await rows_written(database, real_org(n7="Renamed")) == 1
    assert await found(database, "renamed") == ["Object_7__c"]
    assert len(await found(database, "object 99")) == 11
    assert await rows_written(database, real_org()[:990]) == 2
    assert await found(database, "object 99") == ["Object_99__c"]


async def told(database: Database, *keys: str) -> None:
    """The channel for problems reads about these orgs, as they are now."""
    async with database.write() as conn:
        for key in keys:
            one, org = f"org/{key}", "org"
            await outbox.want(conn, one, request=None, surface=org, target="C0OPS", now=NOW)
            await outbox.shown(conn, one, version=1, channel="C0OPS", ts="1.1")


async def due(database: Database) -> list[str]:
    async with database.read() as conn:
        return [one.id for one in await outbox.waiting(conn)]


async def test_who_was_told_of_a_refusal_hears_that_the_org_is_accepted(
    database: Database,
) -> None:
    for key in ("uat", "uat2", "prod"):
        await save(database, org=key, refusal="Another org answers.")
    await told(database, "uat", "uat2")
    async with database.write() as conn:
        assert await catalogue.accept(conn, "uat", "00DNEW", NOW)
        assert await catalogue.accept(conn, "prod", "00DNEW", NOW)
    assert await due(database) == ["org/uat"]


async def test_who_was_told_of_a_refusal_hears_once_that_the_org_was_taken_out(
    database: Database,
) -> None:
    for key in ("kept", "gone", "well", "untold"):
        await save(database, org=key, refusal="" if key == "well" else "Another org answers.")
    await told(database, "kept", "gone", "well")
    async with database.write() as conn:
        first = await catalogue.close_removed(conn, ["kept"], "Taken out.", NOW)
        assert first == ["gone", "untold"]
        assert await catalogue.close_removed(conn, ["kept"], "Taken out.", NOW) == []
    assert await due(database) == ["org/gone"]
