"""Looks at an org's integration users: one of every kind, and many."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.core.activity import Evidence, Status, Use, Verdict
from bot.core.stale import Entry, Made, Report, refused
from tests.core.cast import NOON

OLU, BEA = Made(request=17, owner="U0OLU"), Made(request=4, owner="U0BEA")
COUNTS = {Status.ACTIVE: 7, Status.STALE: 2, Status.NEVER_USED: 1, Status.INACTIVE: 3}
RIGHT = 'the right "Customize Application"'
LACKING = {Evidence.TOKENS: RIGHT}


def entry(status: Status, days: int, **more: Any) -> Entry:
    """A user of whom this is so since so many days."""
    evidence = more.pop("evidence", None)
    since = NOON - timedelta(days=days)
    verdict = Verdict(
        status=status,
        since=since,
        last=Use(at=since, evidence=evidence) if evidence else None,
        alert=more.pop("alert", False),
        missing=more.pop("missing", ()),
    )
    return Entry(**{"username": "sync@acme.example", "verdict": verdict, **more})


def known(name: str, said: str) -> tuple[Entry, ...]:
    """Users of whom all is known."""
    failing = entry(
        Status.FAILING,
        3,
        username=name,
        evidence=Evidence.LOGINS,
        alert=True,
        failures=12,
        failed_at=NOON,
        failure=said,
        made=BEA,
    )
    return (
        failing,
        entry(Status.STALE, 140, username=name, evidence=Evidence.TOKENS, alert=True, frozen=True),
        entry(Status.STALE, 180, username=name, alert=True),
        entry(Status.NEVER_USED, 20, username=name, alert=True, made=OLU),
        entry(Status.STALE, 31, username=name, evidence=Evidence.LAST_LOGIN, made=OLU),
    )


def unknown(name: str) -> tuple[Entry, ...]:
    """Users of whom nobody can say whether they are used."""
    both = (Evidence.LOGINS, Evidence.TOKENS)
    used = {"evidence": Evidence.LAST_LOGIN, "missing": both}
    return (
        entry(Status.UNKNOWN, 40, username=name, missing=both, made=OLU),
        entry(Status.UNKNOWN, 140, username=name, **used),
    )


def ours(name: str) -> tuple[Entry, ...]:
    """Users of whom nobody can say it only because the bot's own user lacks a right."""
    tokens = (Evidence.TOKENS,)
    used = {"evidence": Evidence.LAST_LOGIN, "missing": tokens}
    return (
        entry(Status.UNKNOWN, 40, username=name, missing=tokens, made=OLU),
        entry(Status.UNKNOWN, 140, username=name, **used),
    )


def looks(words: Any) -> dict[str, Report]:
    """One report of each kind, with what people and orgs wrote in it."""
    name, said = words.username, words.said
    hidden = {
        Evidence.TOKENS: RIGHT,
        Evidence.LOGINS: f"the org answered QUERY_TIMEOUT: {said}",
    }
    return {
        "known": Report(at=NOON, counts=COUNTS, entries=known(name, said), missing={}),
        "unknown": Report(at=NOON, counts=COUNTS, entries=unknown(name), missing=hidden),
        "our right": Report(at=NOON, counts=COUNTS, entries=ours(name), missing=LACKING),
        "all well": Report(at=NOON, counts={Status.ACTIVE: 3}, missing={}),
        "refused": refused(said or "?", NOON),
    }


def many(count: int, made: Made | None = OLU) -> Report:
    """A look at an org with so many users that nobody uses."""
    users = tuple(
        entry(
            Status.STALE,
            90,
            username=f"integration-{number:05}@integrations.acme.example",
            evidence=Evidence.LOGINS,
            alert=True,
            made=made,
        )
        for number in range(count)
    )
    return Report(at=NOON, counts={Status.STALE: count}, entries=users, missing={})
