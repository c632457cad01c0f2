"""Objects of access: permission sets and what hangs on them, apps, definitions of the schema."""

from __future__ import annotations

from bot.sandbox.orgs.schema.fields import (
    FieldDef,
    ObjectDef,
    choice,
    flag,
    lookup,
    moment,
    number,
    of,
    system,
    system_permissions,
    text,
)

OBJECT_VERBS = (
    "PermissionsRead",
    "PermissionsCreate",
    "PermissionsEdit",
    "PermissionsDelete",
    "PermissionsViewAllRecords",
    "PermissionsModifyAllRecords",
)


def permission_set() -> ObjectDef:
    """Permission sets; needs View Setup (salesforce-provisioning 1.6)."""
    return of(
        "PermissionSet",
        "Permission Set",
        "Permission Sets",
        "0PS",
        *system(),
        text("Name", "API Name", 80, required=True),
        text("Label", "Permission Set Label", 80, required=True),
        text("Description"),
        lookup("LicenseId", "UserLicense", "PermissionSetLicense").create_only(),
        lookup("ProfileId", "Profile").read_only(),
        flag("IsOwnedByProfile", "Is Owned By Profile").read_only(),
        flag("IsCustom", "Is Custom", default=True).read_only(),
        flag("HasActivationRequired", "Session Activation Required"),
        choice("Type", "Type", "Regular", "Profile", default="Regular").read_only(),
        text("NamespacePrefix", "Namespace Prefix", 15).read_only(),
        *system_permissions(),
        createable=True,
        updateable=True,
        deletable=True,
        reads=("ViewSetup",),
    )


def object_permissions(objects: tuple[str, ...]) -> ObjectDef:
    """Object permissions; SobjectType lists what can be granted (1.8)."""
    return of(
        "ObjectPermissions",
        "Object Permissions",
        "Object Permissions",
        "110",
        *system(),
        lookup("ParentId", "PermissionSet", required=True).create_only(),
        choice(
            "SobjectType", "Object Type Name", *objects, restricted=True, required=True
        ).create_only(),
        *(flag(verb, verb.removeprefix("Permissions")) for verb in OBJECT_VERBS),
        flag("PermissionsViewAllFields", "View All Fields", since=63.0),
        createable=True,
        updateable=True,
        deletable=True,
        reads=("ViewSetup",),
    )


def field_permissions(objects: tuple[str, ...], fields: tuple[str, ...]) -> ObjectDef:
    """Field permissions; Field lists what can be granted (1.9)."""
    return of(
        "FieldPermissions",
        "Field Permissions",
        "Field Permissions",
        "01k",
        *system(),
        lookup("ParentId", "PermissionSet", required=True).create_only(),
        choice(
            "SobjectType", "Object Type Name", *objects, restricted=True, required=True
        ).create_only(),
        choice("Field", "Field Name", *fields, restricted=True, required=True).create_only(),
        flag("PermissionsRead", "Read Field"),
        flag("PermissionsEdit", "Edit Field"),
        createable=True,
        updateable=True,
        deletable=True,
        reads=("ViewSetup",),
    )


def permission_set_assignment() -> ObjectDef:
    """Who has which set (1.10)."""
    return of(
        "PermissionSetAssignment",
        "Permission Set Assignment",
        "Permission Set Assignments",
        "0Pa",
        *system(),
        lookup("AssigneeId", "User", required=True).create_only(),
        lookup("PermissionSetId", "PermissionSet").create_only(),
        lookup("PermissionSetGroupId", "PermissionSetGroup").create_only(),
        moment("ExpirationDate", "Expiration Date", since=52.0),
        flag("IsActive", "Is Active", default=True, since=52.0).read_only(),
        createable=True,
        updateable=True,
        deletable=True,
        reads=("ViewSetup", "AssignPermissionSets", "ManageUsers"),
    )


def setup_entity_access() -> ObjectDef:
    """App access of a set. No relationship to the app: query the app first (1.12)."""
    return of(
        "SetupEntityAccess",
        "Setup Entity Access",
        "Setup Entity Access",
        "0J0",
        *system(),
        lookup("ParentId", "PermissionSet", required=True).create_only(),
        lookup(
            "SetupEntityId",
            "ConnectedApplication",
            "ExternalClientApplication",
            relationship="",
            required=True,
            label="Setup Entity ID",
        ).create_only(),
        choice(
            "SetupEntityType",
            "Setup Entity Type",
            "ConnectedApplication",
            "ExternalClientApplication",
        ).read_only(),
        createable=True,
        deletable=True,
        reads=("ViewSetup",),
    )


