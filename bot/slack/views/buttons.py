"""The buttons of a request: what there is to do in its state, for who reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import slackblocks as kit

from bot.core.diagnosis import ANEW, NOT_PROVEN, UNDO_INCOMPLETE
from bot.core.policy import Action, Actor, may
from bot.slack import ids
from bot.slack.views.parts import button
from bot.slack.views.shown import Shown
from store.records import Request, State


def of(shown: Shown, reader: Actor) -> list[kit.Button]:
    """What this reader may do with the request now; asked again at the click."""
    request = shown.request
    value = ids.Target(request=request.id, wanted=request.wanted_hash).write()
    return [_BUTTONS[one](shown, value) for one in due(shown) if may(one, reader, request).allowed]


def due(shown: Shown) -> list[Action]:
    """What can be done with the request now, by whoever may."""
    request = shown.request
    if request.withdrawing:
        return []
    code_ = request.finding.code if request.finding else None
    rename = [Action.NEW_USERNAME] if shown.free_username else []
    match request.state:
        case State.REQUESTED:
            problems = request.preflight is not None and bool(request.preflight.problems)
            return [*rename, *([Action.RECHECK] if problems else []), Action.WITHDRAW]
        case State.APPROVED:
            return [Action.WITHDRAW]
        case State.BLOCKED:
            retry = [] if code_ == UNDO_INCOMPLETE else [Action.RETRY]
            return [*rename, *retry, Action.WITHDRAW]
        case State.PROVISIONED:
            confirm = [Action.CONFIRM_LIVE] if code_ == NOT_PROVEN else []
            return [*confirm, Action.WITHDRAW]
        case _:
            return []


def _recheck(shown: Shown, value: str) -> kit.Button:
    return button("Check again", ids.RECHECK, value, style=_style(shown.request))


def _retry(shown: Shown, value: str) -> kit.Button:
    return button("Retry", ids.RETRY, value, style=_style(shown.request))


def _style(request: Request) -> Literal["primary"] | None:
    """To go on is the first thing to do, unless the request itself is what is wrong.

    It is offered then, too: somebody in the org may bring back what was asked for.
    """
    problems = request.preflight.problems if request.preflight else ()
    wrong = [*problems, *([request.finding] if request.finding else [])]
    return None if any(one.code in ANEW for one in wrong) else "primary"


def _withdraw(shown: Shown, value: str) -> kit.Button:
    made = shown.request.approved_at is not None
    return button(
        "Withdraw",
        ids.WITHDRAW,
        value,
        style="danger",
        confirm=(
            f"Withdraw {shown.request.label}?",
            "The bot undoes what it made in the org: its user is deactivated, its access is gone."
            if made
            else "Nothing was made in the org yet. The request ends here.",
            "Withdraw",
        ),
    )


def _confirm_live(shown: Shown, value: str) -> kit.Button:
    return button(
        "Confirm live",
        ids.CONFIRM_LIVE,
        value,
        style="primary",
        confirm=(
            f"Confirm that {shown.request.label} works?",
            (
                "You say that the integration logged in as its user and did its work."
                " The owner, the backup owner and admins can do this."
            ),
            "Confirm live",
        ),
    )


def _rename(shown: Shown, value: str) -> kit.Button:
    label = shown.request.label
    return button(
        "Take another username",
        ids.NEW_USERNAME,
        value,
        style="primary",
        confirm=(
            f"Another username for {label}?",
            (
                f"It becomes {shown.free_username}. The org is looked at anew, and the approvers"
                " are asked about it again: earlier approvals count no more."
            ),
            "Take it",
        ),
    )


_BUTTONS: Mapping[Action, Callable[[Shown, str], kit.Button]] = {
    Action.NEW_USERNAME: _rename,
    Action.RECHECK: _recheck,
    Action.RETRY: _retry,
    Action.CONFIRM_LIVE: _confirm_live,
    Action.WITHDRAW: _withdraw,
}


def done(action: Action, request: Request) -> str:
    """What a person is told who did one of these where no living message of theirs shows it."""
    label = request.label
    match action:
        case Action.RECHECK:
            return f"{label} is being checked again; its messages say what comes of it."
        case Action.RETRY if request.state is State.REQUESTED:
            return f"The approval of {label} is too old: it is checked and asked for again."
        case Action.RETRY:
            return f"{label} goes on now; its messages move as it does."
        case Action.WITHDRAW if request.withdrawing:
            return f"{label} is being withdrawn: what was made is undone first."
        case Action.WITHDRAW:
            return f"{label} is withdrawn."
        case Action.CONFIRM_LIVE:
            return f"{label} is live now, and its messages say that you confirmed it."
        case Action.NEW_USERNAME:
            return f"{label} gets another username; the org is looked at anew first."
        case _:
            raise ValueError(f"{action} is no button of a request")
