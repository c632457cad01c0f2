"""What is an object and a field of an org? Values, and short ways to write them down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

SYSTEM_PERMISSIONS = (
    "ApiEnabled",
    "ApiUserOnly",
    "AssignPermissionSets",
    "AuthorApex",
    "CanApproveUninstalledApps",
    "ChatterInternalUser",
    "CustomizeApplication",
    "ManageInteraction",
    "ManageProfilesPermissionsets",
    "ManageRoles",
    "ManageTranslation",
    "ManageUsers",
    "ModifyAllData",
    "ModifyMetadata",
    "MonitorLoginHistory",
    "PasswordNeverExpires",
    "RunFlow",
    "ViewAllData",
    "ViewEventLogFiles",
    "ViewRoles",
    "ViewSetup",
)
"""API names of user permissions without `Permissions` (salesforce-provisioning 1.6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDef:
    """One field, with the flags that describe shows. `since` = first API version that has it."""

    name: str
    label: str
    type: str = "string"
    length: int = 0
    createable: bool = True
    updateable: bool = True
    required: bool = False
    nillable: bool = True
    filterable: bool = True
    groupable: bool = True
    sortable: bool = True
    aggregatable: bool = True
    refers: tuple[str, ...] = ()
    relationship: str | None = None
    master: bool = False
    calculated: bool = False
    auto_number: bool = False
    permissionable: bool = False
    compound: str | None = None
    is_compound: bool = False
    picklist: tuple[str, ...] = ()
    restricted: bool = False
    default: Any = None
    name_field: bool = False
    since: float = 0.0
    data_type: str = ""

    def read_only(self) -> FieldDef:
        """The same field, which nobody can write."""
        return replace(self, createable=False, updateable=False)

    def create_only(self) -> FieldDef:
        """The same field, settable at creation only."""
        return replace(self, updateable=False)


@dataclass(frozen=True, kw_only=True)
class ObjectDef:
    """One object. `permissionable` = can be granted; `reads` = rights of which one is needed."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: Mapping[str, FieldDef]
    setup: bool = True
    custom: bool = False
    createable: bool = False
    updateable: bool = False
    deletable: bool = False
    permissionable: bool = False
    sharing: str = "ReadWrite"
    filter_on: str | None = None
    reads: tuple[str, ...] = ()

    @cached_property
    def by_lower(self) -> dict[str, FieldDef]:
        """Fields by lower-case name, for SOQL and for bodies."""
        return {name.lower(): one for name, one in self.fields.items()}

    def field(self, name: str) -> FieldDef | None:
        """A field by any case of its name."""
        return self.by_lower.get(name.lower())

    @property
    def masters(self) -> tuple[str, ...]:
        """Objects that own this one's rows by master-detail."""
        return tuple(one for each in self.fields.values() if each.master for one in each.refers)


def text(name: str, label: str = "", length: int = 255, **more: Any) -> FieldDef:
    """A text field."""
    return FieldDef(name=name, label=label or name, length=length, **more)


def number(name: str, label: str = "", **more: Any) -> FieldDef:
    """A field of whole numbers."""
    return FieldDef(name=name, label=label or name, type="int", **more)


def flag(name: str, label: str = "", *, default: bool = False, **more: Any) -> FieldDef:
    """A checkbox."""
    more.setdefault("nillable", False)
    return FieldDef(name=name, label=label or name, type="boolean", default=default, **more)


def moment(name: str, label: str = "", **more: Any) -> FieldDef:
    """A date with time."""
    return FieldDef(name=name, label=label or name, type="datetime", **more)


def choice(name: str, label: str, *values: str, **more: Any) -> FieldDef:
    """A picklist."""
    return FieldDef(name=name, label=label, type="picklist", picklist=values, length=255, **more)


def lookup(name: str, *refers: str, relationship: str | None = None, **more: Any) -> FieldDef:
    """A reference; its relationship is the name without `Id`, or with `__r`."""
    if relationship is None:
        relationship = name[:-1] + "r" if name.endswith("__c") else name.removesuffix("Id")
    label = more.pop("label", relationship.removesuffix("__r").replace("_", " "))
    return FieldDef(
        name=name, label=label, type="reference", refers=refers, relationship=relationship, **more
    )


def system(*, deleted: bool = False) -> tuple[FieldDef, ...]:
    """The fields every row has."""
    made = (
        FieldDef(name="Id", label="Record ID", type="id", nillable=False).read_only(),
        moment("CreatedDate", "Created Date", nillable=False).read_only(),
        lookup("CreatedById", "User", relationship="CreatedBy", label="Created By").read_only(),
        moment("LastModifiedDate", "Last Modified Date", nillable=False).read_only(),
        lookup(
            "LastModifiedById", "User", relationship="LastModifiedBy", label="Last Modified By"
        ).read_only(),
        moment("SystemModstamp", "System Modstamp", nillable=False).read_only(),
    )
    return (*made, flag("IsDeleted", "Deleted").read_only()) if deleted else made


def system_permissions() -> tuple[FieldDef, ...]:
    """One checkbox per user permission."""
    return tuple(flag(f"Permissions{one}", one) for one in SYSTEM_PERMISSIONS)


def of(
    name: str, label: str, plural: str, prefix: str, *fields: FieldDef, **more: Any
) -> ObjectDef:
    """An object of its fields."""
    return ObjectDef(
        name=name,
        label=label,
        plural=plural,
        prefix=prefix,
        fields={one.name: one for one in fields},
        **more,
    )
