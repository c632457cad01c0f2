"""The Slack half of the bot on SQLite for every test, on both databases where races are meant."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import structlog

from store.database import Database
from tests.slack.house import SlackHouse, fill_catalogue, living_slack


@pytest.fixture(autouse=True)
def a_callers_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in somebody's shell must change nothing: the libraries read these by themselves.

    A proxy that nobody answers on, another bot's tokens, an OAuth app.
    """
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("BOT_TOKEN", "APP_TOKEN", "SIGNING_SECRET", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"SLACK_{name}", "not-ours")


@pytest.fixture(autouse=True)
def lines() -> Iterator[list[Any]]:
    """What is logged: kept, and not painted on the terminal, which takes longer than the tests."""
    with structlog.testing.capture_logs() as caught:
        yield caught


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    """A database on SQLite with a catalogue of one org."""
    database = Database.open(sqlite_url)
    await fill_catalogue(database)
    yield database
    await database.dispose()


@pytest.fixture
async def slack_house(sqlite_url: str, sqlite: Database) -> AsyncIterator[SlackHouse]:
    """A workspace, the listeners over Socket Mode, and the courier."""
    async with living_slack(sqlite_url, sqlite) as house:
        yield house
        assert house.ws.complaints == []


@pytest.fixture
async def any_slack_house(database_url: str, database: Database) -> AsyncIterator[SlackHouse]:
    """The same on SQLite and on Postgres."""
    await fill_catalogue(database)
    async with living_slack(database_url, database) as house:
        yield house
        assert house.ws.complaints == []


@pytest.fixture(params=["socket", "http"])
async def either_slack_house(
    request: pytest.FixtureRequest, sqlite_url: str, sqlite: Database
) -> AsyncIterator[SlackHouse]:
    """The same over Socket Mode and over HTTP: nothing that a person does may differ."""
    async with living_slack(sqlite_url, sqlite, mode=request.param) as house:
        yield house
        assert house.ws.complaints == []


@pytest.fixture
async def http_house(sqlite_url: str, sqlite: Database) -> AsyncIterator[SlackHouse]:
    """The same over HTTP."""
    async with living_slack(sqlite_url, sqlite, mode="http") as house:
        yield house
        assert house.ws.complaints == []
