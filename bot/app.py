"""The composition root: builds the parts, starts them in order and stops them in order.

Start: store, health, Slack client, orgs, engine, courier, clock, and Slack's deliveries last, so
that nobody is answered before there is somebody to do the work. Stop is the way back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.config import ConfigError, Settings, ca_bundle, proxy_for, ssl_context
from bot.engine import Engine, Jobs, QueueSpec, SchemaMissing
from bot.flows import catalogue, preflight, provisioning, smoke, undoing
from bot.flows.context import Context
from bot.health import Health
from bot.salesforce.access import AppAccess, OrgAccess
from bot.salesforce.client import Client
from bot.salesforce.gateway import Gateway
from bot.schedule import Clock
from bot.slack import bolt
from bot.slack.courier import Courier
from bot.slack.people import People
from store.catalogue import org as org_facts
from store.database import Database
from store.schema import current_ok

_log = structlog.get_logger(__name__)
_WRONG_TOKEN = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often things are looked at, and how long a stop may take; seconds."""

    poll: float = 1.0
    adopt_every: float = 10.0
    courier: float = 1.0
    away: float = 20.0
    drain_slack: float = 1.0
    drain_engine: float = 6.0
    drain_courier: float = 2.0


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
        self._environ = environ
        self._pace = pace or Pace()
        self._clock = clock
        self._connected = False
        self.health_port = 0

    async def start(self) -> None:
        """Start everything. Raises `SchemaMissing`, `ConfigError`, or what the system refuses."""
        if not await asyncio.to_thread(current_ok, self.settings.database_url.get_secret_value()):
            raise SchemaMissing
        self.database = Database.open(self.settings.database_url.get_secret_value())
        health = self.settings.health
        self._health = Health(
            health.host, health.port, missing=self.not_ready, refused=self.refused_orgs
        )
        self._session = aiohttp.ClientSession()
        self._build()
        self.health_port = await self._health.start()
        await self.engine.launch()
        await self.courier.start()
        await self._clock_work.start()
        self._connecting = asyncio.create_task(self._connect(), name="slack")
        _log.info("bot.started", health_port=self.health_port)

    def _build(self) -> None:
        secrets = self.settings.environment
        api_url = secrets.slack_api_url
        self.client = bolt.web_client(
            token=secrets.slack_bot_token.get_secret_value() if secrets.slack_bot_token else "",
            base_url=api_url,
            session=self._session,
            tls=ssl_context(self._environ),
            proxy=proxy_for(api_url, self._environ),
        )
        self.people = People(
            self.client,
            admins=self.settings.slack.admins,
            approvers=self.settings.approval.approvers,
            clock=self._clock,
        )
        self.courier = Courier(
            self.settings, self.database, self.client, clock=self._clock, pace=self._pace.courier
        )
        jobs = Jobs()
        self.engine = Engine(
            self.settings.database_url.get_secret_value(),
            jobs,
            _queues(self.settings),
            poll=self._pace.poll,
            adopt_every=self._pace.adopt_every,
        )
        self.context = Context(
            settings=self.settings,
            database=self.database,
            engine=self.engine,
            gateways=gateways(self.settings, self._environ, self._clock),
            clock=self._clock,
            wake=self.courier.wake,
            approvers=self.people.approvers,
            away_wait=timedelta(seconds=self._pace.away),
        )
        for part in (preflight, provisioning, undoing, smoke, catalogue):
            part.register(jobs, self.context)
        self._clock_work = Clock(self.context)
        self.surface = bolt.build(self.context, self.client, self.people, "")
        token = secrets.slack_app_token
        self.socket = bolt.Socket(self.surface.app, token.get_secret_value() if token else "")

    async def _connect(self) -> None:
        """Reach Slack, however long it takes; only a wrong token ends the bot."""
        wait = 1.0
        while True:
            try:
                await self.people.warm()
                await self.socket.connect_async()  # type: ignore[no-untyped-call]
            except SlackApiError as error:
                code = str(error.response.get("error"))
                if code in _WRONG_TOKEN:
                    raise ConfigError([f"Slack refuses the token: {code}."]) from None
                _log.warning("slack.connect", error=code)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                _log.warning("slack.connect", error=type(error).__name__)
            else:
                self._connected = True
                _log.info("slack.connected")
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, 30)

    async def wait_failed(self) -> None:
        """Return never, unless Slack refuses us: then raise why."""
        await self._connecting
        await asyncio.Event().wait()

    async def not_ready(self) -> Mapping[str, str]:
        """The parts that are not ready, each with its reason."""
        missing: dict[str, str] = {}
        if not (self._connected and await self.socket.connected()):
            missing["slack"] = "not connected"
        try:
            async with asyncio.timeout(2):
                missing |= await self._orgs_not_ready()
        except Exception as error:  # noqa: BLE001 - any failure means not ready
            missing["database"] = type(error).__name__
        if not await self.engine.alive():
            missing["engine"] = "does not answer"
        return missing

    async def refused_orgs(self) -> Mapping[str, str]:
        """The orgs that cannot be chosen, each with the reason that the form shows."""
        refused = {}
        async with self.database.read() as conn:
            for key in self.settings.orgs:
                facts = await org_facts(conn, key)
                if facts is not None and facts.refusal:
                    refused[key] = facts.refusal
        return refused

    async def _orgs_not_ready(self) -> dict[str, str]:
        missing = {}
        async with self.database.read() as conn:
            for key in self.settings.orgs:
                facts = await org_facts(conn, key)
                if facts is None or (facts.ended_at is None and not facts.refusal):
                    missing[f"org {key}"] = "the first look at it has not ended"
        return missing

    async def stop(self) -> None:
        """Take nothing new, finish what is in hand within the pace's limits, close everything."""
        _log.info("bot.stopping")
        self._connecting.cancel()
        with suppress(asyncio.CancelledError, ConfigError):
            await self._connecting
        await self.socket.drain(self._pace.drain_slack)
        self._clock_work.stop()
        await self.engine.drain(self._pace.drain_engine)
        await self.courier.stop(self._pace.drain_courier)
        await self.surface.afterwards.finish(0.5)
        await self._health.stop()
        await self._session.close()
        await self.database.dispose()
        _log.info("bot.stopped")


def _queues(settings: Settings) -> list[QueueSpec]:
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
    settings: Settings, environ: Mapping[str, str], clock: Callable[[], datetime]
) -> dict[str, Gateway]:
    """A client per org; keys are read when they are needed."""
    return {key: Client(_access(settings, key, environ), clock=clock) for key in settings.orgs}


def _access(settings: Settings, key: str, environ: Mapping[str, str]) -> OrgAccess:
    org = settings.orgs[key]
    bundle = ca_bundle(environ)
    return OrgAccess(
        key=key,
        kind=org.kind,
        my_domain_url=org.my_domain_url,
        audience=org.audience,
        api_version=org.api_version,
        username=org.username,
        consumer_key=org.consumer_key,
        private_key=partial(_key, settings, key, None),
        apps={
            name: AppAccess(
                kind=app.kind,
                name=app.name,
                consumer_key=app.consumer_key,
                private_key=partial(_key, settings, key, name),
            )
            for name, app in org.apps.items()
        },
        ca_bundle=str(bundle) if bundle else None,
        proxy=proxy_for(org.my_domain_url, environ),
    )


def _key(settings: Settings, org: str, app: str | None) -> str:
    """Read a private key now; it is kept nowhere."""
    return settings.private_key(org, app).get_secret_value()
