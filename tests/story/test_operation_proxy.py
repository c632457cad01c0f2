"""Where only a proxy leads out: nothing of the bot tries another way."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.app import App
from bot.config import load
from tests.story.house import QUICK, living_house


class Recorder:
    """A proxy that notes where one wants to go, and lets nobody through."""

    def __init__(self) -> None:
        self.wanted: set[str] = set()

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.wanted.add((await reader.readline()).decode().strip())
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        writer.close()
        await writer.wait_closed()


async def test_slack_and_every_org_are_reached_through_the_proxy(
    tmp_path: Path, sqlite_url: str
) -> None:
    tables = {f"orgs.{key}": {"my_domain_url": f"https://{key}.example"} for key in ("uat", "prod")}
    proxy = Recorder()
    server = await asyncio.start_server(proxy.meet, "127.0.0.1", 0)
    async with server, living_house(tmp_path, sqlite_url, tables=tables, start=False) as house:
        environ = {
            **house.environ,
            "SLACK_API_URL": "https://slack.example/api/",
            "HTTPS_PROXY": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}",
        }
        app = App(load(house.file, environ, running=True), environ, pace=QUICK)
        await app.start()
        try:
            hosts = ("slack.example", "uat.example", "prod.example")
            expected = {f"CONNECT {host}:443 HTTP/1.{{}}" for host in hosts}
            async with asyncio.timeout(house.patience):
                while {one[:-1] + "{}" for one in proxy.wanted} != expected:  # noqa: ASYNC110 - a set tells nobody
                    await asyncio.sleep(0.05)
        finally:
            await app.stop()
