"""The composition root: builds the parts, starts them in order and stops them in order.

Start: health, the first look at each org enqueued, engine, courier, clock, and Slack's deliveries
last, so that nobody is answered before there is somebody to do the work. Stop: Slack first, then
the clock and the engine; the courier and health last, so that what was done is still told.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal

import aiohttp
import structlog

from bot.config import Settings, proxy_for, ssl_context
from bot.engine import (
    Engine,
    QueueSpec,
    SchemaMissing,
    engine_schema_ok,
)
from bot.flows import catalogue, digest, duedates, preflight, provisioning, smoke, stale, undoing
from bot.flows.context import Context
from bot.health import Health
from bot.metrics import Metrics
from bot.pace import Pace
from bot.readiness import Readiness
from bot.salesforce import access
from bot.salesforce.client import Client
from bot.salesforce.gateway import Gateway
from bot.salesforce.session import Sent
from bot.schedule import Clock
from bot.slack import bolt
from bot.slack.connecting import connect
from bot.slack.courier import Courier
from bot.slack.people import People
from bot.slack.receiving import CLOSE_WITHIN
from bot.slack.web import CountedClient
from bot.watching import WatchedJobs
from store.database import Database
from store.schema import current_ok

_log = structlog.get_logger(__name__)
Listen = Callable[[], Awaitable[int]]


class CannotListen(RuntimeError):  # noqa: N818 - reads as a sentence at the raise
    """The port of `[health]`, or of `[slack]` in HTTP mode, cannot be had."""


class App:
    """The whole bot; `start`, then `stop` once."""

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str],
        *,
        pace: Pace | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings
        self._url = settings.database_url.get_secret_value()
        self._environ = environ
        self._pace = pace or Pace()
        self._clock = clock
        self._connected = False
        self._connecting: asyncio.Task[None] | None = None
        self.health_port = 0
        self.slack_port = 0

    async def start(self) -> None:
        """Start everything; what was started is stopped again when a later part cannot.

        Raises `SchemaMissing`, `CannotListen`, or what the database raises.
        """
        if not await asyncio.to_thread(_schema_ok, self._url):
            raise SchemaMissing
        self._build()
        try:
            self.health_port = await self._listen("health", self._health.start)
            self.slack_port = await self._listen("slack", self.receiver.listen)
            await self._scheduler.look_now()
            await self._scheduler.catch_up()
            await self.engine.launch()
            await self.courier.start()
            self._scheduler.start()
        except BaseException:
            await self.stop()
            raise
        self._connecting = asyncio.create_task(self._connect(), name="slack")
        _log.info("bot.started", health_port=self.health_port)

    async def stop(self) -> None:
        """Take nothing new, finish what is in hand within the pace's limits, close everything."""
        _log.info("bot.stopping")
        pace, begun = self._pace, time.monotonic()
        self.engine.rest()
        await self._connect_no_more()
        most = pace.drain_slack + CLOSE_WITHIN + 0.2
        await _within(most, "slack", self.receiver.drain(pace.drain_slack))
        self._scheduler.stop()
        left = pace.for_engine(time.monotonic() - begun)
        await _within(left + 0.4, "engine", self.engine.drain(left))
        last = pace.drain_courier + 0.2
        await asyncio.gather(
            _within(last, "courier", self.courier.stop(pace.drain_courier)),
            _within(last, "afterwards", self.surface.afterwards.finish(0.5)),
            _within(last, "health", self._health.stop()),
        )
        await self._session.close()
        await self.database.dispose()
        _log.info("bot.stopped")

    def _build(self) -> None:
        """Make every part; nothing runs yet."""
        self.database = Database.open(self._url)
        self.metrics = Metrics()
        self._session = aiohttp.ClientSession()
        self.client = _slack_client(self.settings, self._environ, self._session, self.metrics)
        self.people = People(
            self.client,
            admins=self.settings.slack.admins,
            approvers=self.settings.approval.approvers,
            clock=self._clock,
        )
        self.courier = Courier(
            self.settings, self.database, self.client, clock=self._clock, pace=self._pace.courier
        )
        jobs = WatchedJobs(self.metrics)
        self.engine = Engine(
            self._url,
            jobs,
            queues(self.settings),
            poll=self._pace.poll,
            adopt_every=self._pace.adopt_every,
        )
        self.context = self._context()
        for part in (preflight, provisioning, undoing, smoke, catalogue, digest, stale, duedates):
            part.register(jobs, self.context)
        self._scheduler = Clock(self.context)
        self.surface, self.receiver = self._slack()
        self._readiness = self._look()
        place = self.settings.health
        self._health = Health(place.host, place.port, self._readiness)

    def _slack(self) -> tuple[bolt.Surface, bolt.Receiver]:
        surface = bolt.build(
            self.context,
            self.client,
            self.people,
            bolt.secret_of(self.settings),
            acked=self.metrics.acked,
        )
        return surface, bolt.receiver(
            surface,
            self.settings,
            self._proxy,
            turned_away=self.metrics.turned_away,
            stay=self._pace.stay,
        )

    def _proxy(self, url: str) -> str | None:
        return proxy_for(url, self._environ)

    def _look(self) -> Readiness:
        return Readiness(
            settings=self.settings,
            database=self.database,
            engine=self.engine,
            metrics=self.metrics,
            connected=self._reached,
            tick_age=self._scheduler.tick_age,
        )

    def _context(self) -> Context:
        return Context(
            settings=self.settings,
            database=self.database,
            engine=self.engine,
            gateways=gateways(self.settings, self._environ, self._clock, self.metrics),
            clock=self._clock,
            wake=self.courier.wake,
            approvers=self.people.approvers,
            away_wait=timedelta(seconds=self._pace.away),
        )

    async def _listen(self, table: Literal["health", "slack"], start: Listen) -> int:
        try:
            return await start()
        except OSError as error:
            place = self.settings.health if table == "health" else self.settings.slack
            raise CannotListen(
                f"[{table}] cannot listen on {place.host}, port {place.port} ({error.strerror}). "
                "Write another port; 0 takes any that is free."
            ) from None

    async def _connect(self) -> None:
        await connect(self.people, self.receiver)
        self._connected = True

    async def _connect_no_more(self) -> None:
        """Give up reaching Slack; what went wrong there is told by who waits for a failure."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.wait({self._connecting})

    async def wait_failed(self) -> None:
        """Return never, unless Slack refuses us: then raise why."""
        if self._connecting is not None:
            await self._connecting
        await asyncio.Event().wait()

    async def not_ready(self) -> Mapping[str, str]:
        """The parts that are not ready, each with its reason."""
        return (await self._readiness.look()).missing

    async def _reached(self) -> bool:
        return self._connected and await self.receiver.connected()


async def _within(seconds: float, part: str, ending: Awaitable[object]) -> None:
    """Let a part end; one that fails or hangs must not keep the others from theirs."""
    try:
        async with asyncio.timeout(seconds):
            await ending
    except Exception:  # noqa: BLE001 - loud, and the stop goes on
        _log.exception("bot.stopping", part=part)


def _schema_ok(url: str) -> bool:
    return current_ok(url) and engine_schema_ok(url)


def _slack_client(
    settings: Settings,
    environ: Mapping[str, str],
    session: aiohttp.ClientSession,
    metrics: Metrics,
) -> CountedClient:
    token, api_url = settings.environment.slack_bot_token, settings.environment.slack_api_url
    return bolt.web_client(
        token=token.get_secret_value() if token else "",
        base_url=api_url,
        session=session,
        tls=ssl_context(environ),
        route=lambda url: proxy_for(url, environ),
        called=metrics.called_slack,
    )


def queues(settings: Settings) -> list[QueueSpec]:
    """Per org one queue that writes one run at a time, and one that reads four."""
    return [
        queue
        for org in settings.orgs
        for queue in (
            QueueSpec(name=f"write-{org}", concurrency=1),
            QueueSpec(name=f"read-{org}", worker_concurrency=4),
        )
    ]


def gateways(
    settings: Settings,
    environ: Mapping[str, str],
    clock: Callable[[], datetime],
    metrics: Metrics | None = None,
) -> dict[str, Gateway]:
    """A client per org; keys are read when they are needed."""

    def sent(org: str, one: Sent) -> None:
        if metrics is not None:
            metrics.called_org(org, one.kind, one.outcome, one.seconds)
            if one.usage is not None:
                metrics.org_limit(org, *one.usage)

    return {
        key: Client(access.read(settings, key, environ), clock=clock, sent=partial(sent, key))
        for key in settings.orgs
    }
