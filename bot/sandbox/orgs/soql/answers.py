"""What does an org answer to a query?

1. Everything that is named is looked up and checked, before any row is read.
2. WHERE picks rows; GROUP BY and HAVING make groups of them, where asked for.
3. ORDER BY sorts, OFFSET and LIMIT cut, and what is left is shaped as REST's JSON.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.sandbox.orgs.soql.columns import Operand, Scope
from bot.sandbox.orgs.soql.errors import malformed
from bot.sandbox.orgs.soql.filters import Filter
from bot.sandbox.orgs.soql.groups import Group, Groups, check_sortable
from bot.sandbox.orgs.soql.shape import Attributes, plain_attributes, recorder
from bot.sandbox.orgs.soql.sorting import sorter
from bot.sandbox.orgs.soql.syntax import Aggregate, Path, Query, SemiJoin, Target
from bot.sandbox.orgs.soql.types import Result, Row, SoqlError, Source
from bot.sandbox.orgs.soql.values import IDS, Key

MOST_OFFSET = 2000
Item = TypeVar("Item")


def run(query: Query, source: Source, *, attributes: Attributes = plain_attributes) -> Result:
    """Answer the query from the source, whole: pages are the caller's business.

    attributes: makes the `attributes` of a record from its object's name and row.
    Raises SoqlError: INVALID_TYPE, INVALID_FIELD, INVALID_QUERY_FILTER_OPERATOR,
    NUMBER_OUTSIDE_VALID_RANGE, MALFORMED_QUERY.
    """
    if query.offset > MOST_OFFSET:
        raise SoqlError(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"Maximum SOQL offset allowed for apiName {query.sobject} is {MOST_OFFSET}",
        )
    scope = Scope(query, source)
    if query.counts_only:
        return Result(total_size=len(_cut(query, list(_picker(scope)()))))
    records = _groups(scope) if query.aggregates else _records(scope, attributes)
    return Result(total_size=len(records), records=tuple(records))


def _records(scope: Scope, attributes: Attributes) -> list[dict[str, object]]:
    def look(target: Target) -> Operand[Row]:
        path = _plain(target)
        check_sortable(scope, scope.column(path))
        return scope.operand(path)

    make = recorder(scope, attributes)
    pick = _picker(scope)
    arrange = sorter(scope.query.order_by, look)
    return [make(row) for row in _cut(scope.query, arrange(pick()))]


def _groups(scope: Scope) -> list[dict[str, object]]:
    groups = Groups(scope)
    make = groups.record(scope.query.selected)
    pick = _picker(scope)
    keep: Callable[[Group], bool] = lambda _: True  # noqa: E731 - the case without HAVING
    if scope.query.having is not None:
        filters = Filter(
            look=groups.look,
            keys_of=lambda join: _semi_join_keys(scope, join),
            refuse=scope.refusal,
            now=scope.source.now,
        )
        keep = filters.predicate(scope.query.having)
    arrange = sorter(scope.query.order_by, groups.sortable)
    kept = [group for group in groups.split(pick()) if keep(group)]
    return [make(group) for group in _cut(scope.query, arrange(kept))]


def _picker(scope: Scope) -> Callable[[], list[Row]]:
    """Compile WHERE; the answer reads the rows that pass it."""
    condition = scope.query.where
    if condition is None:
        return lambda: list(scope.source.rows(scope.query.sobject))

    def look(target: Target) -> Operand[Row]:
        operand = scope.operand(_plain(target))
        if not operand.spec.filterable:
            sentence = f"field '{operand.spec.name}' can not be filtered in a query call"
            raise scope.refusal("INVALID_FIELD", sentence, at=operand.at)
        return operand

    passes = Filter(
        look=look,
        keys_of=lambda join: _semi_join_keys(scope, join),
        refuse=scope.refusal,
        now=scope.source.now,
    ).predicate(condition)
    return lambda: [row for row in scope.source.rows(scope.query.sobject) if passes(row)]


def _semi_join_keys(outer: Scope, join: SemiJoin) -> frozenset[Key]:
    """The ids that a sub-query selects; both sides must be ids, of different objects."""
    if join.query.sobject.lower() == outer.query.sobject.lower():
        raise malformed("The inner and outer selects should not be on the same object type")
    inner = Scope(join.query, outer.source, outer.view)
    left = outer.column(join.left)
    selected = inner.operand(_plain(join.query.selected[0].what))
    if left.hops or not {left.spec.type, selected.spec.type} <= IDS:
        raise malformed(f"Semi join sub-selects compare ids of the object only: {join.left}")
    pick = _picker(inner)
    return frozenset(selected.key(row) for row in pick()) - {None}


def _plain(target: Target) -> Path:
    if isinstance(target, Aggregate):
        raise malformed(f"Aggregate functions are not allowed here: {target.function}")
    return target


def _cut(query: Query, items: Sequence[Item]) -> Sequence[Item]:
    after = None if query.limit is None else query.offset + query.limit
    return items[query.offset : after]
