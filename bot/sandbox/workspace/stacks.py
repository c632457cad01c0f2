"""Which views does a person have open, and what do open, push, update, close do to them?

Stack of at most 3 (slack-platform 1.2); hash, kept values and response_action: slack-platform 2.
"""

import json
import re
import secrets
from copy import deepcopy

from bot.sandbox.workspace import fields, payload_rules, readable
from bot.sandbox.workspace.facts import Fact
from bot.sandbox.workspace.refusals import Refused
from bot.sandbox.workspace.world import Json, View, World

MOST_VIEWS = 3
VIEW_BYTES = 250_000


def settle(blocks: list[Json]) -> list[Json]:
    """Blocks as Slack stores them: a block_id and action_id where the app gave none."""
    settled = deepcopy(blocks)
    for block in settled:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        inner = [block["element"]] if block["type"] == "input" else []
        inner += (
            block.get("elements", []) if block["type"] in ("actions", "context_actions") else []
        )
        inner += [block["accessory"]] if "accessory" in block else []
        for element in inner:
            if element.get("type") != "image":
                element.setdefault("action_id", secrets.token_urlsafe(4))
        for child in block.get("child_blocks", []):
            child.setdefault("block_id", secrets.token_urlsafe(4))
    return settled


def checked(world: World, view: object, *, kind: str = "modal") -> Json:
    """The view, settled.

    Raises Refused invalid_arguments with messages that name the block, or view_too_large.
    """
    if isinstance(view, str):
        try:
            view = json.loads(view)
        except json.JSONDecodeError:
            raise Refused(
                Fact.VIEW_INVALID, "invalid_arguments", messages=["[ERROR] view is not JSON"]
            ) from None
    if not isinstance(view, dict):
        raise Refused(
            Fact.VIEW_INVALID,
            "invalid_arguments",
            messages=["[ERROR] missing required field: view"],
        )
    problems = payload_rules.view(view, kind=kind, switches=world.switches)
    if problems:
        raise Refused(
            Fact.VIEW_INVALID, "invalid_arguments", messages=[str(problem) for problem in problems]
        )
    if len(json.dumps(view)) > VIEW_BYTES:
        raise Refused(Fact.VIEW_BYTES, "view_too_large")
    return {**view, "blocks": settle(view["blocks"])}


def stack_of(world: World, view: View) -> list[View]:
    """The stack a view is on; empty for a closed one."""
    stack = world.stacks.get(view.user, [])
    return stack if view in stack else []


def put_first(world: World, user: str, body: Json) -> View:
    """Open a modal; whatever the person had open is replaced."""
    _unique_external_id(world, body, None)
    view = View(id=world.next_id("V"), user=user, body=body, hash=world.new_hash())
    world.stacks[user] = [view]
    show(world, view)
    return view


def put_on_top(world: World, user: str, body: Json) -> View:
    """Push a view.

    Raises Refused push_limit_reached when three are open (slack-platform 1.2).
    """
    stack = world.stacks.get(user) or []
    if not stack:
        raise Refused(Fact.VIEW_GONE, "not_found")
    if len(stack) >= MOST_VIEWS:
        raise Refused(Fact.STACK, "push_limit_reached")
    _unique_external_id(world, body, None)
    view = View(id=world.next_id("V"), user=user, body=body, hash=world.new_hash())
    stack.append(view)
    show(world, view)
    return view


def replace(world: World, view: View, body: Json) -> None:
    """Update a view; typed values stay where block_id and action_id are unchanged."""
    _unique_external_id(world, body, view)
    view.body = body
    view.hash = world.new_hash()
    view.errors = {}
    view.version += 1
    if not world.switches.typed_values_survive_update:
        view.typed = {}
    fields.keep_typed(view)
    show(world, view)


def _unique_external_id(world: World, body: Json, itself: View | None) -> None:
    external_id = body.get("external_id")
    everywhere = [v for stack in world.stacks.values() for v in stack]
    if external_id and any(
        v is not itself and v.body.get("external_id") == external_id for v in everywhere
    ):
        raise Refused(Fact.EXTERNAL_ID, "duplicate_external_id")


def find(world: World, *, view_id: object, external_id: object) -> View:
    """An open view.

    Raises Refused not_found when it is closed or never was.
    """
    for view in [v for stack in world.stacks.values() for v in stack] + list(world.homes.values()):
        if view_id and view.id == view_id:
            return view
        if not view_id and external_id and view.body.get("external_id") == external_id:
            return view
    raise Refused(Fact.VIEW_GONE, "not_found")


def close(world: World, view: View) -> list[View]:
    """Close one view, or all when it has clear_on_close; returns the closed, top first."""
    stack = world.stacks.get(view.user, [])
    if view.body.get("clear_on_close"):
        return clear(world, view.user)
    if view in stack:
        stack.remove(view)
    world.changed()
    return [view]


def clear(world: World, user: str) -> list[View]:
    """Close the whole stack; returns the closed views, top first."""
    closed = list(reversed(world.stacks.get(user, [])))
    world.stacks[user] = []
    world.changed()
    return closed


def show(world: World, view: View) -> None:
    """Tell listeners what the person now sees."""
    title = view.body["title"]["text"] if view.body.get("title") else "App Home"
    who = world.users[view.user].real_name
    kind = "home" if view.body["type"] == "home" else "modal"
    world.say(kind, f"{title} ({who})", readable.lines(view.body["blocks"]))


def answer_submission(world: World, view: View, payload: Json) -> str | None:
    """Carry out the answer to a view_submission; returns what went wrong, for the person.

    Empty closes this view, errors go under inputs, update and push take a view, clear closes
    the stack (slack-platform 2).
    """
    stack = stack_of(world, view)
    if not stack:
        return None
    if world.switches.stale_parent_hash:
        for below in stack[: stack.index(view)]:
            below.hash = world.new_hash()
    try:
        _obey(world, view, payload)
    except Refused as refusal:
        messages = refusal.extra.get("messages", [])
        trouble = f"{refusal.error}: {'; '.join(messages)}" if messages else refusal.error
        world.complain(refusal.fact, f"the answer to a submission was refused: {trouble}")
        return trouble
    finally:
        world.changed()
    return None


def _obey(world: World, view: View, payload: Json) -> None:
    match payload.get("response_action", "none" if not payload else None):
        case "none":
            close(world, view)
        case "clear":
            clear(world, view.user)
        case "errors":
            _show_errors(view, payload.get("errors"))
        case "update":
            replace(world, view, checked(world, payload.get("view")))
        case "push" if stack_of(world, view)[-1] is not view:
            return  # a second answer to a view that is covered by now
        case "push":
            put_on_top(world, view.user, checked(world, payload.get("view")))
        case _:
            raise Refused(Fact.ANSWER_KIND, "invalid_response_action")


def _show_errors(view: View, errors: object) -> None:
    inputs = {b["block_id"] for b in view.body["blocks"] if b["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise Refused(Fact.ANSWER_ERRORS, "invalid_response_action", messages=["errors is empty"])
    strays = sorted(set(errors) - inputs)
    if strays:
        raise Refused(
            Fact.ANSWER_ERRORS,
            "invalid_response_action",
            messages=[f"errors name {strays}: not block_ids of inputs"],
        )
    if not all(isinstance(text, str) and re.search(r"\S", text) for text in errors.values()):
        raise Refused(
            Fact.ANSWER_ERRORS, "invalid_response_action", messages=["an error text is empty"]
        )
    view.errors = dict(errors)
