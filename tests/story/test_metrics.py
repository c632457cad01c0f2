"""What can be counted is counted, listed in the docs, and says nothing of what people typed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from structlog.testing import LogCapture

from bot.metrics import PREFIX, Metrics, Standing
from bot.sandbox.orgs import faults
from tests.story.house import House
from tests.story.test_operation_health import ask, readiness

DOCS = Path(__file__).parents[2] / "docs"
SUFFIX = re.compile(r"_(bucket|count|sum|created|total)$")
OLD = timedelta(minutes=6)


async def samples(house: House) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    status, body = await ask(house, "/metrics")
    assert status == 200
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in text_string_to_metric_families(body)
        for one in family.samples
    }


async def count(house: House, name: str, **labels: str) -> float:
    """The sum over every label that is not named."""
    return sum(
        value
        for (found, having), value in (await samples(house)).items()
        if found == PREFIX + name and labels.items() <= dict(having).items()
    )


async def live(house: House) -> None:
    await house.ask()
    await house.approve()
    assert str((await house.ends("live", "blocked")).state) == "live"
    await house.told()


async def waits_since(house: House, run: str, moment: datetime) -> None:
    """Let a run have been enqueued, and where it was begun begun, earlier than it was."""
    since = int(moment.timestamp() * 1000)
    async with house.app.database.write() as conn:
        await conn.execute(
            text(
                "UPDATE workflow_status SET created_at = :since, updated_at = :since,"
                " started_at_epoch_ms = CASE WHEN started_at_epoch_ms IS NULL THEN NULL"
                " ELSE :since END"
                " WHERE workflow_uuid = :run"
            ),
            {"since": since, "run": run},
        )


def own_names() -> set[str]:
    metrics = Metrics()
    metrics.exposed(Standing(requests={"live": 1}, orgs_refused={"uat": True}), tick_age=0)
    families = {one.name for one in metrics.registry.collect()}
    return {name for name in families if name.startswith(PREFIX)}


def base(name: str) -> str:
    return SUFFIX.sub("", name)


async def test_the_main_road_is_counted_from_the_acks_to_the_states(house: House) -> None:
    await live(house)
    assert await count(house, "acks_total", kind="command", outcome="ok") == 1
    assert await count(house, "acks_total", kind="action", outcome="ok") >= 1
    assert await count(house, "ack_seconds_count", kind="view") >= 2
    for job in ("preflight", "provision", "smoke"):
        assert await count(house, "jobs_total", job=job, outcome="ok") == 1, job
        assert await count(house, "job_seconds_count", job=job) == 1, job
    for kind in ("token", "query", "composite"):
        assert await count(house, "salesforce_calls_total", org="uat", kind=kind, outcome="ok")
    sent = [one for one in house.org.requests if one.status is not None]
    assert await count(house, "salesforce_calls_total", org="uat") == len(sent)
    assert await count(house, "slack_calls_total", method="chat.postMessage", outcome="ok") >= 3
    assert await count(house, "requests", state="live") == 1
    assert await count(house, "requests", state="blocked") == 0
    assert await count(house, "store_readable") == 1


async def test_what_the_org_says_of_its_daily_limit_is_shown_per_org(house: House) -> None:
    used = await count(house, "salesforce_api_used", org="uat")
    assert 0 < used < await count(house, "salesforce_api_allowed", org="uat")


async def test_a_refused_command_and_a_wrong_form_count_as_refused(house: House) -> None:
    await house.person("rae").command("/integration-user show 99")
    assert await count(house, "acks_total", kind="command", outcome="refused") == 1
    form = await house.open_form(email="nobody@elsewhere.example")
    assert (await form.submit()).errors
    assert await count(house, "acks_total", kind="view", outcome="refused") == 1
    assert await count(house, "acks_total", outcome="failed") == 0


async def test_a_limit_of_slack_is_told_apart_from_other_refusals(house: House) -> None:
    house.slack.faults.rate_limit("chat.postMessage")
    await live(house)
    assert await count(house, "slack_calls_total", outcome="limited") == 1


async def test_an_org_in_maintenance_and_one_that_drops_the_line_are_counted(house: House) -> None:
    house.org.faults.add(faults.MAINTENANCE, method="POST", sobject="User")
    house.org.faults.add(faults.DROP_BEFORE, method="POST", sobject="ObjectPermissions")
    await live(house)
    assert await count(house, "salesforce_calls_total", org="uat", outcome="failed") == 1
    assert await count(house, "salesforce_calls_total", org="uat", outcome="no_answer") == 1


async def test_no_label_holds_what_a_person_typed(house: House) -> None:
    await live(house)
    await house.person("rae").command("/integration-user Warehouse-secret-word")
    _, body = await ask(house, "/metrics")
    for word in ("Warehouse", "secret-word", "acme.example", "U0RAE", "IU-1", "Account"):
        assert word not in body, word


async def test_without_the_database_it_still_counts_and_is_not_ready(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(house.app.database, "read", away)
    assert await count(house, "store_readable") == 0
    assert await count(house, "slack_calls_total") > 0
    status, said = await readiness(house)
    assert status == 503
    assert said["waiting_for"] == {"database": "does not answer (OSError)"}


async def test_a_missed_tick_of_over_five_minutes_is_not_ready(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = house.app._scheduler
    late = datetime.now(UTC) - house.app.settings.schedule.tick - OLD
    monkeypatch.setattr(clock, "_ticked_at", late + timedelta(minutes=2))
    assert (await readiness(house))[0] == 200
    monkeypatch.setattr(clock, "_ticked_at", late)
    status, said = await readiness(house)
    assert status == 503
    assert said["waiting_for"] == {"scheduler": "the tick is missed since 6 minutes"}
    assert await count(house, "tick_age_seconds") > OLD.total_seconds()
    await clock.tick()
    assert (await readiness(house))[0] == 200


async def test_a_due_run_in_a_queue_that_stands_still_is_not_ready(house: House) -> None:
    """The second request waits behind the first one, which writes in the same org."""
    for number in (1, 2):
        await house.ask(name=f"Sync {number}")
        await house.card(number)
    hold = house.org.faults.hold(method="POST", sobject="User")
    await house.approve(1)
    await hold.reached()
    await house.approve(2)
    assert await count(house, "engine_wait_seconds") < 60
    assert (await readiness(house))[0] == 200
    await waits_since(house, "provision-2-1", datetime.now(UTC) - OLD)
    assert await count(house, "engine_wait_seconds") < 60
    assert (await readiness(house))[0] == 200
    await waits_since(house, "provision-1-1", datetime.now(UTC) - OLD)
    assert await count(house, "engine_wait_seconds") >= OLD.total_seconds()
    status, said = await readiness(house)
    assert status == 503
    assert said["waiting_for"] == {"engine": "a due run waits for 6 minutes"}
    hold.release()
    await house.ends("live", number=2)
    assert (await readiness(house))[0] == 200


async def test_a_run_that_is_not_due_yet_waits_for_nobody(house: House) -> None:
    async with house.app.database.write() as conn:
        await house.app.engine.enqueue(
            conn, job="smoke", id="smoke-9-1", queue="read-uat", args=[9], delay=timedelta(hours=1)
        )
    await waits_since(house, "smoke-9-1", datetime.now(UTC) - OLD)
    assert await count(house, "engine_wait_seconds") == 0


async def test_a_listener_names_its_request_and_the_payload_in_the_log(house: House) -> None:
    await live(house)
    capture = LogCapture()
    await capture_lines(house, capture)
    lines = [one for one in capture.entries if one["event"] == "slack.listener"]
    assert lines
    assert {one["request_id"] for one in lines} == {"IU-1"}
    assert all(re.fullmatch(r"[0-9a-f]{8}", one["slack"]) for one in lines)


async def capture_lines(house: House, capture: LogCapture) -> None:
    """Let `show` break, so that the listener says so in the log."""
    before = structlog.get_config()["processors"]
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bot.slack.commands.load", None)
            await house.person("rae").command("/integration-user show 1")
    finally:
        structlog.configure(processors=before)


def test_the_page_lists_every_number_that_is_served_and_no_other() -> None:
    page = (DOCS / "metrics.md").read_text("utf-8")
    listed = re.findall(rf"^\| `({PREFIX}\w+)`", page, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert {base(one) for one in listed} == {base(one) for one in own_names()}


def test_the_alerts_speak_of_numbers_that_are_served_and_each_says_what_to_do() -> None:
    alerts = yaml.safe_load((DOCS / "alerts.yml").read_text("utf-8"))
    rules = [rule for group in alerts["groups"] for rule in group["rules"]]
    assert rules
    known = {base(one) for one in own_names()}
    for rule in rules:
        named = re.findall(rf"{PREFIX}\w+", rule["expr"])
        assert named, rule["alert"]
        assert {base(one) for one in named} <= known, rule["alert"]
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["action"]


def test_every_alert_stands_beside_its_number_on_the_page() -> None:
    alerts = yaml.safe_load((DOCS / "alerts.yml").read_text("utf-8"))
    page = (DOCS / "metrics.md").read_text("utf-8")
    for group in alerts["groups"]:
        for rule in group["rules"]:
            assert f"`{rule['alert']}`" in page, rule["alert"]
