"""How does /composite run its subrequests? References, order, roll-back (provisioning 3).

1. The whole call is refused when its shape is wrong.
2. Subrequests run in order; with collateSubrequests (the default) any order that references allow.
3. With allOrNone one failure undoes everything, and every other one is PROCESSING_HALTED.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from bot.sandbox.orgs.calls import Answer, Call
from bot.sandbox.orgs.grants import Access
from bot.sandbox.orgs.refusal import Fact, Refused
from bot.sandbox.orgs.rest import answer
from bot.sandbox.orgs.world import World

_MOST = 25
_HEAVY = 5
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*")
_REFERENCE = re.compile(r"@\{([^}]*)\}")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_BELOW_A_SET = {"ObjectPermissions", "FieldPermissions", "SetupEntityAccess"}
"""Seen in one composite in a real org; of other setup objects nobody knows (3.2)."""

_FORBIDDEN = {"accept", "authorization", "content-type"}
_OK = 300
_ROLLED_BACK = (
    "The transaction was rolled back since another operation in the same transaction failed."
)


class NoValueError(Exception):
    """A reference that leads nowhere."""


@dataclass(slots=True)
class Run:
    """One composite while it runs; `forced` holds answers that a fault put in place."""

    world: World
    access: Access
    all_or_none: bool
    forced: Mapping[str, Answer]
    bodies: dict[str, object] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    kinds: set[bool] = field(default_factory=set)
    setup: list[str] = field(default_factory=list)


def composite(
    world: World, access: Access, body: object, *, forced: Mapping[str, Answer] | None = None
) -> Answer:
    """POST /composite; raises `Refused` when the whole call is refused."""
    parts, shape = _read(body)
    run = Run(world, access, shape.get("allOrNone") is True, forced or {})
    mark = world.mark()
    world.transaction.clear()
    order = list(_order(world, parts, collate=shape.get("collateSubrequests", True) is not False))
    for part in order:
        name = str(part["referenceId"])
        world.statement.clear()
        run.answers[name] = _one(run, part)
        if run.answers[name].status < _OK:
            run.bodies[name] = run.answers[name].body
    world.transaction.clear()
    if run.all_or_none and any(_failed(one) for one in run.answers.values()):
        world.roll_back(mark)
        _halt(run)
    facts = tuple(fact for one in run.answers.values() for fact in one.facts)
    answers = [_shown(part, run.answers[str(part["referenceId"])]) for part in order]
    return Answer(status=200, body={"compositeResponse": answers}, facts=facts)


def subcalls(body: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Reference and subrequest of everything in a composite's body, however wrong it is."""
    parts = body.get("compositeRequest") if isinstance(body, Mapping) else None
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, Mapping):
            yield str(part.get("referenceId")), part


def _read(body: object) -> tuple[list[Mapping[str, object]], Mapping[str, object]]:
    parts = [part for _, part in subcalls(body)]
    if not isinstance(body, Mapping) or not parts:
        raise Refused(Fact.COMPOSITE_SHAPE, "JSON_PARSER_ERROR", "compositeRequest is required")
    if len(parts) > _MOST:
        raise _limit(f"Composite request limit exceeded: at most {_MOST} subrequests")
    if sum(1 for part in parts if _heavy(str(part.get("url")))) > _HEAVY:
        raise _limit(f"At most {_HEAVY} subrequests can be queries or collections")
    names = [str(part.get("referenceId")) for part in parts]
    wrong = [name for name in names if not _NAME.fullmatch(name) or names.count(name) > 1]
    if wrong:
        raise Refused(
            Fact.COMPOSITE_SHAPE,
            "INVALID_INPUT",
            f"Provided referenceId ('{wrong[0]}') must be unique, must start with a letter or a"
            " number, and it can contain only letters, numbers and underscores ('_').",
        )
    for part in parts:
        headers = part.get("httpHeaders")
        if isinstance(headers, Mapping) and _FORBIDDEN & {str(key).lower() for key in headers}:
            raise Refused(Fact.COMPOSITE_SHAPE, "INVALID_INPUT", "Header not allowed")
    return parts, body


def _limit(message: str) -> Refused:
    return Refused(Fact.COMPOSITE_LIMITS, "LIMIT_EXCEEDED", message)


def _heavy(url: str) -> bool:
    path = urlsplit(url).path
    return "/query" in path or path.rstrip("/").endswith("/composite/sobjects")


def _order(
    world: World, parts: list[Mapping[str, object]], *, collate: bool
) -> Iterator[Mapping[str, object]]:
    """In the order given, or shuffled as far as references and headers allow."""
    if not collate:
        yield from parts
        return
    left = list(parts)
    names = {str(part["referenceId"]) for part in parts}
    done: set[str] = set()
    while left:
        ready = [part for part in left if _needs(part) & names <= done]
        if left[0].get("httpHeaders") or not ready:
            ready = left[:1]
        part = world.random.choice(ready)
        left.remove(part)
        done.add(str(part["referenceId"]))
        yield part


def _needs(part: Mapping[str, object]) -> set[str]:
    found = _REFERENCE.findall(f"{part.get('url')}{part.get('body')}")
    return {re.split(r"[.\[]", one)[0] for one in found}


