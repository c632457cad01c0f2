"""What can go wrong on demand? Matched by method, path and object, after some and so many times.

A match looks into composites and collections: an `Answer` for a subrequest becomes that
subrequest's answer, everything else concerns the whole HTTP request.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field

from bot.sandbox.orgs.journal import Entry, Part

INVALID_SESSION = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Answer this instead of doing the work."""

    status: int
    body: object
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """Close the connection without an answer, before or after the work is committed."""

    after: bool


@dataclass(frozen=True, slots=True)
class Delay:
    """Answer later; `seconds` None = never (as long as the org is up)."""

    seconds: float | None
    after: bool = False


@dataclass(slots=True)
class Hold:
    """Stop the request until `release`, before or after the work is committed."""

    after: bool
    _reached: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    async def reached(self, timeout: float = 30.0) -> None:  # noqa: ASYNC109 - a test's patience
        """Wait until the org has received the request."""
        await asyncio.wait_for(self._reached.wait(), timeout)

    @property
    def is_reached(self) -> bool:
        """Has the org received the request?"""
        return self._reached.is_set()

    def release(self) -> None:
        """Let the request go on."""
        self._released.set()

    async def stop(self) -> None:
        """Be stopped (the server's side)."""
        self._reached.set()
        await self._released.wait()


Action = Reply | Drop | Delay | Hold
SESSION_EXPIRED = Reply(status=401, body=INVALID_SESSION, whole=True)
ROW_LOCKED = Reply(
    status=400,
    body=[
        {
            "message": "unable to obtain exclusive access to this record",
            "errorCode": "UNABLE_TO_LOCK_ROW",
            "fields": [],
        }
    ],
)
"""Passes by itself; strikes one part of a composite (salesforce-provisioning 2.2)."""

API_LIMIT = Reply(
    status=403,
    body=[{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}],
    whole=True,
)
"""The org's requests of 24 hours are used up (2.2)."""

OUT_OF_TIME = Reply(
    status=400,
    body=[
        {
            "message": "Your query request was running for too long.",
            "errorCode": "QUERY_TIMEOUT",
        }
    ],
)
"""Passes by itself, or lies in what was asked; strikes one part of a composite (2.2)."""

MAINTENANCE = Reply(status=503, body="<html>Down for maintenance</html>", whole=True)
"""A gateway's page instead of an answer (2.1)."""

DROP_BEFORE = Drop(after=False)
DROP_AFTER = Drop(after=True)
HANG = Delay(None)


@dataclass(slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong; `hits` counts how often it did, `skip` what still goes well."""

    action: Action
    method: str | None
    path: re.Pattern[str] | None
    sobject: str | None
    user: str | None
    reference: str | None
    times: int
    skip: int
    hits: int = 0

    def matches(self, entry: Entry) -> Part | None:
        """The part of the request that this fault is about."""
        if self.hits >= self.times or (self.user is not None and entry.user != self.user):
            return None
        return next((part for part in entry.parts if self._fits(part)), None)

    def _fits(self, part: Part) -> bool:
        return (
            (self.method is None or part.method == self.method)
            and (self.path is None or self.path.search(part.path) is not None)
            and (self.sobject is None or part.sobject == self.sobject)
            and (self.reference is None or part.reference == self.reference)
        )


class Faults:
    """The faults of one org, in the order they were asked for."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(
        self,
        action: Action,
        *,
        method: str | None = None,
        path: str | None = None,
        sobject: str | None = None,
        user: str | None = None,
        reference: str | None = None,
        times: int = 1,
        skip: int = 0,
    ) -> Fault:
        """Ask for a fault; `path` is a regular expression searched in the path.

        `reference` is the referenceId of a subrequest; the first `skip` matches go well.
        """
        fault = Fault(
            action=action,
            method=method,
            path=re.compile(path) if path else None,
            sobject=sobject,
            user=user,
            reference=reference,
            times=times,
            skip=skip,
        )
        self._faults.append(fault)
        return fault

    def hold(
        self,
        *,
        after: bool = False,
        method: str | None = None,
        path: str | None = None,
        sobject: str | None = None,
    ) -> Hold:
        """Stop the next such request before or after its work; wait for it with `reached`."""
        hold = Hold(after)
        self.add(hold, method=method, path=path, sobject=sobject)
        return hold

    def clear(self) -> None:
        """Let everything go well again; held requests are released."""
        for fault in self._faults:
            if isinstance(fault.action, Hold):
                fault.action.release()
        self._faults.clear()

    def struck(self, entry: Entry) -> list[tuple[Action, Part]]:
        """The faults that a request meets; each is counted."""
        met = []
        for fault in self._faults:
            part = fault.matches(entry)
            if part is None:
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.hits += 1
            met.append((fault.action, part))
        return met
