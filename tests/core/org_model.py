"""A small org: performs steps on what was found, and refuses what Salesforce would refuse."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from bot.core import plan
from store.records import Grant, Verb, Wanted, WantedSet

BOT = "005BOT000000001AAA"
MAX = "005MAX000000001AAA"
ORG = "00DORG000000001AAA"
NAME = "warehouse-sync@integrations.acme.example.uat"
SET = "Integration_Warehouse_IU17"
APP = "0xIAPP000000001AAA"
OURS = frozenset({f"user:{NAME}", f"set:{SET}", f"set:{SET}_App"})

_ids = count(1)
_NEEDS = {
    Verb.READ: set(),
    Verb.CREATE: {Verb.READ},
    Verb.EDIT: {Verb.READ},
    Verb.DELETE: {Verb.READ, Verb.EDIT},
    Verb.VIEW_ALL: {Verb.READ},
    Verb.MODIFY_ALL: {Verb.READ, Verb.EDIT, Verb.DELETE, Verb.VIEW_ALL},
}


def new_id(prefix: str) -> str:
    return f"{prefix}NEW{next(_ids):09d}AAA"


def a_grant(name: str, *verbs: Verb, **changes: object) -> Grant:
    return replace(Grant(object=name, verbs=verbs or (Verb.READ,)), **changes)  # type: ignore[arg-type]  # fields of the record


def a_wanted(*grants: Grant, app: bool = True, second: bool = False) -> Wanted:
    data = WantedSet(
        name=SET,
        label="Integration Warehouse",
        description="Made for IU-17",
        licensed=second,
        grants=grants,
        app_id=APP if app and not second else None,
    )
    access = replace(data, name=f"{SET}_App", licensed=False, grants=(), app_id=APP)
    return Wanted(
        org_id=ORG,
        user={"Username": NAME, "LastName": "Warehouse sync", "Alias": "iu17"},
        sets=(data, access) if second else (data,),
        objects_order=tuple(grant.object for grant in grants),
        app_key="warehouse" if app else None,
        app_kind="external_client_app" if app else None,
        app_name="Warehouse_Sync" if app else None,
    )


def an_empty_org() -> plan.Found:
    return plan.Found(
        org_id=ORG, bot_user_id=BOT, profile_id="00ePRO000000001AAA", psl_id="0PLPSL000000001AAA"
    )


def perform_all(found: plan.Found, steps: tuple[plan.Step, ...]) -> plan.Found:
    for step in steps:
        found = perform(found, step)
    return found


def perform(found: plan.Found, step: plan.Step) -> plan.Found:
    match step:
        case plan.CreateSet():
            assert found.set_named(step.set) is None, "DUPLICATE_DEVELOPER_NAME"
            made = plan.FoundSet(
                name=step.set,
                id=new_id("0PS"),
                created_by=BOT,
                created_by_name="Bot",
                license_id=found.psl_id if step.licensed else None,
            )
            return replace(found, sets=(*found.sets, made))
        case plan.CreateUser() | plan.ActivateUser() | plan.DeactivateUser():
            return replace(found, user=_user(found, step))
        case plan.AssignPsl():
            assert found.user
            assert found.user.psl_row is None, "DUPLICATE_VALUE"
            return replace(found, user=replace(found.user, psl_row=new_id("2LA")))
        case plan.UnassignPsl():
            assert found.user
            assert found.user.psl_row == step.row
            assert not any(_holds(one, found.user.id) for one in found.sets), "still needed"
            return replace(found, user=replace(found.user, psl_row=None))
        case plan.DeleteSet():
            gone = found.set_named(step.set)
            assert gone
            assert not gone.assignments, "DEPENDENCY_EXISTS"
            return replace(found, sets=tuple(one for one in found.sets if one is not gone))
    there = found.set_named(step.set)  # type: ignore[attr-defined]  # the steps left all name a set
    assert there, "the set does not exist"
    after = _in_set(found, there, step)
    return replace(found, sets=tuple(after if one is there else one for one in found.sets))


def _user(found: plan.Found, step: plan.Step) -> plan.FoundUser:
    if isinstance(step, plan.CreateUser):
        assert found.user is None, "DUPLICATE_USERNAME"
        return plan.FoundUser(
            username=step.username,
            id=new_id("005"),
            created_by=BOT,
            created_by_name="Bot",
            active=True,
        )
    assert found.user
    return replace(found.user, active=isinstance(step, plan.ActivateUser))


def _holds(one: plan.FoundSet, user_id: str) -> bool:
    return any(row.user_id == user_id for row in one.assignments)


def _in_set(found: plan.Found, there: plan.FoundSet, step: plan.Step) -> plan.FoundSet:
    match step:
        case plan.GrantApp():
            app = plan.FoundApp(app_id=step.app_id, id=new_id("0J0"))
            return replace(there, apps=(*there.apps, app))
        case plan.RevokeApp():
            assert any(app.id == step.row for app in there.apps)
            return replace(there, apps=tuple(app for app in there.apps if app.id != step.row))
        case plan.AssignSet():
            assert found.user
            assert found.user.psl_row, "The user license doesn't allow the permission"
            assert found.user.active
            assert not _holds(there, found.user.id), "Duplicate PermissionSetAssignment"
            row = plan.FoundAssignment(user_id=found.user.id, id=new_id("0Pa"))
            return replace(there, assignments=(*there.assignments, row))
        case plan.UnassignSet():
            rest = tuple(row for row in there.assignments if row.id != step.row)
            assert len(rest) == len(there.assignments) - 1
            return replace(there, assignments=rest)
        case plan.GrantObject():
            return replace(there, objects=_objects(there, step))
        case plan.GrantFields():
            fields = there.fields
            for row in step.rows:
                fields = _fields(there, fields, step.object, row)
            return replace(there, fields=fields)
    raise AssertionError(step)


def _objects(there: plan.FoundSet, step: plan.GrantObject) -> tuple[plan.FoundObject, ...]:
    for verb in step.verbs:
        assert _NEEDS[verb] <= set(step.verbs), f"{verb} depends on {_NEEDS[verb]}"
    if step.row is None:
        assert step.verbs, "insert of all-false errors"
        assert all(one.object != step.object for one in there.objects), "DUPLICATE_VALUE"
    else:
        assert any(one.id == step.row for one in there.objects), "NOT_FOUND"
    rest = tuple(one for one in there.objects if one.id != step.row)
    if not step.verbs:
        return rest
    made = plan.FoundObject(
        object=step.object,
        verbs=step.verbs,
        all_fields=step.all_fields,
        id=step.row or new_id("110"),
    )
    return (*rest, made)


def _fields(
    there: plan.FoundSet,
    fields: tuple[plan.FoundField, ...],
    name: str,
    row: plan.FieldRow,
) -> tuple[plan.FoundField, ...]:
    assert row.read or not row.edit, "Edit requires Read"
    all_fields = any(one.object == name and one.all_fields for one in there.objects)
    assert row.read or not all_fields, "Read permission is required"
    if row.row is None:
        assert row.read, "insert of all-false errors"
        taken = [one for one in fields if (one.object, one.field) == (name, row.field)]
        assert not taken, "DUPLICATE_VALUE"
    else:
        assert any(one.id == row.row for one in fields), "NOT_FOUND"
    rest = tuple(one for one in fields if one.id != row.row)
    if not row.read:
        return rest
    made = plan.FoundField(
        object=name, field=row.field, read=True, edit=row.edit, id=row.row or new_id("01k")
    )
    return (*rest, made)
