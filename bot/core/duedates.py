"""When is somebody reminded of a request that waits for approval, and when does it expire?

Due dates are counted from the card and stored as rows; a tick finds them. This says which there
are, and what follows from those that have come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from store.records import DueDate, Request, State

EXPIRY: Final = "expiry"
REMINDER: Final = "reminder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """No date of this request has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind:
    """Remind once, however many reminders have come: `number` is the newest of them."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire:
    """Nobody decided in time."""


Verdict = Nothing | Remind | Expire


def plan(
    request_id: int,
    asked_at: datetime,
    *,
    remind_after: Sequence[timedelta],
    expires_after: timedelta,
) -> tuple[DueDate, ...]:
    """The dates of a request whose card was wanted at `asked_at`; reminders only before expiry."""
    reminders = sorted({after for after in remind_after if after < expires_after})
    return (
        *(
            DueDate(request=request_id, what=REMINDER, number=number, at=asked_at + after)
            for number, after in enumerate(reminders, 1)
        ),
        DueDate(request=request_id, what=EXPIRY, number=0, at=asked_at + expires_after),
    )


def waits(request: Request) -> bool:
    """Is this request waiting for approvers to decide?"""
    asked = request.preflight is not None and not request.preflight.problems
    return asked and request.state is State.REQUESTED and not request.withdrawing


def verdict(dates: Iterable[DueDate], now: datetime) -> Verdict:
    """What the dates of one request that have come by `now` ask for."""
    come = [one for one in dates if one.at <= now]
    if any(one.what == EXPIRY for one in come):
        return Expire()
    numbers = [one.number for one in come if one.what == REMINDER]
    return Remind(number=max(numbers)) if numbers else Nothing()
