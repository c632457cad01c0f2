"""What we need from one Salesforce org, in our own words, and how it says no.

The Protocol is named by needs, not by REST. Foreign errors are translated here once: `Refused` is
diagnosed and told to the owner, `Unavailable` is waited for, everything else is a bug and loud. Of
a look, an error that passes by itself is always `Unavailable`: taken for an answer, it would say
that something is not there, or cannot be seen, while the org is merely busy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.core.activity import Traces
from bot.core.diagnosis import is_of_one_question, is_passing, is_quota
from bot.core.plan import Batch, Found
from bot.core.proof import Observation
from store.records import ObjectFact, OrgFacts


class Refused(Exception):  # noqa: N818 - the architecture's word
    """The org said no. `code` is Salesforce's errorCode, or OAuth's error when `login` is true.

    `step` says the step of the batch that was refused, when the answer tells which, and `sobject`
    what that step writes (`User`, `FieldPermissions`, …).
    """

    step: str | None = None
    sobject: str = ""

    def __init__(
        self, code: str, message: str, *, fields: Sequence[str] = (), login: bool = False
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.fields = tuple(fields)
        self.login = login

    @property
    def passes(self) -> bool:
        """Say whether the same call may simply be made again later (provisioning 2.2)."""
        return not self.login and is_passing(self.code, self.message)

    @property
    def is_late(self) -> bool:
        """Say whether it passes but may lie in the one question, such as a big object's."""
        return self.passes and is_of_one_question(self.code, self.message)

    def waited_for(self) -> Unavailable:
        """What a refusal that passes by itself is to whoever waits for the org."""
        spent = is_quota(self.code, self.message)
        reason = "its API calls of 24 hours are used up" if spent else f"it is busy: {self.code}"
        return Unavailable(reason, code=self.code, words=self.message)


class Unavailable(Exception):  # noqa: N818 - the architecture's word
    """The org did not answer as an org. `unknown` = the write may have happened.

    `reason` is read by people: it follows "the org does not answer". `code` says what it means if
    it lasts: an error of Salesforce's that passes by itself, or `HTTP_420` and `NXDOMAIN`, that no
    org is at the address (salesforce-auth-and-monitoring 1.4). `words` are the org's own, or
    `reason` where it said nothing.
    """

    def __init__(
        self,
        reason: str,
        *,
        unknown: bool = False,
        code: str = "SERVER_UNAVAILABLE",
        words: str = "",
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.unknown = unknown
        self.code = code
        self.words = words or reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the org says it is (salesforce-provisioning 1.0a)."""

    org_id: str
    name: str
    is_sandbox: bool
    organization_type: str
    has_trial_end: bool
    bot_user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One refresh of the catalogue: identity, seats, requestable objects with their facts."""

    identity: Identity
    facts: OrgFacts
    objects: tuple[ObjectFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppFound:
    """The request's app in the org; `admin_approved` None = cannot be read."""

    id: str
    admin_approved: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What preflight sees of the org, live and read-only.

    `taken` holds the usernames of those asked about that exist in this org, `sets` the permission
    set names that exist, each with its LicenseId or None; `psl_id` is the licence that a set of
    this bot may be bound to (salesforce-provisioning 1.6, 1.7). `rights` are the bot's own user
    permissions that are true. `existing` names active integration users whose name looks like the
    request's. `unreadable` says what the org answered to what could not be read: `app`.
    """

    identity: Identity
    license_total: int
    license_used: int
    psl_total: int
    psl_used: int
    profile: str | None
    taken: frozenset[str]
    sets: Mapping[str, str | None]
    app: AppFound | None
    rights: frozenset[str]
    objects: tuple[ObjectFact, ...]
    grantable: frozenset[str]
    psl_id: str | None = None
    existing: tuple[str, ...] = ()
    unreadable: Mapping[str, str] = field(default_factory=dict)


class Gateway(Protocol):
    """One org. Every method raises `Refused` or `Unavailable`; nothing else is expected.

    `perform` raises `Refused` for an error that passes, too: then nothing is unknown.
    """

    @property
    def key(self) -> str:
        """The org's key in the configuration."""

    async def identity(self) -> Identity:
        """Read who the org is."""

    async def snapshot(self) -> Snapshot:
        """Read what the catalogue keeps: picklists, facts, seats, apps."""

    async def survey(
        self,
        *,
        usernames: Sequence[str],
        set_names: Sequence[str],
        app_key: str | None,
        objects: Sequence[str],
        name: str,
    ) -> Survey:
        """Look at the org for one request, read-only."""

    async def own_rights(self) -> frozenset[str]:
        """Read the bot's own user permissions (`PermissionsViewSetup`, …) that are true."""

    async def observe(self, *, username: str, set_names: Sequence[str]) -> Found:
        """Read what exists of one wanted state; at most two HTTP requests for 2,000 rows."""

    async def perform(self, batch: Batch, *, known: Mapping[str, str]) -> Mapping[str, str]:
        """Write one batch in one HTTP request and answer the ids made (`user`, `set:<name>`, …).

        `known` holds ids found or made before: `profile`, `psl`, `user`, `set:<name>`.
        """

    async def prove(
        self, *, app_key: str, username: str, objects: Sequence[str], forbidden: str | None
    ) -> Observation:
        """Log in as `username` through the app, try each object, then revoke the token."""

    async def visible_rows(self, objects: Sequence[str]) -> Mapping[str, bool | None]:
        """Say per object whether the bot itself sees a row; None = it cannot look."""

    async def granted_objects(self, user_id: str) -> frozenset[str]:
        """Objects that any parent of the user (sets and profile) grants Read on."""

    async def activity(
        self, *, own: Mapping[str, Sequence[datetime]], idle_after: timedelta, now: datetime
    ) -> Traces:
        """Read the signs of use of every integration user, made by the bot or not.

        `own`: when the bot itself logged in, by username in small letters. Who logged in within
        `idle_after` is not looked at as closely.
        """
