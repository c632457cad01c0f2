"""Does the database answer, are the tables there, and what is remembered of each org?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import Settings
from bot.doctor.report import Line, Page, ok, problem
from bot.engine import engine_schema_ok
from store import catalogue, ledger
from store.database import BadDatabaseUrl, Database, parse_url
from store.records import Request, Source, State
from store.schema import SchemaNewer, current_ok

_NEWEST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows of an org: its id, and per app the newest login that worked.

    `proven` says which request it was and when, such as `IU-17 on 2026-11-25`.
    """

    org_id: str | None = None
    proven: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was found in the store; `usable` = it has every table."""

    lines: tuple[Line, ...]
    known: Mapping[str, Known]
    usable: bool


async def examine(settings: Settings) -> Remembered:
    """Look whether the database answers with its tables; creates nothing, not even a file."""
    url = settings.database_url.get_secret_value()
    try:
        ours, engines = await asyncio.to_thread(_schemas, url)
    except SchemaNewer as newer:
        fault, _, remedy = str(newer).partition(". ")
        line = problem("schema", f"{fault}.", remedy, Page.SCHEMA)
        return Remembered((line,), {}, usable=False)
    except BadDatabaseUrl as bad:
        remedy = "Correct DATABASE_URL or [database].url as the text says, then run check again"
        line = problem("database", str(bad), remedy, Page.DATABASE)
        return Remembered((line,), {}, usable=False)
    except (SQLAlchemyError, OSError) as error:
        line = problem(
            "database",
            f"{_place(url)} cannot be used: {_reason(error)}",
            "Look whether the server runs and DATABASE_URL names it, with a role that may log in",
            Page.DATABASE,
        )
        return Remembered((line,), {}, usable=False)
    answers = ok("database", f"{_place(url)} answers.")
    missing = [name for name, there in (("the bot", ours), ("the engine", engines)) if not there]
    if missing:
        line = problem(
            "schema",
            f"The tables of {' and '.join(missing)} are missing or old",
            "Run integration-user-bot migrate",
            Page.SCHEMA,
        )
        return Remembered((answers, line) if ours else (line,), {}, usable=False)
    known = await _remembered(url, settings)
    line = ok("schema", "The tables of the bot and of the engine are at their newest revision.")
    return Remembered((answers, line), known, usable=True)


def _schemas(url: str) -> tuple[bool, bool]:
    return current_ok(url), engine_schema_ok(url)


async def _remembered(url: str, settings: Settings) -> dict[str, Known]:
    database = Database.open(url)
    try:
        async with database.read() as conn:
            return {key: await _known(conn, key) for key in settings.orgs}
    finally:
        await database.dispose()


async def _known(conn: AsyncConnection, key: str) -> Known:
    facts = await catalogue.org(conn, key)
    proven: dict[str, str] = {}
    for request in await ledger.search(conn, states=[State.LIVE], org=key, limit=_NEWEST):
        app = request.asked.app
        if app and app not in proven and (at := await _proven_at(conn, request)):
            proven[app] = f"{request.label} on {at:%Y-%m-%d}"
    return Known(org_id=facts.org_id if facts else None, proven=proven)


async def _proven_at(conn: AsyncConnection, request: Request) -> datetime | None:
    """When the engine's own login made it live; None if a person confirmed it by hand."""
    lines = await ledger.journal(conn, request.id)
    made = [one.at for one in lines if one.event == "live" and one.source is Source.ENGINE]
    return max(made, default=None)


async def accept(settings: Settings, key: str, org_id: str, now: datetime) -> bool:
    """Store the id under which an org is known from now on; False if the org is not known yet."""
    database = Database.open(settings.database_url.get_secret_value())
    try:
        async with database.write() as conn:
            return await catalogue.accept(conn, key, org_id, now)
    finally:
        await database.dispose()


def _place(url: str) -> str:
    """Name the database without a password."""
    parsed = parse_url(url)
    if parsed.drivername == "sqlite":
        return f"SQLite, {parsed.database},"
    return f"PostgreSQL, {parsed.database} on {parsed.host or 'this machine'},"


def _reason(error: Exception) -> str:
    """The driver's own words, without the statement."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return said[0].rstrip(".") if said else type(error).__name__
