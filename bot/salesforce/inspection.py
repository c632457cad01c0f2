"""What the doctor needs from one org, in its own words: a second, read-only Protocol.

Everything is looked at one by one, so that one refusal hides nothing else. Every method raises
`Refused` or `Unavailable` of `gateway`; `Closed` says why the front door did not open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.salesforce.gateway import Identity

Why = Literal["tls", "proxy", "timeout", "unreachable", "not_salesforce"]


class Closed(Exception):  # noqa: N818 - reads as a sentence at the raise
    """Nothing of an org answered at the address; `detail` is short and holds no secret."""

    def __init__(self, why: Why, detail: str) -> None:
        super().__init__(detail)
        self.why: Why = why
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontDoor:
    """What the org says to anybody: its API versions, oldest first, and its clock.

    `date` is its `Date` header, None when it sent none; `asked_at` is our clock at that moment.
    """

    versions: tuple[str, ...]
    date: datetime | None
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A login: the audience that worked, and the host that the org calls itself by."""

    audience: str
    instance_host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """A user licence or permission set licence; `used` is counted, not the org's own counter."""

    name: str
    status: str
    total: int
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Licenses:
    """The two that an integration user takes; None = the org has none of that name."""

    user: License | None
    psl: License | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """The profile that integration users would get, and every one of their licence."""

    chosen: str | None
    every: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Of the rights asked about: those the org knows, and those the bot's own user holds."""

    known: frozenset[str]
    held: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How many of the objects that can be granted the bot itself sees."""

    seen: int
    grantable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSeen:
    """An app; `admin_approved` None = its policy cannot be read, `unreadable` says why.

    `profiles` name those that open the app to every user who has them.
    """

    id: str
    admin_approved: bool | None
    unreadable: str
    profiles: tuple[str, ...]


class Inspection(Protocol):
    """One org, looked at as the bot's own user and changed in nothing."""

    async def front_door(self) -> FrontDoor:
        """Ask for the API versions, without a login; raises `Closed`."""

    async def enter(self) -> Entered:
        """Log in by JWT; raises `LoginRefused`, `Unavailable`."""

    async def identity(self) -> Identity:
        """Read who the org is."""

    async def licenses(self) -> Licenses:
        """Read both licences with their seats."""

    async def profiles(self) -> Profiles:
        """Read the profiles of the integration licence."""

    async def rights(self, names: frozenset[str]) -> Rights:
        """Read which of these user permissions (`ViewSetup`, …) the bot's own user holds."""

    async def sight(self) -> Sight:
        """Count the objects that can be granted, and those of them that the bot sees."""

    async def app(self, *, kind: str, name: str) -> AppSeen | None:
        """Find an app by its name; None = the org has none of that name."""

    async def leave(self) -> None:
        """Revoke the token; nothing is raised."""
