"""The Slack half of the bot, living: real Bolt and courier against a make-believe workspace.

There is no org: the catalogue is filled here, and the engine keeps what it is asked to do without
doing it, so every test says itself what the engine would have found.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import aiohttp
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Settings
from bot.config.settings import (
    App,
    Approval,
    Environment,
    Health,
    Org,
    Prices,
    Schedule,
    Slack,
    Smoke,
    Stale,
)
from bot.engine import JSON, Engine, Jobs, QueueSpec, Run
from bot.flows import telling
from bot.flows.context import Context
from bot.sandbox.workspace import Message, Modal, SlackWorkspace, Switches
from bot.sandbox.workspace.server import BOT_SCOPES
from bot.slack import bolt
from bot.slack.courier import Courier
from bot.slack.people import People
from store import catalogue, ledger, outbox
from store.database import Database
from store.records import (
    FieldFact,
    Finding,
    JournalLine,
    ObjectFact,
    OrgFacts,
    Preflight,
    Request,
    Seats,
    State,
    Tier,
    Wanted,
    WantedSet,
)

CARD_CHANNEL = "C0APPROVE"
UNHURRIED = Switches(ack_seconds=10.0, trigger_seconds=10.0)
"""A busy machine must change no test; `in_time` brings Slack's own three seconds back."""
Mode = Literal["socket", "http"]
NAMES = {name: f"U0{name.upper()}" for name in ("rae", "ada", "ben", "olu", "bea", "sam", "max")}
JOBS = ("preflight", "provision", "undo", "smoke", "catalogue")
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


def settings(**approval: Any) -> Settings:
    """Two orgs, one app in the first, one admin group, and approvers by group."""
    app = App(
        label="Warehouse sync", kind="external_client_app", name="Warehouse_Sync", consumer_key="3M"
    )

    def org(label: str, host: str, **more: Any) -> Org:
        return Org(
            label=label,
            kind="sandbox",
            my_domain_url=f"https://{host}.my.salesforce.com",
            username="bot@acme.example",
            consumer_key="3MVG9",
            username_domain="integrations.acme.example",
            email_domains=("acme.example",),
            **more,
        )

    return Settings(
        slack=Slack(approvals_channel=CARD_CHANNEL, admins=("S0ADMINS",)),
        health=Health(),
        database_url=SecretStr(""),
        orgs={
            "uat": org("UAT sandbox", "acme--uat.sandbox", apps={"warehouse": app}),
            "prod": org("Production", "acme"),
        },
        approval=Approval(**{"approvers": ("S0SALESFORCE",), **approval}),
        schedule=Schedule(),
        smoke=Smoke(),
        stale=Stale(),
        prices=Prices(
            currency="USD",
            full_license_month=Decimal(165),
            integration_license_month=Decimal(10),
        ),
        environment=Environment(),
        file=None,
    )


def objects() -> list[ObjectFact]:
    """A small catalogue; `Rating` cannot be edited."""
    fields = (
        FieldFact(name="Industry", label="Industry", editable=True),
        FieldFact(name="Rating", label="Account Rating", editable=False),
        FieldFact(name="Phone", label="Telephone", editable=True),
    )
    return [
        ObjectFact(name="Account", label="Account", fields=fields),
        ObjectFact(name="Order", label="Order", fields=(FieldFact(name="Status", label="Status"),)),
        ObjectFact(name="Warehouse__c", label="Storage & Depots"),
    ]


