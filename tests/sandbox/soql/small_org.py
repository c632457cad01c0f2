"""A small org for the engine's tests: users, profiles, licences, sets and assignments."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.sandbox.orgs.soql import FieldSpec, Result, SoqlError, UnknownObject, parse, run

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)  # a Wednesday
ADA, BEN, RAE, SAM = (f"00500000000000{x}AAA" for x in ("A", "a", "R", "S"))


def spec(name, type_="string", **flags):
    return FieldSpec(name=name, type=type_, **flags)


OBJECTS = {
    "User": [
        spec("Id", "id"),
        spec("Name"),
        spec("Username"),
        spec("Email", "email"),
        spec("IsActive", "boolean"),
        spec("NumberOfFailedLogins", "int"),
        spec("LastLoginDate", "datetime"),
        spec("Birthday", "date"),
        spec("AboutMe", "textarea", filterable=False, groupable=False, sortable=False),
        spec("ProfileId", "reference"),
        spec("ManagerId", "reference"),
        spec("SecretId", "reference"),
    ],
    "Profile": [spec("Id", "id"), spec("Name"), spec("UserLicenseId", "reference")],
    "UserLicense": [
        spec("Id", "id"),
        spec("Name"),
        spec("UsedLicenses", "int", aggregatable=False),
    ],
    "PermissionSet": [spec("Id", "id"), spec("Name"), spec("PermissionsApiEnabled", "boolean")],
    "PermissionSetAssignment": [
        spec("Id", "id"),
        spec("AssigneeId", "reference"),
        spec("PermissionSetId", "reference"),
        spec("Note__c"),
    ],
    "LoginHistory": [
        spec("Id", "id"),
        spec("UserId", "reference"),
        spec("Status", filterable=False),
    ],
    "EntityDefinition": [spec("DurableId"), spec("QualifiedApiName")],
    "FieldDefinition": [spec("QualifiedApiName"), spec("EntityDefinitionId")],
    "Group": [spec("Id", "id"), spec("Name")],
}
RELATIONSHIPS = {
    ("user", "profile"): ("ProfileId", "Profile"),
    ("user", "manager"): ("ManagerId", "User"),
    ("user", "secret"): ("SecretId", "Secret__c"),
    ("profile", "userlicense"): ("UserLicenseId", "UserLicense"),
    ("permissionsetassignment", "assignee"): ("AssigneeId", "User"),
    ("permissionsetassignment", "permissionset"): ("PermissionSetId", "PermissionSet"),
    ("fielddefinition", "entitydefinition"): ("EntityDefinitionId", "EntityDefinition"),
}
ROWS = {
    "UserLicense": [
        {"Id": "100000000000001AAA", "Name": "Salesforce", "UsedLicenses": 3},
        {"Id": "100000000000002AAA", "Name": "Salesforce Integration", "UsedLicenses": 1},
    ],
    "Profile": [
        {"Id": "00e000000000001AAA", "Name": "Admin", "UserLicenseId": "100000000000001AAA"},
        {"Id": "00e000000000002AAA", "Name": "API Only", "UserLicenseId": "100000000000002AAA"},
    ],
    "User": [
        {
            "Id": ADA,
            "Name": "Ada",
            "Username": "ada@acme.example",
            "IsActive": True,
            "NumberOfFailedLogins": 2,
            "LastLoginDate": datetime(2026, 11, 25, 8, 0, tzinfo=UTC),
            "Birthday": "1990-11-25",
            "ProfileId": "00e000000000001AAA",
        },
        {
            "Id": BEN,
            "Name": "ben",
            "Username": "ben@acme.example",
            "IsActive": False,
            "NumberOfFailedLogins": 0,
            "LastLoginDate": "2026-11-24T23:59:59.000+0000",
            "ProfileId": "00e000000000001AAA",
            "ManagerId": ADA,
        },
        {
            "Id": RAE,
            "Name": "Rae 100%_of\\it",
            "Username": "rae@acme.example",
            "IsActive": True,
            "NumberOfFailedLogins": 5,
            "LastLoginDate": datetime(2026, 11, 18, 0, 0, tzinfo=UTC),
            "ProfileId": "00e000000000002AAA",
            "ManagerId": ADA[:15],
        },
        {"Id": SAM, "Name": "", "IsActive": True},
    ],
    "PermissionSet": [
        {"Id": "0PS000000000001AAA", "Name": "Orders", "PermissionsApiEnabled": True},
        {"Id": "0PS000000000002AAA", "Name": "Accounts", "PermissionsApiEnabled": False},
    ],
    "PermissionSetAssignment": [
        {
            "Id": "0Pa000000000001AAA",
            "AssigneeId": RAE,
            "PermissionSetId": "0PS000000000001AAA",
        },
        {
            "Id": "0Pa000000000002AAA",
            "AssigneeId": ADA,
            "PermissionSetId": "0PS000000000002AAA",
        },
    ],
    "LoginHistory": [],
    "EntityDefinition": [
        {"DurableId": "PermissionSetAssignment", "QualifiedApiName": "PermissionSetAssignment"},
        {"DurableId": "PermissionSetAssociation", "QualifiedApiName": "PermissionSetAssociation"},
    ],
    "FieldDefinition": [
        {"QualifiedApiName": "Note__c", "EntityDefinitionId": "PermissionSetAssignment"},
    ],
    "Group": [{"Id": "00G000000000001AAA", "Name": "Night shift"}],
}


@dataclass
class SmallOrg:
    """A source whose rows a test may replace."""

    now: datetime = NOW
    stored: Mapping[str, list[dict[str, object]]] = field(default_factory=lambda: ROWS)

    def _official(self, sobject: str) -> str:
        for name in OBJECTS:
            if name.lower() == sobject.lower():
                return name
        raise UnknownObject(sobject)

    def fields(self, sobject: str) -> Mapping[str, FieldSpec]:
        return {one.name.lower(): one for one in OBJECTS[self._official(sobject)]}

    def rows(self, sobject: str) -> Iterable[Mapping[str, object]]:
        return iter(self.stored[self._official(sobject)])

    def parent(self, sobject: str, relationship: str) -> tuple[str, str] | None:
        return RELATIONSHIPS.get((sobject.lower(), relationship.lower()))


def ask(text: str, org: SmallOrg | None = None) -> Result:
    return run(parse(text), org or SmallOrg())


def names(where: str, org: SmallOrg | None = None) -> list[object]:
    """First words of the names of the users that pass, in stored order; null is None."""
    records = ask(f"SELECT Name FROM User WHERE {where}", org).records
    return [name and str(name).split()[0] for name in (one["Name"] for one in records)]


def refusal(text: str, org: SmallOrg | None = None) -> tuple[str, str]:
    """Code and last line of the refusal."""
    try:
        ask(text, org)
    except SoqlError as error:
        return error.code, error.message.splitlines()[-1]
    raise AssertionError(f"not refused: {text}")
