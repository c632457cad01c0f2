"""A slot is the same moment with the same name in every process, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.slots import Next, Outcome, Times, again, next_of, org_of, period, plain, second

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = Times(weekday=0, hour=9, minute=0, zone=BERLIN)
DAILY = Times(weekday=None, hour=7, minute=30, zone=BERLIN)
SKIPPED = Times(weekday=None, hour=2, minute=30, zone=BERLIN)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("times", "now", "newest", "name", "following"),
    [
        (MONDAY, "2026-11-23T08:00", "2026-11-23T08:00", "2026-W48", "2026-11-30T08:00"),
        (MONDAY, "2026-11-23T07:59", "2026-11-16T08:00", "2026-W47", "2026-11-23T08:00"),
        (MONDAY, "2026-11-29T23:00", "2026-11-23T08:00", "2026-W48", "2026-11-30T08:00"),
        (MONDAY, "2027-01-03T12:00", "2026-12-28T08:00", "2026-W53", "2027-01-04T08:00"),
        (MONDAY, "2026-07-01T00:00", "2026-06-29T07:00", "2026-W27", "2026-07-06T07:00"),
        (DAILY, "2026-11-25T06:30", "2026-11-25T06:30", "2026-11-25", "2026-11-26T06:30"),
        (DAILY, "2026-11-25T06:29", "2026-11-24T06:30", "2026-11-24", "2026-11-25T06:30"),
        # The clocks skip from 2 to 3 on 29 March 2026, and repeat 2 to 3 on 25 October.
        (SKIPPED, "2026-03-29T01:29", "2026-03-28T01:30", "2026-03-28", "2026-03-29T01:30"),
        (SKIPPED, "2026-03-29T01:30", "2026-03-29T01:30", "2026-03-29", "2026-03-30T00:30"),
        (SKIPPED, "2026-10-25T01:30", "2026-10-25T00:30", "2026-10-25", "2026-10-26T01:30"),
    ],
)
def test_a_slot_is_the_newest_due_time_in_the_configured_zone(
    times: Times, now: str, newest: str, name: str, following: str
) -> None:
    due = times.newest(utc(now))
    assert due == utc(newest)
    assert times.name(due) == name
    assert times.following(utc(now)) == utc(following)


@given(
    now=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1)),  # noqa: DTZ001 - given its zone below
    weekday=st.one_of(st.none(), st.integers(0, 6)),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    zone=st.sampled_from(["Europe/Berlin", "America/Santiago", "Asia/Kathmandu", "Pacific/Apia"]),
)
def test_newest_and_following_are_neighbours_with_different_names(
    now: datetime, weekday: int | None, hour: int, minute: int, zone: str
) -> None:
    times = Times(weekday=weekday, hour=hour, minute=minute, zone=ZoneInfo(zone))
    moment = now.replace(tzinfo=UTC)
    newest, following = times.newest(moment), times.following(moment)
    assert newest <= moment < following
    assert times.newest(following) == following
    assert times.following(newest) == following
    assert times.name(newest) != times.name(following)


def test_what_is_due_at_equal_distances_has_one_name_in_each() -> None:
    hour = timedelta(hours=1)
    begun = utc("2026-11-25T12:00")
    assert period(begun, hour) == period(begun + timedelta(minutes=59), hour)
    assert period(begun, hour) != period(begun + hour, hour)


def test_asking_again_gives_a_fresh_name_that_still_tells_the_slot() -> None:
    first = again("2026-W48", utc("2026-11-25T12:00"))
    assert first != again("2026-W48", utc("2026-11-25T12:01"))
    assert plain(first) == plain("2026-W48") == "2026-W48"


MISSING, OPEN, DONE, FAILED = Outcome


@pytest.mark.parametrize(
    ("first", "again", "expected"),
    [
        (MISSING, MISSING, Next.ASK),
        (OPEN, MISSING, Next.NOTHING),
        (DONE, MISSING, Next.NOTHING),
        (DONE, FAILED, Next.NOTHING),
        (FAILED, MISSING, Next.ASK_AGAIN),
        (FAILED, OPEN, Next.NOTHING),
        (FAILED, DONE, Next.NOTHING),
        (FAILED, FAILED, Next.TELL),
    ],
)
def test_a_slot_is_asked_for_until_it_was_done_or_failed_twice(
    first: Outcome, again: Outcome, expected: Next
) -> None:
    assert next_of(first, again) is expected


def test_every_process_asks_for_a_failed_slot_under_one_name_that_still_tells_the_slot() -> None:
    assert second("2026-W48") == second("2026-W48") != "2026-W48"
    assert plain(second("2026-W48")) == "2026-W48"


@pytest.mark.parametrize(
    ("run", "job", "org"),
    [
        ("digest-uat-2026-W48", "digest", "uat"),
        ("digest-uat-2-2026-W48-again-1", "digest", "uat-2"),
        ("stale-prod-2026-11-25-try-3", "stale", "prod"),
        ("expire-1764072000", "expire", ""),
        ("digest-gone-2026-W48", "digest", ""),
    ],
)
def test_the_id_of_a_run_tells_its_org(run: str, job: str, org: str) -> None:
    assert org_of(run, job, ["uat", "uat-2", "prod"]) == org
