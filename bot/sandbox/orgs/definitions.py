"""Rows of EntityDefinition and FieldDefinition, made from the schema."""

from __future__ import annotations

from collections.abc import Iterator

from bot.sandbox.orgs.schema import FieldDef, ObjectDef
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import World


def entity_rows(world: World) -> Iterator[Row]:
    """One row per object."""
    for one in world.schema.values():
        row: Row = {
            "Id": one.name,
            "DurableId": one.name,
            "QualifiedApiName": one.name,
            "DeveloperName": one.name.removesuffix("__c").removesuffix("__kav"),
            "Label": one.label,
            "PluralLabel": one.plural,
            "KeyPrefix": one.prefix,
            "IsCustomizable": not one.setup,
            "IsQueryable": True,
        }
        if world.switches.sharing_model_visible:
            row["InternalSharingModel"] = one.sharing
        yield row


def field_rows(world: World) -> Iterator[Row]:
    """One row per field, at the level of compounds (salesforce-provisioning 6)."""
    for one in world.schema.values():
        for field in one.fields.values():
            if field.compound is None:
                yield _field_row(world, one, field)


def _field_row(world: World, one: ObjectDef, field: FieldDef) -> Row:
    return {
        "Id": f"{one.name}.{field.name}",
        "DurableId": f"{one.name}.{field.name}",
        "QualifiedApiName": field.name,
        "DeveloperName": field.name.removesuffix("__c"),
        "Label": field.label,
        "DataType": data_type(world, field),
        "EntityDefinitionId": one.name,
        "IsCalculated": field.calculated,
        "IsCompound": field.is_compound,
        "IsNillable": field.nillable,
        "ReferenceTo": {"referenceTo": list(field.refers) or None},
    }


def data_type(world: World, field: FieldDef) -> str:
    """The words of FieldDefinition.DataType, which no fact confirms: a switch."""
    if world.switches.data_type_words == "api":
        return field.type
    words = _interface_words(world, field)
    kind, bracket, rest = words.partition("(")
    if world.switches.data_type_words == "german":
        return _GERMAN.get(kind.strip(), kind.strip()) + bracket + rest
    return words


def _interface_words(world: World, field: FieldDef) -> str:
    if field.data_type:
        return field.data_type
    if field.type == "reference":
        named = [world.schema[name].label for name in field.refers if name in world.schema]
        return f"{'Master-Detail' if field.master else 'Lookup'}({','.join(named)})"
    words = {
        "boolean": "Checkbox",
        "datetime": "Date/Time",
        "int": "Number(8, 0)",
        "percent": "Percent(16, 2)",
        "picklist": "Picklist",
        "phone": "Phone",
        "email": "Email",
        "url": f"URL({field.length})",
        "id": "Lookup()",
        "textarea": f"Long Text Area({field.length})",
    }
    return words.get(field.type, f"Text({field.length})")


_GERMAN = {
    "Address": "Adresse",
    "Auto Number": "Automatische Nummerierung",
    "Checkbox": "Kontrollkästchen",
    "Currency": "Währung",
    "Date": "Datum",
    "Date/Time": "Datum/Uhrzeit",
    "Email": "E-Mail",
    "Formula": "Formel",
    "Long Text Area": "Langer Textbereich",
    "Lookup": "Nachschlagen",
    "Master-Detail": "Hauptdetail",
    "Number": "Zahl",
    "Percent": "Prozent",
    "Phone": "Telefon",
    "Picklist": "Auswahlliste",
}
"""The same words for a bot whose user speaks German; the others are alike."""
