"""What does the make-believe workspace know: people, channels, messages, views, triggers?"""

import asyncio
import itertools
import secrets
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.sandbox.workspace import readable
from bot.sandbox.workspace.facts import Fact
from bot.sandbox.workspace.refusals import Complaint, Refused
from bot.sandbox.workspace.switches import Switches

Json = dict[str, Any]
T = TypeVar("T")

TEAM_ID = "T0ACME"
APP_ID = "A0INTEGR"
BOT_USER = "U0BOT"
BOT_ID = "B0BOT"


@dataclass(slots=True, kw_only=True)
class User:
    """A person or bot; a guest, a deactivated or a foreign one by its marks."""

    id: str
    name: str
    real_name: str
    email: str
    team_id: str = TEAM_ID
    is_bot: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    deleted: bool = False
    is_stranger: bool = False
    tz: str = "Europe/Berlin"


@dataclass(slots=True, kw_only=True)
class Group:
    """A user group (subteam)."""

    id: str
    handle: str
    name: str
    users: list[str]


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """A message as it stands now; `snapshot()` is what a client that did not refresh shows."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json]
    thread_ts: str | None = None
    edited: bool = False
    deleted: bool = False
    updates: int = 0
    metadata: Json | None = None
    replies: list["Message"] = field(default_factory=list)

    @property
    def buttons(self) -> list[str]:
        """Action ids of everything one can click, in reading order."""
        return [element["action_id"] for _, element in readable.clickable(self.blocks)]

    def readable(self) -> str:
        """The message as a person would read it."""
        return readable.message(self.text, self.blocks)

    def snapshot(self) -> "Message":
        """A copy that later edits do not reach."""
        return deepcopy(self)

    def as_json(self) -> Json:
        """The message in the Web API's shape."""
        shown: Json = {
            "type": "message",
            "user": self.user,
            "ts": self.ts,
            "text": self.text,
            "team": TEAM_ID,
        }
        if self.user == BOT_USER:
            shown |= {"bot_id": BOT_ID, "app_id": APP_ID}
        if self.blocks:
            shown["blocks"] = deepcopy(self.blocks)
        if self.thread_ts:
            shown["thread_ts"] = self.thread_ts
        if self.edited:
            shown["edited"] = {"user": self.user, "ts": self.ts}
        if self.metadata:
            shown["metadata"] = self.metadata
        return shown


@dataclass(slots=True, kw_only=True)
class Channel:
    """A channel or, with `dm_with`, a direct message between that person and the bot."""

    id: str
    name: str
    members: set[str]
    is_private: bool = False
    is_archived: bool = False
    dm_with: str | None = None
    messages: list[Message] = field(default_factory=list)

    @property
    def everything(self) -> list[Message]:
        """Messages and their thread replies."""
        return [m for top in self.messages for m in (top, *top.replies)]


