"""What one job by hand is made of: store, engine, orgs and a courier, and nothing that listens.

Beside a running bot on SQLite the engine only asks and waits. Alone it is launched under a name of
its own and hears one queue of that name: it runs its job and takes up nothing else. What is left in
such a queue when its process is gone, a running bot takes over (bot/flows/slots.py).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import aiohttp

from bot.app import gateways, queues
from bot.config import Settings, proxy_for, ssl_context
from bot.engine import Engine, Jobs, QueueSpec
from bot.flows import catalogue, digest, duedates, slots, stale
from bot.flows.context import Context
from bot.slack import bolt
from bot.slack.courier import Courier
from bot.slack.people import People
from bot.slack.web import CountedClient
from store.database import Database

_POLL = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """`queue` is the one that is heard here; None = a running bot does the work."""

    ctx: Context
    engine: Engine
    courier: Courier
    queue: str | None


@asynccontextmanager
async def parts(
    settings: Settings, environ: Mapping[str, str], name: str, *, alone: bool
) -> AsyncIterator[Parts]:
    """Build everything for the job `name`, and launch the engine when `alone`."""
    url = settings.database_url.get_secret_value()
    database = Database.open(url)
    own = f"{slots.BY_HAND}{name}-{uuid4().hex}"
    queue = own if alone else None
    jobs = Jobs()
    heard = [QueueSpec(name=queue, worker_concurrency=4)] if queue else []
    engine = Engine(
        url,
        jobs,
        [*queues(settings), *heard],
        executor_id=own,
        listen=[one.name for one in heard],
        poll=_POLL,
    )
    async with aiohttp.ClientSession() as session:
        client = _client(settings, environ, session)
        courier = Courier(settings, database, client, clock=_now)
        ctx = _context(settings, environ, database, engine, client)
        for part in (catalogue, digest, stale, duedates):
            part.register(jobs, ctx)
        try:
            if alone:
                await engine.launch()
            yield Parts(ctx=ctx, engine=engine, courier=courier, queue=queue)
        finally:
            await engine.drain(1)
            await database.dispose()


def _now() -> datetime:
    return datetime.now(UTC)


def _context(
    settings: Settings,
    environ: Mapping[str, str],
    database: Database,
    engine: Engine,
    client: CountedClient,
) -> Context:
    slack, approval = settings.slack, settings.approval
    people = People(client, admins=slack.admins, approvers=approval.approvers, clock=_now)
    return Context(
        settings=settings,
        database=database,
        engine=engine,
        gateways=gateways(settings, environ, _now),
        clock=_now,
        wake=lambda: None,
        approvers=people.approvers,
    )


def _client(
    settings: Settings, environ: Mapping[str, str], session: aiohttp.ClientSession
) -> CountedClient:
    token, api_url = settings.environment.slack_bot_token, settings.environment.slack_api_url
    return bolt.web_client(
        token=token.get_secret_value() if token else "",
        base_url=api_url,
        session=session,
        tls=ssl_context(environ),
        route=lambda url: proxy_for(url, environ),
    )