class Clock:
    """The real time, moved on by tests."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class SlackHouse:
    """The parts, and the shortest words for what people do with them."""

    ws: SlackWorkspace
    ctx: Context
    client: AsyncWebClient
    people: People
    courier: Courier
    surface: bolt.Surface
    receiver: bolt.Receiver
    clock: Clock
    extra: list[Courier] = field(default_factory=list)

    def in_time(self) -> None:
        """From now on who acks later than Slack waits is complained about."""
        self.ws.switches = Switches()

    @property
    def database(self) -> Database:
        return self.ctx.database

    @property
    def socket(self) -> bolt.Socket:
        """The receiver of a house in Socket Mode."""
        assert isinstance(self.receiver, bolt.Socket)
        return self.receiver

    def person(self, name: str) -> Any:
        """Rae, Ada, Ben, Olu, Bea, Sam or Max."""
        return self.ws.person(NAMES.get(name, name))

    async def say(self, name: str, text: str) -> str:
        """Type a command and read what comes back."""
        answer = await self.person(name).command(f"/integration-user {text}".strip())
        return str(answer.readable())

    async def open_form(self, **details: Any) -> Modal:
        """Rae opens the form and fills step 1."""
        answer = await self.person("rae").command("/integration-user new")
        assert answer.error is None, answer.error
        form: Modal = await self.person("rae").modal("request_details")
        for block, value in {**DETAILS, **details}.items():
            if value is not None:
                await form.fill(block, value)
        return form

    async def step_2(self, access: Mapping[str, Any] | None = None, **details: Any) -> Modal:
        """Step 1 is sent and step 2 filled."""
        outcome = await (await self.open_form(**details)).submit()
        assert not outcome.errors, outcome.errors
        assert outcome.error is None, outcome.error
        form: Modal = await self.person("rae").modal("request_access")
        for block, value in (ACCESS if access is None else access).items():
            await form.fill(block, value)
        return form

    async def ask(self, access: Mapping[str, Any] | None = None, **details: Any) -> Request:
        """Rae sends a whole request."""
        outcome = await (await self.step_2(access, **details)).submit()
        assert not outcome.errors, outcome.errors
        assert outcome.closed
        async with self.database.read() as conn:
            return (await ledger.search(conn, limit=1))[0]

    async def request(self, number: int = 1) -> Request:
        """The request as the store holds it."""
        async with self.database.read() as conn:
            found = await ledger.get(conn, number)
        assert found is not None
        return found

    async def journal(self, number: int = 1) -> list[JournalLine]:
        """The journal of the request."""
        async with self.database.read() as conn:
            return await ledger.journal(conn, number)

    async def change(self, number: int = 1, **columns: Any) -> Request:
        """Change the row as a job would, and have its messages shown anew."""
        async with self.database.write() as conn:
            request = await ledger.get(conn, number)
            assert request is not None
            changed = await ledger.change(conn, request, now=self.clock(), **columns)
            await telling.show(conn, changed, self.clock())
        self.ctx.wake()
        return changed

    async def looked(self, number: int = 1, *problems: Finding, name: str = "") -> Request:
        """Preflight has looked: the card is due, or the problems are told."""
        request = await self.request(number)
        found = preflight(request, *problems, name=name)
        assert found.wanted is not None
        changed = await self.change(number, preflight=found, wanted_hash=found.wanted.digest())
        if not problems:
            async with self.database.write() as conn:
                await telling.show_card(self.ctx, conn, changed, self.clock())
            self.ctx.wake()
        return changed

    async def asked(self, **details: Any) -> Message:
        """Rae's request stands in the approvals channel: its card."""
        request = await self.ask(**details)
        await self.looked(request.id)
        return await self.card(request.id)

    async def card(self, number: int = 1) -> Message:
        """The card of a request, once it can be decided."""
        return await self.ws.until(lambda: self.find(number, "approve"))

    def find(self, number: int = 1, button: str | None = None) -> Message | None:
        """The card, if it is there and has the button."""
        for message in self.ws.channel(CARD_CHANNEL).messages:
            if message.text.startswith(f"IU-{number} ") and not message.deleted:
                return message if button is None or button in message.buttons else None
        return None

    async def dm(self, name: str, *words: str, number: int = 1, button: str | None = None) -> Any:
        """The DM of a person about a request, once it says all the words."""

        def there() -> Message | None:
            for message in self.person(name).dm:
                text = f"{message.text}\n{message.readable()}"
                told = message.text.startswith(f"IU-{number} ") and all(w in text for w in words)
                if told and (button is None or button in message.buttons):
                    return message
            return None

        return await self.ws.until(there)

    async def whisper(self, name: str, *words: str) -> str:
        """What only that person was shown, once it says all the words."""

        def there() -> str | None:
            shown = self.person(name).ephemerals()
            return next((m.text for m in shown if all(w in m.text for w in words)), None)

        try:
            found = await self.ws.until(there, timeout=5)
        except TimeoutError:
            raise AssertionError([m.text for m in self.person(name).ephemerals()]) from None
        assert found is not None
        return found

    async def told(self) -> None:
        """Wait until every message shows the newest state."""
        await self.until(self._quiet)

    async def _quiet(self) -> bool:
        async with self.database.read() as conn:
            return await outbox.next_due(conn) is None

    async def until(self, question: Callable[[], Awaitable[Any]], seconds: float = 20) -> Any:
        """Wait for an async question to be answered with something true."""
        async with asyncio.timeout(seconds):
            while not (answer := await question()):  # noqa: ASYNC110 - the database says nothing
                await asyncio.sleep(0.01)
        return answer

    async def enqueued(self, run: str) -> bool:
        """Was the engine asked for this run?"""
        return await self.ctx.engine.result(run) is not None


