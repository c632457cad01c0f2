"""What objects and fields does a make-believe org have?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from bot.sandbox.orgs.schema import access, custom, data, people
from bot.sandbox.orgs.schema.fields import SYSTEM_PERMISSIONS, FieldDef, ObjectDef

__all__ = ["SYSTEM_PERMISSIONS", "FieldDef", "ObjectDef", "build"]


@cache
def build(*, sharing: bool) -> Mapping[str, ObjectDef]:
    """Every object by its name; `sharing` = EntityDefinition has InternalSharingModel."""
    with_data = (*data.standard(), *custom.custom())
    grantable = tuple(sorted(one.name for one in with_data if one.permissionable))
    fields = tuple(
        f"{one.name}.{field.name}"
        for one in sorted(with_data, key=lambda each: each.name)
        for field in one.fields.values()
        if field.permissionable
    )
    setup = (*people.every(), *access.every(grantable, fields, sharing=sharing))
    return MappingProxyType({one.name: one for one in (*setup, *with_data)})