def connected_application() -> ObjectDef:
    """Connected apps: no consumer key, no developer name (1.13)."""
    return of(
        "ConnectedApplication",
        "Connected Application",
        "Connected Applications",
        "0H4",
        *system(),
        text("Name", "Name", 80).read_only(),
        flag("OptionsAllowAdminApprovedUsersOnly", "Admin Approved Users Only").read_only(),
        flag("OptionsHasSessionLevelPolicy", "Has Session Level Policy").read_only(),
        number("RefreshTokenValidityPeriod", "Refresh Token Validity Period").read_only(),
        reads=("ViewSetup",),
    )


def external_client_application() -> ObjectDef:
    """External client apps, "for internal use only" (1.13)."""
    return of(
        "ExternalClientApplication",
        "External Client Application",
        "External Client Applications",
        "0xI",
        *system(),
        text("DeveloperName", "API Name", 80).read_only(),
        text("MasterLabel", "Label", 80).read_only(),
        text("Description").read_only(),
        text("ContactEmail", "Contact Email").read_only(),
        choice("DistributionState", "Distribution State", "Local", "Managed").read_only(),
        reads=("ViewSetup",),
    )


def external_client_policy() -> ObjectDef:
    """Who may use an external client app, "for internal use only" as well (2.5)."""
    return of(
        "ExtlClntAppOauthPlcyCnfg",
        "External Client App OAuth Policy",
        "External Client App OAuth Policies",
        "0xO",
        *system(),
        lookup("ExternalClientApplicationId", "ExternalClientApplication").read_only(),
        choice(
            "PermittedUsersPolicyType",
            "Permitted Users",
            "AdminApprovedPreAuthorized",
            "AllSelfAuthorized",
        ).read_only(),
        reads=("ViewSetup",),
    )


def entity_definition(*, sharing: bool) -> ObjectDef:
    """What objects there are, for people with View Setup (6)."""
    model: tuple[FieldDef, ...] = (
        choice("InternalSharingModel", "Internal Sharing Model").read_only(),
    )
    return of(
        "EntityDefinition",
        "Entity Definition",
        "Entity Definitions",
        "4ie",
        system()[0],
        text("DurableId", "Durable ID").read_only(),
        text("QualifiedApiName", "API Name").read_only(),
        text("DeveloperName", "Developer Name").read_only(),
        text("Label").read_only(),
        text("PluralLabel", "Plural Label").read_only(),
        text("KeyPrefix", "Key Prefix").read_only(),
        flag("IsCustomizable", "Is Customizable").read_only(),
        flag("IsQueryable", "Is Queryable").read_only(),
        *(model if sharing else ()),
        reads=("ViewSetup",),
    )


def field_definition() -> ObjectDef:
    """What fields there are, at the level of compounds (6). Demands a filter."""
    return of(
        "FieldDefinition",
        "Field Definition",
        "Field Definitions",
        "4fe",
        system()[0],
        text("DurableId", "Durable ID").read_only(),
        text("QualifiedApiName", "API Name").read_only(),
        text("DeveloperName", "Developer Name").read_only(),
        text("Label").read_only(),
        text("DataType", "Data Type").read_only(),
        lookup("EntityDefinitionId", "EntityDefinition").read_only(),
        flag("IsCalculated", "Is Calculated").read_only(),
        flag("IsCompound", "Is Compound").read_only(),
        flag("IsNillable", "Is Nillable").read_only(),
        FieldDef(
            name="ReferenceTo",
            label="Reference To",
            type="complexvalue",
            filterable=False,
            groupable=False,
            sortable=False,
        ).read_only(),
        filter_on="EntityDefinition",
        reads=("ViewSetup",),
    )


def every(
    objects: tuple[str, ...], fields: tuple[str, ...], *, sharing: bool
) -> tuple[ObjectDef, ...]:
    """All objects of this room; `objects` and `fields` are those that can be granted."""
    return (
        permission_set(),
        object_permissions(objects),
        field_permissions(objects, fields),
        permission_set_assignment(),
        setup_entity_access(),
        connected_application(),
        external_client_application(),
        external_client_policy(),
        entity_definition(sharing=sharing),
        field_definition(),
    )
