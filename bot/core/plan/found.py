"""What exists of one wanted state, as it was read from the org. Ids are opaque."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from store.records import Json, Verb
from store.records.plain import plain


def same_id(one: str, other: str) -> bool:
    """Compare two ids of 15 or 18 characters (salesforce-provisioning 1.0).

    The first 15 characters say everything; the last three only repeat their case.
    """
    return one[:15] == other[:15]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundObject:
    """An ObjectPermissions row; `id` starts with 000 when it is virtual and cannot be written."""

    object: str
    verbs: tuple[Verb, ...]
    all_fields: bool
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundField:
    """A FieldPermissions row; `field` is the API name without its object."""

    object: str
    field: str
    read: bool
    edit: bool
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundApp:
    """A SetupEntityAccess row: the set lets its users log in through the app `app_id`."""

    app_id: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAssignment:
    """A PermissionSetAssignment row: `user_id` holds the set."""

    user_id: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSet:
    """A permission set that was looked for; `created_by` is a user id, the name is for people.

    `license_id` is the licence that it is bound to, of users or a PSL, which never changes; None =
    bound to none (1.6). `assignments` holds everybody who has the set, not only our user.
    """

    name: str
    id: str
    created_by: str
    created_by_name: str
    license_id: str | None = None
    objects: tuple[FoundObject, ...] = ()
    fields: tuple[FoundField, ...] = ()
    apps: tuple[FoundApp, ...] = ()
    assignments: tuple[FoundAssignment, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FoundSet:
        """Read what `Found.to_json` wrote."""
        rest = {
            "objects": tuple(
                FoundObject(**{**one, "verbs": tuple(Verb(verb) for verb in one["verbs"])})
                for one in data["objects"]
            ),
            "fields": tuple(FoundField(**one) for one in data["fields"]),
            "apps": tuple(FoundApp(**one) for one in data["apps"]),
            "assignments": tuple(FoundAssignment(**one) for one in data["assignments"]),
        }
        return cls(**{**data, **rest})


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundUser:
    """The user of the wanted username; `psl_row` is its PermissionSetLicenseAssign row, if any."""

    username: str
    id: str
    created_by: str
    created_by_name: str
    active: bool
    psl_row: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One observation of the org, for one wanted state.

    `profile_id` is the integration profile that the org has, `psl_id` its permission set licence
    Salesforce API Integration; None = the org has none (salesforce-provisioning 1.2, 1.4).
    """

    org_id: str
    bot_user_id: str
    profile_id: str | None = None
    psl_id: str | None = None
    user: FoundUser | None = None
    sets: tuple[FoundSet, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Found:
        """Read what `to_json` wrote."""
        user = FoundUser(**data["user"]) if data["user"] else None
        sets = tuple(FoundSet.from_json(one) for one in data["sets"])
        return cls(**{**data, "user": user, "sets": sets})

    def to_json(self) -> Json:
        """Write as plain JSON values."""
        return plain(asdict(self))

    def set_named(self, name: str) -> FoundSet | None:
        """Give the permission set of this API name; Salesforce compares names without case."""
        return next((one for one in self.sets if one.name.lower() == name.lower()), None)


def known(found: Found) -> dict[str, str]:
    """Give the ids that performing a batch needs: `profile`, `psl`, `user`, `set:<name>`."""
    there = {"profile": found.profile_id, "psl": found.psl_id}
    there["user"] = found.user.id if found.user else None
    there.update({f"set:{one.name}": one.id for one in found.sets})
    return {key: value for key, value in there.items() if value}


def ids(found: Found) -> dict[str, str]:
    """Give the ids of what a request made: `user`, `set:<name>`, `psl_assigned` (the row's id)."""
    made = {key: value for key, value in known(found).items() if key not in {"profile", "psl"}}
    if found.user and found.user.psl_row:
        made["psl_assigned"] = found.user.psl_row
    return made


def cannot_start(found: Found) -> str | None:
    """Name what the org lacks for any integration user at all: `profile`, `psl`, or None."""
    if found.profile_id is None:
        return "profile"
    return "psl" if found.psl_id is None else None
