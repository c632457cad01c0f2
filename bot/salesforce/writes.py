"""How a batch of steps becomes one composite, and which ids its answer holds.

Object permissions travel as single subrequests in the order given, so that a master is there before
its detail; field permissions as collections; a set's id is referred to only in plain bodies,
because references inside collections are unconfirmed (salesforce-provisioning 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bot.core import plan
from store.records import Verb

RECORDS = 200
GONE = frozenset({"NOT_FOUND", "ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY"})
"""What a delete may answer when the row is gone already: done (salesforce-provisioning 5.2)."""

_COLUMNS = {
    Verb.READ: "PermissionsRead",
    Verb.CREATE: "PermissionsCreate",
    Verb.EDIT: "PermissionsEdit",
    Verb.DELETE: "PermissionsDelete",
    Verb.VIEW_ALL: "PermissionsViewAllRecords",
    Verb.MODIFY_ALL: "PermissionsModifyAllRecords",
}


@dataclass(slots=True)
class Composite:
    """A composite being written: its subrequests, and which reference answers which id.

    `says` holds, per subrequest, the sentence of its step; per row, where it is a collection.
    """

    version: str
    known: Mapping[str, str]
    parts: list[dict[str, Any]] = field(default_factory=list)
    makes: dict[str, str] = field(default_factory=dict)
    says: list[tuple[str, ...]] = field(default_factory=list)

    def add(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        makes: str | None = None,
    ) -> None:
        """Add a subrequest; `makes` is the key under which its new id is answered."""
        reference = f"r{len(self.parts)}"
        part: dict[str, Any] = {
            "method": method,
            "url": f"/services/data/v{self.version}/{path}",
            "referenceId": reference,
        }
        if body is not None:
            part["body"] = dict(body)
        self.parts.append(part)
        if makes:
            self.makes[makes] = reference

    def id(self, key: str) -> str:
        """The id of something made earlier in this composite, or known from before."""
        if key in self.makes:
            return f"@{{{self.makes[key]}.id}}"
        return self.known[key]


def compose(batch: plan.Batch, *, known: Mapping[str, str], version: str) -> Composite:
    """Write the composite of one batch."""
    composite = Composite(version=version, known=known)
    for step in batch.steps:
        if not isinstance(step, plan.GrantFields):
            _add(composite, step)
            composite.says.append((step.say(),))
    rows = [
        (step, row)
        for step in batch.steps
        if isinstance(step, plan.GrantFields)
        for row in step.rows
    ]
    new = [(step, row) for step, row in rows if not row.row]
    old = [(step, row) for step, row in rows if row.row]
    _collect(composite, "POST", [(_new_field(composite, *one), _say(*one)) for one in new])
    _collect(composite, "PATCH", [(_old_field(one[1]), _say(*one)) for one in old])
    return composite


def said(composite: Composite, part: int, row: int) -> str | None:
    """Say the step behind a subrequest, or behind a row of it."""
    says = composite.says[part] if part < len(composite.says) else ()
    return says[row] if row < len(says) else None


def written(composite: Composite, part: int) -> str:
    """Name the object that a subrequest writes: that of its path, or of a collection's records."""
    one = composite.parts[part]
    room, _, name = one["url"].partition(f"/v{composite.version}/")[2].partition("/")
    if room == "composite":
        return str(one["body"]["records"][0]["attributes"]["type"])
    return str(name.partition("/")[0])


