"""What somebody asks for: verbs, grants, the form, findings and seats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from store.records.plain import Json, plain


class State(StrEnum):
    """A state names the last thing that became true."""

    REQUESTED = "requested"
    APPROVED = "approved"
    PROVISIONED = "provisioned"
    LIVE = "live"
    BLOCKED = "blocked"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Verb(StrEnum):
    """What may be done with an object; the values are the contract's `perm:` values."""

    READ = "read"
    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"
    VIEW_ALL = "view_all"
    MODIFY_ALL = "modify_all"


class Tier(StrEnum):
    """How dangerous a matrix is, from its strongest grant."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Source(StrEnum):
    """Where a journal line came from."""

    SLACK = "slack"
    ENGINE = "engine"
    CLOCK = "clock"
    CLI = "cli"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Access to one object.

    `read_fields` and `edit_fields` hold field API names without the object, sorted. `all_fields`
    is PermissionsViewAllFields (`*` among the readable ones). `edit_all` is `*` among the editable
    ones, as asked: preflight replaces it by the fields that it finds. `because` is empty for what
    was asked, else the sentence why the closure added or widened this grant.
    """

    object: str
    verbs: tuple[Verb, ...]
    read_fields: tuple[str, ...] = ()
    edit_fields: tuple[str, ...] = ()
    all_fields: bool = False
    edit_all: bool = False
    because: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Grant:
        """Read what `to_json` wrote."""
        return cls(
            object=data["object"],
            verbs=tuple(Verb(verb) for verb in data["verbs"]),
            read_fields=tuple(data["read_fields"]),
            edit_fields=tuple(data["edit_fields"]),
            all_fields=data["all_fields"],
            edit_all=data["edit_all"],
            because=tuple(data["because"]),
        )

    def to_json(self) -> Json:
        """Write as plain JSON values."""
        return plain(asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the requester wrote in the form, read and cleaned; `username` empty = the proposal."""

    org: str
    name: str
    purpose: str
    system: str
    ticket: str
    owner: str
    backup_owner: str
    email: str
    app: str | None
    grants: tuple[Grant, ...] = ()
    username: str = ""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Asked:
        """Read what `to_json` wrote."""
        rest = {key: value for key, value in data.items() if key != "grants"}
        return cls(**rest, grants=tuple(Grant.from_json(grant) for grant in data["grants"]))

    def to_json(self) -> Json:
        """Write as plain JSON values."""
        return plain(asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionSetRef:
    """A permission set of ours: its API name, and its id once it exists."""

    name: str
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Why something does not go on: the cause, what to do, and who can do it."""

    code: str
    cause: str
    remedy: str
    who: str

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finding:
        """Read what `to_json` wrote."""
        return cls(**data)

    def to_json(self) -> Json:
        """Write as plain JSON values."""
        return plain(asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Seats of one licence: `used` as counted in the org, `reserved` by requests under way."""

    total: int
    used: int
    reserved: int = 0

    @property
    def free(self) -> int:
        """Seats that a new request may take; below zero when the org is over-booked."""
        return self.total - self.used - self.reserved
