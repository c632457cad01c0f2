"""`run` in HTTP mode: it says where it listens, is reached there, and ends in order."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from bot.app import App, CannotListen
from bot.config import load
from bot.sandbox import configuration
from tests.story.house import QUICK, living_house
from tests.story.process import running, world


@pytest.mark.slow
async def test_a_process_says_where_it_listens_and_answers_until_its_end(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with world(tmp_path, sqlite_url, mode="http") as house, running(house) as bot:
        told = await bot.saying("slack.listening")
        house.slack.use_http(f"http://{told['host']}:{told['port']}{told['path']}")
        await house.ask()
        await house.card()
        house.slack.faults.slow("users.info", 0.5)
        asked = asyncio.create_task(house.person("rae").command("/integration-user show 1"))
        await house.slack.until(lambda: not house.slack.faults.waiting)
        assert await bot.terminate() == 0, bot.log
        assert "IU-1" in (await asked).readable()
        text = "\n".join(bot.log)
        assert "Traceback" not in text
        assert house.slack.signing_secret not in text
        assert house.slack.complaints == []


async def test_a_port_that_is_taken_is_said_with_the_table_to_change(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with living_house(tmp_path, sqlite_url, start=False, mode="http") as house:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            orgs = {"uat": house.org, "prod": house.salesforce.production}
            tables = {"slack": {"mode": "http", "port": port}}
            configuration.write(house.folder, orgs=orgs, tables=tables)
            settings = load(house.file, house.environ, running=True)
            app = App(settings, house.environ, pace=QUICK)
            with pytest.raises(CannotListen, match=rf"^\[slack\] cannot listen on .*port {port}"):
                await app.start()