def made(composite: Composite, answers: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Read the ids that a composite made, by the keys of the gateway."""
    by_reference = {one["referenceId"]: one["body"] for one in answers}
    return {
        key: by_reference[reference]["id"]
        for key, reference in composite.makes.items()
        if isinstance(by_reference[reference], Mapping) and "id" in by_reference[reference]
    }


def _add(composite: Composite, step: plan.Step) -> None:
    match step:
        case plan.CreateSet():
            _create_set(composite, step)
        case plan.GrantApp():
            body = {"ParentId": composite.id(f"set:{step.set}"), "SetupEntityId": step.app_id}
            composite.add("POST", "sobjects/SetupEntityAccess", body)
        case plan.GrantObject():
            _grant_object(composite, step)
        case plan.CreateUser():
            user: dict[str, Any] = {**step.attributes, "IsActive": True}
            user["ProfileId"] = composite.id("profile")
            composite.add("POST", "sobjects/User", user, makes="user")
        case plan.ActivateUser():
            composite.add("PATCH", f"sobjects/User/{composite.id('user')}", {"IsActive": True})
        case plan.AssignPsl():
            body = {
                "AssigneeId": composite.id("user"),
                "PermissionSetLicenseId": composite.id("psl"),
            }
            composite.add("POST", "sobjects/PermissionSetLicenseAssign", body, makes="psl_assigned")
        case plan.AssignSet():
            body = {
                "AssigneeId": composite.id("user"),
                "PermissionSetId": composite.id(f"set:{step.set}"),
            }
            composite.add("POST", "sobjects/PermissionSetAssignment", body)
        case _:
            _take_away(composite, step)


def _create_set(composite: Composite, step: plan.CreateSet) -> None:
    body = {"Name": step.set, "Label": step.label, "Description": step.description}
    if step.licensed:
        body["LicenseId"] = composite.id("psl")
    composite.add("POST", "sobjects/PermissionSet", body, makes=f"set:{step.set}")


def _grant_object(composite: Composite, step: plan.GrantObject) -> None:
    body: dict[str, Any] = {column: verb in step.verbs for verb, column in _COLUMNS.items()}
    if step.all_fields or step.row:
        body["PermissionsViewAllFields"] = step.all_fields
    if step.row:
        composite.add("PATCH", f"sobjects/ObjectPermissions/{step.row}", body)
        return
    body |= {"ParentId": composite.id(f"set:{step.set}"), "SobjectType": step.object}
    composite.add("POST", "sobjects/ObjectPermissions", body)


def _take_away(composite: Composite, step: plan.Step) -> None:
    match step:
        case plan.UnassignSet():
            composite.add("DELETE", f"sobjects/PermissionSetAssignment/{step.row}")
        case plan.UnassignPsl():
            composite.add("DELETE", f"sobjects/PermissionSetLicenseAssign/{step.row}")
        case plan.RevokeApp():
            composite.add("DELETE", f"sobjects/SetupEntityAccess/{step.row}")
        case plan.DeactivateUser():
            composite.add("PATCH", f"sobjects/User/{composite.id('user')}", {"IsActive": False})
        case plan.DeleteSet():
            composite.add("DELETE", f"sobjects/PermissionSet/{composite.id(f'set:{step.set}')}")
        case _:
            raise TypeError(f"no way to perform {type(step).__name__}")


def _new_field(composite: Composite, step: plan.GrantFields, row: plan.FieldRow) -> dict[str, Any]:
    return {
        "attributes": {"type": "FieldPermissions"},
        "ParentId": composite.id(f"set:{step.set}"),
        "SobjectType": step.object,
        "Field": f"{step.object}.{row.field}",
        "PermissionsRead": row.read,
        "PermissionsEdit": row.edit,
    }


def _old_field(row: plan.FieldRow) -> dict[str, Any]:
    return {
        "attributes": {"type": "FieldPermissions"},
        "id": row.row,
        "PermissionsRead": row.read,
        "PermissionsEdit": row.edit,
    }


def _say(step: plan.GrantFields, row: plan.FieldRow) -> str:
    return f"{step.say()}: {step.object}.{row.field}"


def _collect(
    composite: Composite, method: str, records: Sequence[tuple[dict[str, Any], str]]
) -> None:
    rest = iter(records)
    while part := list(islice(rest, RECORDS)):
        body = {"allOrNone": True, "records": [record for record, _ in part]}
        composite.add(method, "composite/sobjects", body)
        composite.says.append(tuple(words for _, words in part))
