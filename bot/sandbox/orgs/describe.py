"""What does describe answer? What the caller sees, and nothing else (salesforce-provisioning 6)."""

from __future__ import annotations

from bot.sandbox.orgs.grants import Access, sees
from bot.sandbox.orgs.refusal import not_there
from bot.sandbox.orgs.schema import FieldDef, ObjectDef
from bot.sandbox.orgs.world import World


def describe_global(world: World, access: Access) -> dict[str, object]:
    """GET /sobjects."""
    visible = [one for one in world.schema.values() if sees(world, access, one)]
    return {
        "encoding": "UTF-8",
        "maxBatchSize": 200,
        "sobjects": [_summary(one, access) for one in sorted(visible, key=lambda each: each.name)],
    }


def describe(world: World, access: Access, name: str) -> dict[str, object]:
    """GET /sobjects/X/describe; what the caller may not see does not exist."""
    definition = seen(world, access, name)
    fields = [one for one in definition.fields.values() if access.reads(definition, one)]
    return _summary(definition, access) | {
        "fields": [_field(definition, one, access) | _switched(world, definition) for one in fields]
    }


def seen(world: World, access: Access, name: str) -> ObjectDef:
    """The object, if the caller sees it; else the resource does not exist."""
    definition = world.find(name)
    if definition is None or not sees(world, access, definition):
        raise not_there()
    return definition


def _summary(one: ObjectDef, access: Access) -> dict[str, object]:
    verbs = access.verbs(one.name)
    return {
        "name": one.name,
        "label": one.label,
        "labelPlural": one.plural,
        "keyPrefix": one.prefix,
        "custom": one.custom,
        "customSetting": False,
        "queryable": True,
        "retrieveable": True,
        "createable": one.createable and (one.setup or "PermissionsCreate" in verbs),
        "updateable": one.updateable and (one.setup or "PermissionsEdit" in verbs),
        "deletable": one.deletable and (one.setup or "PermissionsDelete" in verbs),
        "layoutable": not one.setup,
    }


def _field(definition: ObjectDef, one: FieldDef, access: Access) -> dict[str, object]:
    edits = edits_field(definition, one, access)
    return {
        "name": one.name,
        "label": one.label,
        "type": one.type,
        "length": one.length,
        "nillable": one.nillable and not one.required,
        "createable": one.createable and edits,
        "updateable": one.updateable and edits,
        "filterable": one.filterable,
        "groupable": one.groupable,
        "sortable": one.sortable,
        "aggregatable": one.aggregatable,
        "calculated": one.calculated,
        "autoNumber": one.auto_number,
        "nameField": one.name_field,
        "permissionable": one.permissionable,
        "custom": one.name.endswith("__c"),
        "defaultedOnCreate": one.default is not None,
        "compoundFieldName": one.compound,
        "referenceTo": list(one.refers),
        "relationshipName": one.relationship or None,
        "relationshipOrder": 0 if one.master else None,
        "cascadeDelete": one.master,
        "restrictedPicklist": one.restricted,
        "picklistValues": [
            {"active": True, "defaultValue": False, "label": value, "value": value}
            for value in one.picklist
        ],
    }


def _switched(world: World, definition: ObjectDef) -> dict[str, object]:
    """What nobody could confirm of fields: the mark of a master (1.8), lists of grants (6)."""
    told: dict[str, object] = {}
    if not world.switches.relationship_order_marks_master:
        told["relationshipOrder"] = None
    grants = definition.name in {"ObjectPermissions", "FieldPermissions"}
    if grants and not world.switches.picklists_list_grantable:
        told["picklistValues"] = []
    return told


def edits_field(definition: ObjectDef, one: FieldDef, access: Access) -> bool:
    """May the caller write the field? A compound's permission counts for its parts (1.9)."""
    name = one.compound or one.name
    if definition.setup or not definition.fields[name].permissionable:
        return True
    if access.has("ModifyAllData"):
        return True
    return access.fields.get(f"{definition.name}.{name}", (False, False))[1]
