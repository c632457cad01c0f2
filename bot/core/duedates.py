"""When is somebody reminded of a request that waits for approval, and when does it expire?

Due dates are stored as rows; a tick finds them. They are counted from the card, and before there is
one from when it was asked: a request that nobody mends must not hold its seat for ever. This says
which there are, and what follows from those that have come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.diagnosis import UNDO_INCOMPLETE
from store.records import DueDate, Request, State

EXPIRY: Final = "expiry"
REMINDER: Final = "reminder"
VALIDITY: Final = "validity"


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


def plan_without_card(
    request_id: int, since: datetime, *, expires_after: timedelta
) -> tuple[DueDate, ...]:
    """The dates of a request that no approver was asked about yet: its end, and no reminder."""
    return (DueDate(request=request_id, what=EXPIRY, number=0, at=since + expires_after),)


def plan_validity(
    request_id: int, approved_at: datetime, *, valid_for: timedelta
) -> tuple[DueDate, ...]:
    """The date of an approved request: from then on a retry asks again."""
    return (DueDate(request=request_id, what=VALIDITY, number=0, at=approved_at + valid_for),)


def may_block(request: Request) -> bool:
    """Is this request on its way, so that somebody may yet have to retry it?"""
    return request.state in {State.APPROVED, State.PROVISIONED} and not request.withdrawing


def waits_for_retry(request: Request) -> bool:
    """Does it stand still until somebody presses Retry?"""
    undone = request.finding is not None and request.finding.code == UNDO_INCOMPLETE
    return request.state is State.BLOCKED and not request.withdrawing and not undone


def expires(request: Request) -> bool:
    """Does this request end by itself when its date comes? Until it is decided, card or not."""
    return request.state is State.REQUESTED and not request.withdrawing


def waits(request: Request) -> bool:
    """Is this request waiting for approvers to decide?"""
    return expires(request) and is_checked(request)


def why_expired(request: Request) -> str:
    """What did not happen in time, as half a sentence; also of one that is undone because of it."""
    if request.preflight is None:
        return "its org could not be checked in time"
    if not is_checked(request):
        return "nobody mended in time what the check found"
    return "nobody approved it again in time" if request.pinned else "nobody decided in time"


def is_checked(request: Request) -> bool:
    """Was it looked at, and is all well? Then a card asks approvers."""
    return request.preflight is not None and not request.preflight.problems


def verdict(dates: Iterable[DueDate], now: datetime) -> Verdict:
    """What the dates of one request that have come by `now` ask for."""
    come = [one for one in dates if one.at <= now]
    if any(one.what == EXPIRY for one in come):
        return Expire()
    numbers = [one.number for one in come if one.what == REMINDER]
    return Remind(number=max(numbers)) if numbers else Nothing()


def length(time: timedelta) -> str:
    """A length of time in words, such as `14 days` or `12 hours`."""
    hours = int(time.total_seconds() // 3600)
    if hours >= 48 or hours == 24:
        return f"{hours // 24} days" if hours >= 48 else "one day"
    return f"{hours} hours" if hours > 1 else f"{int(time.total_seconds() // 60)} minutes"
