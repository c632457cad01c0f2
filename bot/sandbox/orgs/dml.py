"""How does a row get written? Body read, rights asked, rules of the object, then told.

Every function is all or nothing: what it refuses leaves no trace.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.sandbox.orgs import bodies
from bot.sandbox.orgs.describe import seen
from bot.sandbox.orgs.grants import Access
from bot.sandbox.orgs.ids import long
from bot.sandbox.orgs.refusal import Fact, Refused, not_there
from bot.sandbox.orgs.rules import rules_of
from bot.sandbox.orgs.rules.registry import not_allowed
from bot.sandbox.orgs.schema import ObjectDef
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.telling import tell
from bot.sandbox.orgs.world import World


def insert(world: World, access: Access, sobject: str, body: Mapping[str, object]) -> str:
    """Create a row; answers its id."""
    definition = seen(world, access, sobject)
    _may(access, definition, "create", able=definition.createable)
    given = bodies.values(world, access, definition, body, creating=True)
    row: Row = {name: one.default for name, one in definition.fields.items()} | given
    row["Id"] = world.ids.new(definition.prefix)
    if "OwnerId" in row and row["OwnerId"] is None:
        row["OwnerId"] = access.user_id
    bodies.require(definition, row)
    rules = rules_of(definition.name)
    mark = world.mark()
    try:
        rules.insert(world, access, row)
        world.add(definition.name, by=access.user_id, **row)
        world.statement.add(str(row["Id"]))
        world.transaction.add(str(row["Id"]))
        rules.after_insert(world, access, row)
    except Refused:
        world.roll_back(mark)
        raise
    tell(world, access, "insert", definition.name, row)
    return str(row["Id"])


def update(
    world: World, access: Access, sobject: str, row_id: str, body: Mapping[str, object]
) -> str:
    """Change a row; answers its id."""
    definition = seen(world, access, sobject)
    old = found(world, definition, row_id)
    _may(access, definition, "edit", able=definition.updateable)
    given = bodies.values(world, access, definition, body, creating=False)
    now = world.clock()
    new = old | given
    new |= {"LastModifiedDate": now, "SystemModstamp": now, "LastModifiedById": access.user_id}
    bodies.require(definition, new)
    rules = rules_of(definition.name)
    mark = world.mark()
    try:
        rules.update(world, access, old, new)
        world.tables.put(definition.name, new)
        rules.after_update(world, access, old, new)
    except Refused:
        world.roll_back(mark)
        raise
    tell(world, access, "update", definition.name, new, before=old)
    return str(new["Id"])


def delete(world: World, access: Access, sobject: str, row_id: str) -> str:
    """Delete a row; answers its id."""
    definition = seen(world, access, sobject)
    row = found(world, definition, row_id)
    _may(access, definition, "delete", able=definition.deletable)
    rules = rules_of(definition.name)
    mark = world.mark()
    try:
        rules.delete(world, access, row)
        world.tables.remove(definition.name, str(row["Id"]))
        rules.after_delete(world, access, row)
    except Refused:
        world.roll_back(mark)
        raise
    tell(world, access, "delete", definition.name, row)
    return str(row["Id"])


def found(world: World, definition: ObjectDef, row_id: str) -> Row:
    """The row of an id of either length; raises what Salesforce answers when it is gone."""
    if definition.name == "ObjectPermissions" and row_id.startswith("000"):
        raise Refused(
            Fact.VIRTUAL_ROW,
            "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id",
            fields=(),
        )
    whole = long(row_id)
    row = world.row(definition.name, whole)
    if row is None and whole in world.tables.deleted:
        raise Refused(
            Fact.ROW_DELETED, "ENTITY_IS_DELETED", "entity is deleted", status=404, fields=()
        )
    if row is None:
        raise not_there(Fact.NO_SUCH_ROW)
    return row


def _may(access: Access, definition: ObjectDef, verb: str, *, able: bool) -> None:
    if definition.setup:
        rules = rules_of(definition.name)
        if not able and not (definition.name == "User" and verb == "delete"):
            raise Refused(
                Fact.NO_SUCH_CALL,
                "INVALID_TYPE_FOR_OPERATION",
                f"entity type {definition.name} does not support {verb}",
                fields=(),
            )
        not_allowed(access, rules.rights)
    elif f"Permissions{verb.title()}" not in access.verbs(definition.name):
        raise Refused(
            Fact.DATA_RIGHTS,
            "INSUFFICIENT_ACCESS_OR_READONLY",
            "insufficient access rights on object id",
            status=403,
            fields=(),
        )
