"""What does a record look like in REST's JSON?

`attributes` first, then the selected fields; a parent is an object of its own, or null.
"""

from collections.abc import Callable, Sequence
from typing import cast

from bot.sandbox.orgs.soql.columns import Column, Scope
from bot.sandbox.orgs.soql.errors import malformed
from bot.sandbox.orgs.soql.syntax import Aggregate
from bot.sandbox.orgs.soql.types import Record, Row
from bot.sandbox.orgs.soql.values import rest_value

Attributes = Callable[[str, Row], Record]


def plain_attributes(sobject: str, row: Row) -> Record:
    """Type and address, from the object's name as the query has it and the row's Id."""
    key = row.get("Id") or row.get("DurableId")
    return {"type": sobject, "url": f"/services/data/v66.0/sobjects/{sobject}/{key}"}


def recorder(scope: Scope, attributes: Attributes) -> Callable[[Row], Record]:
    """Makes the record of a row. Raises SoqlError for columns that cannot be selected."""
    columns = _columns(scope)

    def make(row: Row) -> Record:
        record: Record = {"attributes": attributes(scope.query.sobject, row)}
        for column in columns:
            _place(record, row, column, scope, attributes)
        return record

    return make


def _columns(scope: Scope) -> Sequence[Column]:
    columns: dict[tuple[str, ...], Column] = {}
    for one in scope.query.selected:
        if isinstance(one.what, Aggregate):
            raise malformed("aggregates and records do not mix")
        column = scope.column(one.what)
        if column.identity in columns:
            sentence = f"duplicate field selected: {one.what}"
            raise scope.refusal("INVALID_FIELD", sentence, at=one.what.at)
        columns[column.identity] = column
    return tuple(columns.values())


def _place(record: Record, row: Row, column: Column, scope: Scope, attributes: Attributes) -> None:
    for hop in column.hops:
        parent = scope.climb(row, hop)
        if parent is None:
            record[hop.name] = None
            return
        below = record.setdefault(hop.name, {"attributes": attributes(hop.entity, parent)})
        record, row = cast("Record", below), parent
    record[column.spec.name] = rest_value(column.spec.type, row.get(column.spec.name))
