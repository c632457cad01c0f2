"""views.open, push, update, publish (slack-platform 1.2, 2 and 2.2)."""

from bot.sandbox.workspace import stacks
from bot.sandbox.workspace.facts import Fact
from bot.sandbox.workspace.payloads import view_json
from bot.sandbox.workspace.refusals import Refused
from bot.sandbox.workspace.world import Json, View, World


def _shown(world: World, view: View) -> Json:
    return {"view": view_json(view, stack=stacks.stack_of(world, view))}


def open_view(world: World, arguments: Json) -> Json:
    """views.open: one trigger, one view."""
    body = stacks.checked(world, arguments.get("view"))
    trigger = world.exchange(arguments.get("trigger_id"))
    return _shown(world, stacks.put_first(world, trigger.user, body))


def push(world: World, arguments: Json) -> Json:
    """views.push: with a trigger that came from a view."""
    body = stacks.checked(world, arguments.get("view"))
    trigger = world.exchange(arguments.get("trigger_id"))
    if not trigger.from_view:
        raise Refused(Fact.PUSH_FROM_VIEW, "invalid_trigger_id")
    return _shown(world, stacks.put_on_top(world, trigger.user, body))


def update(world: World, arguments: Json) -> Json:
    """views.update by view_id or external_id; needs no trigger."""
    view = stacks.find(
        world, view_id=arguments.get("view_id"), external_id=arguments.get("external_id")
    )
    body = stacks.checked(world, arguments.get("view"), kind=view.body["type"])
    _same_hash(view, arguments.get("hash"))
    stacks.replace(world, view, body)
    return _shown(world, view)


def publish(world: World, arguments: Json) -> Json:
    """views.publish: a person's Home."""
    if not world.home_tab:
        raise Refused(Fact.HOME_OFF, "not_enabled")
    user = arguments.get("user_id")
    if user not in world.users:
        raise Refused(Fact.HOME_WHOSE, "invalid_arguments", messages=["[ERROR] no such user_id"])
    body = stacks.checked(world, arguments.get("view"), kind="home")
    view = world.homes.get(user)
    if view is None:
        view = View(id=world.next_id("V"), user=user, body=body, hash=world.new_hash())
        world.homes[user] = view
        stacks.show(world, view)
    else:
        _same_hash(view, arguments.get("hash"))
        stacks.replace(world, view, body)
    return _shown(world, view)


def _same_hash(view: View, given: object) -> None:
    if given and given != view.hash:
        raise Refused(Fact.HASH, "hash_conflict")
