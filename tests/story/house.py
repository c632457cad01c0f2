"""The whole bot in one process, in a make-believe world: what every story starts from."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.app import App
from bot.config import load
from bot.engine import RunStatus
from bot.flows import catalogue
from bot.flows.slots import AT_TIMES
from bot.pace import Pace
from bot.sandbox import configuration
from bot.sandbox.orgs import Org, SalesforceSandbox
from bot.sandbox.orgs import Switches as OrgSwitches
from bot.sandbox.workspace import Message, Modal, Person, SlackWorkspace
from bot.slack import manifest
from store import ledger, outbox
from store.records import JournalLine, Request
from tests.modes import Mode

QUICK = Pace(poll=0.1, courier=0.05, away=0.2, adopt_every=0.5, stay=0.0, drain_engine=2.0)

_UNHURRIED = {"ack_seconds": 20.0, "trigger_seconds": 20.0}
"""Stories ask what is said and done, not how fast: a busy machine must not change them."""

DETAILS: Mapping[str, Any] = {
    "name": "Warehouse sync",
    "purpose": "Keeps orders in step with the warehouse.",
    "system": "Acme Warehouse",
    "owner": "U0OLU",
    "backup_owner": "U0BEA",
    "email": "warehouse@acme.example",
    "app": "warehouse",
    "objects": ["Account", "Order"],
}
ACCESS: Mapping[str, Any] = {
    "perm:Account": ["read"],
    "fields:Account": ["Industry"],
    "perm:Order": ["read", "edit"],
}


@dataclass
class House:
    """The bot, its world, and the shortest words for what people do in it."""

    app: App
    slack: SlackWorkspace
    salesforce: SalesforceSandbox
    folder: Path
    environ: Mapping[str, str]
    file: Path
    mode: Mode = "socket"
    patience: float = 20.0

    @property
    def org(self) -> Org:
        """The sandbox org, `uat` in the configuration."""
        return self.salesforce.sandbox

    def person(self, name: str) -> Person:
        """Rae, Ada, Ben, Olu, Bea, Sam or Max."""
        return self.slack.person(f"U0{name.upper()}")

    async def ready(self) -> None:
        """Wait until the first look at every org has ended."""
        if self.mode == "socket":
            await self.slack.connected(timeout=self.patience)
        else:
            self.reached_at(self.app.slack_port)
        await self.until_async(self._is_ready)

    def reached_at(self, port: int) -> None:
        """In HTTP mode: tell Slack where the bot listens, as somebody does in its settings."""
        self.slack.use_http(f"http://127.0.0.1:{port}/slack/events")

    def configure(self, tables: configuration.Tables) -> None:
        """Write another configuration of this world, and have a new process read it."""
        _written(self.folder, self.salesforce, self.mode, tables)
        self.restarted()

    def restarted(self) -> None:
        """A new process of the bot, on the same configuration and database; it is not started."""
        settings = load(self.file, self.environ, running=True)
        self.app = App(settings, self.environ, pace=QUICK)

    async def _is_ready(self) -> bool:
        """Ready, and done with what the start caught up: a story counts only what it causes."""
        if await self.app.not_ready():
            return False
        under_way = [RunStatus.QUEUED, RunStatus.RUNNING]
        engine = self.app.context.engine
        return not any([await engine.runs(prefix=one, statuses=under_way) for one in AT_TIMES])

    async def until_async(self, question: Any) -> Any:
        """Wait for an async question to be answered with something true."""
        async with asyncio.timeout(self.patience):
            while not (answer := await question()):  # noqa: ASYNC110 - the database says nothing
                await asyncio.sleep(0.05)
        return answer

    async def open_form(self, **details: Any) -> Modal:
        """Rae opens the form and fills step 1."""
        rae = self.person("rae")
        await rae.command("/integration-user new")
        form = await rae.modal("request_details")
        first = {"org": details["org"]} if "org" in details else {}  # a change resets app, objects
        for block, value in {**first, **DETAILS, **details}.items():
            if value is not None:
                await form.fill(block, value)
        return form

    async def ask(self, access: Mapping[str, Any] | None = None, **details: Any) -> None:
        """Rae sends a whole request."""
        form = await self.open_form(**details)
        outcome = await form.submit()
        assert not outcome.errors, outcome.errors
        step2 = await self.person("rae").modal("request_access")
        for block, value in (ACCESS if access is None else access).items():
            await step2.fill(block, value)
        outcome = await step2.submit()
        assert not outcome.errors, outcome.errors

    async def card(self, number: int = 1, button: str | None = "approve") -> Message:
        """The approval card of a request, once it has the button."""
        return await self.slack.until(
            lambda: self.find("C0APPROVE", number, button), timeout=self.patience
        )

    def find(self, channel: str, number: int, button: str | None = None) -> Message | None:
        """A message about a request, if it is there and has the button."""
        for message in self.slack.channel(channel).messages:
            if message.text.startswith(f"IU-{number} ") and (
                button is None or button in message.buttons
            ):
                return message
        return None

    async def approve(self, number: int = 1, by: str = "ada") -> None:
        """An approver presses Approve."""
        await self.person(by).click(await self.card(number), "approve")

    async def request(self, number: int = 1) -> Request:
        """The request as the store holds it."""
        async with self.app.database.read() as conn:
            found = await ledger.get(conn, number)
        assert found is not None
        return found

    async def journal(self, number: int = 1) -> list[JournalLine]:
        """The request's journal."""
        async with self.app.database.read() as conn:
            return await ledger.journal(conn, number)

    async def ends(self, *states: str, number: int = 1) -> Request:
        """Wait until the request is in one of the states, and its work has ended."""

        async def there() -> Request | None:
            found = await self.request(number)
            return found if str(found.state) in states and not found.withdrawing else None

        try:
            return await self.until_async(there)
        except TimeoutError:
            found = await self.request(number)
            lines = "\n".join(f"{one.event}: {one.detail}" for one in await self.journal(number))
            raise AssertionError(f"{found.state} {found.finding}\n{lines}") from None

    async def refresh(self, org: str = "uat") -> None:
        """Look at an org again now, as the clock does every hour."""
        await catalogue.refresh(self.app.context, org)

    async def told(self) -> None:
        """Wait until every message shows the newest state."""

        async def quiet() -> bool:
            async with self.app.database.read() as conn:
                return await outbox.next_due(conn) is None

        await self.until_async(quiet)


