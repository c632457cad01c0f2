"""What can people do in the org by hand? For tests that act as an admin, beside the bot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count

from bot.sandbox.orgs import dml
from bot.sandbox.orgs.grants import Access, access_of
from bot.sandbox.orgs.keys import expired
from bot.sandbox.orgs.population import add_user, assign
from bot.sandbox.orgs.schema.access import OBJECT_VERBS
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import ADMIN_PROFILE, World

_VERSION = 66.0
Snapshot = dict[str, object]


class Hands:
    """An admin's hands: everything goes through the org's rules, unless it says otherwise."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._guests = count(1)

    def user(self, username: str) -> Row | None:
        """A user's row by username, or None."""
        return self.world.user(username)

    def rows(self, sobject: str, **wanted: object) -> list[Row]:
        """Rows of an object with these values."""
        return [dict(row) for row in self.world.tables.where(sobject, **wanted)]

    def insert(self, sobject: str, **values: object) -> str:
        """Create a row as an admin; answers its id, raises `Refused`."""
        self._fresh()
        return dml.insert(self.world, self._admin(), sobject, values)

    def update(self, sobject: str, row_id: str, **values: object) -> None:
        """Change a row as an admin."""
        self._fresh()
        dml.update(self.world, self._admin(), sobject, row_id, values)

    def remove_row(self, sobject: str, row_id: str) -> None:
        """Delete a row as an admin."""
        self._fresh()
        dml.delete(self.world, self._admin(), sobject, row_id)

    def freeze(self, username: str, *, frozen: bool = True) -> None:
        """Freeze or unfreeze a user."""
        user = self._known(username)
        rows = self.world.tables.where("UserLogin", UserId=user["Id"])
        row = rows[0] if rows else self.world.add("UserLogin", UserId=user["Id"])
        self.update("UserLogin", str(row["Id"]), IsFrozen=frozen)

    def deactivate(self, username: str, *, active: bool = False) -> None:
        """Deactivate or activate a user."""
        self.update("User", str(self._known(username)["Id"]), IsActive=active)

    def take_seat(self, *, psl: bool = True) -> str:
        """Take a seat by hand; answers the username. No rule stops it."""
        number = next(self._guests)
        profiles = [
            row
            for row in self.world.tables.rows("Profile")
            if str(row["Name"]).endswith("Integrations")
        ]
        suffix = ".uat" if self.world.is_sandbox else ""
        username = f"by-hand-{number}@acme.example{suffix}"
        user = add_user(self.world, username, f"By Hand {number}", profiles[0])
        if psl:
            self.world.add(
                "PermissionSetLicenseAssign",
                AssigneeId=user["Id"],
                PermissionSetLicenseId=self.world.psl()["Id"],
            )
        self.world.changes.append(f"Somebody took a seat by hand: {username}.")
        return username

    def set_seats(self, *, licenses: int | None = None, psls: int | None = None) -> None:
        """Change how many seats the org has bought."""
        for sobject, name, total in (
            ("UserLicense", "Salesforce Integration", licenses),
            ("PermissionSetLicense", "Salesforce API Integration", psls),
        ):
            for row in self.world.tables.where(sobject, MasterLabel=name):
                if total is not None:
                    self.world.tables.put(sobject, row | {"TotalLicenses": total})

    def leave_out_of_psl(self, sobject: str) -> None:
        """Let the PSL of integration users not include an object, as most of industry clouds are.

        (auth-and-monitoring 1.4 INVALID_TYPE, jsforce#1404)
        """
        self.world.beyond_psl.add(self.world.schema[sobject].name)

    def grant_bot(
        self, username: str, *rights: str, objects: Mapping[str, bool] | None = None
    ) -> None:
        """Give or take rights of a user's own set: `-ViewSetup` takes; objects: read or not."""
        user = self._known(username)
        sets = [
            self.world.row("PermissionSet", row["PermissionSetId"])
            for row in self.world.tables.where("PermissionSetAssignment", AssigneeId=user["Id"])
        ]
        own = next(one for one in sets if one and not one["IsOwnedByProfile"])
        change = {f"Permissions{one.removeprefix('-')}": one[0] != "-" for one in rights}
        self.world.tables.put("PermissionSet", own | change)
        for name, reads in (objects or {}).items():
            rows = self.world.tables.where(
                "ObjectPermissions", ParentId=own["Id"], SobjectType=name
            )
            for row in rows:
                self.world.tables.remove("ObjectPermissions", str(row["Id"]))
            if reads:
                self.world.add(
                    "ObjectPermissions", ParentId=own["Id"], SobjectType=name, PermissionsRead=True
                )

    def assign_by_hand(self, username: str, set_name: str) -> None:
        """Assign a set without any rule."""
        found = self.world.tables.where("PermissionSet", Name=set_name)[0]
        assign(self.world, self._known(username), found)

    def approve(self, username: str, app_key: str) -> None:
        """Let a user approve a self-authorise app, as a browser login would."""
        self.world.approvals.add((str(self._known(username)["Id"]), app_key))

    def expire_certificate(self, app_key: str) -> None:
        """Let the certificate of an app have ended yesterday (auth-and-monitoring 1.6)."""
        app = self.world.apps[app_key]
        old = expired(app.private_key_pem)
        self.world.apps[app_key] = replace(app, certificate_pem=old)

    def restrict_ip(self, profile: str) -> None:
        """Let a profile's login IP ranges exclude the caller (auth-and-monitoring 1.5)."""
        self.world.login_blocks[profile] = ("ip restricted", "Restricted IP")

    def expire_sessions(self) -> None:
        """End every session: the next call of each answers 401."""
        for session in self.world.sessions.values():
            session.valid = False

    def pretend(
        self,
        *,
        is_sandbox: bool | None = None,
        organization_type: str | None = None,
        trial_ends: datetime | None = None,
        org_id: str | None = None,
    ) -> None:
        """Let Organization say something else, e.g. after a refresh or behind a wrong address."""
        (row,) = self.world.tables.rows("Organization")
        changes: Row = {"TrialExpirationDate": trial_ends}
        if is_sandbox is not None:
            changes["IsSandbox"] = is_sandbox
        if organization_type is not None:
            changes["OrganizationType"] = organization_type
        if org_id is not None:
            self.world.tables.remove("Organization", str(row["Id"]))
            self.world.organization_id = org_id
            changes["Id"] = org_id
        self.world.tables.put("Organization", row | changes)

    def snapshot(self) -> Snapshot:
        """The comparable end state, by names: no ids, no times."""
        users = {row["Id"]: str(row["Username"]) for row in self.world.tables.rows("User")}
        sets = {
            row["Id"]: row
            for row in self.world.tables.rows("PermissionSet")
            if not row["IsOwnedByProfile"]
        }
        return {
            "users": _users(self.world),
            "sets": {str(row["Name"]): _set(self.world, row) for row in sets.values()},
            "psl": sorted(
                users[row["AssigneeId"]]
                for row in self.world.tables.rows("PermissionSetLicenseAssign")
            ),
            "assignments": sorted(
                (users[row["AssigneeId"]], str(sets[row["PermissionSetId"]]["Name"]))
                for row in self.world.tables.rows("PermissionSetAssignment")
                if row["PermissionSetId"] in sets
            ),
        }

    def _known(self, username: str) -> Row:
        found = self.world.user(username)
        if found is None:
            raise LookupError(f"no user {username} in {self.world.label}")
        return found

    def _admin(self) -> Access:
        profile = self.world.tables.where("Profile", Name=ADMIN_PROFILE)[0]
        admin = self.world.tables.where("User", ProfileId=profile["Id"])[0]
        return access_of(self.world, admin, version=_VERSION)

    def _fresh(self) -> None:
        self.world.transaction.clear()
        self.world.statement.clear()


def _users(world: World) -> dict[str, object]:
    profiles = {row["Id"]: row["Name"] for row in world.tables.rows("Profile")}
    shown = ("LastName", "Alias", "Email", "TimeZoneSidKey", "LocaleSidKey", "IsActive")
    return {
        str(row["Username"]): {name: row[name] for name in shown}
        | {"Profile": profiles[row["ProfileId"]]}
        for row in world.tables.rows("User")
    }


def _set(world: World, row: Row) -> dict[str, object]:
    apps = {app.id: app.name for app in world.apps.values()}
    verbs = (*OBJECT_VERBS, "PermissionsViewAllFields")
    return {
        "licensed": row["LicenseId"] is not None,
        "objects": {
            str(one["SobjectType"]): sorted(verb for verb in verbs if one[verb])
            for one in world.tables.where("ObjectPermissions", ParentId=row["Id"])
        },
        "fields": {
            str(one["Field"]): (one["PermissionsRead"], one["PermissionsEdit"])
            for one in world.tables.where("FieldPermissions", ParentId=row["Id"])
        },
        "apps": sorted(
            apps[str(one["SetupEntityId"])]
            for one in world.tables.where("SetupEntityAccess", ParentId=row["Id"])
        ),
    }
