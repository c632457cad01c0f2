"""Signs of use, read from a make-believe org: what is seen, what is not, and in how many calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from bot.core.activity import Evidence, Limits, Status, Trace, Traces
from bot.core.stale import report
from bot.salesforce.gateway import Unavailable
from bot.sandbox.orgs import DOCUMENTED_RIGHTS, LEAST_RIGHTS, Org, SalesforceSandbox
from bot.sandbox.orgs.faults import MAINTENANCE, Reply
from tests.salesforce.reading import NOW, ago, client_of, login, seat, token

IDLE = timedelta(days=30)
LIMITS = Limits(
    warn_after=IDLE, alert_after=timedelta(days=60), never_used_after=timedelta(days=14)
)
Own = Mapping[str, Sequence[datetime]]


@asynccontextmanager
async def an_org(rights: frozenset[str] = DOCUMENTED_RIGHTS, **more: int) -> AsyncIterator[Org]:
    async with SalesforceSandbox(provisioner_rights=rights, **more) as salesforce:  # type: ignore[arg-type]  # sizes of the population
        yield salesforce.sandbox


async def seen(org: Org, own: Own | None = None) -> Traces:
    return await client_of(org).activity(own=own or {}, idle_after=IDLE, now=NOW)


def of(traces: Traces, username: str) -> Trace:
    (found,) = [one for one in traces.users if one.username == username]
    return found


def statuses(traces: Traces, own: Own | None = None) -> dict[str, Status]:
    """What is worth saying, by username."""
    found = report(traces, own=own or {}, made={}, limits=LIMITS, now=NOW)
    return {one.username: one.verdict.status for one in found.entries}


async def test_all_users_of_the_licence_are_seen_and_nobody_else() -> None:
    async with an_org() as org:
        mine = seat(org, made=ago(days=90))
        traces = await seen(org)
    names = {one.username.partition("@")[0] for one in traces.users}
    assert names == {"billing-sync", "marketing-etl", "old-crm-export", "by-hand-1"}
    assert of(traces, mine).created_at == ago(days=90)
    inactive = [one.username for one in traces.users if not one.is_active]
    assert inactive == ["old-crm-export@integrations.acme.example.uat"]
    assert not traces.missing


async def test_the_newest_login_that_worked_counts_and_failures_after_it_do() -> None:
    async with an_org() as org:
        idle, broken, mended = (seat(org, made=ago(days=90)) for _ in range(3))
        login(org, idle, ago(days=70))
        login(org, idle, ago(days=50))
        for hours in range(4):
            login(org, broken, ago(days=1, hours=hours), "Failed: Not approved for access")
            login(org, mended, ago(days=41, hours=hours), "Restricted IP")
        login(org, broken, ago(days=2))
        login(org, broken, ago(days=3), "Restricted IP")
        login(org, mended, ago(days=40))
        traces = await seen(org)
    assert of(traces, idle).success_at == ago(days=50)
    bad = of(traces, broken)
    assert (bad.failures, bad.failed_at) == (4, ago(days=1))
    assert bad.failure == "Failed: Not approved for access"
    found = statuses(traces)
    assert found[broken] is Status.FAILING
    assert found[mended] is found[idle] is Status.STALE


async def test_a_token_in_use_keeps_a_user_active_without_any_login() -> None:
    async with an_org() as org:
        username = seat(org, made=ago(days=200), last_login=ago(days=150))
        token(org, username, ago(days=100))
        token(org, username, ago(days=2))
        traces = await seen(org)
    assert max(of(traces, username).tokens) == ago(days=2)
    assert username not in statuses(traces)


async def test_the_bots_own_login_is_no_use_and_one_from_elsewhere_beside_it_is() -> None:
    async with an_org() as org:
        tested, used = (seat(org, made=ago(days=50)) for _ in range(2))
        at = ago(days=49)
        own = {name: [at - timedelta(seconds=2)] for name in (tested, used)}
        for name in (tested, used):
            login(org, name, at, ip="127.0.0.1")
        login(org, used, at + timedelta(minutes=1), ip="198.51.100.7")
        login(org, tested, at - timedelta(seconds=20), "Failed: Not approved for access")
        traces = await seen(org, own)
    assert traces.own_ips == {"127.0.0.1"}
    assert of(traces, tested).failures == 0
    found = statuses(traces, own)
    assert (found[tested], found[used]) == (Status.NEVER_USED, Status.STALE)


BOTH = LEAST_RIGHTS | {"CustomizeApplication"}
POSITIONS = {
    "all rights": (BOTH, set()),
    "Monitor Login History is enough": (
        (BOTH - {"ManageUsers"}) | {"MonitorLoginHistory"},
        set(),
    ),
    "without Manage Users": (BOTH - {"ManageUsers"}, {Evidence.LOGINS}),
    "without Customize Application": (LEAST_RIGHTS, {Evidence.TOKENS}),
    "with neither": (LEAST_RIGHTS - {"ManageUsers"}, {Evidence.LOGINS, Evidence.TOKENS}),
}


@pytest.mark.parametrize(("rights", "missing"), POSITIONS.values(), ids=POSITIONS)
async def test_a_source_without_its_right_is_missing_though_its_query_would_succeed(
    rights: frozenset[str], missing: set[Evidence]
) -> None:
    async with an_org(rights) as org:
        unused = seat(org, made=ago(days=90))
        login(org, unused, ago(days=70))
        traces = await seen(org)
    assert set(traces.missing) == missing
    assert all("right" in why for why in traces.missing.values())
    found = statuses(traces)
    marketing = "marketing-etl@integrations.acme.example.uat"
    expected = Status.UNKNOWN if missing else Status.STALE
    assert found == {unused: expected, marketing: expected}
    assert {one.is_active and one.frozen for one in traces.users} == (
        {False} if "ManageUsers" in rights else {None, False}
    )


async def test_who_is_frozen_is_seen() -> None:
    async with an_org() as org:
        username = seat(org, made=ago(days=90))
        org.freeze(username)
        traces = await seen(org)
    assert of(traces, username).frozen is True
    assert sum(bool(one.frozen) for one in traces.users) == 1


@pytest.mark.parametrize("code", ["QUERY_TIMEOUT", "INVALID_TYPE"])
async def test_a_source_that_the_org_refuses_is_missing_with_the_orgs_words(code: str) -> None:
    async with an_org() as org:
        unused = seat(org, made=ago(days=90))
        said = [{"errorCode": code, "message": "Your query took too long."}]
        org.faults.add(Reply(status=400, body=said), sobject="OauthToken", times=2)
        traces = await seen(org)
    assert set(traces.missing) == {Evidence.TOKENS}
    assert code in traces.missing[Evidence.TOKENS]
    assert statuses(traces)[unused] is Status.UNKNOWN


async def test_many_users_are_read_page_by_page_and_in_few_calls() -> None:
    async with an_org(page_size=100) as org:
        for _ in range(350):
            name = seat(org, made=ago(days=90))
            login(org, name, ago(days=40))
            token(org, name, ago(days=35))
        before = len(org.requests)
        traces = await seen(org)
        calls = len(org.requests) - before
    assert len(traces.users) == 353
    idle = [one for one in traces.users if one.username.startswith("by-hand")]
    assert {one.success_at for one in idle} == {ago(days=40)}
    assert {one.tokens for one in idle} == {(ago(days=35),)}
    login_and_first, pages = 2, 3
    assert calls <= login_and_first + pages + 2 + 2 * 4, "logins and tokens: one call and its pages"


async def test_users_that_the_bot_tested_long_ago_cost_no_call_more() -> None:
    async with an_org() as org:
        names = [seat(org, made=ago(days=90)) for _ in range(60)]
        for name in names:
            login(org, name, ago(days=1))
        before = len(org.requests)
        traces = await seen(org, {name: [ago(days=80)] for name in names})
        calls = len(org.requests) - before
    assert {of(traces, name).success_at for name in names} == {ago(days=1)}
    assert calls == 4, "a login, the users, their logins, the tokens of those who are idle"


async def test_a_full_answer_of_tokens_is_asked_for_in_halves() -> None:
    async with an_org() as org:
        name, other = (seat(org, made=ago(days=90)) for _ in range(2))
        for number in range(2600):
            token(org, name, ago(days=50, seconds=number))
        token(org, other, ago(days=3))
        traces = await seen(org)
    assert of(traces, other).tokens == (ago(days=3),)
    assert max(of(traces, name).tokens) == ago(days=50)


async def test_an_org_that_is_away_says_so() -> None:
    async with an_org() as org:
        org.faults.add(MAINTENANCE, path="/composite")
        with pytest.raises(Unavailable):
            await seen(org)