def _one(run: Run, part: Mapping[str, object]) -> Answer:
    name = str(part["referenceId"])
    if name in run.forced:
        return run.forced[name]
    try:
        call = _call(run, part)
        _mixed(run, call)
    except NoValueError as no:
        return _halted(str(no), Fact.COMPOSITE_SHAPE)
    except Refused as no:
        return Answer(status=no.status, body=[no.row()], facts=(no.fact,))
    return answer(run.world, run.access, call)


def _call(run: Run, part: Mapping[str, object]) -> Call:
    url = urlsplit(str(_resolved(run, part.get("url"))))
    pieces = [piece for piece in url.path.split("/") if piece]
    if pieces[:2] != ["services", "data"] or len(pieces) < 4 or pieces[3] == "tooling":
        raise Refused(Fact.COMPOSITE_PATH, "PROCESSING_HALTED", "Unsupported resource")
    if pieces[3:] == ["composite"]:
        raise Refused(Fact.COMPOSITE_PATH, "PROCESSING_HALTED", "Unsupported resource")
    body = part.get("body")
    if pieces[3:] == ["composite", "sobjects"] and not run.world.switches.references_in_collections:
        resolved = body
    else:
        resolved = _resolved(run, body)
    return Call(
        method=str(part.get("method", "GET")).upper(),
        parts=tuple(pieces[3:]),
        version=pieces[2].removeprefix("v"),
        query=dict(parse_qsl(url.query, keep_blank_values=True)),
        body=resolved,
    )


def _mixed(run: Run, call: Call) -> None:
    """No setup and non-setup writes in one transaction (2.3); users without a role may."""
    name = _written(call) if run.all_or_none else None
    definition = run.world.find(name) if name else None
    if definition is None:
        return
    if definition.setup:
        _together(run, definition.name)
    body = call.body if isinstance(call.body, Mapping) else {}
    if call.parts[0] != "sobjects" or (definition.name == "User" and not body.get("UserRoleId")):
        return
    run.kinds.add(definition.setup)
    if len(run.kinds) > 1:
        raise _two_kinds(definition.name)


def _written(call: Call) -> str | None:
    """The object that a subrequest writes; of a collection, its first record's."""
    if call.method == "GET":
        return None
    if call.parts[0] == "sobjects":
        return call.parts[1] if len(call.parts) > 1 else None
    records = call.body.get("records") if isinstance(call.body, Mapping) else None
    first = records[0] if isinstance(records, list) and records else {}
    about = first.get("attributes") if isinstance(first, Mapping) else {}
    return str(about.get("type")) if isinstance(about, Mapping) else None


def _together(run: Run, name: str) -> None:
    """Whether different setup objects share a transaction is a switch (2.3, 3.2)."""
    run.setup.append(name)
    several = set(run.setup)
    if run.world.switches.setup_objects_in_one_composite or len(several) == 1:
        return
    if not several <= _BELOW_A_SET:
        raise _two_kinds(f"{name}, original object: {run.setup[0]}")


def _two_kinds(named: str) -> Refused:
    return Refused(
        Fact.MIXED_DML,
        "MIXED_DML_OPERATION",
        "DML operation on setup object is not permitted after you have updated a non-setup"
        f" object (or vice versa): {named}",
        fields=(),
    )


def _resolved(run: Run, value: object) -> object:
    if isinstance(value, str):
        whole = _REFERENCE.fullmatch(value)
        if whole:
            return _looked_up(run, whole[1])
        return _REFERENCE.sub(lambda match: str(_looked_up(run, match[1])), value)
    if isinstance(value, Mapping):
        return {key: _resolved(run, one) for key, one in value.items()}
    if isinstance(value, list):
        return [_resolved(run, one) for one in value]
    return value


def _looked_up(run: Run, path: str) -> object:
    """Case matters: `id` of a POST result, `Id` of a record (3)."""
    keys = [key or int(number) for key, number in _STEP.findall(path)]
    value: object = run.bodies
    for key in keys:
        if isinstance(value, Mapping) and key in value:
            value = value[str(key)]
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            raise NoValueError(
                f"Invalid reference specified. No value for {path} found in {keys[0]}. Provided"
                f" referenceId ('{path}') must start with a letter or a number, and it can contain"
                " only letters, numbers and underscores ('_')."
            )
    return value


def _failed(one: Answer) -> bool:
    """A collection with a failed row fails the composite, though it is 200 itself (2.1)."""
    if one.status >= _OK:
        return True
    return isinstance(one.body, list) and any(
        isinstance(row, Mapping) and row.get("success") is False for row in one.body
    )


def _halted(message: str, fact: Fact | None = None) -> Answer:
    body = [{"errorCode": "PROCESSING_HALTED", "message": message}]
    return Answer(status=400, body=body, facts=(fact,) if fact else ())


def _halt(run: Run) -> None:
    for name, one in run.answers.items():
        if not _failed(one):
            run.answers[name] = _halted(_ROLLED_BACK)


def _shown(part: Mapping[str, object], one: Answer) -> dict[str, object]:
    return {
        "body": one.body,
        "httpHeaders": {},
        "httpStatusCode": one.status,
        "referenceId": part["referenceId"],
    }
