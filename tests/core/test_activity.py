"""Active, never used, stale, failing, unknown: what may be said of a user's last use."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.activity import (
    Evidence,
    Limits,
    Login,
    Status,
    Trace,
    Use,
    Verdict,
    judge,
    windows,
)

NOW = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)
LIMITS = Limits(
    warn_after=timedelta(days=30),
    alert_after=timedelta(days=60),
    never_used_after=timedelta(days=14),
)
BOT, ELSEWHERE = "192.0.2.1", "198.51.100.7"


def ago(days: float = 0, **parts: float) -> datetime:
    return NOW - timedelta(days=days, **parts)


def trace(**known: Any) -> Trace:
    plain: dict[str, Any] = {
        "user_id": "0051",
        "username": "sync@acme.example",
        "created_at": ago(100),
    }
    return Trace(**{**plain, **known})


def said(
    seen: Trace,
    own: tuple[datetime, ...] = (),
    own_ips: frozenset[str] = frozenset({BOT}),
    missing: tuple[Evidence, ...] = (),
) -> Verdict:
    return judge(seen, own=own, own_ips=own_ips, missing=missing, limits=LIMITS, now=NOW)


LH, TOKENS, LAST = Evidence.LOGINS, Evidence.TOKENS, Evidence.LAST_LOGIN

TABLE: dict[str, tuple[dict[str, Any], Status, bool]] = {
    "a login yesterday": ({"success_at": ago(1)}, Status.ACTIVE, False),
    "a token used yesterday, no login for long": (
        {"success_at": ago(170), "tokens": (ago(90), ago(1))},
        Status.ACTIVE,
        False,
    ),
    "only the last login date says yesterday": ({"last_login_at": ago(1)}, Status.ACTIVE, False),
    "the day before the warning": ({"success_at": ago(30, seconds=-1)}, Status.ACTIVE, False),
    "the moment of the warning": ({"success_at": ago(30)}, Status.STALE, False),
    "the moment before the alert": ({"success_at": ago(60, seconds=-1)}, Status.STALE, False),
    "the moment of the alert": ({"success_at": ago(60)}, Status.STALE, True),
    "made two weeks ago, never used": ({"created_at": ago(14)}, Status.NEVER_USED, True),
    "made just under two weeks ago": ({"created_at": ago(14, seconds=-1)}, Status.NEW, False),
    "made years ago, never logged in": ({"created_at": ago(900)}, Status.NEVER_USED, True),
    "three failures and no success": (
        {"failures": 3, "failed_at": ago(1)},
        Status.FAILING,
        True,
    ),
    "two failures and no success": ({"failures": 2, "failed_at": ago(1)}, Status.NEVER_USED, True),
    "failures after a recent success": (
        {"success_at": ago(2), "failures": 9, "failed_at": ago(1)},
        Status.FAILING,
        True,
    ),
    "failures that a later success ended": (
        {"success_at": ago(1), "failures": 9, "failed_at": ago(2)},
        Status.ACTIVE,
        False,
    ),
    "failing logins, but its token is used": (
        {"failures": 9, "failed_at": ago(2), "tokens": (ago(1),)},
        Status.ACTIVE,
        False,
    ),
    "deactivated": ({"is_active": False, "success_at": ago(400)}, Status.INACTIVE, False),
}


@pytest.mark.parametrize(("known", "status", "alert"), TABLE.values(), ids=TABLE)
def test_what_is_said_of_a_user(known: dict[str, Any], status: Status, *, alert: bool) -> None:
    verdict = said(trace(**known))
    assert (verdict.status, verdict.alert) == (status, alert)
    assert not verdict.missing


def test_the_newest_use_is_named_with_the_source_that_shows_it() -> None:
    seen = trace(success_at=ago(50), tokens=(ago(40),), last_login_at=ago(50))
    assert said(seen).last == Use(at=ago(40), evidence=TOKENS)
    assert said(replace(seen, tokens=())).last == Use(at=ago(50), evidence=LH)
    assert said(replace(seen, tokens=(), success_at=None)).last == Use(at=ago(50), evidence=LAST)
    assert said(seen).since == ago(40)
    assert said(trace()).since == ago(100)


@pytest.mark.parametrize("missing", [(LH,), (TOKENS,), (LH, TOKENS)])
def test_a_source_that_cannot_be_read_makes_a_quiet_user_unknown_and_never_stale(
    missing: tuple[Evidence, ...],
) -> None:
    for known in ({"last_login_at": ago(400)}, {}, {"created_at": ago(900)}):
        verdict = said(trace(**known), missing=missing)
        assert verdict.status is Status.UNKNOWN
        assert set(verdict.missing) == set(missing)
        assert not verdict.alert
    assert said(trace(last_login_at=ago(1)), missing=missing).status is Status.ACTIVE
    assert said(trace(created_at=ago(3)), missing=missing).status is Status.NEW


def test_a_user_that_only_the_bot_logged_in_to_was_never_used() -> None:
    at = ago(90)
    seen = trace(
        created_at=at,
        last_login_at=at + timedelta(seconds=2),
        near=(Login(at=at + timedelta(seconds=2), source_ip=BOT),),
        tokens=(at + timedelta(seconds=2),),
    )
    verdict = said(seen, own=(at,))
    assert verdict.status is Status.NEVER_USED
    assert verdict.last is None
    assert said(seen).status is Status.STALE, "without the journal it would count as use"


@pytest.mark.parametrize("own_ips", [frozenset({BOT}), frozenset[str]()])
def test_a_login_from_elsewhere_near_the_bots_own_is_use(own_ips: frozenset[str]) -> None:
    at = ago(40)
    mine = Login(at=at + timedelta(seconds=1), source_ip=BOT)
    other = Login(at=at + timedelta(seconds=70), source_ip=ELSEWHERE)
    seen = trace(near=(other, mine), last_login_at=other.at)
    verdict = said(seen, own=(at,), own_ips=own_ips)
    assert verdict.last == Use(at=other.at, evidence=LH)


def test_where_the_bots_address_is_not_known_the_nearest_login_is_the_bots() -> None:
    at = ago(40)
    only = Login(at=at + timedelta(seconds=1), source_ip=ELSEWHERE)
    assert said(trace(near=(only,)), own=(at,)).status is Status.NEVER_USED
    unnamed = replace(only, source_ip=None)
    assert said(trace(near=(unnamed,)), own=(at,)).status is Status.NEVER_USED


def test_a_login_that_never_happened_explains_nothing() -> None:
    """The journal names the login before it happens, and the bot may have died in between."""
    verdict = said(trace(success_at=ago(3)), own=(ago(80),))
    assert verdict.status is Status.ACTIVE


def test_what_is_older_than_the_login_history_is_not_called_never_used() -> None:
    own = ago(40)
    seen = trace(created_at=ago(900), last_login_at=own, near=(Login(at=own, source_ip=BOT),))
    verdict = said(seen, own=(own,))
    assert verdict.status is Status.STALE
    assert verdict.alert
    assert verdict.last is None
    assert NOW - verdict.since == timedelta(days=180)


def test_windows_of_tests_soon_after_each_other_become_one() -> None:
    tries = [ago(3, minutes=-minutes) for minutes in (0, 1, 3, 7)]
    assert len(windows(tries)) == 1
    (start, end) = windows(tries)[0]
    assert start < tries[0] < tries[-1] < end
    assert len(windows([ago(9), *tries])) == 2
    assert windows(()) == ()


moments = st.floats(min_value=0, max_value=400).map(ago)


@given(
    created=moments,
    success=st.none() | moments,
    last=st.none() | moments,
    tokens=st.lists(moments, max_size=2),
    missing=st.sets(st.sampled_from([LH, TOKENS]), min_size=1),
)
def test_whatever_was_seen_a_hidden_source_never_makes_a_user_unused(
    created: datetime,
    success: datetime | None,
    last: datetime | None,
    tokens: list[datetime],
    missing: set[Evidence],
) -> None:
    seen = trace(created_at=created, success_at=success, last_login_at=last, tokens=tuple(tokens))
    verdict = said(seen, missing=tuple(missing))
    assert verdict.status in {Status.ACTIVE, Status.NEW, Status.UNKNOWN}


@given(st.sampled_from(list(TABLE.values())))
def test_a_verdict_comes_back_from_the_store_as_it_was(row: tuple[Any, Any, Any]) -> None:
    for missing in ((), (LH,)):
        verdict = said(trace(**row[0]), missing=missing)
        assert Verdict.from_json(verdict.to_json()) == verdict
