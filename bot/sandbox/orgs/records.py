"""How are rows read? Queries with their pages, and single rows."""

from __future__ import annotations

from collections.abc import Mapping

from bot.sandbox.orgs.calls import Call
from bot.sandbox.orgs.dml import found
from bot.sandbox.orgs.grants import Access, sees
from bot.sandbox.orgs.refusal import Fact, Refused, not_there
from bot.sandbox.orgs.schema import ObjectDef
from bot.sandbox.orgs.soql import Attributes, Query, SoqlError, parse, required_fields, run
from bot.sandbox.orgs.source import Source, as_text, counted_row
from bot.sandbox.orgs.world import World

Page = dict[str, object]


def query(world: World, access: Access, call: Call) -> Page:
    """GET /query?q=…; the first page."""
    text = call.query.get("q", "")
    source = Source(world, access)
    try:
        parsed = parse(text)
        _demand(world, access, parsed)
        result = run(parsed, source, attributes=_attributes(world, call.version))
    except SoqlError as no:
        fact = {
            "INVALID_TYPE": Fact.HIDDEN_OBJECT,
            "INVALID_FIELD": Fact.HIDDEN_FIELD,
        }.get(no.code, Fact.NOT_THERE)
        raise Refused(fact, no.code, no.message) from None
    return _page(world, access, call, list(result.records), result.total_size, 0)


def _attributes(world: World, version: str) -> Attributes:
    def made(sobject: str, row: Mapping[str, object]) -> dict[str, object]:
        found = world.find(sobject)
        name = found.name if found else sobject
        return {"type": name, "url": f"/services/data/v{version}/sobjects/{name}/{row['Id']}"}

    return made


def more(world: World, access: Access, call: Call, locator: str) -> Page:
    """GET nextRecordsUrl."""
    name, _, start = locator.rpartition("-")
    kept = world.pages.get(f"{access.user_id}/{name}")
    if kept is None or not start.isdigit():
        raise not_there()
    return _page(world, access, call, kept, len(kept), int(start), name)


def retrieve(
    world: World, access: Access, call: Call, definition: ObjectDef, row_id: str
) -> dict[str, object]:
    """GET /sobjects/X/id, all fields that the caller sees or those of `fields`."""
    row = found(world, definition, row_id)
    source = Source(world, access)
    if not source.visible(definition, row):
        raise not_there(Fact.NO_SUCH_ROW)
    if definition.name in {"UserLicense", "PermissionSetLicense"}:
        row = counted_row(world, definition.name, row)
    visible = {spec.name for spec in source.fields(definition.name).values()}
    asked = [one for one in call.query.get("fields", "").split(",") if one]
    for name in asked:
        field = definition.field(name)
        if field is None or field.name not in visible:
            raise Refused(
                Fact.NO_SUCH_COLUMN,
                "INVALID_FIELD",
                f"No such column '{name}' on sobject of type {definition.name}",
            )
    wanted = {name.lower() for name in asked}
    attributes = {
        "type": definition.name,
        "url": f"/services/data/v{call.version}/sobjects/{definition.name}/{row['Id']}",
    }
    shown = {
        name: as_text(value)
        for name, value in row.items()
        if name in visible and (not wanted or name.lower() in wanted)
    }
    return {"attributes": attributes} | shown


def _page(
    world: World,
    access: Access,
    call: Call,
    rows: list[object],
    total: int,
    start: int,
    name: str | None = None,
) -> Page:
    end = start + world.page_size
    page: Page = {"totalSize": total, "done": end >= len(rows), "records": rows[start:end]}
    if end < len(rows):
        if name is None:
            name = world.ids.new("01g")
            world.pages[f"{access.user_id}/{name}"] = rows
        page["nextRecordsUrl"] = f"/services/data/v{call.version}/query/{name}-{end}"
    return page


def _demand(world: World, access: Access, parsed: Query) -> None:
    """Some objects want a filter on one of their columns (salesforce-provisioning 5.3)."""
    definition = world.find(parsed.sobject)
    if definition is None or definition.filter_on is None or not sees(world, access, definition):
        return
    wanted = definition.filter_on.lower()
    if not any(name.startswith((wanted, "durableid")) for name in required_fields(parsed)):
        raise Refused(
            Fact.NEEDS_FILTER,
            world.switches.needs_filter_code,
            f"Implementation restriction: {definition.name} requires a filter by"
            f" {definition.filter_on} using the equals operator or the IN operator.",
        )
