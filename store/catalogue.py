"""What is in each org? The cache that pickers, forms and seat counts read.

A refresh replaces what an org has, but writes only the objects that changed: an org of 1,000
objects with 100 fields each is some 5 MB, and on SQLite everybody else waits for the writer.
`prepare` does half of the work before the transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store import outbox
from store.dialects import insert
from store.records import FieldFact, Json, ObjectFact, OrgFacts
from store.tables import object_fact as objects_table
from store.tables import org as orgs
from store.tables import storable

LIMIT = 100
"""What a Slack picker shows at most (slack-platform 2)."""

ORG_SURFACE: Final = "org"
"""What the messages about orgs that cannot be chosen are called in the outbox; the key follows."""

_COLUMNS = tuple(one.name for one in fields_of(OrgFacts))
_SOME = 500
_LONGEST = 255  # no name or label is longer; SQLite fails on patterns beyond 50,000 bytes
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Objects as rows, ready to be compared and stored."""

    rows: tuple[Json, ...]


def prepare(objects: Iterable[ObjectFact]) -> Prepared:
    """Turn objects into rows. Pure, but some 50 ms for 100,000 fields."""
    return Prepared(rows=tuple(_row(one) for one in objects))


async def save(
    conn: AsyncConnection, facts: OrgFacts, objects: Sequence[ObjectFact] | Prepared
) -> bool:
    """Replace what is known of an org; False, and nothing stored, when a newer look is stored.

    Newer = its look began later: two looks may overlap, and the seats of the newer one count.
    """
    prepared = objects if isinstance(objects, Prepared) else prepare(objects)
    row = {name: getattr(facts, name) for name in _COLUMNS}
    row |= {"apps": list(facts.apps), "refused_at": facts.ended_at if facts.refusal else None}
    newest = insert(conn, orgs).values(row)
    newest = newest.on_conflict_do_update(
        index_elements=["org"],
        set_={name: value for name, value in row.items() if name != "org"},
        where=or_(orgs.c.begun_at.is_(None), orgs.c.begun_at <= newest.excluded.begun_at),
    )
    if (await conn.execute(newest.returning(orgs.c.org))).first() is None:
        return False
    await _replace(conn, facts.org, prepared.rows)
    return True


async def refuse(
    conn: AsyncConnection, org: str, sentence: str, now: datetime, *, hidden: bool = False
) -> None:
    """Say why an org cannot be chosen now. What was known of it stays; a later `save` clears it.

    `hidden`: it is not even offered.
    """
    values = {"refusal": sentence, "refused_at": now, "hidden": hidden}
    first = insert(conn, orgs).values(org=org, apps=[], **values)
    await conn.execute(first.on_conflict_do_update(index_elements=["org"], set_=values))


async def accept(conn: AsyncConnection, key: str, org_id: str, now: datetime) -> bool:
    """Know an org by another id from now on, and take back its refusal; False if it is unknown.

    Who was told of the refusal is told that it is taken back: the next look finds nothing new.
    """
    anew = {"org_id": org_id, "refusal": "", "refused_at": None, "hidden": False}
    done = await conn.execute(update(orgs).where(orgs.c.org == key).values(anew))
    await _tell_again(conn, key, now)
    return done.rowcount == 1


async def close_removed(
    conn: AsyncConnection, known: Collection[str], sentence: str, now: datetime
) -> list[str]:
    """Let the refusal of each org beside the `known` ones be `sentence`, and tell so; which were.

    An org that is refused by that sentence already, or by none, is left as it is.
    """
    other = orgs.c.refusal.not_in(["", sentence])
    query = select(orgs.c.org).where(other, orgs.c.org.not_in(sorted(known)))
    removed = sorted((await conn.execute(query)).scalars())
    for key in removed:
        await refuse(conn, key, sentence, now)
        await _tell_again(conn, key, now)
    return removed


async def org(conn: AsyncConnection, key: str) -> OrgFacts | None:
    """Tell what is known of an org; None when nobody has looked yet."""
    row = (await conn.execute(select(orgs).where(orgs.c.org == key))).first()
    if row is None:
        return None
    known = {name: getattr(row, name) for name in _COLUMNS}
    return OrgFacts(**{**known, "apps": tuple(row.apps)})


