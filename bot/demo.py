"""The whole bot on this machine, in a make-believe Slack and Salesforce: one story, then a look.

Real parts everywhere: Bolt over Socket Mode, simple-salesforce over HTTPS, SQLite, the engine. Only
the outside world is made up. Prints what people read in Slack and what changes in Salesforce.
"""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import textwrap
from pathlib import Path

import click

from bot import logs
from bot.app import App
from bot.config import forget, load
from bot.engine import migrate_engine
from bot.pace import Pace
from bot.sandbox import configuration
from bot.sandbox.orgs import SalesforceSandbox
from bot.sandbox.page import Page
from bot.sandbox.workspace import Message, Said, SlackWorkspace
from store.schema import upgrade

_PATIENCE = 60.0
_QUIET = {"slack": {"digest_channel": None}}
"""The clock posts what is due as soon as it starts; here that would break into the story."""
_QUICK = Pace(poll=0.1, courier=0.1, away=2.0, stay=0.0)


async def play(*, script: bool, log_format: logs.Format | None = None) -> int:
    """Play the story; 0 only if its request ended live. Without `script` stays up until Ctrl-C.

    The bot's log goes to a file in the demo's folder, or to stderr when its format is given.
    """
    forget(os.environ)
    with tempfile.TemporaryDirectory(prefix="integration-user-bot-") as name:
        folder = Path(name)
        with (folder / "bot.log").open("w", encoding="utf-8") as log:
            logs.configure(log_format or "console", stream=None if log_format else log)
            async with SlackWorkspace() as slack, SalesforceSandbox() as salesforce:
                return await _in_world(folder, slack, salesforce, script=script)


async def _in_world(
    folder: Path, slack: SlackWorkspace, salesforce: SalesforceSandbox, *, script: bool
) -> int:
    orgs = {"uat": salesforce.sandbox, "prod": salesforce.production}
    file = configuration.write(folder, orgs=orgs, tables=_QUIET)
    environ = {**os.environ, **configuration.environment(folder, slack, salesforce)}
    settings = load(file, environ, running=True)
    url = settings.database_url.get_secret_value()
    await asyncio.to_thread(upgrade, url)
    await asyncio.to_thread(migrate_engine, url)
    narrator = _Narrator(salesforce)
    slack.on_said(narrator.said)
    app = App(settings, environ, pace=_QUICK)
    await app.start()
    try:
        await slack.connected(timeout=_PATIENCE)
        await _ready(app)
        live = await _story(slack, narrator)
        if not script:
            await _stay(slack, salesforce, app)
    finally:
        await app.stop()
    return 0 if live else 1


async def _ready(app: App) -> None:
    """Wait until the bot says that it is ready."""
    async with asyncio.timeout(_PATIENCE):
        while await app.not_ready():  # noqa: ASYNC110 - asked as a supervisor asks
            await asyncio.sleep(0.05)


async def _story(slack: SlackWorkspace, narrator: _Narrator) -> bool:
    """From the slash command to a live user; True when it is live."""
    rae, ada = slack.person("U0RAE"), slack.person("U0ADA")
    _tell("Rae types /integration-user new and fills the form.")
    await rae.command("/integration-user new")
    details = await rae.modal("request_details")
    for block, value in _DETAILS:
        await details.fill(block, value)
    await details.submit()
    access = await rae.modal("request_access")
    for block, value in _ACCESS:
        await access.fill(block, value)
    await access.submit()
    card = await slack.until(lambda: _card(slack, "approve"), timeout=_PATIENCE)
    _tell("The bot has looked at the org and asks the approvers. Ada presses Approve.")
    if card is not None:
        await ada.click(card, "approve")
    await slack.until(lambda: _ended(slack), timeout=_PATIENCE)
    await asyncio.sleep(0.5)
    narrator.changes()
    live = ": live" in _first_line(_card(slack))
    _tell("The request is live." if live else "The request did not end live.")
    return live


_DETAILS = (
    ("name", "Warehouse sync"),
    ("purpose", "Reads accounts and keeps orders in step with the warehouse."),
    ("system", "Acme Warehouse"),
    ("ticket", "INT-4711"),
    ("owner", "U0OLU"),
    ("backup_owner", "U0BEA"),
    ("email", "warehouse-team@acme.example"),
    ("app", "warehouse"),
    ("objects", ["Account", "Order"]),
)
_ACCESS = (
    ("perm:Account", ["read"]),
    ("fields:Account", ["Industry", "Phone"]),
    ("perm:Order", ["read", "create", "edit"]),
    ("fields:Order", ["Description"]),
    ("edit_fields:Order", ["Description"]),
)


def _card(slack: SlackWorkspace, button: str | None = None) -> Message | None:
    """The approval card, once it is there with the button."""
    for message in slack.channel("C0APPROVE").messages:
        if message.text.startswith("IU-") and (button is None or button in message.buttons):
            return message
    return None


def _first_line(message: Message | None) -> str:
    return message.text if message else ""


def _ended(slack: SlackWorkspace) -> bool:
    """Has the bot told the owner how it ended?"""
    return any(message.replies for message in slack.person("U0OLU").dm)


class _Narrator:
    """Prints what people can newly read in Slack, and what changed in the orgs meanwhile."""

    def __init__(self, salesforce: SalesforceSandbox) -> None:
        self._orgs = (salesforce.sandbox, salesforce.production)
        self._told = [len(org.changes) for org in self._orgs]
        self._read: dict[str, list[str]] = {}

    def said(self, said: Said) -> None:
        """Print a message whole when it is new, and what is new in it when it was edited."""
        self.changes()
        lines = said.text.splitlines()
        known = self._read.get(said.where, []) if said.kind == "updated" else []
        self._read[said.where] = lines
        new = [line for line in lines[1:] if line not in known]
        text = textwrap.indent("\n".join([*lines[:1], *new]), "    ")
        click.echo(f"  Slack, {said.where} ({said.kind}):\n{text}")

    def changes(self) -> None:
        """Print what changed in the orgs since the last look."""
        for place, org in enumerate(self._orgs):
            for sentence in org.changes[self._told[place] :]:
                click.echo(f"  Salesforce, {org.label}: {sentence}")
            self._told[place] = len(org.changes)


def _tell(text: str) -> None:
    click.echo(f"\n== {text}")


async def _stay(slack: SlackWorkspace, salesforce: SalesforceSandbox, app: App) -> None:
    """Stay up with a page to look at, until Ctrl-C."""
    async with Page(slack, salesforce) as page:
        _tell(f"Look at {page.url} and http://127.0.0.1:{app.health_port}/readyz; Ctrl-C ends it.")
        await _until_interrupted()


async def _until_interrupted() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