@dataclass(slots=True, kw_only=True, eq=False)
class View:
    """A modal or Home view that a person sees, with what they typed into it."""

    id: str
    user: str
    body: Json
    hash: str
    typed: dict[tuple[str, str], Json] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    offered: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something a person could newly read: for the demo's print-out."""

    kind: str
    where: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One Web API call as logged, never a token; `fact` is what a refusal rests on."""

    method: str
    channel: str | None
    payload: Json
    answer: Json
    fact: Fact | None = None

    @property
    def error(self) -> str | None:
        """The error code, or None when it was ok."""
        return self.answer.get("error")


@dataclass(slots=True, kw_only=True)
class Trigger:
    """A trigger_id: who got it, until when, and whether it was exchanged."""

    user: str
    expires: float
    used: bool = False
    from_view: bool = False


class World:
    """All state, and the bell that rings on every change."""

    def __init__(
        self, *, switches: Switches, now: Callable[[], float], bot_scopes: frozenset[str]
    ) -> None:
        self.switches = switches
        self.bot_scopes = bot_scopes
        self.home_tab = True
        self.messages_tab = True
        self.now = now
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.channels: dict[str, Channel] = {}
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.ephemerals: list[tuple[str, str, Message]] = []
        self.triggers: dict[str, Trigger] = {}
        self.calls: list[Call] = []
        self.complaints: list[Complaint] = []
        self.listeners: list[Callable[[Said], None]] = []
        self._numbers = itertools.count(1)
        self._last_ts = 0
        self._bell = asyncio.Event()

    def complain(self, fact: Fact, text: str) -> None:
        """Note what a person suffers without an error for the bot."""
        self.complaints.append(Complaint(fact=fact, text=text))

    def changed(self) -> None:
        """Wake everybody who waits in `until`."""
        self._bell.set()
        self._bell = asyncio.Event()

    async def until(self, predicate: Callable[[], T], *, timeout: float = 20.0) -> T:  # noqa: ASYNC109 - part of the API
        """Wait until `predicate()` is true and return what it gave; looks on every change.

        Raises TimeoutError after `timeout` seconds, naming the last calls.
        """
        try:
            async with asyncio.timeout(timeout):
                while not (found := predicate()):
                    await self._bell.wait()
        except TimeoutError:
            last = ", ".join(
                f"{c.method}{f' ({c.error})' if c.error else ''}" for c in self.calls[-5:]
            )
            raise TimeoutError(
                f"not true within {timeout} s; last calls: {last or 'none'}; "
                f"complaints: {[str(one) for one in self.complaints[-3:]] or 'none'}"
            ) from None
        return found

    def next_id(self, prefix: str) -> str:
        """A fresh id such as V00000001."""
        return f"{prefix}{next(self._numbers):08d}"

    def next_ts(self) -> str:
        """A message timestamp, unique and rising."""
        self._last_ts = max(self._last_ts + 1, int(self.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def new_hash(self) -> str:
        """A view hash, different every time."""
        return f"{int(self.now())}.{secrets.token_hex(4)}"

    def new_trigger(self, user: str, *, from_view: bool = False) -> str:
        """A trigger_id for a person's action (slack-platform 2)."""
        trigger = f"{next(self._numbers)}.{TEAM_ID}.{secrets.token_hex(8)}"
        expires = self.now() + self.switches.trigger_seconds
        self.triggers[trigger] = Trigger(user=user, expires=expires, from_view=from_view)
        return trigger

    def exchange(self, trigger_id: object) -> Trigger:
        """Use up a trigger_id.

        Raises Refused expired_trigger_id or exchanged_trigger_id (slack-platform 2).
        """
        trigger = self.triggers.get(str(trigger_id))
        if trigger is None:
            raise Refused(Fact.TRIGGER_UNKNOWN, "invalid_trigger_id")
        if trigger.used:
            raise Refused(Fact.TRIGGER_USED, "exchanged_trigger_id")
        if self.now() > trigger.expires:
            raise Refused(Fact.TRIGGER_OLD, "expired_trigger_id")
        trigger.used = True
        return trigger

    def dm(self, user: str) -> Channel:
        """The direct message between a person and the bot, opened when missing."""
        for channel in self.channels.values():
            if channel.dm_with == user:
                return channel
        opened = Channel(
            id=self.next_id("D"), name="directmessage", members={user, BOT_USER}, dm_with=user
        )
        self.channels[opened.id] = opened
        return opened

    def say(self, kind: str, where: str, text: str) -> None:
        """Tell the listeners (the demo) and wake the waiting."""
        for listener in self.listeners:
            listener(Said(kind=kind, where=where, text=self.named(text)))
        self.changed()

    def named(self, text: str) -> str:
        """A readable text with the names that people see for ids: `@Rae Requester`."""
        names = {user.id: user.real_name for user in self.users.values()}
        names |= {group.id: group.handle for group in self.groups.values()}
        return readable.named(text, names)

    def place_name(self, channel: Channel) -> str:
        """`#name`, or `DM with Name`."""
        if channel.dm_with is not None:
            return f"DM with {self.users[channel.dm_with].real_name}"
        return f"#{channel.name}"
