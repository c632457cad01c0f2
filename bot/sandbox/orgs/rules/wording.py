"""How do Salesforce's messages name a permission? `Read Account`, `Read All Account` … (1.8)."""

from __future__ import annotations

from bot.sandbox.orgs.schema import ObjectDef
from bot.sandbox.orgs.world import World

_VERBS = {
    "PermissionsRead": "Read",
    "PermissionsCreate": "Create",
    "PermissionsEdit": "Edit",
    "PermissionsDelete": "Delete",
    "PermissionsViewAllRecords": "Read All",
    "PermissionsModifyAllRecords": "Modify All",
    "PermissionsViewAllFields": "View All Fields",
}


def phrase(world: World, verb: str, definition: ObjectDef) -> str:
    """The verb with the object: API name, or its plural label when switched."""
    noun = definition.plural if world.switches.plural_nouns else definition.name
    return f"{_VERBS[verb]} {noun}"
