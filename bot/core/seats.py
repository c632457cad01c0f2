"""How many seats are spoken for, and by whom? The contract's section 4, "Seats", as arithmetic.

`used` is what the last refresh of the catalogue counted. What happened since is settled here, so
that no seat is given twice and none is counted twice for longer than one refresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from store.records import Request, Seats, State

_WAITING: Final = frozenset({State.REQUESTED, State.APPROVED, State.BLOCKED})
_NAMED_MAX: Final = 5


def reserved(
    requests: Iterable[Request],
    *,
    begun_at: datetime | None,
    ended_at: datetime | None,
    psl: bool,
    exclude: int | None = None,
) -> int:
    """Count the seats that the last refresh (`begun_at` to `ended_at`) does not know of.

    `requests` are those of one org, ended ones too; `psl` asks for the permission set licence
    instead of the user licence; `exclude` leaves one request out.

    1. A seat is reserved from the request on, until a refresh begun after its user (its PSL
       assignment) was made has ended: from then on it is `used`.
    2. A seat that the refresh counted and that was undone after it is given back: the sum may be
       below zero. A refresh under way while the undo happened may have seen either, so nothing is
       given back until the next.
    """
    return sum(_weight(one, begun_at, ended_at, psl=psl) for one in requests if one.id != exclude)


def holders(requests: Iterable[Request]) -> str:
    """Name the requests that are under way, oldest first; empty when there is none."""
    waiting = sorted((one for one in requests if one.state in _WAITING), key=lambda one: one.id)
    names = [f"{one.label} {one.asked.name} ({_stage(one)})" for one in waiting[:_NAMED_MAX]]
    if len(waiting) > _NAMED_MAX:
        names.append(f"{len(waiting) - _NAMED_MAX} more")
    return ", ".join(names)


def sentence(
    label: str,
    short: Sequence[str],
    *,
    license_seats: Seats,
    psl_seats: Seats,
    requests: Iterable[Request],
) -> str:
    """Say under `org` that no seat is free, who holds what, and what to do.

    `label` names the org, `short` the licences without a free seat.
    """
    counts = "; ".join(
        f"{name}: {seats.used} of {seats.total} used, {max(seats.reserved, 0)} reserved"
        for name, seats in (("licence", license_seats), ("permission set licence", psl_seats))
    )
    waiting = holders(requests)
    reserving = f" Reserved for requests under way: {waiting}." if waiting else ""
    return (
        f"{label} has no free seat of {' and '.join(short)} ({counts}).{reserving} Choose another "
        "org, withdraw a request, or ask an admin for more seats."
    )


def _weight(
    request: Request, begun_at: datetime | None, ended_at: datetime | None, *, psl: bool
) -> int:
    made_at = request.psl_made_at if psl else request.user_made_at
    counted_at = None
    if made_at and begun_at and made_at < begun_at:
        counted_at = ended_at
    if request.undone_at is not None:
        return -1 if counted_at and counted_at <= request.undone_at else 0
    if request.state in _WAITING or made_at is not None:
        return 0 if counted_at else 1
    return 0


def _stage(request: Request) -> str:
    return "being withdrawn" if request.withdrawing else str(request.state)
