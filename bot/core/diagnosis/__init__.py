"""What does an error mean, who can do something about it, and what? One table, else said plainly.

`explain` reads Salesforce's errors; the functions beside it word what the bot found out itself.
"""

from bot.core.diagnosis.fixed import (
    app_missing,
    foreign,
    missing_license,
    missing_right,
    no_seat,
    no_set_name,
    not_proven,
    object_gone,
    other_org,
    sees_nothing,
    sees_too_much,
    too_few_approvers,
    undo_incomplete,
    username_taken,
    wrong_identity,
    wrong_kind,
)
from bot.core.diagnosis.quote import quote
from bot.core.diagnosis.reading import explain, is_duplicate, is_passing, may_be_propagation
from bot.core.diagnosis.titles import (
    FOREIGN_OBJECT,
    KIND_MISMATCH,
    MISSING_RIGHT,
    NO_SEAT,
    NOT_PRE_AUTHORISED,
    NOT_PROVEN,
    SEES_NOTHING,
    SEES_TOO_MUCH,
    TITLES,
    UNDO_INCOMPLETE,
    WRONG_IDENTITY,
)

__all__ = [
    "FOREIGN_OBJECT",
    "KIND_MISMATCH",
    "MISSING_RIGHT",
    "NOT_PRE_AUTHORISED",
    "NOT_PROVEN",
    "NO_SEAT",
    "SEES_NOTHING",
    "SEES_TOO_MUCH",
    "TITLES",
    "UNDO_INCOMPLETE",
    "WRONG_IDENTITY",
    "app_missing",
    "explain",
    "foreign",
    "is_duplicate",
    "is_passing",
    "may_be_propagation",
    "missing_license",
    "missing_right",
    "no_seat",
    "no_set_name",
    "not_proven",
    "object_gone",
    "other_org",
    "quote",
    "sees_nothing",
    "sees_too_much",
    "too_few_approvers",
    "undo_incomplete",
    "username_taken",
    "wrong_identity",
    "wrong_kind",
]