def preflight(request: Request, *problems: Finding, name: str = "") -> Preflight:
    """What a look at a healthy org would say about a request."""
    one = WantedSet(
        name=f"Integration_IU{request.id}{name}",
        label="Integration",
        description="",
        licensed=False,
        grants=request.asked.grants,
        app_id=None,
    )
    wanted = Wanted(
        org_id="00D000000000001EAA",
        user={"Username": f"warehouse-{request.id}@integrations.acme.example", "LastName": "W"},
        sets=(one,),
        objects_order=tuple(grant.object for grant in request.asked.grants),
        app_key=None,
        app_kind=None,
        app_name=None,
    )
    return Preflight(
        at=datetime.now(UTC),
        wanted=wanted,
        plan=("Create the permission set", "Create the user"),
        risks=(),
        problems=problems,
        license_seats=Seats(total=5, used=1),
        psl_seats=Seats(total=5, used=1),
        tier=Tier.MEDIUM,
    )


async def fill_catalogue(database: Database, org: str = "uat", **facts: Any) -> None:
    """The org has been read; five seats, one taken, unless `facts` say otherwise."""
    now = datetime.now(UTC)
    seen = OrgFacts(
        org=org,
        org_id="00D000000000001EAA",
        license_total=5,
        license_used=1,
        psl_total=5,
        psl_used=1,
        apps=("warehouse",),
        begun_at=now,
        ended_at=now,
    )
    async with database.write() as conn:
        await catalogue.save(conn, replace(seen, **facts), objects())


async def _never(_run: Run, *_args: JSON) -> JSON:
    raise AssertionError("no job runs in these tests")


def engine_for(url: str, config: Settings) -> Engine:
    """A real engine that keeps what it is asked to do, and is never launched."""
    jobs = Jobs()
    for job in JOBS:
        jobs.register(job, _never)
    queues = [QueueSpec(name=f"{kind}-{org}") for org in config.orgs for kind in ("read", "write")]
    return Engine(url, jobs, queues)


def courier_for(house: SlackHouse | None, ctx: Context, client: AsyncWebClient) -> Courier:
    """Another courier on the same store."""
    made = Courier(ctx.settings, ctx.database, client, clock=lambda: datetime.now(UTC), pace=0.01)
    if house is not None:
        house.extra.append(made)
    return made


def client_of(ws: SlackWorkspace, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client of the make-believe workspace's Web API."""
    return bolt.web_client(
        token=ws.bot_token,
        base_url=ws.api_url,
        session=session,
        tls=ssl.create_default_context(),
        route=lambda _url: None,
    )


def receiver_of(surface: bolt.Surface, ws: SlackWorkspace, mode: Mode) -> bolt.Receiver:
    """A receiver for the make-believe workspace."""
    if mode == "http":
        return bolt.Http(surface.app, ws.signing_secret, host="127.0.0.1", port=0, stay=0)
    return bolt.Socket(surface.app, ws.app_token, ping_interval=1)


async def reach(receiver: bolt.Receiver, ws: SlackWorkspace) -> None:
    """Connect the bot and the workspace, whichever of the two it is that calls the other."""
    port = await receiver.listen()
    await receiver.connect_async()
    if port:
        ws.use_http(f"http://127.0.0.1:{port}/slack/events")
    else:
        await ws.connected()


async def ended(house: SlackHouse) -> None:
    """Stop what runs, in the order of the composition root."""
    await house.receiver.drain(2)
    for courier in house.extra:
        await courier.stop(3)
    await house.surface.afterwards.finish(1)
    await house.ctx.engine.drain(0)


@asynccontextmanager
async def living_slack(
    url: str,
    database: Database,
    *,
    config: Settings | None = None,
    scopes: Iterable[str] = BOT_SCOPES,
    deliver: bool = True,
    mode: Mode = "socket",
) -> AsyncIterator[SlackHouse]:
    """Build the parts as the composition root does; everything is stopped at the end."""
    config = config or settings()
    clock = Clock()
    world = SlackWorkspace(bot_scopes=scopes, switches=UNHURRIED)
    async with world as ws, aiohttp.ClientSession() as session:
        client = client_of(ws, session)
        slack, approval = config.slack, config.approval
        people = People(client, admins=slack.admins, approvers=approval.approvers, clock=clock)
        couriers: list[Courier] = []
        ctx = Context(
            settings=config,
            database=database,
            engine=engine_for(url, config),
            gateways={},
            clock=clock,
            wake=lambda: [one.wake() for one in couriers] and None,
            approvers=people.approvers,
        )
        couriers.append(courier_for(None, ctx, client))
        surface = bolt.build(ctx, client, people, ws.signing_secret if mode == "http" else "")
        receiver = receiver_of(surface, ws, mode)
        house = SlackHouse(ws, ctx, client, people, couriers[0], surface, receiver, clock)
        house.extra = couriers
        await people.warm()
        await reach(receiver, ws)
        if deliver:
            await house.courier.start()
        try:
            yield house
        finally:
            await ended(house)


__all__ = ["ACCESS", "CARD_CHANNEL", "DETAILS", "SlackHouse", "State", "living_slack", "settings"]
