"""What objects and fields does a make-believe org have?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

from bot.sandbox.orgs.schema import access, custom, data, people
from bot.sandbox.orgs.schema.fields import SYSTEM_PERMISSIONS, FieldDef, ObjectDef

__all__ = ["SYSTEM_PERMISSIONS", "FieldDef", "ObjectDef", "build", "without"]


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


def without(schema: Mapping[str, ObjectDef], gone: str) -> Mapping[str, ObjectDef]:
    """The schema after an object (`X`) or a field (`X.Y`) was deleted: no picklist offers it."""

    def offered(value: str) -> bool:
        return value != gone and not value.startswith(f"{gone}.")

    left = {}
    for name, one in schema.items():
        fields = {
            field.name: replace(field, picklist=tuple(filter(offered, field.picklist)))
            for field in one.fields.values()
            if offered(f"{name}.{field.name}")
        }
        if offered(name):
            left[name] = replace(one, fields=fields)
    return MappingProxyType(left)
