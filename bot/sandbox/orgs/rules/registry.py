"""What can a rule of an object look like?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.orgs.grants import Access
from bot.sandbox.orgs.refusal import Fact, Refused
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import World

Check = Callable[[World, Access, Row], None]
"""Looks at a row about to be written, may fill it in, raises `Refused`."""

Change = Callable[[World, Access, Row, Row], None]
"""Looks at a row before and after an update, may change the latter, raises `Refused`."""


def nothing(_world: World, _access: Access, _row: Row) -> None:
    """No rule."""


def no_change(_world: World, _access: Access, _old: Row, _new: Row) -> None:
    """No rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one object. `after_*` run when the row is there: what they raise undoes it."""

    rights: tuple[str, ...] = ()
    insert: Check = nothing
    after_insert: Check = nothing
    update: Change = no_change
    after_update: Change = no_change
    delete: Check = nothing
    after_delete: Check = nothing


def depends(fact: Fact, missing: list[str], *, fields: tuple[str, ...] = ()) -> Refused:
    """The refusal that names permissions and what they depend on (1.8: message grammar)."""
    return Refused(fact, "FIELD_INTEGRITY_EXCEPTION", "; ".join(missing), fields=fields)


def not_allowed(access: Access, rights: tuple[str, ...], fact: Fact = Fact.RIGHTS) -> None:
    """Refuse a caller who lacks one of the rights (3.4)."""
    if not access.has(*rights):
        raise Refused(
            fact,
            "INSUFFICIENT_ACCESS_OR_READONLY",
            "insufficient access rights on object id",
            status=403,
            fields=(),
        )
