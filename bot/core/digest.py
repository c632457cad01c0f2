"""What does a week look like? Seats, what changed since last time, forecast, money, requests.

Facts in, one value out; the words are the view's.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from store.records import Request, SeatCount, Seats, State

LICENSE: Final = "Salesforce Integration licence"
PSL: Final = "Salesforce API Integration permission set licence"

_WEEK: Final = timedelta(weeks=1)
_FAR: Final = 104
"""Weeks beyond which a forecast says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """List prices per user and month."""

    currency: str
    full: Decimal
    integration: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """Seats of one licence; `used_change` and `total_change` since the count before, if any."""

    name: str
    seats: Seats
    used_change: int | None = None
    total_change: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What the used seats cost a month, and what full licences in their place would cost more."""

    currency: str
    seat: Decimal
    spent: Decimal
    saved: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """How one org stands: what the digest and `licenses` show.

    `compared_with` is the moment of the count before. `moved` holds how many of the requests that
    moved since `since` are now in which state; `live`, `pending` and `blocked` are the requests.
    `weeks_left` = at the pace since then the free seats last so long; None = no end in sight.
    """

    org: str
    slot: str
    since: datetime
    at: datetime
    counted_at: datetime | None
    refusal: str
    licences: tuple[Licence, ...]
    compared_with: datetime | None
    weeks_left: int | None
    money: Money | None
    moved: tuple[tuple[State, int], ...]
    live: tuple[Request, ...]
    pending: tuple[Request, ...]
    blocked: tuple[Request, ...]

    @property
    def free(self) -> int | None:
        """Users that can still be made: the scarcer of both licences; None = never counted."""
        if self.counted_at is None:
            return None
        return max(0, min(one.seats.free for one in self.licences))


def digest(
    count: SeatCount,
    before: SeatCount | None,
    requests: Iterable[Request],
    moved: AbstractSet[int],
    prices: Prices,
) -> Digest:
    """Put together how an org stands.

    `requests` are all of the org, `moved` the numbers of those that moved since `count.since`.
    """
    ours = sorted(requests, key=lambda one: one.id)
    counted = count.counted_at is not None
    known = before if counted else None
    return Digest(
        org=count.org,
        slot=count.slot,
        since=count.since,
        at=count.at,
        counted_at=count.counted_at,
        refusal=count.refusal,
        licences=(
            _licence(LICENSE, count.licenses, known.licenses if known else None),
            _licence(PSL, count.psls, known.psls if known else None),
        ),
        compared_with=known.at if known else None,
        weeks_left=_weeks_left(count, known) if known else None,
        money=_money(count.licenses, prices) if counted else None,
        moved=_by_state(one for one in ours if one.id in moved),
        live=tuple(one for one in ours if one.id in moved and one.state is State.LIVE),
        pending=tuple(one for one in ours if _pending(one)),
        blocked=tuple(one for one in ours if one.state is State.BLOCKED and not one.withdrawing),
    )


def _licence(name: str, seats: Seats, before: Seats | None) -> Licence:
    if before is None:
        return Licence(name=name, seats=seats)
    return Licence(
        name=name,
        seats=seats,
        used_change=seats.used - before.used,
        total_change=seats.total - before.total,
    )


def _weeks_left(count: SeatCount, before: SeatCount) -> int | None:
    """Whole weeks until no licence is free, if as many are used up as since the count before."""
    taken = count.licenses.used + count.licenses.reserved
    grown = taken - before.licenses.used - before.licenses.reserved
    time = count.at - before.at
    free = count.licenses.free
    if grown <= 0 or free <= 0 or time <= timedelta():
        return None
    weeks = int(free * (time / _WEEK) / grown)
    return weeks if weeks <= _FAR else None


def _money(seats: Seats, prices: Prices) -> Money:
    spent = seats.used * prices.integration
    return Money(
        currency=prices.currency,
        seat=prices.integration,
        spent=spent,
        saved=max(seats.used * prices.full - spent, Decimal(0)),
    )


def _by_state(requests: Iterable[Request]) -> tuple[tuple[State, int], ...]:
    states = [one.state for one in requests]
    return tuple((state, states.count(state)) for state in State if state in states)


def _pending(request: Request) -> bool:
    """Is somebody waited for, or the bot at work?"""
    under_way = {State.REQUESTED, State.APPROVED, State.PROVISIONED}
    return request.state in under_way or request.withdrawing