@asynccontextmanager
async def living_house(
    folder: Path,
    database_url: str,
    *,
    switches: OrgSwitches | None = None,
    tables: configuration.Tables | None = None,
    pace: Pace = QUICK,
    start: bool = True,
    mode: Mode = "socket",
    extra: Mapping[str, str] | None = None,
) -> AsyncIterator[House]:
    """Build the world and the bot in it; everything is stopped at the end.

    `extra` are variables of the environment beside those that the world needs.

    The bot's token may do what the app's manifest asks for and no more, and each mode is given only
    what it needs.
    """
    async with (
        SlackWorkspace(bot_scopes=manifest.SCOPES) as slack,
        SalesforceSandbox(switches=switches or OrgSwitches()) as salesforce,
    ):
        slack.switches = replace(slack.switches, **_UNHURRIED)
        file = _written(folder, salesforce, mode, tables or {})
        environ = _environ(folder, slack, salesforce, mode)
        environ |= {"DATABASE_URL": database_url, **(extra or {})}
        app = App(load(file, environ, running=True), environ, pace=pace)
        house = House(app, slack, salesforce, folder, environ, file, mode)
        if start:
            await app.start()
        try:
            if start:
                await house.ready()
            yield house
        finally:
            if start:
                await app.stop()


Build = Callable[..., AbstractAsyncContextManager[House]]
"""`living_house` with its folder, database and mode chosen already."""


def _written(
    folder: Path, salesforce: SalesforceSandbox, mode: Mode, tables: configuration.Tables
) -> Path:
    """Write the configuration of this world, for this mode unless the tables say another port."""
    orgs = {"uat": salesforce.sandbox, "prod": salesforce.production}
    if mode == "http":
        tables = {**tables, "slack": {"mode": "http", "port": 0, **tables.get("slack", {})}}
    return configuration.write(folder, orgs=orgs, tables=tables)


def _environ(
    folder: Path, slack: SlackWorkspace, salesforce: SalesforceSandbox, mode: Mode
) -> dict[str, str]:
    made = {
        "PATH": os.environ.get("PATH", ""),
        **configuration.environment(folder, slack, salesforce),
    }
    del made["SLACK_APP_TOKEN" if mode == "http" else "SLACK_SIGNING_SECRET"]
    return made


def copy_of(template: Path, folder: Path) -> str:
    """A fresh SQLite database beside the configuration."""
    file = folder / "bot.db"
    shutil.copy(template, file)
    return f"sqlite:///{file}"
