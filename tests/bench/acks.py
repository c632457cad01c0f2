"""How long does a person wait for an ack, by Socket Mode and by HTTP, beside a bare Bolt app?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bot.pace import Pace
from bot.sandbox.workspace import SlackWorkspace
from bot.sandbox.workspace.modal import Outcome
from bot.sandbox.workspace.person import Answer
from tests.bench.bare import bare_bolt, card
from tests.bench.figures import Figure, spread
from tests.modes import Mode
from tests.story.house import ACCESS, DETAILS, House, living_house

Act = Callable[[], Awaitable[Answer | Outcome]]

_ROUNDS = 100
_REQUESTS = 40
"""Whole requests, each submitted and approved; of so few the 99th percentile is the worst one."""

_PACE = Pace(courier=0.02)
"""As in production, but that the courier does not hold back: else each card would take a second."""

_MODES: dict[Mode, str] = {"socket": "Socket Mode", "http": "HTTP"}


@dataclass(slots=True)
class _Table:
    """One row per thing done, one pair of columns per mode."""

    rows: dict[str, Figure] = field(default_factory=dict)

    def add(self, mode: Mode, what: str, seconds: list[float]) -> None:
        figure = self.rows.setdefault(what, Figure(what=what, values={}))
        figure.values.update(spread(seconds, of=_MODES[mode]))


async def acks(folder: Path, url_of: Callable[[Path], str]) -> list[Figure]:
    """p50 and p99 of command, submission and click: ours, and Bolt's with empty listeners."""
    table = _Table()
    for mode in _MODES:
        for name, before_response in (("default", False), ("process_before_response", True)):
            async with bare_bolt(mode, before_response=before_response) as slack:
                for what, taken in (await _bare(slack)).items():
                    table.add(mode, f"bare Bolt ({name}), {what}", taken)
        place = folder / f"acks-{mode}"
        place.mkdir()
        async with living_house(place, url_of(place), mode=mode, pace=_PACE) as house:
            for what, taken in (await _ours(house)).items():
                table.add(mode, f"bot, {what}", taken)
    return list(table.rows.values())


async def _bare(slack: SlackWorkspace) -> dict[str, list[float]]:
    rae = slack.person("U0RAE")
    command = await _each(partial(rae.command, "/integration-user help"))
    submitted = []
    for _ in range(_REQUESTS):
        await rae.command("/integration-user new")
        form = await rae.modal("bare")
        submitted.append(await _timed(form.submit))
    click = await _each(partial(rae.click, card(slack), "approve"))
    return {"command": command, "submission": submitted, "click": click}


async def _ours(house: House) -> dict[str, list[float]]:
    rae = house.person("rae")
    help_ = await _each(partial(rae.command, "/integration-user help"))
    list_ = await _each(partial(rae.command, "/integration-user list"))
    step1, step2 = await _submissions(house)
    clicks = await _clicks(house)
    return {
        "command `help`": help_,
        "command `list`": list_,
        "submission of step 1": step1,
        "submission of step 2": step2,
        "click on Approve, others being provisioned": clicks,
    }


async def _each(act: Act) -> list[float]:
    await act()
    return [await _timed(act) for _ in range(_ROUNDS)]


async def _timed(act: Act) -> float:
    """Seconds until the ack; one that the person saw as an error is no ack."""
    begun = time.perf_counter()
    answer = await act()
    seconds = time.perf_counter() - begun
    if answer.error or getattr(answer, "errors", None):
        raise RuntimeError(f"not acked: {answer}")
    return seconds


async def _submissions(house: House) -> tuple[list[float], list[float]]:
    """Submit both steps; the org has a seat for each request."""
    house.org.set_seats(licenses=_REQUESTS + 20, psls=_REQUESTS + 20)
    await house.refresh()
    step1, step2 = [], []
    for number in range(_REQUESTS):
        form = await house.open_form(**{**DETAILS, "name": f"Sync {number}"})
        step1.append(await _timed(form.submit))
        access = await house.person("rae").modal("request_access")
        for block, value in ACCESS.items():
            await access.fill(block, value)
        step2.append(await _timed(access.submit))
    return step1, step2


async def _clicks(house: House) -> list[float]:
    """Approve each, while the earlier ones are being provisioned."""
    taken = []
    for number in range(1, _REQUESTS + 1):
        shown = await house.card(number)
        taken.append(await _timed(partial(house.person("ada").click, shown, "approve")))
        await asyncio.sleep(0)
    return taken
