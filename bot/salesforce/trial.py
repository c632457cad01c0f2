"""Log in as the new user and try: what was granted must answer, what was not must be refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from bot.core.proof import Look, Observation
from bot.salesforce.gateway import Refused
from bot.salesforce.jwt_login import LoginRefused
from bot.salesforce.rest import Rest

_T = TypeVar("_T")


def refused_login(error: LoginRefused, now: datetime) -> Observation:
    """The observation of a login that was refused."""
    return Observation(at=now, login_error=(error.code, error.message, error.audience))


def observe(
    rest: Rest, *, objects: Sequence[str], forbidden: str | None, now: datetime
) -> Observation:
    """Try every object as the logged-in user; raises `Unavailable`."""
    looks, refusal = _looks(rest, objects, forbidden)
    token = rest.token
    return Observation(
        at=now,
        org_id=token.org_id if token else None,
        user_id=token.user_id if token else None,
        audience=token.audience if token else None,
        objects=looks,
        forbidden=refusal,
    )


def with_revocation(observation: Observation, *, revoked: bool) -> Observation:
    """The same observation, with whether its token is revoked."""
    return replace(observation, revoked=revoked)


def visible_rows(rest: Rest, objects: Sequence[str]) -> dict[str, bool | None]:
    """Say per object whether the caller sees a row; None = it cannot look.

    Raises `Unavailable` where the org is busy: that says nothing about what the caller may see.
    """
    found = zip(objects, _rows(rest, objects), strict=True)
    return {name: None if isinstance(rows, Refused) else bool(rows) for name, rows in found}


def _looks(
    rest: Rest, objects: Sequence[str], forbidden: str | None
) -> tuple[dict[str, Look], tuple[str, bool, str] | None]:
    """Describe all, then query what can be queried and what must be refused."""
    described = _each(objects, lambda: rest.describes(objects))
    _insist_on_an_org(described)
    looks = {name: _described(one) for name, one in zip(objects, described, strict=True)}
    asked = [name for name, one in looks.items() if one.described and one.queryable]
    names = [*asked, forbidden] if forbidden else asked
    answers = _rows(rest, names)
    if forbidden:  # a well org refuses it at once, however large the granted objects are
        _insist_on_an_org(answers)
    looks |= {name: _queried(rows) for name, rows in zip(asked, answers, strict=False)}
    return looks, _forbidden(forbidden, answers[-1]) if forbidden else None


def _rows(rest: Rest, names: Sequence[str]) -> list[list[dict[str, Any]] | Refused]:
    """One row of each object, or how the org refused; a large object may run out of time."""
    soqls = [f"SELECT Id FROM {name} LIMIT 1" for name in names]  # noqa: S608 - API names
    return _each(names, lambda: rest.queries(soqls, keep_late=True))


def _each(names: Sequence[str], ask: Callable[[], list[_T | Refused]]) -> list[_T | Refused]:
    """An answer per name; where all were refused at once, that refusal is everybody's."""
    try:
        return ask()
    except Refused as no:
        return [no for _ in names]


def _described(answer: dict[str, Any] | Refused) -> Look:
    if isinstance(answer, Refused):
        return Look(described=False, refusal=_said(answer))
    return Look(described=True, queryable=bool(answer.get("queryable", False)))


def _queried(answer: list[dict[str, Any]] | Refused) -> Look:
    if not isinstance(answer, Refused):
        return Look(described=True, rows=len(answer))
    return Look(described=True, refusal=_said(answer))


def _forbidden(name: str, answer: list[dict[str, Any]] | Refused) -> tuple[str, bool, str]:
    if isinstance(answer, Refused):
        return name, True, _said(answer)
    return name, False, "answered"


def _insist_on_an_org(answers: Sequence[object]) -> None:
    """Raise `Unavailable` where every single question met an error that passes."""
    refusals = [one for one in answers if isinstance(one, Refused)]
    passing = [one for one in refusals if one.passes]
    if passing and len(passing) == len(answers):
        raise passing[0].waited_for()


def _said(no: Refused) -> str:
    """The org's words; raises `Unavailable` for those that say that the whole org is busy (2.2).

    What passes but may lie in this one question, such as a big object's time limit, is kept.
    """
    if no.passes and not no.is_late:
        raise no.waited_for()
    return f"{no.code}: {no.message}"
