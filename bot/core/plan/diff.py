"""What is still to do? From the wanted end state and what was found to steps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from bot.core.plan import steps as do
from bot.core.plan.found import Found, FoundField, FoundObject, FoundSet, FoundUser, same_id
from bot.core.plan.ours import check_license, check_set, check_user, held_by
from bot.core.plan.undo import surplus
from bot.core.plan.undo_steps import RevokeApp
from store.records import Grant, Verb, Wanted, WantedSet

_VIRTUAL = "000"


def diff(
    wanted: Wanted, found: Found, *, ours: Collection[str], bot_user_id: str
) -> tuple[do.Step, ...]:
    """Say the steps from what was found to the wanted end state; empty = it is reached.

    Ours is what the bot's user created *and* whose intent was journaled (`ours`); anything else of
    a wanted name raises `Foreign`, and a set of ours with another licence `OtherLicense`. Our own
    sets are made equal to what was approved: what they hold beyond it is taken away, and one that
    is wanted no more goes, last of all. Other sets and other people's assignments are not looked
    at.
    """
    user = check_user(wanted, found, ours=ours, bot_user_id=bot_user_id)
    steps: list[do.Step] = []
    for one in wanted.sets:
        there = check_set(one.name, found, ours=ours, bot_user_id=bot_user_id)
        if there:
            check_license(one, there, found.psl_id)
        steps += _set(one, there, wanted)
    for one in wanted.sets:
        steps += _access(one, found.set_named(one.name), wanted.objects_order)
    rest = surplus(wanted, found, user, ours=ours, bot_user_id=bot_user_id)
    return (*steps, *_user(wanted, user), *_assign(wanted, found, user), *rest)


def say_all(wanted: Wanted) -> tuple[str, ...]:
    """Say the whole plan, sentence by sentence, as if nothing of it existed."""
    nothing = Found(org_id=wanted.org_id, bot_user_id="")
    return tuple(step.say() for step in diff(wanted, nothing, ours=(), bot_user_id=""))


def app_access_in_place(wanted: Wanted, found: Found) -> bool:
    """Say whether everything a login needs reads back as present.

    That is: an active user with its licence and with every wanted set, and the app granted. Only
    then can a refused login be a matter of waiting (auth-and-monitoring 1.5).
    """
    user = found.user
    if user is None or not user.active or user.psl_row is None:
        return False
    for one in wanted.sets:
        there = found.set_named(one.name)
        if there is None or not held_by(there, user):
            return False
        if one.app_id and not any(same_id(app.app_id, one.app_id) for app in there.apps):
            return False
    return True


def _set(one: WantedSet, there: FoundSet | None, wanted: Wanted) -> Iterator[do.Step]:
    if there is None:
        yield do.CreateSet(
            set=one.name, label=one.label, description=one.description, licensed=one.licensed
        )
    apps = there.apps if there else ()
    if one.app_id and not any(same_id(app.app_id, one.app_id) for app in apps):
        yield do.GrantApp(set=one.name, app_id=one.app_id, app=wanted.app_name or one.app_id)
    for app in sorted(apps, key=lambda app: app.id):
        if not (one.app_id and same_id(app.app_id, one.app_id)):
            what = f"the app {app.app_id}, which was never approved for it"
            yield RevokeApp(set=one.name, app_id=app.app_id, app=what, row=app.id)


def _access(one: WantedSet, there: FoundSet | None, order: Sequence[str]) -> Iterator[do.Step]:
    grants = {grant.object: grant for grant in one.grants}
    objects = {row.object: row for row in there.objects if _real(row)} if there else {}
    fields: dict[str, list[FoundField]] = {}
    for field in there.fields if there else ():
        fields.setdefault(field.object, []).append(field)
    ranks = {name: rank for rank, name in enumerate(order)}
    names = sorted(
        {*grants, *objects, *fields}, key=lambda name: (ranks.get(name, len(ranks)), name)
    )
    for name in names:
        step = _object(one.name, name, grants.get(name), objects.get(name))
        if step:
            yield step
    for name in names:
        rows = _fields(grants.get(name), objects.get(name), fields.get(name, ()))
        if rows:
            yield do.GrantFields(set=one.name, object=name, rows=rows)


def _real(row: FoundObject) -> bool:
    """Leave out rows that Modify All Data only shows; they cannot be written (1.8)."""
    return not row.id.startswith(_VIRTUAL)


def _object(
    set_name: str, name: str, grant: Grant | None, row: FoundObject | None
) -> do.GrantObject | None:
    verbs = tuple(verb for verb in Verb if grant and verb in grant.verbs)
    all_fields = bool(grant and grant.all_fields)
    if row is None:
        if not verbs:
            return None
        return do.GrantObject(set=set_name, object=name, verbs=verbs, all_fields=all_fields)
    if set(row.verbs) == set(verbs) and row.all_fields == all_fields:
        return None
    extra = [do.WORDS[verb] for verb in Verb if verb in row.verbs and verb not in verbs]
    if row.all_fields and not all_fields:
        extra.append(do.ALL_FIELDS)
    return do.GrantObject(
        set=set_name,
        object=name,
        verbs=verbs,
        all_fields=all_fields,
        row=row.id,
        takes=tuple(extra),
    )


def _fields(
    grant: Grant | None, row: FoundObject | None, found: Sequence[FoundField]
) -> tuple[do.FieldRow, ...]:
    """Say the rows of one object that differ.

    Under View All Fields every field reads as readable and none can be taken away (1.9): rows
    that only read are left alone while the org has it on, also when this plan switches it off.
    """
    edit = set(grant.edit_fields) if grant else set()
    read = edit | (set(grant.read_fields) if grant and not grant.all_fields else set())
    covered = bool((grant and grant.all_fields) or (row and row.all_fields))
    there = {one.field: one for one in found}
    rows = []
    for name in sorted(read | set(there)):
        one = there.get(name)
        was = (one.read, one.edit) if one else (False, False)
        shall = (name in read or (covered and was[0]), name in edit)
        if was != shall:
            takes = any(had and not has for had, has in zip(was, shall, strict=True))
            rows.append(
                do.FieldRow(
                    field=name,
                    read=shall[0],
                    edit=shall[1],
                    row=one.id if one else None,
                    takes=takes,
                )
            )
    return tuple(rows)


def _user(wanted: Wanted, user: FoundUser | None) -> Iterator[do.Step]:
    name = wanted.username
    if user is None:
        yield do.CreateUser(username=name, attributes=dict(wanted.user))
    elif not user.active:
        yield do.ActivateUser(username=name)
    if user is None or user.psl_row is None:
        yield do.AssignPsl(username=name)


def _assign(wanted: Wanted, found: Found, user: FoundUser | None) -> Iterator[do.Step]:
    for one in wanted.sets:
        there = found.set_named(one.name)
        if user is None or there is None or not held_by(there, user):
            yield do.AssignSet(username=wanted.username, set=one.name)
