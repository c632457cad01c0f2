"""`check`: everything looked at, both sides, and what to do about it; nothing is changed there."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import structlog

from bot.config import Settings, proxy_for, ssl_context
from bot.doctor import configuration, database, keys, orgs, people, slack
from bot.doctor.asking import Asking
from bot.doctor.database import Known, Remembered
from bot.doctor.inside_org import Looked
from bot.doctor.report import Line, Page, as_json, as_text, failed, ok, problem, warning
from bot.salesforce import access
from bot.salesforce.inspector import Inspector
from bot.slack.bolt import web_client

_log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


async def examine(
    path: Path | None,
    environ: Mapping[str, str],
    *,
    clock: Clock,
    accept: str | None = None,
) -> tuple[Line, ...]:
    """Look at configuration, database, Slack and every org; the orgs and Slack side by side.

    `accept` is the key of an org whose new id is stored, if its kind is the configured one: the
    only thing that is written anywhere, and that in our own database.
    """
    loaded = configuration.examine(path, environ)
    if loaded.settings is None:
        return loaded.lines
    settings = loaded.settings
    stored = await database.examine(settings)
    here = (*loaded.lines, *stored.lines, *_no_such_org(accept, settings))
    try:
        tls = ssl_context(environ)
    except OSError:
        text = "Slack and orgs were not looked at: there are no certificates to trust."
        remedy = "Mend REQUESTS_CA_BUNDLE or SSL_CERT_FILE, then run check again"
        return (*here, warning("rest", text, remedy, Page.NOT_LOOKED))
    from_slack, looked = await asyncio.gather(
        _slack(settings, environ, tls),
        asyncio.gather(*(_org(settings, key, environ, clock, stored) for key in settings.orgs)),
    )
    lines = [*here, *from_slack]
    for key, one in zip(settings.orgs, looked, strict=True):
        own = one.lines if key != accept else await _accepted(settings, key, one, stored, clock())
        lines += [line.of(key) for line in own]
    return tuple(lines)


async def _slack(
    settings: Settings, environ: Mapping[str, str], tls: ssl.SSLContext
) -> tuple[Line, ...]:
    token, api_url = settings.environment.slack_bot_token, settings.environment.slack_api_url
    async with aiohttp.ClientSession() as session:
        client = web_client(
            token=token.get_secret_value() if token else "",
            base_url=api_url,
            session=session,
            tls=tls,
            route=lambda url: proxy_for(url, environ),
        )
        ask = Asking()
        entered = await slack.enter(settings, client, ask)
        if entered.team is None:
            return entered.lines
        who = await people.examine(settings, client, entered.team, ask)
        return (*entered.lines, *who, *await slack.channels(settings, client, ask))


async def _org(
    settings: Settings,
    key: str,
    environ: Mapping[str, str],
    clock: Clock,
    stored: Remembered,
) -> Looked:
    own = keys.examine(settings, key, None, clock())
    for_apps = [
        line
        for name, app in settings.orgs[key].apps.items()
        if app.has_key
        for line in keys.examine(settings, key, name, clock())
    ]
    inspection = Inspector(access.read(settings, key, environ), clock=clock)
    known = stored.known.get(key, Known())
    looked = await orgs.examine(settings.orgs[key], inspection, known, has_key=not failed(own[:1]))
    return Looked((*own, *looked.lines, *for_apps), looked.identity)


def _no_such_org(accept: str | None, settings: Settings) -> tuple[Line, ...]:
    if accept is None or accept in settings.orgs:
        return ()
    text = "The org that was to be accepted is not in the configuration"
    remedy = f"Write one of {', '.join(settings.orgs) or 'none: there is no org'}"
    return (problem("org-id", text, remedy, Page.CHANGED),)


async def _accepted(
    settings: Settings, key: str, looked: Looked, stored: Remembered, at: datetime
) -> tuple[Line, ...]:
    """Store the org's new id, or say why not; its line says so instead."""
    others = tuple(line for line in looked.lines if line.name != "org-id")
    before = stored.known.get(key, Known()).org_id
    if looked.identity is None or not stored.usable:
        text = "Nothing was accepted: the org, its kind or our tables are not as they must be"
        remedy = "Mend the other problems first"
        return (*others, problem("org-id", text, remedy, Page.CHANGED))
    now = looked.identity.org_id
    if before is None or before == now:
        return (*others, ok("org-id", f"{now}; there was nothing to accept."))
    await database.accept(settings, key, now, at)
    _log.warning("org.accepted", org=key, before=before, now=now)
    text = f"{now} is accepted instead of {before}. Requests for the old org must be made anew."
    return (*others, ok("org-id", text))


def run(
    path: Path | None, environ: Mapping[str, str], *, json: bool, accept: str | None
) -> tuple[str, int]:
    """What `check` prints, and its exit code: 1 on any problem."""
    lines = asyncio.run(examine(path, environ, clock=lambda: datetime.now(UTC), accept=accept))
    return as_json(lines) if json else as_text(lines), 1 if failed(lines) else 0
