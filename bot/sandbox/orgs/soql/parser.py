"""How does a text become a query?

Grammar only: whether objects and fields exist is seen when the query runs. What this engine does
not know (TYPEOF, child sub-queries, FIELDS(), FOR, WITH, USING …) is MALFORMED_QUERY.
"""

from bot.sandbox.orgs.soql.conditions import read_condition
from bot.sandbox.orgs.soql.errors import malformed, unexpected
from bot.sandbox.orgs.soql.reader import Reader
from bot.sandbox.orgs.soql.syntax import Aggregate, Condition, Order, Path, Query, Selected

_CLAUSES = frozenset(
    {"WHERE", "WITH", "USING", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FOR", "ALL"}
    | {"UPDATE", "AND", "OR", "NOT", "AS"}
)
_LARGEST = 2**31 - 1


def parse(text: str) -> Query:
    """Read one query. Raises SoqlError MALFORMED_QUERY where the grammar is broken."""
    reader = Reader(text)
    query = _query(reader, nested=False)
    if reader.token.kind != "end":
        raise unexpected(reader.token.text)
    _check_shape(query)
    return query


def _query(reader: Reader, *, nested: bool) -> Query:
    reader.expect("SELECT")
    selected = _select_list(reader)
    reader.expect("FROM")
    sobject = reader.name()
    alias = None
    if reader.token.kind == "name" and reader.token.upper not in _CLAUSES:
        alias = reader.take().text
    where = read_condition(reader, None if nested else _inner) if reader.accept("WHERE") else None
    group_by = _list_of_paths(reader) if reader.accept("GROUP", "BY") else ()
    having: Condition | None = None
    if group_by and reader.accept("HAVING"):
        having = read_condition(reader, None)
    order_by = _order_list(reader) if reader.accept("ORDER", "BY") else ()
    limit = _whole(reader) if reader.accept("LIMIT") else None
    offset = _whole(reader) if reader.accept("OFFSET") else 0
    return Query(
        text=reader.text,
        selected=selected,
        sobject=sobject.text,
        sobject_at=sobject.at,
        alias=alias,
        where=where,
        group_by=group_by,
        having=having,
        order_by=order_by,
        limit=limit,
        offset=offset,
    )


def _inner(reader: Reader) -> Query:
    """The query of a semi-join: one plain field, one object, a WHERE at most."""
    query = _query(reader, nested=True)
    one = len(query.selected) == 1 and isinstance(query.selected[0].what, Path)
    if not one or query.selected[0].alias:
        raise malformed("semi join sub-selects must select exactly one field")
    if query.group_by or query.order_by or query.limit is not None or query.offset:
        raise malformed("GROUP BY, ORDER BY, LIMIT and OFFSET are not allowed in sub-selects")
    return query


def _select_list(reader: Reader) -> tuple[Selected, ...]:
    items = [_selected(reader)]
    while reader.accept(","):
        items.append(_selected(reader))
    return tuple(items)


def _selected(reader: Reader) -> Selected:
    if reader.token.upper == "TYPEOF" and reader.peek().kind == "name":
        raise malformed("TYPEOF is not supported here")
    what = reader.target()
    is_name = reader.token.kind == "name" and reader.token.upper != "FROM"
    return Selected(what, reader.take().text if is_name else None)


def _list_of_paths(reader: Reader) -> tuple[Path, ...]:
    paths = [reader.path()]
    while reader.accept(","):
        paths.append(reader.path())
    return tuple(paths)


def _order_list(reader: Reader) -> tuple[Order, ...]:
    items = [_order(reader)]
    while reader.accept(","):
        items.append(_order(reader))
    return tuple(items)


def _order(reader: Reader) -> Order:
    what = reader.target()
    descending = not reader.accept("ASC") and reader.accept("DESC")
    nulls_last = False
    if reader.accept("NULLS"):
        nulls_last = reader.accept("LAST")
        if not nulls_last:
            reader.expect("FIRST")
    return Order(what, descending, nulls_last)


def _whole(reader: Reader) -> int:
    number = reader.number()
    if number > _LARGEST:
        raise malformed(f"numeric value out of range: {number}")
    return number


def _check_shape(query: Query) -> None:
    """The rules of the select list that need no org."""
    counting = [s for s in query.selected if isinstance(s.what, Aggregate) and s.what.path is None]
    if counting:
        if len(query.selected) > 1 or query.selected[0].alias or query.group_by or query.order_by:
            raise malformed("COUNT() must be the only element of the select list")
        return
    if not query.aggregates:
        if any(one.alias for one in query.selected):
            raise malformed("only aggregate expressions use field aliasing")
    elif not query.group_by and query.limit is not None:
        raise malformed("LIMIT needs GROUP BY in a query with an aggregate function")
