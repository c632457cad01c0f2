"""What the clock keeps: due dates of requests, and how many seats an org had, week by week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.records.access import Seats


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDate:
    """Something that happens to a request at a moment unless somebody is faster.

    `what` is `reminder` or `expiry`; `number` tells several of one kind apart.
    """

    request: int
    what: str
    number: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatCount:
    """The seats of one org as a digest told them.

    `slot` is the digest's slot, `since` when its week began. `counted_at` is when the org was
    counted; None = it never was, and `refusal` says why.
    """

    org: str
    slot: str
    since: datetime
    at: datetime
    licenses: Seats
    psls: Seats
    counted_at: datetime | None = None
    refusal: str = ""
