"""Log in as the new user and try: what was granted must answer, what was not must be refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.diagnosis import is_passing
from bot.core.proof import Look, Observation
from bot.salesforce.gateway import Refused, Unavailable
from bot.salesforce.jwt_login import LoginRefused
from bot.salesforce.rest import Rest

_NEEDS_FILTER = frozenset({"MALFORMED_QUERY"})
"""A plain query that is called malformed is of an object that demands a filter."""


def refused_login(error: LoginRefused, now: datetime) -> Observation:
    """The observation of a login that was refused."""
    return Observation(at=now, login_error=(error.code, error.message, error.audience))


def observe(
    rest: Rest, *, objects: Sequence[str], forbidden: str | None, now: datetime
) -> Observation:
    """Try every object as the logged-in user; raises `Unavailable`."""
    looks = {name: _look(rest, name) for name in objects}
    refusal = _forbidden(rest, forbidden) if forbidden else None
    token = rest.token
    return Observation(
        at=now,
        org_id=token.org_id if token else None,
        user_id=token.user_id if token else None,
        objects=looks,
        forbidden=refusal,
    )


def with_revocation(observation: Observation, *, revoked: bool) -> Observation:
    """The same observation, with whether its token is revoked."""
    return replace(observation, revoked=revoked)


def visible_rows(rest: Rest, objects: Sequence[str]) -> dict[str, bool | None]:
    """Say per object whether the caller sees a row; None = it cannot look."""
    seen: dict[str, bool | None] = {}
    for name in objects:
        try:
            seen[name] = bool(rest.query(f"SELECT Id FROM {name} LIMIT 1"))  # noqa: S608 - API names
        except Refused:
            seen[name] = None
    return seen


def _look(rest: Rest, name: str) -> Look:
    try:
        described = rest.get(f"sobjects/{name}/describe")
    except Refused as no:
        return Look(described=False, refusal=_said(no))
    if not described.get("queryable", False):
        return Look(described=True, queryable=False)
    try:
        rows = rest.query(f"SELECT Id FROM {name} LIMIT 1")  # noqa: S608 - an API name
    except Refused as no:
        if no.code in _NEEDS_FILTER:
            return Look(described=True, needs_filter=True)
        return Look(described=True, refusal=_said(no))
    return Look(described=True, rows=len(rows))


def _forbidden(rest: Rest, name: str) -> tuple[str, bool, str]:
    try:
        rest.query(f"SELECT Id FROM {name} LIMIT 1")  # noqa: S608 - an API name
    except Refused as no:
        return name, True, _said(no)
    return name, False, "answered"


def _said(no: Refused) -> str:
    """The org's words; raises `Unavailable` for those that only say that the org is busy (2.2)."""
    if is_passing(no.code, no.message):
        raise Unavailable(no.code)
    return f"{no.code}: {no.message}"
