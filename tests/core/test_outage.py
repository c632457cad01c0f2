"""How long an org may be away, and that it takes no time from a login that is waited for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core import outage, proof
from bot.core.outage import AWAY, Outage
from store.records import JournalLine, Source

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
SHORTEST = 20 * SECOND
CALM = Outage(since=NOON, why="The org does not answer (HTTP 503)")
USED_UP = Outage(since=NOON, why="The API calls of this org are used up", quota=True)


def journal(*events: str | Outage) -> list[JournalLine]:
    """One line a minute."""
    return [
        JournalLine(
            at=NOON + number * MINUTE,
            actor="engine",
            source=Source.ENGINE,
            event=AWAY if isinstance(one, Outage) else one,
            detail="",
            after=outage.facts(one.why, quota=one.quota) if isinstance(one, Outage) else None,
        )
        for number, one in enumerate(events)
    ]


@pytest.mark.parametrize("after", ["look", "provisioned", "tested", "retried", "done"])
def test_an_outage_lasts_while_only_tries_come_after_its_line(after: str) -> None:
    tried = journal(CALM, "own_login", "intent", "batch", "own_login")
    assert outage.current(tried) == CALM
    assert outage.current([*tried, *journal(after)]) is None
    assert outage.current([]) is None


def test_an_outage_that_turns_into_used_up_calls_is_one_outage_with_the_newest_reason() -> None:
    found = outage.current(journal("look", CALM, "own_login", USED_UP))
    assert found == Outage(since=NOON + MINUTE, why=USED_UP.why, quota=True)


def test_a_line_of_an_earlier_version_is_an_outage_too() -> None:
    assert outage.current(journal(AWAY)) == Outage(since=NOON, why="The org does not answer")


@pytest.mark.parametrize(
    ("known", "after", "quota", "patient"),
    [
        (None, 9 * HOUR, False, True),
        (CALM, HOUR - SECOND, False, True),
        (CALM, HOUR, False, False),
        (CALM, HOUR, True, True),
        (CALM, 25 * HOUR, True, False),
        (USED_UP, 24 * HOUR, True, True),
        (USED_UP, 24 * HOUR, False, True),
        (USED_UP, 25 * HOUR, True, False),
    ],
)
def test_a_person_hears_of_it_after_an_hour_or_when_the_calls_do_not_come_back(
    known: Outage | None,
    after: timedelta,
    quota: bool,  # noqa: FBT001 - drawn from a table
    patient: bool,  # noqa: FBT001 - drawn from a table
) -> None:
    assert outage.is_patient(known, NOON + after, quota=quota) is patient


@pytest.mark.parametrize(("known", "most"), [(CALM, 25), (USED_UP, 320)])
def test_waits_grow_to_five_minutes_and_the_last_try_is_at_the_end(
    known: Outage, most: int
) -> None:
    now, waits = NOON, [outage.next_wait(None, NOON, SHORTEST)]
    while outage.is_patient(known, now := now + waits[-1], quota=False):
        waits.append(outage.next_wait(known, now, SHORTEST))
    assert now == known.until
    assert waits[0] == SHORTEST
    assert waits[:-1] == sorted(waits[:-1])
    assert max(waits) == 5 * MINUTE
    assert len(waits) <= most


@pytest.mark.parametrize("before", [[], [SHORTEST] * 3, [5 * MINUTE] * 40])
def test_a_login_refused_after_an_outage_gets_every_wait_from_the_first(
    before: list[timedelta],
) -> None:
    """However long the org was away: also for longer than a login is waited for."""
    now, until, seconds = NOON, NOON + 10 * MINUTE, []
    for wait in before:
        now, until = now + wait, outage.paused(until, wait) or until
    while at := proof.next_try(len(seconds), now, until):
        seconds.append((at - now) // SECOND)
        now = at
    assert seconds == [15, 30, 60, 120, 240, 135]
    assert outage.paused(None, MINUTE) is None
