"""What does a request do? Its parts, as journal and faults see them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlsplit

from bot.sandbox.orgs.composite import subcalls
from bot.sandbox.orgs.journal import Part
from bot.sandbox.orgs.world import World

_FROM = re.compile(r"\bFROM\s+(\w+)", re.IGNORECASE)


def parts_of(
    world: World, method: str, path: str, query: Mapping[str, str], body: object
) -> tuple[Part, ...]:
    """The request itself, and everything inside a composite or collection."""
    return tuple(_parts(world, method, path, query, body, None))


def _parts(
    world: World,
    method: str,
    path: str,
    query: Mapping[str, str],
    body: object,
    reference: str | None,
) -> Iterator[Part]:
    pieces = [piece for piece in path.split("/") if piece][3:]
    if pieces == ["composite"]:
        yield Part(method=method, path=path)
        for name, part in subcalls(body):
            url = urlsplit(str(part.get("url")))
            yield from _parts(
                world,
                str(part.get("method", "GET")).upper(),
                url.path,
                dict(parse_qsl(url.query)),
                part.get("body"),
                name,
            )
        return
    names = _objects(world, pieces, query, body)
    for one in names or [None]:
        yield Part(method=method, path=path, sobject=one, reference=reference)


def _objects(
    world: World, pieces: list[str], query: Mapping[str, str], body: object
) -> list[str | None]:
    if pieces[:1] == ["sobjects"] and len(pieces) > 1:
        return [_exact(world, pieces[1])]
    if pieces[:1] == ["query"]:
        found = _FROM.search(query.get("q", ""))
        return [_exact(world, found[1])] if found else []
    if pieces == ["composite", "sobjects"]:
        records = body.get("records") if isinstance(body, Mapping) else None
        kinds = [
            str((one.get("attributes") or {}).get("type"))
            for one in (records if isinstance(records, list) else [])
            if isinstance(one, Mapping)
        ]
        ids = [one for one in query.get("ids", "").split(",") if one]
        kinds += [
            each.name for one in ids for each in world.schema.values() if each.prefix == one[:3]
        ]
        return [_exact(world, one) for one in dict.fromkeys(kinds)]
    return []


def _exact(world: World, name: str) -> str:
    found = world.find(name)
    return found.name if found else name
