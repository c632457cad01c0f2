"""Which proxy an answer by response_url takes: that of its own host, whatever the Web API's is."""

from __future__ import annotations

import ssl

import aiohttp
import pytest

from bot.config import proxy_for
from bot.slack import bolt, door
from tests.proxy import recording

API, HOOK = "https://gateway.example/api/", "https://hooks.slack.example/actions/T0/1/secret"


@pytest.mark.parametrize(
    ("no_proxy", "expected"),
    [
        ("", {"hooks.slack.example:443"}),
        ("gateway.example", {"hooks.slack.example:443"}),
        ("hooks.slack.example", set()),
    ],
)
async def test_an_answer_takes_the_proxy_of_its_own_host(no_proxy: str, expected: set[str]) -> None:
    async with recording() as (proxy, address), aiohttp.ClientSession() as session:
        environ = {"HTTPS_PROXY": address, "NO_PROXY": no_proxy}
        called: list[tuple[str, str]] = []
        client = bolt.web_client(
            token="xoxb-1",
            base_url=API,
            session=session,
            tls=ssl.create_default_context(),
            route=lambda url: proxy_for(url, environ),
            called=lambda method, outcome, _seconds: called.append((method, outcome)),
        )
        assert client.proxy == proxy_for(API, environ)
        assert not await door.answer(client, HOOK, "hello", instead=False)
    assert proxy.hosts == expected
    assert called == [("response_url", "no_answer")]
