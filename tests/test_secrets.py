"""No secret comes out anywhere: a whole life of the bot, then every place where words end up."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import sys
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import make_url

from bot import logs
from bot.sandbox.orgs import logins
from bot.sandbox.workspace import SlackWorkspace
from bot.slack import hearing
from tests.modes import Mode
from tests.sinks import Sinks, forms, postgres_rows, sqlite_bytes
from tests.story import house as houses
from tests.story.house import House, living_house
from tests.story.looking import run_test, waits
from tests.story.test_operation_health import ask

ROOT = Path(__file__).parents[1]
DATABASE_PASSWORD = "Pl4nted-database/p4ss-w0rd-up-to@Wh4t-f0llows-it:and-4ll-the-r3st"
BROKEN = (
    "mysql://iu:{}@db/iu", "postgresql://iu:{}@127.0.0.1:1/iu", "postgresql://{}@:x/",
    "postgresql://iu:x@{}@127.0.0.1:1/iu",
)  # fmt: skip
PROXY_PASSWORD = "Pl4nted-proxy.p4ssword"
HOSTILE = "00D000000000001!AQ0AQPl4ntedByAHostileOrg.5f0e7c"
ASSERTION = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJQbDRudGVkIn0.U2lnbmF0dXJlUGw0bnRlZA"


class Planted(SlackWorkspace):
    """A workspace whose secrets look like real ones and can be told from all other text."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.bot_token = "xoxb-1111111111-2222222222-Pl4ntedBotTokenAbCdEf"
        self.app_token = "xapp-1-A0PLANTED-3333333333-Pl4ntedAppToken0123456789"
        self.signing_secret = "51fPl4ntedSigningSecret0a9b8c7d"
        self._tokens = replace(self._tokens, bot=self.bot_token, app=self.app_token)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log as it is written, at DEBUG, ours and the libraries'."""
    root = logging.getLogger()
    handlers, level, before = list(root.handlers), root.level, structlog.get_config()
    stream = io.StringIO()
    logs.configure("json", level=logging.DEBUG, stream=stream)
    yield stream
    for handler in list(root.handlers):
        root.removeHandler(handler)
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)
    structlog.configure(**before)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the bot sends to the orgs to log in, caught as the org reads it."""
    caught: dict[str, str] = {}
    read = logins._claims

    def claims(assertion: str) -> dict[str, Any]:
        caught[f"assertion {len(caught) + 1}"] = assertion
        return read(assertion)

    monkeypatch.setattr(logins, "_claims", claims)
    return caught


@pytest.fixture
def sinks(monkeypatch: pytest.MonkeyPatch) -> Sinks:
    """The acks are caught where both ways from Slack meet."""
    sinks, answer = Sinks(), hearing.HearingApp.async_dispatch

    async def caught(app: hearing.HearingApp, req: Any) -> Any:
        response = await answer(app, req)
        sinks.add("acks", response.body or "")
        return response

    monkeypatch.setattr(hearing.HearingApp, "async_dispatch", caught)
    monkeypatch.setattr(houses, "SlackWorkspace", Planted)
    return sinks


def secrets_of(house: House, sent: Mapping[str, str]) -> dict[str, str]:
    """Every secret that the bot held or was told in this life."""
    found = {
        "bot token": house.slack.bot_token,
        "app token": house.slack.app_token,
        "signing secret": house.slack.signing_secret,
        "database password": DATABASE_PASSWORD,
        "proxy password": PROXY_PASSWORD,
        "token of a hostile org": HOSTILE,
        "assertion of a hostile org": ASSERTION,
        **sent,
    }
    for file in sorted((house.folder / "keys").glob("*.pem")):
        found[f"key {file.stem}"] = file.read_text("utf-8")
    for org in (house.salesforce.sandbox, house.salesforce.production):
        tokens = org.server._world.sessions
        found |= {f"access token {number} of {org.label}": one for number, one in enumerate(tokens)}
    for number, ticket in enumerate(house.slack.socket.issued):
        found[f"ticket {number}"] = ticket
    doors = house.slack._urls._doors
    return found | {f"response_url {number}": key for number, key in enumerate(doors)}


async def life(house: House) -> None:
    """The main road; a refused login that quotes secrets, a finding, retry, show; a withdrawal."""
    await house.ask()
    await house.approve()
    await house.ends("live")
    house.org.propagation.next_logins_fail(1, "new_error", f"no {HOSTILE} and no {ASSERTION}")
    await run_test(house)
    house.org.propagation.next_logins_fail(1, "invalid_grant", f"inactive user {HOSTILE}")
    await house.ask(name="Second sync")
    await house.approve(2)
    await house.ends("blocked", number=2)
    for words in ("show IU-2", "retry IU-2"):
        await house.person("rae").command(f"/integration-user {words}")
    await house.ends("live", number=2)
    await house.ask(name="Third sync")
    card = await house.card(3)
    house.slack.faults.fail("response_url")
    for _ in range(2):  # a refusal is told through the response_url, or else another way
        await house.person("sam").click(card, "approve")
    await house.slack.until(lambda: not house.slack.faults.waiting)
    await house.person("rae").command("/integration-user withdraw IU-3")
    await house.ends("withdrawn", number=3)
    for words in ("show IU-1", "list", "licenses", "stale", "nonsense"):
        await house.person("max").command(f"/integration-user {words}")
    await house.told()


async def lost_connection(house: House) -> None:
    """Slack is lost, and a proxy on the way refuses the next handshake."""
    house.slack.socket.turn_away()
    await house.slack.socket.drop()
    await house.slack.connected(timeout=house.patience)


async def command_line(house: House, sinks: Sinks) -> None:
    """What an operator runs, well configured and badly."""
    everything = {
        **house.environ,
        "SLACK_SIGNING_SECRET": house.slack.signing_secret,
        "SLACK_APP_TOKEN": house.slack.app_token,
    }
    for words in (
        ["requests", "--json"],
        ["requests", "show", "2", "--json"],
        ["check", "--json"],
        ["job", "digest", "--again"],
        ["job", "stale", "--dry-run"],
    ):
        await run(house, everything, words, sinks, "command line")
    wrong = {"SLACK_BOT_TOKEN": house.slack.app_token, "SLACK_APP_TOKEN": house.slack.bot_token}
    await run(house, everything | wrong, ["check", "--json"], sinks, "error texts")
    await run(house, everything | wrong, ["run"], sinks, "error texts")
    for url in BROKEN:
        broken = {"DATABASE_URL": url.format(DATABASE_PASSWORD)}
        await run(house, everything | broken, ["requests", "--json"], sinks, "error texts")


async def run(
    house: House, environ: Mapping[str, str], words: list[str], sinks: Sinks, sink: str
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words, "--config", str(house.file)),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, errors = await process.communicate()
    assert out or errors, words
    for text in (out, errors):
        sinks.add(sink, text)


@asynccontextmanager
async def lived(folder: Path, url: str, mode: Mode, sinks: Sinks) -> AsyncIterator[House]:
    """A whole life in a house; what can be asked of it while it lives is in the sinks."""
    proxy = {"HTTPS_PROXY": f"http://rae:{PROXY_PASSWORD}@127.0.0.1:9"}  # loopback passes it by
    async with living_house(folder, url, mode=mode, tables=waits("1s"), extra=proxy) as house:
        await life(house)
        if mode == "socket":
            await lost_connection(house)
        if url.startswith("postgres"):  # once: a command line knows nothing of the delivery
            await command_line(house, sinks)
        for path in ("/metrics", "/readyz", "/healthz"):
            sinks.add("health", (await ask(house, path))[1])
        yield house
    for call in house.slack.calls:
        sinks.add("slack", [call.method, call.payload, call.answer])


def nothing_leaked(
    sinks: Sinks, secrets: Mapping[str, str], *, without: Collection[str] = ()
) -> None:
    words = {
        "log": "IU-1",
        "database": "Warehouse sync",
        "slack": "IU-1",
        "acks": "IU-3",
        "health": "integration_user_bot_acks_total",
        "command line": "Second sync",
        "error texts": "DATABASE_URL",
    }
    assert not [
        sink for sink, word in words.items() if sink not in without and not sinks.holds(sink, word)
    ]
    assert sinks.holds("database", "new_error: no [removed] and no [removed]")
    assert len([name for name in secrets if name.startswith("access token")]) >= 4
    assert len([name for name in secrets if name.startswith("assertion")]) >= 5
    assert len([name for name in secrets if name.startswith("key")]) >= 4
    assert len([name for name in secrets if name.startswith("response_url")]) >= 8
    if any(name.startswith("ticket") for name in secrets):
        assert sinks.holds("log", "/link/?ticket=[hidden]")
    assert sinks.leaks(secrets) == []


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_no_secret_comes_out_in_a_whole_life(
    mode: Mode,
    tmp_path: Path,
    sqlite_url: str,
    log: io.StringIO,
    sent: dict[str, str],
    sinks: Sinks,
) -> None:
    async with lived(tmp_path, sqlite_url, mode, sinks) as house:
        sinks.add("database", sqlite_bytes(tmp_path))
    sinks.add("database", sqlite_bytes(tmp_path))
    sinks.add("log", log.getvalue())
    nothing_leaked(sinks, secrets_of(house, sent), without=("command line", "error texts"))


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.postgres
async def test_no_secret_comes_out_on_postgres_with_a_password(
    tmp_path: Path, postgres_url: str, log: io.StringIO, sent: dict[str, str], sinks: Sinks
) -> None:
    url = make_url(postgres_url).set(password=DATABASE_PASSWORD)
    text = url.render_as_string(hide_password=False)
    async with lived(tmp_path, text, "socket", sinks) as house:
        sinks.add("database", postgres_rows(postgres_url))
    sinks.add("log", log.getvalue())
    nothing_leaked(sinks, secrets_of(house, sent))


KEY = "-----BEGIN PRIVATE KEY-----\nTUlJRXZRSUJBREFOQmdrcQ==\nTGFzdExpbmVPZlRoZUtleQ==\n-----END"


@pytest.mark.parametrize("sink", ["log", "database", "slack", "acks", "health", "command line"])
@pytest.mark.parametrize("secret", [HOSTILE, ASSERTION, DATABASE_PASSWORD, KEY])
def test_one_leak_in_any_sink_and_form_is_found(sink: str, secret: str) -> None:
    for form in forms(secret):
        sinks = Sinks()
        sinks.add("elsewhere", "nothing to see")
        sinks.add(sink, b"\x00before " + form + b"\\nafter")
        assert sinks.leaks({"planted": secret}) == [f"planted in {sink}"]


def test_a_key_within_json_and_a_text_without_a_secret_are_told_apart() -> None:
    sinks = Sinks()
    sinks.add("slack", {"text": f"it says {KEY}"})
    assert sinks.leaks({"key": KEY, "token": HOSTILE}) == ["key in slack"]


async def test_a_leak_of_the_bot_itself_is_found(
    tmp_path: Path, sqlite_url: str, sinks: Sinks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same search, with a bot that says its token in an answer."""
    async with living_house(tmp_path, sqlite_url) as house:
        monkeypatch.setattr(
            "bot.slack.commands.replies.help_text",
            lambda *_: {"text": f"my token is {house.slack.bot_token}"},
        )
        await house.person("rae").command("/integration-user help")
    assert sinks.leaks({"bot token": house.slack.bot_token}) == ["bot token in acks"]
