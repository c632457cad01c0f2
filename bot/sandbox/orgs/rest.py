"""Which resource does a path mean, and what does it answer? One request or one subrequest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.sandbox.orgs import dml, records
from bot.sandbox.orgs.calls import VERSIONS, Answer, Call, refused_answer
from bot.sandbox.orgs.collections import collect
from bot.sandbox.orgs.describe import describe, describe_global, seen
from bot.sandbox.orgs.grants import Access
from bot.sandbox.orgs.refusal import Fact, Refused, not_there
from bot.sandbox.orgs.world import World


def answer(world: World, access: Access, call: Call) -> Answer:
    """Answer a call, refusals included."""
    try:
        if call.version not in VERSIONS:
            raise not_there()
        return _route(world, replace(access, version=float(call.version)), call)
    except Refused as no:
        return refused_answer(no)


def _route(world: World, access: Access, call: Call) -> Answer:
    match call.parts:
        case ("sobjects", *rest):
            return _sobjects(world, access, call, rest)
        case ("query",):
            _only(call, "GET")
            return Answer(status=200, body=records.query(world, access, call))
        case ("query", locator):
            _only(call, "GET")
            return Answer(status=200, body=records.more(world, access, call, locator))
        case ("composite", "sobjects"):
            return collect(world, access, call)
        case ("limits",):
            _only(call, "GET")
            return Answer(
                status=200, body={"DailyApiRequests": {"Max": 100000, "Remaining": 99000}}
            )
    raise not_there()


def _sobjects(world: World, access: Access, call: Call, rest: list[str]) -> Answer:
    match rest:
        case []:
            _only(call, "GET")
            return Answer(status=200, body=describe_global(world, access))
        case [sobject]:
            _only(call, "POST")
            row_id = dml.insert(world, access, sobject, _object(call.body))
            return Answer(status=201, body={"id": row_id, "success": True, "errors": []})
        case [sobject, "describe"]:
            _only(call, "GET")
            return Answer(status=200, body=describe(world, access, sobject))
        case [sobject, row_id]:
            return _row(world, access, call, sobject, row_id)
    raise not_there()


def _row(world: World, access: Access, call: Call, sobject: str, row_id: str) -> Answer:
    _only(call, "GET", "PATCH", "DELETE")
    if call.method == "PATCH":
        dml.update(world, access, sobject, row_id, _object(call.body))
        return Answer(status=204)
    if call.method == "DELETE":
        dml.delete(world, access, sobject, row_id)
        return Answer(status=204)
    definition = seen(world, access, sobject)
    return Answer(status=200, body=records.retrieve(world, access, call, definition, row_id))


def _object(body: object) -> Mapping[str, object]:
    if not isinstance(body, Mapping):
        raise Refused(Fact.BAD_JSON, "JSON_PARSER_ERROR", "The HTTP entity body is required")
    return body


def _only(call: Call, *methods: str) -> None:
    if call.method not in methods:
        raise Refused(
            Fact.BAD_METHOD,
            "METHOD_NOT_ALLOWED",
            f"HTTP Method '{call.method}' not allowed. Allowed are {','.join(methods)}",
            status=405,
        )
