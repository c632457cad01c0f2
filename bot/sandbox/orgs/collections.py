"""How does /composite/sobjects write many rows of one type? (salesforce-provisioning 2.1, 3)"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.sandbox.orgs import dml
from bot.sandbox.orgs.calls import Answer, Call
from bot.sandbox.orgs.grants import Access
from bot.sandbox.orgs.ids import long
from bot.sandbox.orgs.refusal import Fact, Refused
from bot.sandbox.orgs.world import World

_MOST = 200
_ROLLED_BACK = {
    "statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "message": "Record rolled back because not all records were valid and the request was using"
    " AllOrNone header",
    "fields": [],
}


def collect(world: World, access: Access, call: Call) -> Answer:
    """Write the records in order; HTTP 200 with one result per record."""
    work, all_or_none = _work(world, access, call)
    mark = world.mark()
    world.statement.clear()
    results: list[dict[str, object]] = []
    facts: list[Fact] = []
    for one in work:
        try:
            results.append({"id": one(), "success": True, "errors": []})
        except Refused as no:
            facts.append(no.fact)
            results.append({"success": False, "errors": [no.collected()]})
    world.statement.clear()
    if facts and all_or_none:
        world.roll_back(mark)
        results = [
            {"success": False, "errors": [dict(_ROLLED_BACK)]} if one["success"] else one
            for one in results
        ]
    return Answer(status=200, body=results, facts=tuple(facts))


def _work(world: World, access: Access, call: Call) -> tuple[list[Callable[[], str]], bool]:
    if call.method == "DELETE":
        ids = [one for one in call.query.get("ids", "").split(",") if one]
        _limit(len(ids))
        types = [_type_of(world, one) for one in ids]
        _one_type(world, types)
        all_or_none = call.query.get("allOrNone", "false").lower() == "true"
        return [
            _bound(dml.delete, world, access, name, row_id)
            for name, row_id in zip(types, ids, strict=True)
        ], all_or_none
    if call.method not in {"POST", "PATCH"} or not isinstance(call.body, Mapping):
        raise Refused(Fact.BAD_METHOD, "METHOD_NOT_ALLOWED", "not allowed", status=405)
    records = call.body.get("records")
    if not isinstance(records, list) or not all(isinstance(one, Mapping) for one in records):
        raise Refused(Fact.BAD_JSON, "JSON_PARSER_ERROR", "records is required")
    _limit(len(records))
    types = [str((one.get("attributes") or {}).get("type")) for one in records]
    _one_type(world, types)
    work: list[Callable[[], str]] = []
    for name, one in zip(types, records, strict=True):
        if call.method == "POST":
            work.append(_bound(dml.insert, world, access, name, one))
        else:
            row_id = str(one.get("id") or one.get("Id"))
            work.append(_bound(dml.update, world, access, name, row_id, one))
    return work, call.body.get("allOrNone") is True


def _bound(do: Callable[..., str], *arguments: object) -> Callable[[], str]:
    return lambda: do(*arguments)


def _limit(count: int) -> None:
    if count > _MOST:
        raise Refused(
            Fact.COLLECTION_LIMITS,
            "EXCEEDED_MAX_SIZE_REQUEST",
            f"record limit reached. cannot submit more than {_MOST} records into this call",
        )


def _one_type(world: World, types: list[str]) -> None:
    """No setup type beside another type in one call."""
    kinds = {name: world.find(name) for name in types}
    if len(kinds) > 1 and any(one is not None and one.setup for one in kinds.values()):
        raise Refused(
            Fact.COLLECTION_TYPES,
            "INVALID_INPUT",
            "Cannot create records for multiple object types in one call when one of the types is"
            " related to a feature in the Salesforce Setup area",
        )


def _type_of(world: World, row_id: str) -> str:
    whole = long(row_id) or ""
    return next((one.name for one in world.schema.values() if one.prefix == whole[:3]), row_id)
