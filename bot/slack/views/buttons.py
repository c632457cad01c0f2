"""The buttons under the direct message of a request: what there is to do in its state."""

from __future__ import annotations

import slackblocks as kit

from bot.core.diagnosis import NOT_PROVEN, UNDO_INCOMPLETE
from bot.slack import ids
from bot.slack.views.parts import button
from bot.slack.views.shown import Shown
from store.records import Request, State


def of(shown: Shown) -> list[kit.Button]:
    """What can be done with the request now; who may, is asked at the click."""
    request = shown.request
    if request.withdrawing:
        return []
    value = ids.Target(request=request.id, wanted=request.wanted_hash).write()
    code_ = request.finding.code if request.finding else None
    withdraw = _withdraw(request, value)
    rename = [_rename(shown, value)] if shown.free_username else []
    match request.state:
        case State.REQUESTED:
            problems = request.preflight is not None and bool(request.preflight.problems)
            recheck = [button("Check again", ids.RECHECK, value, style="primary")]
            return [*rename, *(recheck if problems else []), withdraw]
        case State.APPROVED:
            return [withdraw]
        case State.BLOCKED:
            retry = [button("Retry", ids.RETRY, value, style="primary")]
            return [*rename, *([] if code_ == UNDO_INCOMPLETE else retry), withdraw]
        case State.PROVISIONED:
            return [*([_confirm_live(request, value)] if code_ == NOT_PROVEN else []), withdraw]
        case _:
            return []


def _withdraw(request: Request, value: str) -> kit.Button:
    made = request.approved_at is not None
    return button(
        "Withdraw",
        ids.WITHDRAW,
        value,
        style="danger",
        confirm=(
            f"Withdraw {request.label}?",
            "The bot undoes what it made in the org: its user is deactivated, its access is gone."
            if made
            else "Nothing was made in the org yet. The request ends here.",
            "Withdraw",
        ),
    )


def _confirm_live(request: Request, value: str) -> kit.Button:
    return button(
        "Confirm live",
        ids.CONFIRM_LIVE,
        value,
        style="primary",
        confirm=(
            f"Confirm that {request.label} works?",
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
