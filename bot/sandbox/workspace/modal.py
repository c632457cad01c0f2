"""A view in a person's hands: read it, fill it, search, click, submit, go back, close."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.workspace import fields, payload_rules, payloads, readable, stacks
from bot.sandbox.workspace.delivery import Reply, Transport
from bot.sandbox.workspace.facts import Fact
from bot.sandbox.workspace.refusals import insist
from bot.sandbox.workspace.world import Json, View, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a submission led to.

    `errors` by block_id; `error` when the person saw trouble instead (operation_timeout, …);
    `next` is the view on top afterwards when it is a pushed, updated or uncovered one.
    `sent` is False when the client itself refused (a required field is empty).
    """

    closed: bool
    errors: dict[str, str] = field(default_factory=dict)
    error: str | None = None
    next: "Modal | None" = None
    sent: bool = True


class Modal:
    """An open view (a modal, or a Home tab) as its person sees it now."""

    def __init__(self, world: World, transport: Callable[[], Transport], view: View) -> None:
        self.view = view
        self._world = world
        self._transport = transport

    @property
    def title(self) -> str:
        """The title; empty on Home."""
        return str((self.view.body.get("title") or {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        """The view's callback_id."""
        return str(self.view.body.get("callback_id", ""))

    @property
    def blocks(self) -> list[Json]:
        """The blocks as the app sent them."""
        return list(self.view.body["blocks"])

    @property
    def private_metadata(self) -> str:
        """What the app hid in the view."""
        return str(self.view.body.get("private_metadata", ""))

    @property
    def fields(self) -> list[str]:
        """block_ids of the inputs, in order."""
        return [block["block_id"] for block in self.blocks if block["type"] == "input"]

    @property
    def buttons(self) -> list[str]:
        """action_ids of what one can click."""
        return [element["action_id"] for _, element in readable.clickable(self.blocks)]

    @property
    def errors(self) -> dict[str, str]:
        """Texts under the fields, by block_id."""
        return dict(self.view.errors)

    @property
    def values(self) -> Json:
        """What each block holds now: the bare value, or option values."""
        return {block["block_id"]: _bare(fields.current(self.view, block, element))
                for block, element in fields.holders(self.blocks)}  # fmt: skip

    @property
    def version(self) -> int:
        """1, and one more with every update."""
        return self.view.version

    @property
    def is_open(self) -> bool:
        """Whether the person still has it open (below others counts)."""
        at_home = self._world.homes.get(self.view.user) is self.view
        return at_home or bool(stacks.stack_of(self._world, self.view))

    def readable(self) -> str:
        """The view as a person reads it."""
        return readable.lines(self.blocks)

    def options(self, block_id: str) -> list[str]:
        """Values of a field's fixed options."""
        _, element = self._field(block_id)
        return [option["value"] for option in readable.all_options(element)]

    def option_texts(self, block_id: str) -> list[str]:
        """Texts of a field's fixed options."""
        _, element = self._field(block_id)
        return [option["text"]["text"] for option in readable.all_options(element)]

    def _field(self, block_id: str) -> tuple[Json, Json]:
        for block, element in fields.holders(self.blocks):
            if block["block_id"] == block_id:
                return block, element
        raise AssertionError(f"no field {block_id!r} in this form; fields: {self.fields}")

    def _assert_on_top(self) -> None:
        insist(self.is_open, f"the view {self.title!r} is closed")
        stack = self._world.stacks.get(self.view.user, [])
        on_home = self.view.body["type"] == "home"
        insist(on_home or stack[-1] is self.view, f"another view covers {self.title!r}")

    async def search(self, block_id: str, text: str) -> list[Json]:
        """Type into an external select; returns the offered options.

        Shorter than min_query_length (default 3) nothing is asked; a failure shows an empty
        list (slack-platform 2).
        """
        self._assert_on_top()
        block, element = self._field(block_id)
        insist(element["type"] in fields.EXTERNAL, f"{block_id!r} has no search")
        if len(text) < element.get("min_query_length", 3):
            return []
        asked = payloads.block_suggestion(
            self._world, view=self.view, block=block, element=element, typed=text
        )
        reply = await self._transport().deliver("interactive", asked)
        options = [] if reply.error else self._offered(reply.payload)
        self.view.offered[block_id, element["action_id"]] = options
        return options

    def _offered(self, payload: Json) -> list[Json]:
        problems = payload_rules.suggestions(payload, switches=self._world.switches)
        if problems:
            texts = "; ".join(str(problem) for problem in problems)
            self._world.complain(Fact.ANSWER_OPTIONS, f"an answer to a search was refused: {texts}")
            return []
        return readable.all_options(payload)

    async def fill(self, block_id: str, value: Any, *, enter: bool = False) -> Reply:
        """Put a value into a field: text, option value(s), user id(s), a date.

        In an external select the person searches for the value and picks it. `enter` presses
        Enter afterwards. A field with dispatch_action then sends block_actions.
        AssertionError when the form has no such field or the value cannot be chosen.
        """
        self._assert_on_top()
        _, element = self._field(block_id)
        offered: list[Json] = []
        if element["type"] in fields.EXTERNAL:
            offered = await self._look_up(block_id, value)
        block, element = self._field(block_id)
        entry = fields.entry_for(self._world, element, value, offered)
        self.view.typed[block_id, element["action_id"]] = entry
        self.view.errors.pop(block_id, None)
        if self._world.switches.typing_changes_hash:
            self.view.hash = self._world.new_hash()
        self._world.changed()
        if _dispatches(block, element, enter=enter):
            return await self._act(block, element, entry)
        return Reply(payload={})

    async def _look_up(self, block_id: str, value: Any) -> list[Json]:
        block, element = self._field(block_id)
        at = (block_id, element["action_id"])
        entry = fields.current(self.view, block, element)
        kept = entry.get("selected_options") or [entry.get("selected_option")]
        found = [*(option for option in kept if option), *self.view.offered.get(at, [])]
        wanted = value if isinstance(value, list | tuple | set | frozenset) else [value]
        for one in filter(None, wanted):
            for typed in (str(one), ""):
                if not any(option["value"] == one for option in found):
                    found += await self.search(block_id, typed)
        return found

    async def click(
        self, action_id: str, *, block_id: str | None = None, value: Any = None
    ) -> Reply:
        """Click a button of the view, or choose `value` in a select outside inputs."""
        self._assert_on_top()
        block, element = readable.pick(self.blocks, action_id, block_id)
        if element["type"] not in fields.SLOTS:
            return await self._act(block, element, readable.chosen(element, value))
        entry = fields.entry_for(self._world, element, value, [])
        self.view.typed[block["block_id"], action_id] = entry
        return await self._act(block, element, entry)

    async def _act(self, block: Json, element: Json, entry: Json | None) -> Reply:
        action = payloads.action_of(self._world, block=block, element=element, entry=entry)
        payload = payloads.view_action(self._world, view=self.view, action=action)
        return await self._transport().deliver("interactive", payload)

    async def submit(self) -> Outcome:
        """Press the submit button and wait for what happens."""
        self._assert_on_top()
        insist(self.view.body.get("submit"), f"{self.title!r} has no submit button")
        view, world = self.view, self._world
        view.errors = {}
        for block, element in fields.holders(self.blocks):
            if block["type"] == "input" and (
                text := fields.client_error(block, fields.current(view, block, element))
            ):
                view.errors[block["block_id"]] = text
        if view.errors:
            return Outcome(closed=False, errors=self.errors, sent=False)
        version = view.version
        reply = await self._transport().deliver(
            "interactive", payloads.view_submission(world, view=view), late=self._obey_late
        )
        if reply.error:
            return Outcome(closed=not self.is_open, error=reply.error)
        error = stacks.answer_submission(world, view, reply.payload)
        return self._outcome(error, version)

    def _obey_late(self, payload: Json) -> None:
        if self._world.switches.late_ack_obeyed:
            stacks.answer_submission(self._world, self.view, payload)

    def _outcome(self, error: str | None, version: int) -> Outcome:
        stack = self._world.stacks.get(self.view.user, [])
        top = stack[-1] if stack else None
        fresh = top is not None and (top is not self.view or top.version != version)
        following = Modal(self._world, self._transport, top) if top and fresh else None
        return Outcome(closed=not self.is_open, errors=self.errors, error=error, next=following)

    async def back(self) -> None:
        """Press the close button (Back, Cancel): only this view goes."""
        self._assert_on_top()
        shown = self._shown()
        await self._notify([(v, shown[v.id]) for v in stacks.close(self._world, self.view)])

    async def close(self) -> None:
        """Press the X: the whole stack goes."""
        self._assert_on_top()
        shown = self._shown()
        gone = stacks.clear(self._world, self.view.user)
        await self._notify([(v, shown[v.id]) for v in gone], cleared=True)

    def _shown(self) -> dict[str, Json]:
        stack = self._world.stacks.get(self.view.user, [])
        return {view.id: payloads.view_json(view, stack=stack) for view in stack}

    async def _notify(self, closed: list[tuple[View, Json]], *, cleared: bool = False) -> None:
        cleared = cleared or len(closed) > 1
        for view, shown in closed:
            if view.body.get("notify_on_close"):
                payload = payloads.view_closed(self._world, view=view, shown=shown, cleared=cleared)
                await self._transport().deliver("interactive", payload)


def _dispatches(block: Json, element: Json, *, enter: bool) -> bool:
    if block["type"] != "input":
        return True
    if not block.get("dispatch_action"):
        return False
    if element["type"] not in fields.TEXTS:
        return True
    config = element.get("dispatch_action_config", {})
    on = config.get("trigger_actions_on", ["on_enter_pressed"])
    return "on_character_entered" in on or (enter and "on_enter_pressed" in on)


def _bare(entry: Json) -> Any:
    value = entry[fields.SLOTS[entry["type"]][0]]
    if isinstance(value, list):
        return [one["value"] if isinstance(one, dict) else one for one in value]
    return value["value"] if isinstance(value, dict) and "value" in value else value
