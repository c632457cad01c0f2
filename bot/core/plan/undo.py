"""What is to be taken away again, and what stays because it is not ours to take?"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bot.core.plan.diff import Foreign, check_set, check_user
from bot.core.plan.found import Found, FoundAssignment, FoundSet, FoundUser, same_id
from bot.core.plan.steps import Step
from bot.core.plan.undo_steps import DeactivateUser, DeleteSet, RevokeApp, UnassignPsl, UnassignSet
from store.records import Wanted


def undo(
    wanted: Wanted, found: Found, *, ours: Collection[str], bot_user_id: str
) -> tuple[Step, ...]:
    """Say the steps that take our work away, in an order that the org accepts; empty = undone.

    Sets before the licence that they need (salesforce-provisioning 5.2), a set only when nobody
    else holds it. What is foreign is never touched, and raises nothing: `left` says it.
    """
    user = _our_user(wanted, found, ours, bot_user_id)
    sets = list(_our_sets(wanted, found, ours, bot_user_id))
    steps: list[Step] = []
    if user:
        steps += [
            UnassignSet(username=user.username, set=one.name, row=row.id)
            for one in sets
            for row in one.assignments
            if same_id(row.user_id, user.id)
        ]
        if user.psl_row:
            steps.append(UnassignPsl(username=user.username, row=user.psl_row))
    steps += [
        RevokeApp(set=one.name, app_id=app.app_id, app=_app(wanted, app.app_id), row=app.id)
        for one in sets
        for app in sorted(one.apps, key=lambda app: app.id)
    ]
    if user and user.active:
        steps.append(DeactivateUser(username=user.username))
    steps += [DeleteSet(set=one.name) for one in sets if not _others(one, user)]
    return tuple(steps)


def left(
    wanted: Wanted, found: Found, *, ours: Collection[str], bot_user_id: str
) -> tuple[str, ...]:
    """Say, one sentence each, what an undo leaves in the org, and why."""
    sentences = []
    try:
        user = check_user(wanted, found, ours=ours, bot_user_id=bot_user_id)
    except Foreign as foreign:
        sentences.append(_stays(foreign))
        user = None
    for one in wanted.sets:
        try:
            there = check_set(one.name, found, ours=ours, bot_user_id=bot_user_id)
        except Foreign as foreign:
            sentences.append(_stays(foreign))
            continue
        others = _others(there, user) if there else ()
        if others:
            who = "one other user" if len(others) == 1 else f"{len(others)} other users"
            sentences.append(
                f"The permission set {one.name} stays, because {who} received it from somebody "
                "else: unassign it there, then delete it in Setup."
            )
    return tuple(sentences)


def _stays(foreign: Foreign) -> str:
    return f"{foreign.what} stays: it was created by {foreign.who}, not by this bot."


def _app(wanted: Wanted, app_id: str) -> str:
    known = any(one.app_id and same_id(one.app_id, app_id) for one in wanted.sets)
    return f"the app {(wanted.app_name or app_id) if known else app_id}"


def _our_user(
    wanted: Wanted, found: Found, ours: Collection[str], bot_user_id: str
) -> FoundUser | None:
    try:
        return check_user(wanted, found, ours=ours, bot_user_id=bot_user_id)
    except Foreign:
        return None


def _our_sets(
    wanted: Wanted, found: Found, ours: Collection[str], bot_user_id: str
) -> Iterator[FoundSet]:
    for one in wanted.sets:
        try:
            there = check_set(one.name, found, ours=ours, bot_user_id=bot_user_id)
        except Foreign:
            continue
        if there:
            yield there


def _others(there: FoundSet, user: FoundUser | None) -> tuple[FoundAssignment, ...]:
    return tuple(
        row for row in there.assignments if user is None or not same_id(row.user_id, user.id)
    )
