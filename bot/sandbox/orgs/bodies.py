"""How does a JSON body become the values of a row? Names, types, lengths, picklists, references."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.sandbox.orgs.describe import edits_field
from bot.sandbox.orgs.grants import Access
from bot.sandbox.orgs.ids import long
from bot.sandbox.orgs.refusal import Fact, Refused
from bot.sandbox.orgs.schema import FieldDef, ObjectDef
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import World

_DERIVED = ("EntityDefinition", "PermissionSetGroup", "UserRole")


def values(
    world: World,
    access: Access,
    definition: ObjectDef,
    body: Mapping[str, object],
    *,
    creating: bool,
) -> Row:
    """Read the body of a write; raises `Refused` for the first thing that is wrong."""
    found: Row = {}
    for key, value in body.items():
        if key == "attributes" or (key.lower() == "id" and not creating):
            continue
        field = definition.field(key)
        if field is None or not access.reads(definition, field):
            raise Refused(
                Fact.NO_SUCH_COLUMN,
                "INVALID_FIELD",
                f"No such column '{key}' on sobject of type {definition.name}",
            )
        _writable(access, definition, field, creating=creating)
        found[field.name] = _value(world, definition, field, value)
    return found


def require(definition: ObjectDef, row: Row) -> None:
    """Refuse a row whose required fields are not filled (2.2)."""
    missing = [
        one.name for one in definition.fields.values() if one.required and row[one.name] is None
    ]
    missing = [name for name in missing if definition.fields[name].createable]
    if missing:
        raise Refused(
            Fact.MISSING,
            "REQUIRED_FIELD_MISSING",
            f"Required fields are missing: [{', '.join(missing)}]",
            fields=missing,
        )


def _writable(access: Access, definition: ObjectDef, field: FieldDef, *, creating: bool) -> None:
    able = field.createable if creating else field.updateable
    if not able or not edits_field(definition, field, access):
        raise Refused(
            Fact.NOT_WRITABLE,
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {field.name}. Please check the security settings of"
            " this field and verify that it is read/write for your profile or permission set.",
            fields=(field.name,),
        )


def _value(world: World, definition: ObjectDef, field: FieldDef, value: object) -> object:
    if value is None or value == "":
        return False if field.type == "boolean" else None
    if field.type == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if field.type == "reference":
        return _reference(world, field, value)
    if field.type == "picklist":
        return _choice(definition, field, value)
    if field.type == "datetime":
        return _moment(field, value)
    if field.length and len(str(value)) > field.length:
        raise Refused(
            Fact.TOO_LONG,
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {value} (max length={field.length})",
            fields=(field.name,),
        )
    return value


def _moment(field: FieldDef, value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise Refused(
            Fact.BAD_JSON,
            "JSON_PARSER_ERROR",
            f"Cannot deserialize instance of datetime from VALUE_STRING value {value}",
            fields=(field.name,),
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _reference(world: World, field: FieldDef, value: object) -> str:
    row_id = long(value)
    if row_id is None:
        raise Refused(
            Fact.BAD_ID,
            "MALFORMED_ID",
            f"{field.label}: id value of incorrect type: {value}",
            fields=(field.name,),
        )
    known = [name for name in field.refers if name not in _DERIVED]
    if not any(world.row(name, row_id) for name in known):
        raise Refused(
            Fact.CROSS_REFERENCE,
            "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id",
            fields=(field.name,),
        )
    return row_id


def _choice(definition: ObjectDef, field: FieldDef, value: object) -> object:
    """Restricted picklists take their values only; a field may drop `Id` of a lookup (1.9)."""
    if not field.restricted:
        return value
    wanted = str(value).lower()
    also = f"{wanted}id" if definition.name == "FieldPermissions" else wanted
    for one in field.picklist:
        if one.lower() in {wanted, also}:
            return one
    fact = Fact.FIELD_PICKLIST if definition.name == "FieldPermissions" else Fact.PICKLIST
    raise Refused(
        fact,
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        f"{field.label}: bad value for restricted picklist field: {value}",
        fields=(field.name,),
    )
