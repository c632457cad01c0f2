"""People driven by code, from the side of a human: type, click, read."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from bot.sandbox.workspace import chat_api, fields, payloads, readable
from bot.sandbox.workspace.delivery import Reply, Transport
from bot.sandbox.workspace.modal import Modal
from bot.sandbox.workspace.refusals import Refused, insist
from bot.sandbox.workspace.response_urls import ResponseUrls, respond
from bot.sandbox.workspace.world import Channel, Json, Message, User, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the person sees at once: words and blocks of the ack, or an error.

    Errors: operation_timeout (no ack in time), dispatch_failed (the app is not there),
    `unknown command`, or what was wrong with the answer.
    """

    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    error: str | None = None

    def readable(self) -> str:
        """The answer as a person reads it."""
        return self.error or readable.message(self.text, self.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSurface:
    """What the app's manifest registers with Slack."""

    commands: frozenset[str] = frozenset({"/integration-user"})
    shortcuts: frozenset[str] = frozenset({"integration_user_new"})
    should_escape: bool = True
    home_tab: bool = True
    messages_tab: bool = True


class Person:
    """One human in the workspace."""

    def __init__(
        self,
        world: World,
        user: User,
        *,
        transport: Callable[[], Transport],
        urls: ResponseUrls,
        surface: AppSurface,
    ) -> None:
        self.user = user
        self.id = user.id
        self._world = world
        self._transport = transport
        self._urls = urls
        self._surface = surface

    def _assert_can_act(self) -> None:
        insist(not self.user.deleted, f"{self.user.real_name} is deactivated and cannot act")
        insist(not self.user.is_bot, f"{self.user.real_name} is a bot")

    async def command(self, text: str, *, channel: str = "C0GENERAL") -> Answer:
        """Type a slash command, e.g. `/integration-user new`.

        `channel`: any the person can see, the bot need not be in it; "dm" is the DM with the
        bot. @name and #name arrive resolved when the manifest says so (slack-platform 4).
        """
        self._assert_can_act()
        place = self._world.dm(self.id) if channel == "dm" else self._world.channels[channel]
        if text.partition(" ")[0] not in self._surface.commands:
            return Answer(error="unknown command")
        url = self._urls.new(user=self.id, channel=place, message=None, ephemeral=True)
        payload = payloads.slash_command(
            self._world, user=self.id, channel=place, text=self._escaped(text), url=url
        )

        def late(answer: Json) -> None:
            if self._world.switches.late_ack_obeyed:
                self._answered(place, answer)

        reply = await self._transport().deliver("slash_commands", payload, late=late)
        return Answer(error=reply.error) if reply.error else self._answered(place, reply.payload)

    def _escaped(self, text: str) -> str:
        if not self._surface.should_escape:
            return text
        users = {user.name: user.id for user in self._world.users.values()}
        places = {place.name: place.id for place in self._world.channels.values()}

        def resolved(found: re.Match[str]) -> str:
            mark, name = found.groups()
            known = (users if mark == "@" else places).get(name)
            return f"<{mark}{known}|{name}>" if known else found.group()

        return re.sub(r"(?<!\S)([@#])([\w-]+)", resolved, text)

    def _answered(self, place: Channel, payload: Json) -> Answer:
        if not payload.get("text") and not payload.get("blocks"):
            return Answer()
        try:
            text, blocks = chat_api.content(self._world, payload)
        except Refused as refusal:
            messages = "; ".join(refusal.extra.get("messages", []))
            self._world.complain(refusal.fact, f"the ack was refused: {refusal.error} {messages}")
            return Answer(error=f"{refusal.error} {messages}".strip())
        for_all = payload.get("response_type") == "in_channel"
        respond(self._world, place, self.id, text=text, blocks=blocks, for_all=for_all)
        return Answer(text=text, blocks=blocks)

    async def shortcut(self, callback_id: str) -> Answer:
        """Start a global shortcut."""
        self._assert_can_act()
        insist(callback_id in self._surface.shortcuts, f"no shortcut {callback_id!r}")
        payload = payloads.shortcut(self._world, user=self.id, callback_id=callback_id)
        reply = await self._transport().deliver("interactive", payload)
        return Answer(error=reply.error)

    async def click(
        self,
        message: Message,
        action_id: str,
        *,
        block_id: str | None = None,
        value: Any = None,
        confirm: bool = True,
    ) -> Answer:
        """Click a button of a message, or choose `value` in a select of it.

        The message is a live one or a `snapshot()`, as a client that did not refresh shows it.
        `confirm=False` says no in a confirmation dialog: then nothing is sent.
        """
        self._assert_can_act()
        place = self._world.channels[message.channel]
        ephemeral = any(shown.ts == message.ts for _, _, shown in self._world.ephemerals)
        insist(self.id in place.members or ephemeral, f"{self.id} is not in #{place.name}")
        insist(not message.deleted, "somebody deleted this message: it has no buttons any more")
        block, element = readable.pick(message.blocks, action_id, block_id)
        if "confirm" in element and not confirm:
            return Answer()
        entry = readable.chosen(element, value)
        if element["type"] in fields.SLOTS:
            entry = fields.entry_for(self._world, element, value, [])
        reply = await self._send_click(message, block, element, entry, ephemeral=ephemeral)
        return Answer(error=reply.error)

    async def _send_click(
        self, message: Message, block: Json, element: Json, entry: Json | None, *, ephemeral: bool
    ) -> Reply:
        place = self._world.channels[message.channel]
        url = self._urls.new(
            user=self.id, channel=place, message=self._living(message), ephemeral=ephemeral
        )
        payload = payloads.message_action(
            self._world,
            user=self.id,
            message=message,
            action=payloads.action_of(self._world, block=block, element=element, entry=entry),
            url=url,
            ephemeral=ephemeral,
        )
        return await self._transport().deliver("interactive", payload)

    def _living(self, message: Message) -> Message:
        everything = [
            *self._world.channels[message.channel].everything,
            *(shown for _, _, shown in self._world.ephemerals),
        ]
        return next((one for one in everything if one.ts == message.ts), message)

    async def modal(self, callback_id: str | None = None, *, timeout: float = 20.0) -> Modal:  # noqa: ASYNC109 - part of the API
        """Wait for an open modal (with that callback_id) and take the one on top.

        Raises TimeoutError.
        """

        def top() -> Modal | None:
            stack = self._world.stacks.get(self.id) or []
            if not stack or callback_id not in (None, stack[-1].body.get("callback_id")):
                return None
            return Modal(self._world, self._transport, stack[-1])

        found = await self._world.until(top, timeout=timeout)
        return cast("Modal", found)

    @property
    def has_modal(self) -> bool:
        """Whether a modal is open now."""
        return bool(self._world.stacks.get(self.id))

    @property
    def dm(self) -> list[Message]:
        """Messages of the DM with the bot, oldest first, replies inside them."""
        for channel in self._world.channels.values():
            if channel.dm_with == self.id:
                return channel.messages
        return []

    def ephemerals(self, channel: str | None = None) -> list[Message]:
        """What only this person was shown, oldest first."""
        return [
            message
            for user, place, message in self._world.ephemerals
            if user == self.id and channel in (None, place)
        ]

    async def open_home(self, *, tab: str = "home") -> Answer:
        """Open the app's Home (or another tab): sends app_home_opened."""
        self._assert_can_act()
        event = payloads.home_opened(self._world, user=self.id, tab=tab)
        reply = await self._transport().deliver("events_api", event)
        return Answer(error=reply.error)

    @property
    def home(self) -> Modal | None:
        """The Home tab, once the app published one."""
        view = self._world.homes.get(self.id)
        return Modal(self._world, self._transport, view) if view else None
