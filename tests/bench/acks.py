"""How long does a person wait for an ack, beside a bare Bolt app with an empty listener?"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import Message, SlackWorkspace
from tests.bench.figures import Figure, spread
from tests.story.house import ACCESS, DETAILS, House, living_house

_ROUNDS = 40


async def acks(folder: Path, database_url: str) -> list[Figure]:
    """p50 and p99 of command, submission and click: ours, and Bolt's with an empty listener."""
    figures = []
    for name, before_response in (("default", False), ("process_before_response", True)):
        async with bare_bolt(before_response=before_response) as slack:
            rae = slack.person("U0RAE")
            taken = await _each(partial(rae.command, "/integration-user help"))
            figures.append(spread(f"bare Bolt ({name}), command", taken))
            card = _card(slack)
            taken = await _each(partial(rae.click, card, "approve"))
            figures.append(spread(f"bare Bolt ({name}), click", taken))
    async with living_house(folder, database_url) as house:
        rae = house.person("rae")
        figures.append(
            spread(
                "bot, command `help`", await _each(partial(rae.command, "/integration-user help"))
            )
        )
        figures.append(
            spread(
                "bot, command `list`", await _each(partial(rae.command, "/integration-user list"))
            )
        )
        step1, step2 = await _submissions(house)
        figures += [
            spread("bot, submission of step 1", step1),
            spread("bot, submission of step 2", step2),
        ]
        figures.append(spread("bot, click on Approve", await _clicks(house, len(step2))))
    return figures


@asynccontextmanager
async def bare_bolt(*, before_response: bool) -> AsyncIterator[SlackWorkspace]:
    """An app that only acks."""
    async with SlackWorkspace() as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        app = AsyncApp(client=client, process_before_response=before_response)

        async def nothing(ack: Callable[[], Awaitable[None]]) -> None:
            await ack()

        app.command("/integration-user")(nothing)
        app.action(re.compile(".*"))(nothing)
        handler = AsyncSocketModeHandler(app, slack.app_token)
        await handler.connect_async()
        await slack.connected()
        yield slack
        await handler.close_async()


def _card(slack: SlackWorkspace) -> Message:
    message = slack.post_as("U0BOT", "C0APPROVE", "a card")
    button = {
        "type": "button",
        "action_id": "approve",
        "text": {"type": "plain_text", "text": "Approve"},
        "value": "1",
    }
    message.blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]
    return message


async def _each(act: Callable[[], Awaitable[object]]) -> list[float]:
    await act()
    return [await _timed(act) for _ in range(_ROUNDS)]


async def _timed(act: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await act()
    return time.perf_counter() - begun


async def _submissions(house: House) -> tuple[list[float], list[float]]:
    """Submit both steps as often as there are seats."""
    house.org.set_seats(licenses=_ROUNDS + 20, psls=_ROUNDS + 20)
    await house.refresh()
    step1, step2 = [], []
    for number in range(_ROUNDS):
        form = await house.open_form(**{**DETAILS, "name": f"Sync {number}"})
        step1.append(await _timed(form.submit))
        access = await house.person("rae").modal("request_access")
        for block, value in ACCESS.items():
            await access.fill(block, value)
        step2.append(await _timed(access.submit))
    return step1, step2


async def _clicks(house: House, count: int) -> list[float]:
    """Approve each, while the earlier ones are being provisioned."""
    taken = []
    for number in range(1, count + 1):
        card = await house.card(number)
        taken.append(await _timed(partial(house.person("ada").click, card, "approve")))
        await asyncio.sleep(0)
    return taken
