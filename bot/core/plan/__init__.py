"""The plan as a value: what is wanted, what was found, and the steps between them.

`diff` and `undo` answer steps, `batches` packs steps into the fewest HTTP requests, `say_all` is
the plan as approvers read it. Nothing here writes: a gateway performs a batch.
"""

from bot.core.plan.batches import Batch, apart, batches, undo_batch, undo_batches
from bot.core.plan.diff import app_access_in_place, diff, say_all
from bot.core.plan.found import (
    Found,
    FoundApp,
    FoundAssignment,
    FoundField,
    FoundObject,
    FoundSet,
    FoundUser,
    cannot_start,
    ids,
    known,
    same_id,
)
from bot.core.plan.ours import Foreign, OtherLicense, fits, made_before, set_names
from bot.core.plan.parse import step_from_json
from bot.core.plan.steps import (
    ActivateUser,
    AssignPsl,
    AssignSet,
    CreateSet,
    CreateUser,
    FieldRow,
    GrantApp,
    GrantFields,
    GrantObject,
    Step,
)
from bot.core.plan.undo import left, undo
from bot.core.plan.undo_steps import DeactivateUser, DeleteSet, RevokeApp, UnassignPsl, UnassignSet

__all__ = [
    "ActivateUser",
    "AssignPsl",
    "AssignSet",
    "Batch",
    "CreateSet",
    "CreateUser",
    "DeactivateUser",
    "DeleteSet",
    "FieldRow",
    "Foreign",
    "Found",
    "FoundApp",
    "FoundAssignment",
    "FoundField",
    "FoundObject",
    "FoundSet",
    "FoundUser",
    "GrantApp",
    "GrantFields",
    "GrantObject",
    "OtherLicense",
    "RevokeApp",
    "Step",
    "UnassignPsl",
    "UnassignSet",
    "apart",
    "app_access_in_place",
    "batches",
    "cannot_start",
    "diff",
    "fits",
    "ids",
    "known",
    "left",
    "made_before",
    "same_id",
    "say_all",
    "set_names",
    "step_from_json",
    "undo",
    "undo_batch",
    "undo_batches",
]
