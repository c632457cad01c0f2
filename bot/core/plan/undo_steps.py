"""The steps that take away again what a plan made. Rows that are gone already count as taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.core.plan.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class UnassignSet(Step):
    """Delete the PermissionSetAssignment `row` of our user."""

    username: str
    set: str
    row: str

    NAME: ClassVar[str] = "unassign-set:{set}"
    SAY: ClassVar[str] = "Remove the assignment of the permission set {set}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnassignPsl(Step):
    """Delete the PermissionSetLicenseAssign `row` of our user.

    Salesforce may have removed it with the set: NOT_FOUND and ENTITY_IS_DELETED are done
    (salesforce-provisioning 5.2).
    """

    username: str
    row: str

    NAME: ClassVar[str] = "unassign-psl:{username}"
    SAY: ClassVar[str] = (
        "Remove the permission set licence Salesforce API Integration from the user {username}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeApp(Step):
    """Delete the SetupEntityAccess `row`: the set no longer lets anybody use the app."""

    set: str
    app_id: str
    app: str
    row: str

    NAME: ClassVar[str] = "revoke-app:{set}:{app_id}"
    SAY: ClassVar[str] = "Stop the permission set {set} from using {app}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeactivateUser(Step):
    """Deactivate the user, which frees its licence; users can never be deleted (1.5)."""

    username: str

    NAME: ClassVar[str] = "deactivate-user:{username}"
    SAY: ClassVar[str] = "Deactivate the user {username}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteSet(Step):
    """Delete our permission set, which nobody holds any more (1.6)."""

    set: str

    NAME: ClassVar[str] = "delete-set:{set}"
    SAY: ClassVar[str] = "Delete the permission set {set}"
