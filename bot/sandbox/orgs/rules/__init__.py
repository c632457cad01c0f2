"""The rules of each setup object; what is not here has none of its own."""

from __future__ import annotations

from bot.sandbox.orgs.rules.apps import SETUP_ENTITY_ACCESS
from bot.sandbox.orgs.rules.assignments import (
    PERMISSION_SET_ASSIGNMENT,
    PERMISSION_SET_LICENSE_ASSIGN,
)
from bot.sandbox.orgs.rules.fields import FIELD_PERMISSIONS
from bot.sandbox.orgs.rules.objects import OBJECT_PERMISSIONS
from bot.sandbox.orgs.rules.registry import Rules
from bot.sandbox.orgs.rules.sets import PERMISSION_SET
from bot.sandbox.orgs.rules.users import USER, USER_LOGIN

RULES = {
    "User": USER,
    "UserLogin": USER_LOGIN,
    "PermissionSet": PERMISSION_SET,
    "ObjectPermissions": OBJECT_PERMISSIONS,
    "FieldPermissions": FIELD_PERMISSIONS,
    "PermissionSetAssignment": PERMISSION_SET_ASSIGNMENT,
    "PermissionSetLicenseAssign": PERMISSION_SET_LICENSE_ASSIGN,
    "SetupEntityAccess": SETUP_ENTITY_ACCESS,
}
NO_RULES = Rules()


def rules_of(sobject: str) -> Rules:
    """The rules of an object."""
    return RULES.get(sobject, NO_RULES)
