"""The Slack half of the bot on SQLite for every test, on both databases where races are meant."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import structlog

from store.database import Database
from tests.modes import EACH_WITH_A_DATABASE, Mode
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
async def slack_house(sqlite_url: str, sqlite: Database, mode: Mode) -> AsyncIterator[SlackHouse]:
    """A workspace, the listeners whichever way Slack reaches them, and the courier."""
    async with living_slack(sqlite_url, sqlite, mode=mode) as house:
        yield house
        assert house.ws.complaints == []


@pytest.fixture(params=EACH_WITH_A_DATABASE, ids=" ".join)
async def any_slack_house(request: pytest.FixtureRequest) -> AsyncIterator[SlackHouse]:
    """The same on SQLite and on Postgres."""
    name, mode = request.param
    url = request.getfixturevalue(name)
    database = Database.open(url)
    await fill_catalogue(database)
    async with living_slack(url, database, mode=mode) as house:
        yield house
        assert house.ws.complaints == []
    await database.dispose()
