"""The daily report: who is named, in which order, and to whom it is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core import stale
from bot.core.activity import NEEDS, Evidence, Status, Traces
from bot.core.stale import Made, Report
from tests.core.test_activity import LIMITS, NOW, ago, trace

USERS = (
    trace(user_id="1", username="busy@acme.example", success_at=ago(1)),
    trace(user_id="2", username="idle@acme.example", success_at=ago(40), frozen=True),
    trace(user_id="3", username="dead@acme.example", success_at=ago(140)),
    trace(user_id="4", username="unused@acme.example"),
    trace(user_id="5", username="broken@acme.example", failures=4, failed_at=ago(1), failure="No"),
    trace(user_id="6", username="gone@acme.example", is_active=False),
    trace(user_id="7", username="fresh@acme.example", created_at=ago(2)),
)
MADE = {"2": Made(request=2, owner="U0OLU"), "5": Made(request=5, owner="U0BEA")}


def report(**more: object) -> Report:
    traces = Traces(users=USERS, missing={}, **more)  # type: ignore[arg-type]  # fields of the record
    return stale.report(traces, own={}, made=MADE, limits=LIMITS, now=NOW)


def test_failing_users_come_first_then_those_unused_for_longest() -> None:
    names = [one.username.partition("@")[0] for one in report().entries]
    assert names == ["broken", "dead", "idle", "unused"]


def test_everybody_is_counted_and_the_inactive_hold_no_seat() -> None:
    found = report()
    assert found.users == 6
    assert found.counts[Status.INACTIVE] == found.counts[Status.ACTIVE] == 1
    assert found.worth_saying


def test_each_owner_is_told_of_their_own_users_only() -> None:
    found = report()
    assert found.owners == ("U0BEA", "U0OLU")
    assert [one.username for one in found.of("U0OLU")] == ["idle@acme.example"]
    assert found.of("U0SAM") == ()
    assert [one.made for one in found.entries if one.username.startswith("dead")] == [None]


TOKENS = {Evidence.TOKENS: NEEDS[Evidence.TOKENS]}
SLOW = "the org answered QUERY_TIMEOUT: too slow"


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        (TOKENS, ("U0BEA",)),
        (NEEDS, ("U0BEA",)),
        ({Evidence.TOKENS: SLOW}, ("U0BEA", "U0OLU")),
        ({**TOKENS, Evidence.LOGINS: SLOW}, ("U0BEA", "U0OLU")),
    ],
)
def test_no_owner_hears_of_what_only_a_right_of_the_bots_own_hides(
    missing: dict[Evidence, str], told: tuple[str, ...]
) -> None:
    found = stale.report(
        Traces(users=USERS, missing=missing), own={}, made=MADE, limits=LIMITS, now=NOW
    )
    assert found.owners == told
    assert bool(found.of("U0OLU")) == ("U0OLU" in told)
    assert "idle@acme.example" in {one.username for one in found.entries}


def test_the_bots_own_logins_are_found_by_username_in_any_case() -> None:
    at = ago(40)
    seen = trace(username="Sync@Acme.example", last_login_at=at + timedelta(seconds=3))
    found = stale.report(
        Traces(users=(seen,), missing={}),
        own={"sync@acme.example": (at,)},
        made={},
        limits=LIMITS,
        now=NOW,
    )
    assert [one.verdict.status for one in found.entries] == [Status.NEVER_USED]


def test_nothing_to_say_is_said_by_nothing() -> None:
    quiet = stale.report(
        Traces(users=USERS[:1], missing={}), own={}, made={}, limits=LIMITS, now=NOW
    )
    assert not quiet.worth_saying
    assert not quiet.owners
    assert stale.refused("The org is gone.", NOW).worth_saying


def test_a_report_comes_back_from_the_store_as_it_was() -> None:
    for one in (
        report(),
        stale.refused("Gone.", NOW),
        stale.report(
            Traces(users=USERS, missing={Evidence.TOKENS: "a right"}),
            own={},
            made=MADE,
            limits=LIMITS,
            now=NOW,
        ),
    ):
        assert Report.from_json(one.to_json()) == one
