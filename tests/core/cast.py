"""The cast: Rae requests, Ada and Ben approve, Olu owns, Bea is backup owner.

Sam is a stranger, Max is an admin.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.policy import Actor
from store.records import Asked, Finding, Grant, Request, State, Verb, Vote

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)

RAE = Actor(user="U0RAE")
ADA = Actor(user="U0ADA", is_approver=True)
BEN = Actor(user="U0BEN", is_approver=True)
OLU = Actor(user="U0OLU")
BEA = Actor(user="U0BEA")
SAM = Actor(user="U0SAM")
MAX = Actor(user="U0MAX", is_admin=True)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def an_asked(**changes: Any) -> Asked:
    asked = Asked(
        org="uat",
        name="Warehouse sync",
        purpose="Keep stock levels equal",
        system="Warehouse",
        ticket="",
        owner="U0OLU",
        backup_owner="U0BEA",
        email="warehouse@acme.example",
        app="warehouse",
        grants=(Grant(object="Account", verbs=(Verb.READ,)),),
    )
    return replace(asked, **changes)


def a_request(**changes: Any) -> Request:
    request = Request(
        id=17,
        version=1,
        state=State.REQUESTED,
        withdrawing=False,
        requester="U0RAE",
        asked=an_asked(),
        created_at=NOON,
    )
    return replace(request, **changes)


def a_finding(code: str) -> Finding:
    return Finding(code=code, cause="Something.", remedy="Do something.", who="an admin")


def a_vote(who: str, *, decision: str = "approve", digest: str = "abc") -> Vote:
    return Vote(who=who, decision=decision, at=NOON, wanted_hash=digest)
