"""How are rows grouped, and what does an aggregate make of a group?"""

from collections.abc import Callable, Iterable, Sequence

from bot.sandbox.orgs.soql.columns import Column, Operand, Scope
from bot.sandbox.orgs.soql.errors import malformed
from bot.sandbox.orgs.soql.syntax import Aggregate, Path, Selected, Target
from bot.sandbox.orgs.soql.types import FieldSpec, Record, Row
from bot.sandbox.orgs.soql.values import Key, rest_value

Group = Sequence[Row]


class Groups:
    """The groups of one query. Raises SoqlError at once for what cannot be grouped."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._by = [self._groupable(path) for path in scope.query.group_by]

    def split(self, rows: Iterable[Row]) -> list[Group]:
        """Rows with equal keys together, in the order of their first row.

        Without GROUP BY all rows are one group, also when there are none.
        """
        if not self._by:
            return [tuple(rows)]
        operands = [self._column_operand(column) for column in self._by]
        groups: dict[tuple[Key, ...], list[Row]] = {}
        for row in rows:
            groups.setdefault(tuple(one.key(row) for one in operands), []).append(row)
        return list(groups.values())

    def look(self, target: Target) -> Operand[Group]:
        """A grouped column or an aggregate, as an operand over groups."""
        if isinstance(target, Aggregate):
            return self._aggregate(target)
        column = self._scope.column(target)
        if all(column.identity != grouped.identity for grouped in self._by):
            raise malformed(f"Field must be grouped or aggregated: {target}")
        of_row = self._column_operand(column)
        return Operand(column.spec, target.at, lambda group: of_row.read(group[0]))

    def sortable(self, target: Target) -> Operand[Group]:
        """The same for ORDER BY."""
        if isinstance(target, Path):
            check_sortable(self._scope, self._scope.column(target))
        return self.look(target)

    def record(self, selected: Sequence[Selected]) -> Callable[[Group], Record]:
        """Makes the AggregateResult of a group: aliases, field names, else expr0, expr1 …"""
        cells: dict[str, Operand[Group]] = {}
        unnamed = 0
        for one in selected:
            operand = self.look(one.what)
            name = one.alias or operand.spec.name
            if isinstance(one.what, Aggregate) and not one.alias:
                name, unnamed = f"expr{unnamed}", unnamed + 1
            if name.lower() in map(str.lower, cells):
                raise malformed(f"duplicate alias: {name}")
            cells[name] = operand

        def make(group: Group) -> Record:
            values = {n: rest_value(one.spec.type, one.read(group)) for n, one in cells.items()}
            return {"attributes": {"type": "AggregateResult"}, **values}

        return make

    def _groupable(self, path: Path) -> Column:
        column = self._scope.column(path)
        if not column.spec.groupable:
            sentence = f"field '{column.spec.name}' can not be grouped in a query call"
            raise self._scope.refusal("INVALID_FIELD", sentence, at=path.at)
        return column

    def _column_operand(self, column: Column) -> Operand[Row]:
        return Operand(column.spec, column.at, lambda row: self._scope.read(column, row))

    def _aggregate(self, asked: Aggregate) -> Operand[Group]:
        if asked.path is None:
            raise malformed("COUNT() must be the only element of the select list")
        column = self._scope.column(asked.path)
        spec = column.spec
        if not spec.aggregatable or spec.type == "boolean":
            raise self._scope.refusal(
                "MALFORMED_QUERY",
                f"field {spec.name} does not support aggregate operator {asked.function}",
                at=asked.at,
            )
        of_row = self._column_operand(column)
        counts = asked.function.startswith("COUNT")
        shown = FieldSpec(name=spec.name, type="int") if counts else spec
        return Operand(shown, asked.at, lambda group: _apply(asked.function, of_row, group))


def _apply(function: str, operand: Operand[Row], group: Group) -> object:
    """Nulls never count; MAX and MIN of nothing are null."""
    keyed = [(found, row) for row in group if (found := operand.key(row)) is not None]
    match function:
        case "COUNT":
            return len(keyed)
        case "COUNT_DISTINCT":
            return len({found for found, _ in keyed})
    if not keyed:
        return None
    best = max if function == "MAX" else min
    _, row = best(keyed, key=lambda pair: pair[0])
    return operand.read(row)


def check_sortable(scope: Scope, column: Column) -> None:
    """Raises SoqlError INVALID_FIELD for a field that ORDER BY cannot use."""
    if not column.spec.sortable:
        sentence = f"field '{column.spec.name}' can not be sorted in a query call"
        raise scope.refusal("INVALID_FIELD", sentence, at=column.at)
