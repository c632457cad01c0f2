"""What happened: the request itself, its votes, journal lines, drafts and messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.records.access import Asked, Finding, PermissionSetRef, Source, State
from store.records.plain import Json
from store.records.wanted import Preflight, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One person's decision about one request and one wanted state."""

    who: str
    decision: str
    at: datetime
    reason: str = ""
    wanted_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    """Who did what when, from where; `before` and `after` are small facts, never secrets."""

    at: datetime
    actor: str
    source: Source
    event: str
    detail: str
    before: Json | None = None
    after: Json | None = None
    run: str | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as the store holds it. `version` grows with every change of the row.

    `preflights`, `provisions`, `smokes`, `undos` count the runs enqueued so far: they make the
    engine's ids. `user_made_at`, `psl_made_at`, `undone_at` settle seat reservation.
    `next_try_at` and `proof_until` are the smoke test's next look and its last possible one,
    `tries` counts its waits for a login that was refused so far, and no tries of an org that is
    away. `pinned` is what an earlier approval let
    be made, once that approval is too old: its names stay, and an end undoes it first.
    """

    id: int
    version: int
    state: State
    withdrawing: bool
    requester: str
    asked: Asked
    created_at: datetime
    preflight: Preflight | None = None
    wanted_hash: str = ""
    votes: tuple[Vote, ...] = ()
    finding: Finding | None = None
    user_id: str | None = None
    permission_sets: tuple[PermissionSetRef, ...] = ()
    approved_at: datetime | None = None
    user_made_at: datetime | None = None
    psl_made_at: datetime | None = None
    undone_at: datetime | None = None
    next_try_at: datetime | None = None
    proof_until: datetime | None = None
    preflights: int = 0
    provisions: int = 0
    smokes: int = 0
    undos: int = 0
    tries: int = 0
    pinned: Wanted | None = None

    @property
    def label(self) -> str:
        """The name of the request wherever a person reads it."""
        return f"IU-{self.id}"

    @property
    def username(self) -> str:
        """The username wanted, or the one typed or taken instead, or nothing yet."""
        if self.preflight and self.preflight.wanted:
            return self.preflight.wanted.username
        return self.asked.username or (self.pinned.username if self.pinned else "")

    @property
    def wanted(self) -> Wanted | None:
        """The end state to be made true, or the one that an earlier approval let be made."""
        return (self.preflight.wanted if self.preflight else None) or self.pinned


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What step 1 of the form said, kept for 24 h so that step 2 needs only an id."""

    id: str
    owner: str
    asked: Asked
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message wanted in Slack: the outbox row. `id` says request, surface and occasion.

    `target` is the channel or person to post to; `channel` and `ts` are Slack's answer to the
    first post; dirty while `shown` < `wanted`. `tries` failed in a row: above 0 Slack refused them,
    below 0 it was trouble that passes.
    """

    id: str
    request: int | None
    surface: str
    target: str
    wanted: int
    shown: int
    channel: str | None = None
    ts: str | None = None
    tries: int = 0
    retry_at: datetime | None = None
