"""How a step is read back from the journal of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.plan import steps, undo_steps
from store.records import Verb

_STEPS: Mapping[str, type[steps.Step]] = {
    kind.__name__: kind
    for kind in (
        steps.CreateSet,
        steps.GrantApp,
        steps.GrantObject,
        steps.GrantFields,
        steps.CreateUser,
        steps.ActivateUser,
        steps.AssignPsl,
        steps.AssignSet,
        undo_steps.UnassignSet,
        undo_steps.UnassignPsl,
        undo_steps.RevokeApp,
        undo_steps.DeactivateUser,
        undo_steps.DeleteSet,
    )
}


def step_from_json(data: Mapping[str, Any]) -> steps.Step:
    """Read what a step's `to_json` wrote; `KeyError` on an unknown step."""
    values = {key: value for key, value in data.items() if key != "step"}
    if "verbs" in values:
        values["verbs"] = tuple(Verb(verb) for verb in values["verbs"])
        values["takes"] = tuple(values["takes"])
    if "rows" in values:
        values["rows"] = tuple(steps.FieldRow(**row) for row in values["rows"])
    return _STEPS[data["step"]](**values)
