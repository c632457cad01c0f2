"""What the cache knows of an org: its objects, fields, seats and identity."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFact:
    """One permissionable field; None = not known, and not guessed."""

    name: str
    label: str = ""
    editable: bool | None = None
    compound_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectFact:
    """One object that can be granted; `masters` None = not known."""

    name: str
    label: str
    masters: tuple[str, ...] | None = None
    sharing: str | None = None
    fields: tuple[FieldFact, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgFacts:
    """What the cache knows of one org: identity, seats, apps and when the look began and ended.

    `refusal` is empty, or the sentence why this org cannot be chosen now. `hidden` = it is not even
    offered, because its `kind` in the configuration is not what the org says it is.
    """

    org: str
    org_id: str | None = None
    organization_type: str | None = None
    license_total: int = 0
    license_used: int = 0
    psl_total: int = 0
    psl_used: int = 0
    apps: tuple[str, ...] = ()
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    refusal: str = ""
    hidden: bool = False
