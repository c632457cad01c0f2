"""response_url: a small door back, five times in thirty minutes (slack-platform 2)."""

import asyncio
import secrets
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.workspace import chat_api
from bot.sandbox.workspace.facts import Fact
from bot.sandbox.workspace.faults import Faults
from bot.sandbox.workspace.refusals import Refused
from bot.sandbox.workspace.web_api import read_arguments
from bot.sandbox.workspace.world import BOT_USER, Call, Channel, Json, Message, World


@dataclass(slots=True, kw_only=True)
class Door:
    """What one response_url leads to."""

    user: str
    channel: Channel
    message: Message | None
    ephemeral: bool
    expires: float
    uses: int = 0


class ResponseUrls:
    """Gives out response_urls and answers them."""

    def __init__(self, world: World, faults: Faults) -> None:
        self.base = ""
        self._faults = faults
        self._world = world
        self._doors: dict[str, Door] = {}

    def new(self, *, user: str, channel: Channel, message: Message | None, ephemeral: bool) -> str:
        """A fresh URL for one command or click."""
        key = secrets.token_hex(12)
        self._doors[key] = Door(
            user=user,
            channel=channel,
            message=message,
            ephemeral=ephemeral,
            expires=self._world.now() + self._world.switches.response_url_seconds,
        )
        return f"{self.base}/response/{key}"

    async def handle(self, request: web.Request) -> web.Response:
        """POST: ok, or 404 with used_url / expired_url, or 400 with the reason.

        Misfortunes for the method `response_url`: latency and a status.
        """
        door = self._doors.get(request.match_info["key"])
        arguments = await read_arguments(request)
        fault = self._faults.take("response_url", door.channel.id if door else None)
        await asyncio.sleep(fault.seconds if fault else 0)
        if fault is not None and fault.status is not None:
            return web.Response(status=fault.status, text=fault.error or "upstream trouble")
        try:
            self._enter(door, arguments)
            error, fact = None, None
        except Refused as refusal:
            error, fact = refusal.error, refusal.fact
        answer: Json = {"ok": error is None} | ({"error": error} if error else {})
        where = door.channel.id if door else None
        call = Call(
            method="response_url", channel=where, payload=arguments, answer=answer, fact=fact
        )
        self._world.calls.append(call)
        self._world.changed()
        if error is None:
            return web.Response(text="ok")
        return web.Response(text=error, status=404 if error.endswith("_url") else 400)

    def _enter(self, door: Door | None, arguments: Json) -> None:
        if door is None or self._world.now() > door.expires:
            raise Refused(Fact.URL_OLD, "expired_url")
        if door.uses >= self._world.switches.response_url_uses:
            raise Refused(Fact.URL_USED, "used_url")
        door.uses += 1
        self.answer(door, arguments)

    def answer(self, door: Door, arguments: Json) -> None:
        """Carry out replace_original, delete_original, or say something new.

        Raises Refused as the message rules do.
        """
        if _yes(arguments.get("delete_original")) and door.message is not None:
            self._delete(door, door.message)
            return
        text, blocks = chat_api.content(self._world, arguments)
        if _yes(arguments.get("replace_original")) and door.message is not None:
            chat_api.rewrite(door.message, text=text, blocks=blocks)
            where = self._world.place_name(door.channel)
            self._world.say("updated", where, door.message.readable())
            return
        respond(
            self._world,
            door.channel,
            door.user,
            text=text,
            blocks=blocks,
            for_all=arguments.get("response_type") == "in_channel",
        )

    def _delete(self, door: Door, message: Message) -> None:
        message.deleted = True
        if message in door.channel.messages:
            door.channel.messages.remove(message)
        self._world.ephemerals = [e for e in self._world.ephemerals if e[2] is not message]
        self._world.changed()


def respond(
    world: World, channel: Channel, user: str, *, text: str, blocks: list[Json], for_all: bool
) -> Message:
    """Answer a command or click: to the person only, or to the channel."""
    if not for_all:
        return chat_api.whisper(world, channel=channel, user=user, text=text, blocks=blocks)
    message = Message(
        channel=channel.id, ts=world.next_ts(), user=BOT_USER, text=text, blocks=blocks
    )
    channel.messages.append(message)
    world.say("posted", world.place_name(channel), message.readable())
    return message


def _yes(value: object) -> bool:
    return value is True or str(value).lower() == "true"
