"""In which order do rows or groups come?"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bot.sandbox.orgs.soql.columns import Operand, Subject
from bot.sandbox.orgs.soql.syntax import Order, Target


def sorter(
    order_by: Sequence[Order], look: Callable[[Target], Operand[Subject]]
) -> Callable[[Iterable[Subject]], list[Subject]]:
    """A stable sort by several operands. Nulls come first in both directions, or last on wish.

    Raises SoqlError (from look) for what cannot be sorted by, before the first row is read.
    """
    steps = [(order, look(order.what)) for order in order_by]

    def arrange(subjects: Iterable[Subject]) -> list[Subject]:
        arranged = list(subjects)
        for order, operand in reversed(steps):
            arranged = _by(arranged, order, operand)
        return arranged

    return arrange


def _by(subjects: list[Subject], order: Order, operand: Operand[Subject]) -> list[Subject]:
    keyed: list[tuple[Any, Subject]] = [(operand.key(one), one) for one in subjects]
    empty = [one for found, one in keyed if found is None]
    full = [pair for pair in keyed if pair[0] is not None]
    full.sort(key=lambda pair: pair[0], reverse=order.descending)
    rest = [one for _, one in full]
    return rest + empty if order.nulls_last else empty + rest
