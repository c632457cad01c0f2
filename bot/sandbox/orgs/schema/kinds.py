"""Kinds of fields and objects with customers' data, and which of them can be granted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.sandbox.orgs.schema.fields import FieldDef, ObjectDef, lookup, of, system, text


def granted(*fields: FieldDef) -> tuple[FieldDef, ...]:
    """Fields whose access is a matter of FieldPermissions (salesforce-provisioning 1.9)."""
    return tuple(replace(one, permissionable=not one.compound) for one in fields)


def money(name: str, label: str, **more: Any) -> FieldDef:
    """An amount of money."""
    return FieldDef(name=name, label=label, type="currency", data_type="Currency(16, 2)", **more)


def day(name: str, label: str) -> FieldDef:
    """A date."""
    return FieldDef(name=name, label=label, type="date", data_type="Date")


def formula(name: str, label: str, kind: str = "currency") -> FieldDef:
    """A field that is computed; read only."""
    made = FieldDef(
        name=name, label=label, type=kind, calculated=True, data_type=f"Formula ({kind.title()})"
    )
    return made.read_only()


def address(name: str, label: str) -> tuple[FieldDef, ...]:
    """A compound field and its parts; the compound is what is granted (1.9)."""
    compound = FieldDef(
        name=f"{name}Address",
        label=f"{label} Address",
        type="address",
        is_compound=True,
        groupable=False,
        sortable=False,
        filterable=False,
        data_type="Address",
    ).read_only()
    parts = ("Street", "City", "State", "PostalCode", "Country")
    return (
        compound,
        *(text(f"{name}{one}", f"{label} {one}", compound=compound.name) for one in parts),
    )


def named(label: str = "Name", **more: Any) -> FieldDef:
    """The record's name, typed by people."""
    return text("Name", label, name_field=True, required=True, nillable=False, **more)


def numbered(label: str) -> FieldDef:
    """The record's name, counted by the org."""
    made = text("Name", label, 80, name_field=True, auto_number=True, data_type="Auto Number")
    return made.read_only()


def person() -> tuple[FieldDef, ...]:
    """A name in parts: the compound and its parts."""
    return (
        replace(text("Name", "Full Name", name_field=True, is_compound=True).read_only()),
        text("LastName", "Last Name", 80, required=True, nillable=False, compound="Name"),
        text("FirstName", "First Name", 40, compound="Name"),
    )


def data_object(
    name: str,
    label: str,
    plural: str,
    prefix: str,
    *fields: FieldDef,
    owned: bool = True,
    **more: Any,
) -> ObjectDef:
    """An object with rows of customers; `owned` = rows have an owner."""
    owner = (lookup("OwnerId", "User", relationship="Owner", nillable=False),) if owned else ()
    return of(
        name,
        label,
        plural,
        prefix,
        *system(deleted=True),
        *owner,
        *fields,
        setup=False,
        custom=name.endswith("__c"),
        createable=True,
        updateable=True,
        deletable=True,
        permissionable=True,
        **more,
    )


def master(parent: str, label: str) -> FieldDef:
    """A master-detail field: rows belong to their master."""
    return lookup(parent, parent, label=label, master=True, required=True, nillable=False)
