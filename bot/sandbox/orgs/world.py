"""What is one make-believe org, apart from HTTP? Its schema, rows, switches, apps and sessions."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.orgs.ids import Ids
from bot.sandbox.orgs.schema import ObjectDef, build, without
from bot.sandbox.orgs.switches import Switches
from bot.sandbox.orgs.tables import Row, Tables

LICENSE = "Salesforce Integration"
PSL = "SalesforceAPIIntegrationPsl"
NEW_PROFILE = "Minimum Access - API Only Integrations"
OLD_PROFILE = "Salesforce API Only System Integrations"
ADMIN_PROFILE = "System Administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app that people log in through; `kind` is `external_client_app` or `connected_app`."""

    key: str
    label: str
    kind: str
    name: str
    id: str
    consumer_key: str
    private_key_pem: str = field(repr=False)
    certificate_pem: str = field(repr=False)
    admin_approved: bool = True


@dataclass(slots=True, kw_only=True)
class Session:
    """One access token's life."""

    user_id: str
    app: str
    valid: bool = True


@dataclass(slots=True, kw_only=True)
class Propagation:
    """How long app changes take to arrive: `seconds` by the clock, or the next logins fail."""

    seconds: float = 0.0
    failures: list[tuple[str, str]] = field(default_factory=list)

    def next_logins_fail(self, count: int, error: str, description: str = "") -> None:
        """Let the next `count` logins of integration users fail with an error."""
        self.failures += [(error, description)] * count


@dataclass(kw_only=True)
class World:
    """One org. `taken` holds usernames of orgs elsewhere, `family` the orgs of this sandbox.

    `beyond_psl` names the objects that the PSL of integration users does not include.
    """

    key: str
    label: str
    is_sandbox: bool
    switches: Switches
    taken: set[str]
    clock: Callable[[], datetime]
    page_size: int = 2000
    my_domain_url: str = ""
    user_trigger: str | None = None
    hourly_logins: int = 3600
    beyond_psl: set[str] = field(default_factory=set)
    login_blocks: dict[str, tuple[str, str]] = field(default_factory=dict)
    schema: Mapping[str, ObjectDef] = field(init=False)
    tables: Tables = field(default_factory=Tables)
    apps: dict[str, App] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    pages: dict[str, list[object]] = field(default_factory=dict)
    propagation: Propagation = field(default_factory=Propagation)
    approvals: set[tuple[str, str]] = field(default_factory=set)
    changes: list[str] = field(default_factory=list)
    statement: set[str] = field(default_factory=set)
    transaction: set[str] = field(default_factory=set)
    family: list[World] = field(default_factory=list)
    organization_id: str = ""

    def __post_init__(self) -> None:
        self.ids = Ids("Sb0" if self.is_sandbox else "Pr0")
        self.random = random.Random(self.key)  # noqa: S311 - a shuffle that can be repeated
        self._know(build(sharing=self.switches.sharing_model_visible))

    def _know(self, schema: Mapping[str, ObjectDef]) -> None:
        self.schema = schema
        self._objects = {name.lower(): one for name, one in schema.items()}

    def drop(self, gone: str) -> None:
        """Delete an object (`X`) or a field (`X.Y`), as an admin does in Setup."""
        self._know(without(self.schema, gone))

    def restore(self) -> None:
        """Bring back every object and field that was deleted, as an admin does in Setup."""
        self._know(build(sharing=self.switches.sharing_model_visible))

    @property
    def generic_audience(self) -> str:
        """The audience besides My Domain: test for sandboxes, login for others."""
        return f"https://{'test' if self.is_sandbox else 'login'}.salesforce.com"

    def find(self, name: str) -> ObjectDef | None:
        """An object by any case of its name."""
        return self._objects.get(name.lower())

    def add(self, sobject: str, *, by: str = "", **values: object) -> Row:
        """Put a new row there, without any rule: defaults, id and system columns are filled."""
        definition = self.schema[sobject]
        now = self.clock()
        row: Row = {
            name: one.default if one.default is not None else None
            for name, one in definition.fields.items()
        }
        row |= values
        if not row["Id"]:
            row["Id"] = self.ids.new(definition.prefix)
        author = by or str(row["Id"])
        system = {
            "CreatedDate": now,
            "LastModifiedDate": now,
            "SystemModstamp": now,
            "CreatedById": author,
            "LastModifiedById": author,
        }
        row |= {key: value for key, value in system.items() if key in row and row[key] is None}
        if sobject == "User":
            row["Name"] = " ".join(str(row[one]) for one in ("FirstName", "LastName") if row[one])
        return self.tables.put(sobject, row)

    def row(self, sobject: str, row_id: object) -> Row | None:
        """A row by its id, or None."""
        return self.tables.get(sobject, str(row_id)) if row_id else None

    def user(self, username: str) -> Row | None:
        """A user by username, in any case."""
        wanted = username.lower()
        for row in self.tables.rows("User"):
            if str(row["Username"]).lower() == wanted:
                return row
        return None

    def license_of(self, user: Row) -> Row | None:
        """The user licence that a user's profile brings."""
        profile = self.row("Profile", user["ProfileId"])
        return self.row("UserLicense", profile["UserLicenseId"]) if profile else None

    def is_integration(self, user: Row) -> bool:
        """Is this a user of the Salesforce Integration licence?"""
        found = self.license_of(user)
        return found is not None and found["Name"] == LICENSE

    def psl(self) -> Row:
        """The permission set licence of integration users; an org without it has no such id."""
        found = self.tables.where("PermissionSetLicense", DeveloperName=PSL)
        return found[0] if found else {"Id": None}

    def has_psl(self, user_id: str, psl_id: object) -> bool:
        """Does a user hold a permission set licence?"""
        return bool(
            self.tables.where(
                "PermissionSetLicenseAssign", AssigneeId=user_id, PermissionSetLicenseId=psl_id
            )
        )

    def seats_used(self, license_id: object) -> int:
        """Active users of a user licence (salesforce-provisioning 1.1)."""
        profiles = {row["Id"] for row in self.tables.where("Profile", UserLicenseId=license_id)}
        return sum(
            1 for row in self.tables.where("User", IsActive=True) if row["ProfileId"] in profiles
        )

    def psl_used(self, psl_id: object) -> int:
        """Rows of a PSL, those of inactive users too (1.2, 7.1), unless switched."""
        rows = self.tables.where("PermissionSetLicenseAssign", PermissionSetLicenseId=psl_id)
        if self.switches.inactive_user_keeps_psl_seat:
            return len(rows)
        users = [self.row("User", row["AssigneeId"]) for row in rows]
        return sum(1 for user in users if user and user["IsActive"])

    def is_taken(self, username: str) -> bool:
        """Is a username used in any org of the world? (2.2 DUPLICATE_USERNAME)"""
        wanted = username.lower()
        return wanted in self.taken or any(one.user(wanted) for one in self.family)

    def mark(self) -> tuple[int, int]:
        """A point to which `roll_back` returns."""
        return self.tables.mark(), len(self.changes)

    def roll_back(self, mark: tuple[int, int]) -> None:
        """Undo every write since a mark, and forget that it was told."""
        self.tables.roll_back(mark[0])
        del self.changes[mark[1] :]
