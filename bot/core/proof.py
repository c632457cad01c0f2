"""Does the new user see what was granted, and nothing else? Its own login, judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from store.records import Finding, Json
from store.records.plain import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the new user saw of one granted object.

    `rows` is None when it was not counted; `refusal` is the org's `CODE: message`, if it said no.
    `needs_filter` = the object demands a filter in every query, so it was only described.
    """

    described: bool
    queryable: bool = True
    rows: int | None = None
    refusal: str | None = None
    needs_filter: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One login as the new user and what it saw; `org_id` and `user_id` are the token's word.

    `login_error` is the token endpoint's error, its description, and the last audience tried.
    `forbidden` is an object that no parent of the user grants, whether it was refused, and what the
    org said; None = there was none to try. `revoked` = the token is revoked.
    """

    at: datetime
    login_error: tuple[str, str, str] | None = None
    org_id: str | None = None
    user_id: str | None = None
    objects: Mapping[str, Look] = field(default_factory=dict)
    forbidden: tuple[str, bool, str] | None = None
    revoked: bool = False

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Observation:
        """Read what `to_json` wrote."""
        error, forbidden = data["login_error"], data["forbidden"]
        rest = {
            "at": datetime.fromisoformat(data["at"]),
            "login_error": tuple(error) if error else None,
            "objects": {name: Look(**look) for name, look in data["objects"].items()},
            "forbidden": tuple(forbidden) if forbidden else None,
        }
        return cls(**{**data, **rest})

    def to_json(self) -> Json:
        """Write as plain JSON values."""
        return plain({**asdict(self), "at": self.at.isoformat()})


class Outcome(StrEnum):
    """How a proof ends, or that it goes on."""

    PROVEN = "proven"
    WAIT = "wait"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an observation means: `lines` for the journal, `not_tested` what nobody could try."""

    outcome: Outcome
    finding: Finding | None = None
    lines: Sequence[str] = ()
    not_tested: Sequence[str] = ()


FIRST_WAIT = timedelta(seconds=15)


def next_wait(tries: int) -> timedelta:
    """Say how long to wait after the try number `tries` (1 = the first): 15 s, doubling."""
    return FIRST_WAIT * (1 << (tries - 1))


def next_try(tries: int, now: datetime, proof_until: datetime) -> datetime | None:
    """Say when to look again after `tries` looks, or None when the look at `now` was the last.

    The last wait is cut, so that the final try is exactly at `proof_until`.
    """
    if now >= proof_until:
        return None
    return min(now + next_wait(tries), proof_until)
