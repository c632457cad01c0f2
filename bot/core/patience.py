"""How long does a message wait after Slack did not take it, and when is it given up?

Trouble that passes is waited out. What Slack refuses about the message itself is tried a few times
and given up. A place that takes nothing can be mended by people, so its messages are kept: tried
quickly at first, then slowly for as long as it takes. An outage uses up no try of a refusal: tries
are counted anew when trouble that passes and refusals take turns.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

MOST_TRIES = 8
"""Tries in quick succession: about four minutes with waits that double from a second."""
SLOWLY = timedelta(minutes=15)
_LONGEST = timedelta(minutes=2)


class Failure(StrEnum):
    """What stands in a message's way."""

    PASSING = "passing"
    REFUSED = "refused"
    PLACE = "place"


def in_a_row(failure: Failure, tries: int) -> int:
    """How many tries have now failed alike, after a message's `tries`; below 0 these passed."""
    alike = -tries if failure is Failure.PASSING else tries
    return max(alike, 0) + 1


def after(failure: Failure, tries: int) -> timedelta | None:
    """Until the next try, when `tries` in a row have failed, at least 1; None = give it up."""
    doubling = min(timedelta(seconds=2 ** min(tries - 1, MOST_TRIES)), _LONGEST)
    if failure is Failure.PASSING or tries < MOST_TRIES:
        return doubling
    return SLOWLY if failure is Failure.PLACE else None
