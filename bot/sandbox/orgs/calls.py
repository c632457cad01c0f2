"""What is asked of the REST API, and what comes back? Values, before any HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox.orgs.refusal import Fact, Refused

VERSIONS = tuple(f"{number}.0" for number in range(31, 68))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, JSON body (None = empty), and the facts of what was refused."""

    status: int
    body: object = None
    facts: tuple[Fact, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request below /services/data/vXX.X/."""

    method: str
    parts: tuple[str, ...]
    version: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: object = None


def refused_answer(no: Refused) -> Answer:
    """The array of one error (2.1)."""
    return Answer(status=no.status, body=[no.row()], facts=(no.fact,))
