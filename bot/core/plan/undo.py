"""What is to be taken away again, and what stays because it is not ours to take?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from bot.core.plan.found import Found, FoundSet, FoundUser, same_id
from bot.core.plan.ours import Foreign, check_set, check_user, others, set_names, sets_of_ours
from bot.core.plan.steps import Step
from bot.core.plan.undo_steps import DeactivateUser, DeleteSet, RevokeApp, UnassignPsl, UnassignSet
from store.records import Wanted


def undo(
    wanted: Wanted, found: Found, *, ours: Collection[str], bot_user_id: str
) -> tuple[Step, ...]:
    """Say the steps that take our work away, in an order that the org accepts; empty = undone.

    Every set that the request made goes, also one that is wanted no more. Sets before the licence
    that they need (salesforce-provisioning 5.2), a set only when nobody else holds it. What is
    foreign is never touched, and raises nothing: `left` says it.
    """
    user = _our_user(wanted, found, ours, bot_user_id)
    names = set_names(wanted, ours)
    sets = list(sets_of_ours(names, found, ours=ours, bot_user_id=bot_user_id))
    steps = list(_unassign(sets, user))
    if user and user.psl_row:
        steps.append(UnassignPsl(username=user.username, row=user.psl_row))
    steps += _revoke(wanted, sets)
    if user and user.active:
        steps.append(DeactivateUser(username=user.username))
    return (*steps, *_delete(sets, user))


def surplus(
    wanted: Wanted, found: Found, user: FoundUser | None, *, ours: Collection[str], bot_user_id: str
) -> tuple[Step, ...]:
    """Say how sets go that the request made and that are wanted no more.

    One that somebody else holds stays, but lets nobody use the app any more.
    """
    names = set_names(wanted, ours)[len(wanted.sets) :]
    sets = list(sets_of_ours(names, found, ours=ours, bot_user_id=bot_user_id))
    staying = [one for one in sets if others(one, user)]
    return (*_revoke(wanted, staying), *_unassign(sets, user), *_delete(sets, user))


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
    for name in set_names(wanted, ours):
        try:
            there = check_set(name, found, ours=ours, bot_user_id=bot_user_id)
        except Foreign as foreign:
            sentences.append(_stays(foreign))
            continue
        rest = others(there, user) if there else ()
        if rest:
            who = "one other user" if len(rest) == 1 else f"{len(rest)} other users"
            sentences.append(
                f"The permission set {name} stays, because {who} received it from somebody "
                "else: unassign it there, then delete it in Setup."
            )
    return tuple(sentences)


def _unassign(sets: Sequence[FoundSet], user: FoundUser | None) -> Iterator[Step]:
    for one in sets:
        for row in one.assignments:
            if user and same_id(row.user_id, user.id):
                yield UnassignSet(username=user.username, set=one.name, row=row.id)


def _revoke(wanted: Wanted, sets: Sequence[FoundSet]) -> Iterator[Step]:
    for one in sets:
        for app in sorted(one.apps, key=lambda app: app.id):
            name = _app(wanted, app.app_id)
            yield RevokeApp(set=one.name, app_id=app.app_id, app=name, row=app.id)


def _delete(sets: Sequence[FoundSet], user: FoundUser | None) -> Iterator[Step]:
    return (DeleteSet(set=one.name) for one in sets if not others(one, user))


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
