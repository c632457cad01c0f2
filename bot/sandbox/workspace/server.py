"""The make-believe workspace as one thing: a loopback server, its people and its state."""

import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from bot.sandbox.workspace import cast, chat_api, directory_api, views_api
from bot.sandbox.workspace.delivery import HttpTransport, Transport
from bot.sandbox.workspace.faults import Faults
from bot.sandbox.workspace.person import AppSurface, Person
from bot.sandbox.workspace.refusals import Complaint
from bot.sandbox.workspace.response_urls import ResponseUrls
from bot.sandbox.workspace.socket import SocketTransport
from bot.sandbox.workspace.switches import Switches
from bot.sandbox.workspace.web_api import Method, Tokens, WebApi
from bot.sandbox.workspace.world import (
    APP_ID,
    Call,
    Channel,
    Group,
    Json,
    Message,
    Said,
    User,
    World,
)

T = TypeVar("T")

BOT_SCOPES = frozenset(
    {"commands", "chat:write", "users:read", "users:read.email", "usergroups:read"}
)


class SlackWorkspace:
    """`async with SlackWorkspace() as ws:` and a Slack is there, on `ws.api_url`."""

    def __init__(
        self,
        *,
        switches: Switches | None = None,
        bot_scopes: Iterable[str] = BOT_SCOPES,
        people: Iterable[User] | None = None,
        groups: Iterable[Group] | None = None,
        channels: Iterable[Channel] | None = None,
        surface: AppSurface | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.bot_token = "xoxb-sandbox-bot"  # noqa: S105 - opens nothing but this sandbox
        self.app_token = "xapp-1-sandbox-app"  # noqa: S105 - opens nothing but this sandbox
        self.signing_secret = "sandbox-signing"  # noqa: S105 - opens nothing but this sandbox
        self.world = World(
            switches=switches or Switches(), now=now, bot_scopes=frozenset(bot_scopes)
        )
        self.world.users = {u.id: u for u in (cast.people() if people is None else people)}
        self.world.groups = {g.id: g for g in (cast.groups() if groups is None else groups)}
        places = cast.channels() if channels is None else channels
        self.world.channels = {c.id: c for c in places}
        self.faults = Faults(now)
        self.socket = SocketTransport(self.world)
        self.transport: Transport = self.socket
        self._by_url: dict[str, HttpTransport] = {}
        self.surface = surface or AppSurface()
        self.world.home_tab = self.surface.home_tab
        self.world.messages_tab = self.surface.messages_tab
        self._urls = ResponseUrls(self.world, self.faults)
        self._tokens = Tokens(
            bot=self.bot_token,
            app=self.app_token,
            bot_scopes=self.world.bot_scopes,
            app_scopes=frozenset({"connections:write"}),
        )
        self._people: dict[str, Person] = {}
        self._runner: web.AppRunner | None = None
        self._base = ""

    async def __aenter__(self) -> Self:
        api = WebApi(self.world, faults=self.faults, tokens=self._tokens, methods=self._methods())
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", api.handle)
        app.router.add_get("/link/", self.socket.serve)
        app.router.add_post("/response/{key}", self._urls.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self._base = self._urls.base = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.socket.close()
        for transport in self._by_url.values():
            await transport.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def _methods(self) -> dict[str, Method]:
        return {
            "auth.test": Method(handler=directory_api.auth_test),
            "apps.connections.open": Method(
                handler=self._open_connection, scope="connections:write", app_token=True
            ),
            "views.open": Method(handler=views_api.open_view),
            "views.push": Method(handler=views_api.push),
            "views.update": Method(handler=views_api.update),
            "views.publish": Method(handler=views_api.publish),
            "chat.postMessage": Method(handler=chat_api.post_message, scope="chat:write"),
            "chat.update": Method(handler=chat_api.update, scope="chat:write"),
            "chat.postEphemeral": Method(handler=chat_api.post_ephemeral, scope="chat:write"),
            "chat.getPermalink": Method(handler=chat_api.get_permalink),
            "users.info": Method(handler=directory_api.users_info, scope="users:read"),
            "usergroups.users.list": Method(
                handler=directory_api.group_users, scope="usergroups:read"
            ),
            "usergroups.list": Method(handler=directory_api.groups_list, scope="usergroups:read"),
            "conversations.info": Method(
                handler=directory_api.conversation_info, scope="channels:read"
            ),
            "conversations.open": Method(handler=directory_api.conversation_open, scope="im:write"),
            "team.info": Method(handler=directory_api.team_info, scope="team:read"),
        }

    def _open_connection(self, _world: World, _arguments: Json) -> Json:
        link = self._base.replace("http://", "ws://")
        return {"url": f"{link}/link/?ticket={self.socket.ticket()}&app_id={APP_ID}"}

    @property
    def api_url(self) -> str:
        """Base URL for slack_sdk, with the slash at its end."""
        return f"{self._base}/api/"

    @property
    def people(self) -> dict[str, User]:
        """Users by id: change their marks, add or remove."""
        return self.world.users

    @property
    def channels(self) -> dict[str, Channel]:
        """Channels and DMs by id."""
        return self.world.channels

    @property
    def groups(self) -> dict[str, Group]:
        """User groups by id."""
        return self.world.groups

    @property
    def calls(self) -> list[Call]:
        """Every Web API call so far, refused ones too."""
        return self.world.calls

    @property
    def complaints(self) -> list[Complaint]:
        """What Slack swallows without an error and a person suffers; a healthy run has none.

        Late acks, refused answers to submissions and searches, messages without text.
        """
        return self.world.complaints

    @property
    def switches(self) -> Switches:
        """The positions of the unconfirmed facts; may be replaced at any time."""
        return self.world.switches

    @switches.setter
    def switches(self, positions: Switches) -> None:
        self.world.switches = positions

    def count(self, method: str, *, channel: str | None = None) -> int:
        """How often a method was called (for a channel)."""
        return sum(call.method == method and channel in (None, call.channel) for call in self.calls)

    def person(self, user_id: str) -> Person:
        """The human with that id."""
        if user_id not in self._people:
            self._people[user_id] = Person(
                self.world,
                self.people[user_id],
                transport=lambda: self.transport,
                urls=self._urls,
                surface=self.surface,
            )
        return self._people[user_id]

    def channel(self, channel_id: str) -> Channel:
        """A channel with its messages."""
        return self.world.channels[channel_id]

    def ephemerals(self, person: str, channel: str | None = None) -> list[Message]:
        """What only that person was shown."""
        return self.person(person).ephemerals(channel)

    def on_said(self, listener: Callable[[Said], None]) -> None:
        """Call `listener` with everything a person can newly read, as text."""
        self.world.listeners.append(listener)

    async def until(self, predicate: Callable[[], T], *, timeout: float = 20.0) -> T:  # noqa: ASYNC109 - part of the API
        """Wait until `predicate()` is true; looked at on every change, no polling."""
        return await self.world.until(predicate, timeout=timeout)

    async def connected(self, count: int = 1, *, timeout: float = 20.0) -> None:  # noqa: ASYNC109 - part of the API
        """Wait for `count` Socket Mode connections of the bot."""
        await self.until(lambda: len(self.socket.open) >= count, timeout=timeout)

    def post_as(self, user_id: str, channel_id: str, text: str) -> Message:
        """A person writes a message of their own."""
        message = Message(
            channel=channel_id, ts=self.world.next_ts(), user=user_id, text=text, blocks=[]
        )
        self.world.channels[channel_id].messages.append(message)
        self.world.say("posted", self.world.place_name(self.channel(channel_id)), text)
        return message

    def use_http(self, url: str) -> None:
        """From now on people's actions go to the bot as signed HTTP requests to `url`."""
        if url not in self._by_url:
            self._by_url[url] = HttpTransport(
                url=url,
                signing_secret=self.signing_secret,
                now=self.world.now,
                ack_seconds=self.switches.ack_seconds,
            )
        self.transport = self._by_url[url]