async def objects(
    conn: AsyncConnection, org: str, text: str, limit: int = LIMIT
) -> list[tuple[str, str]]:
    """Find objects as (API name, label) by a part of either, in any case, best hits first.

    First what is exactly so called, then what begins so, then the rest, each by label.
    """
    part = storable(text.strip().lower())
    if len(part) > _LONGEST:
        return []
    name, label = objects_table.c.name_folded, objects_table.c.label_folded
    query = select(objects_table.c.name, objects_table.c.label).where(
        objects_table.c.org == org,
        or_(name.contains(part, autoescape=True), label.contains(part, autoescape=True)),
    )
    rank = case(
        (or_(name == part, label == part), 0),
        (or_(name.startswith(part, autoescape=True), label.startswith(part, autoescape=True)), 1),
        else_=2,
    )
    found = await conn.execute(query.order_by(rank, label, name).limit(limit))
    return [(row.name, row.label) for row in found]


async def facts(conn: AsyncConnection, org: str, names: Collection[str]) -> dict[str, ObjectFact]:
    """Read the facts of the named objects; an object that the cache does not know is left out."""
    wanted = sorted(set(names))
    found: dict[str, ObjectFact] = {}
    for some in _chunks(wanted):
        here = (objects_table.c.org == org) & objects_table.c.name.in_(some)
        for row in await conn.execute(select(objects_table).where(here)):
            found[row.name] = _fact(row)
    return found


async def object_names(conn: AsyncConnection, org: str) -> tuple[str, ...]:
    """List the API names of all objects known of an org, in order."""
    query = select(objects_table.c.name).where(objects_table.c.org == org)
    return tuple(sorted((await conn.execute(query)).scalars()))


async def fields(
    conn: AsyncConnection,
    org: str,
    object_name: str,
    text: str,
    limit: int = LIMIT,
) -> list[FieldFact]:
    """Find the fields of one object by a part of API name or label, as `objects` does."""
    known = (await facts(conn, org, [object_name])).get(object_name)
    if known is None:
        return []
    part = storable(text.strip().lower())
    hits = []
    for one in known.fields:
        names = (one.name.lower(), one.label.lower())
        if any(part in name for name in names):
            rank = 0 if part in names else 1 if any(n.startswith(part) for n in names) else 2
            hits.append((rank, names[1], names[0], one))
    return [hit[3] for hit in sorted(hits, key=lambda hit: hit[:3])[:limit]]


async def _tell_again(conn: AsyncConnection, key: str, now: datetime) -> None:
    """Make the message about an org due again, if there is one."""
    told = await outbox.get(conn, f"{ORG_SURFACE}/{key}")
    if told is not None:
        await outbox.want(
            conn, told.id, request=None, surface=told.surface, target=told.target, now=now
        )


async def _replace(conn: AsyncConnection, org: str, rows: Sequence[Json]) -> None:
    here = objects_table.c.org == org
    known = select(objects_table.c.name, objects_table.c.digest).where(here)
    before = {row.name: row.digest for row in await conn.execute(known)}
    changed = [{"org": org, **row} for row in rows if before.get(row["name"]) != row["digest"]]
    for some in _chunks(changed):
        new = insert(conn, objects_table)
        given = {name: new.excluded[name] for name in some[0] if name not in {"org", "name"}}
        await conn.execute(
            new.on_conflict_do_update(index_elements=["org", "name"], set_=given), list(some)
        )
    gone = sorted(before.keys() - {row["name"] for row in rows})
    for names in _chunks(gone):
        await conn.execute(delete(objects_table).where(here, objects_table.c.name.in_(names)))


def _chunks(items: Sequence[_T]) -> Iterable[Sequence[_T]]:
    return (items[start : start + _SOME] for start in range(0, len(items), _SOME))


def _row(one: ObjectFact) -> Json:
    known = [
        one.masters,
        one.sharing,
        [[field.name, field.label, field.editable, field.compound_of] for field in one.fields],
    ]
    text = json.dumps(known, separators=(",", ":"))
    return {
        "name": one.name,
        "name_folded": one.name.lower(),
        "label": one.label,
        "label_folded": one.label.lower(),
        "digest": hashlib.sha256(f"{one.label}\n{text}".encode("utf-8", "replace")).hexdigest(),
        "facts": text,
    }


def _fact(row: Any) -> ObjectFact:
    masters, sharing, known = json.loads(row.facts)
    return ObjectFact(
        name=row.name,
        label=row.label,
        masters=None if masters is None else tuple(masters),
        sharing=sharing,
        fields=tuple(
            FieldFact(name=name, label=label, editable=editable, compound_of=compound_of)
            for name, label, editable, compound_of in known
        ),
    )
