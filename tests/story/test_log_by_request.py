"""Who filters the log by `request_id` sees everything that happened to a request."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from bot.core.patience import MOST_TRIES
from bot.flows import sweeping
from bot.logs import configure
from bot.metrics import Metrics
from bot.watching import WatchedJobs, request_of
from store import outbox
from store.records import State
from tests.core.cast import NOON, a_request
from tests.story.house import House
from tests.story.test_provisioning_queues import boom, failed

Lines = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def about() -> Iterator[Lines]:
    """The lines of the log that a filter by a request's name lets through."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level, before = list(root.handlers), root.level, structlog.get_config()
    configure("json", stream=stream)

    def filtered(request_id: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in stream.getvalue().splitlines()]
        return [line for line in lines if line.get("request_id") == request_id]

    yield filtered
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


async def tried_often(house: House, message: str) -> None:
    """A message that Slack refused as often as it may: the next refusal is the last."""
    async with house.app.database.write() as conn:
        for _ in range(MOST_TRIES - 1):
            await outbox.failed(conn, message, house.app.context.clock(), passing=False)


async def test_a_click_a_run_its_death_and_a_message_given_up_are_found_by_the_request(
    about: Lines, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.ask()
    card = await house.card()
    with monkeypatch.context() as patch:
        patch.setattr(house.app.context.gateways["uat"], "observe", boom)
        await house.approve()
        await failed(house, "provision-1-1")
    await house.told()
    house.slack.faults.refuse("chat.update", "msg_blocks_too_long", channel=card.channel, times=2)
    await tried_often(house, "IU-1/card")
    await sweeping.sweep(house.app.context)
    await house.ends("blocked")
    await house.told()
    house.slack.faults.fail("users.info", times=1)
    await house.person("rae").click(house.person("rae").dm[0], "retry")
    await house.ends("live")

    seen = about("IU-1")
    of_run = {line["event"]: line for line in seen if line.get("run") == "provision-1-1"}
    assert {"run.begun", "run.failed", "run.dead"} <= of_run.keys()
    assert "a bug" in of_run["run.failed"]["exception"]
    assert {"run.begun", "run.ended"} <= {
        line["event"] for line in seen if line.get("run") == "provision-1-2"
    }
    lost = [line for line in seen if line["event"] == "message.given_up"]
    assert [(line["message"], line["reason"]) for line in lost] == [
        ("IU-1/card", "msg_blocks_too_long")
    ]
    clicks = [line for line in seen if line["event"] == "slack.people"]
    assert clicks
    assert all(line["slack"] for line in clicks)


@pytest.mark.parametrize("state", [State.REQUESTED, State.APPROVED, State.PROVISIONED])
def test_whatever_run_a_request_waits_for_names_the_request(state: State) -> None:
    for withdrawing in (False, True):
        waits = a_request(state=state, next_try_at=NOON, withdrawing=withdrawing)
        run = sweeping.expected_run(waits)
        assert run is not None
        assert request_of(run) == 17


@pytest.mark.parametrize("run", ["tick-2026-11-29T10:00", "digest-uat-2026-W48", "stale-17-2026"])
def test_a_run_of_the_clock_is_of_no_request(run: str) -> None:
    assert request_of(run) is None


def test_an_adopted_run_is_found_by_its_request(about: Lines) -> None:
    WatchedJobs(Metrics()).adopted("smoke-17-2")
    (line,) = about("IU-17")
    assert (line["event"], line["run"]) == ("run.adopted", "smoke-17-2")
