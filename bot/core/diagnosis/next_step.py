"""What can be done next differs by state; the table's remedies are worded for it here alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.core.diagnosis.quote import quote
from bot.core.wording import sentence_start
from store.records import Finding, State, Wanted

_NAME: Final = 120
_STEP: Final = re.compile(
    r"\b(?:press (?:retry|check again)|(?:test|check) again)\b", re.IGNORECASE
)
"""What the tables say for "go on from here", whichever button or command that is."""

_STEPS: Final[Mapping[State, str]] = {
    State.REQUESTED: "press Check again",
    State.APPROVED: "press Retry",
    State.PROVISIONED: "press Retry",
    State.BLOCKED: "press Retry",
    State.LIVE: "test again",
}
"""By the state in which a finding is read. What fails on its way is blocked, and has Retry then."""


def remedy_for(finding: Finding, state: State, *, withdrawing: bool = False) -> Finding:
    """Word the next step of a finding's remedy as the one that its reader has.

    `withdrawing`: only the undo goes on from here. Done twice it changes nothing more.
    """
    step = "press Withdraw" if withdrawing else _STEPS.get(state)
    return _with_step(finding, step) if step else finding


def remedy_at_check(finding: Finding) -> str:
    """Word a remedy for who runs `check`, where there is no request and no button."""
    return _with_step(finding, "run check again").remedy


def remedy_without_request(finding: Finding) -> str:
    """Word a remedy about an org as a whole, at which the clock looks again in any case."""
    return _with_step(finding, "the bot looks again by itself").remedy


def put_back(wanted: Wanted, state: State) -> str:
    """Say how the bot's own grant or assignment comes back that somebody took away.

    A retry makes what is missing; nothing does so for what is live, so there it is work by hand. An
    external client app is not among a set's Assigned Connected Apps (auth-and-monitoring 2.4).
    """
    gone = "The bot's own grant or assignment was taken away"
    if state is not State.LIVE:
        return f"{gone}: press Retry to put it back."
    sets = " and ".join(quote(one.label, _NAME) for one in wanted.sets)
    noun = "permission sets" if len(wanted.sets) > 1 else "permission set"
    words = (
        f"{gone}, and the bot does not put it back by itself. In Setup, assign the {noun} {sets}"
    )
    words += f" to {quote(wanted.username, _NAME)} again"
    admitted = next((one.label for one in wanted.sets if one.app_id), None)
    if admitted is None:
        return f"{words}."
    where = (
        "Policies, App Policies, Selected Permission Sets"
        if wanted.app_kind == "external_client_app"
        else "Manage Permission Sets"
    )
    app = quote(wanted.app_name or "of this request", _NAME)
    return f"{words}, and let the app {app} admit {quote(admitted, _NAME)} ({where})."


def _with_step(finding: Finding, step: str) -> Finding:
    return replace(finding, remedy=_STEP.sub(lambda found: _cased(step, found[0]), finding.remedy))


def _cased(step: str, found: str) -> str:
    return sentence_start(step) if found[0].isupper() else step
