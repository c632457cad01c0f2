"""Which steps travel together? The fewest HTTP requests that keep errors precise.

A composite holds 25 subrequests, of which 5 may be collections or queries; a collection holds 200
records of one type and one method (salesforce-provisioning 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.core.plan import steps as do
from bot.core.plan.parse import step_from_json
from bot.core.plan.undo_steps import (
    DeactivateUser,
    DeleteSet,
    RevokeApp,
    UnassignPsl,
    UnassignSet,
)
from store.records import Json

SUBREQUESTS = 25
COLLECTIONS = 5
RECORDS = 200
OBJECTS = SUBREQUESTS - COLLECTIONS
"""Object rows of one batch: few enough to travel one by one beside the field collections, so that
a master is surely there before its detail."""

_SAID = 3
_UNDO = (UnassignSet, UnassignPsl, DeactivateUser, DeleteSet)
_ACCESS = (do.GrantObject, do.GrantFields)
_USER = (do.CreateUser, do.ActivateUser, do.AssignPsl)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Steps for one HTTP request, in order: composite with collateSubrequests false.

    `all_or_none` false = undo: what is gone already must not stop the rest. In a batch of access
    the ids of all sets are known; inserts and updates of objects and of fields each fit into their
    collections, and object rows may also travel as single subrequests.
    """

    steps: tuple[do.Step, ...]
    all_or_none: bool = True

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Batch:
        """Read what `to_json` wrote."""
        return cls(
            steps=tuple(step_from_json(step) for step in data["steps"]),
            all_or_none=data["all_or_none"],
        )

    def to_json(self) -> Json:
        """Write as plain JSON values."""
        return {"steps": [step.to_json() for step in self.steps], "all_or_none": self.all_or_none}

    def say(self) -> str:
        """Say the batch in one line: its first steps, and how many more there are."""
        said = "; ".join(step.say() for step in self.steps[:_SAID])
        more = len(self.steps) - _SAID
        return said if more <= 0 else f"{said}; and {more} more step{'s' if more > 1 else ''}"

    @property
    def writes(self) -> frozenset[str]:
        """The keys whose intent is journaled before this batch is performed."""
        return frozenset(step.writes for step in self.steps if step.writes)


def batches(steps: Sequence[do.Step]) -> tuple[Batch, ...]:
    """Pack steps: sets and apps, then access, then user and licence, then assignments.

    A set's id is known before rows refer to it, because references inside collections are
    unconfirmed; the licence is committed before the assignment that needs it (3.1). Undo is one
    batch in the order given, and so is what a plan takes away, after all that it makes.
    """
    away = [step for step in steps if isinstance(step, _UNDO)]
    if away and all(isinstance(step, (*_UNDO, RevokeApp)) for step in steps):
        return undo_batches(steps)
    access = [step for step in steps if isinstance(step, _ACCESS)]
    user = [step for step in steps if isinstance(step, _USER)]
    assign = [step for step in steps if isinstance(step, do.AssignSet)]
    sets = [step for step in steps if step not in access + user + assign + away]
    return (
        *(Batch(steps=part) for part in _cut(sets)),
        *(Batch(steps=part) for part in _pack(access)),
        *(Batch(steps=part) for part in _cut(user)),
        *(Batch(steps=part) for part in _cut(assign)),
        *undo_batches(away),
    )


def apart(batch: Batch) -> tuple[Batch, ...]:
    """Split a batch that an org refuses as a mixture: one request for each kind of step, in order.

    Nobody could confirm that an org takes different setup objects, a user and its licence row too,
    in one transaction (salesforce-provisioning 2.3, 3.2). Fields come last, as in one composite. A
    batch of one kind stays as it is.
    """
    kinds: dict[type[do.Step], list[do.Step]] = {}
    for step in sorted(batch.steps, key=lambda one: isinstance(one, do.GrantFields)):
        kinds.setdefault(type(step), []).append(step)
    return tuple(replace(batch, steps=tuple(steps)) for steps in kinds.values())


def undo_batch(steps: Sequence[do.Step]) -> Batch:
    """Put undo's steps into one request that goes on when a row is gone already."""
    return Batch(steps=tuple(steps), all_or_none=False)


def undo_batches(steps: Sequence[do.Step]) -> tuple[Batch, ...]:
    """Put undo's steps into as few requests as hold them, in the order given."""
    return tuple(undo_batch(part) for part in _cut(steps))


def _cut(steps: Sequence[do.Step]) -> Iterator[tuple[do.Step, ...]]:
    for start in range(0, len(steps), SUBREQUESTS):
        yield tuple(steps[start : start + SUBREQUESTS])


def _pack(steps: Iterable[do.Step]) -> Iterator[tuple[do.Step, ...]]:
    """Fill one batch after the other; field rows that no longer fit go on in the next."""
    packed: list[do.Step] = []
    for step in steps:
        rest: do.Step | None = step
        while rest is not None:
            fitting, rest = _fit(packed, rest)
            if fitting is not None:
                packed.append(fitting)
            if rest is not None:
                yield tuple(packed)
                packed = []
    if packed:
        yield tuple(packed)


def _fit(packed: Sequence[do.Step], step: do.Step) -> tuple[do.Step | None, do.Step | None]:
    """Split a step into what still fits beside `packed`, and the rest."""
    if not isinstance(step, do.GrantFields):
        return (step, None) if _fits([*packed, step]) else (None, step)
    count = len(step.rows)
    while count and not _fits([*packed, replace(step, rows=step.rows[:count])]):
        count -= 1
    if count == len(step.rows):
        return step, None
    if not count:
        return None, step
    return replace(step, rows=step.rows[:count]), replace(step, rows=step.rows[count:])


def _fits(steps: Sequence[do.Step]) -> bool:
    objects = [step.row for step in steps if isinstance(step, do.GrantObject)]
    fields = [row.row for step in steps if isinstance(step, do.GrantFields) for row in step.rows]
    collections = sum(
        -(-sum((row is None) is new for row in rows) // RECORDS)
        for rows in (objects, fields)
        for new in (True, False)
    )
    return len(objects) <= OBJECTS and collections <= COLLECTIONS
