"""Does the org still list as grantable what was asked for? If not, no approver should be asked.

Both lists are the picklists of ObjectPermissions and FieldPermissions (salesforce-provisioning 6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.core import diagnosis
from store.records import Finding, Grant, ObjectFact


def problems(
    grants: Iterable[Grant], grantable: frozenset[str], facts: Mapping[str, ObjectFact]
) -> list[Finding]:
    """Say which objects and fields of closed grants the org does not list any more."""
    found = []
    for grant in grants:
        if grant.object not in grantable:
            found.append(diagnosis.object_gone(grant.object))
        elif lost := _not_listed(grant, facts.get(grant.object)):
            found.append(diagnosis.fields_gone(grant.object, lost))
    return found


def _not_listed(grant: Grant, fact: ObjectFact | None) -> list[str]:
    """The fields of a grant that are not listed; a compound is while one of its parts is.

    Where no field of the object is known, nothing is: that passes, and the org itself will say.
    """
    if fact is None or not fact.fields:
        return []
    known = {one.name for one in fact.fields} | {one.compound_of for one in fact.fields}
    return [one for one in sorted({*grant.read_fields, *grant.edit_fields}) if one not in known]
