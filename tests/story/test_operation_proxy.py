"""Where only a proxy leads out: nothing of the bot tries another way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from bot.app import App
from bot.config import load
from tests.proxy import recording
from tests.story.house import QUICK, Build, House, living_house
from tests.story.test_metrics import count


async def comes(house: House, happened: Callable[[], bool]) -> None:
    """Wait for what the proxy sees: it tells nobody."""
    async with asyncio.timeout(house.patience):
        while not happened():  # noqa: ASYNC110 - a set tells nobody
            await asyncio.sleep(0.05)


async def test_slack_and_every_org_are_reached_through_the_proxy(
    tmp_path: Path, sqlite_url: str
) -> None:
    tables = {f"orgs.{key}": {"my_domain_url": f"https://{key}.example"} for key in ("uat", "prod")}
    async with (
        recording() as (proxy, address),
        living_house(tmp_path, sqlite_url, tables=tables, start=False) as house,
    ):
        environ = {
            **house.environ,
            "SLACK_API_URL": "https://slack.example/api/",
            "HTTPS_PROXY": address,
        }
        app = App(load(house.file, environ, running=True), environ, pace=QUICK)
        await app.start()
        try:
            expected = {f"{host}.example:443" for host in ("slack", "uat", "prod")}
            await comes(house, lambda: proxy.hosts == expected)
        finally:
            await app.stop()


async def test_an_answer_to_a_click_takes_the_proxy_of_its_own_host(build: Build) -> None:
    """Where NO_PROXY names the gateway to the Web API, answers still leave by the proxy."""
    async with recording() as (proxy, address), build(extra={"HTTPS_PROXY": address}) as house:
        assert proxy.hosts == set(), "this machine is never reached through a proxy"
        await house.ask()
        card = await house.card()
        house.slack._urls.base = "https://hooks.slack.example"
        await house.person("sam").click(card, "approve")
        await comes(house, lambda: proxy.hosts == {"hooks.slack.example:443"})
        told = await house.slack.until(lambda: house.person("sam").ephemerals())
        assert "approver" in told[-1].text
        assert await count(house, "slack_calls_total", method="response_url") == 1
        assert house.slack.complaints == []
