"""The direct message's words until there is a decision: looked at, to be mended, asked."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.diagnosis import ANEW
from bot.slack import ids
from bot.slack.views.parts import bullets
from bot.slack.views.shown import Shown, approvals, at, away_lines, who_can
from bot.slack.views.text import code, line
from store.records import Finding, Request

_MUST_CHANGE = "this must change first. Then press Check again."
_WRONG = f"it cannot be set up as it was asked for. Withdraw it, then use `{ids.COMMAND} new`."


def before(shown: Shown) -> list[str]:
    """Where a request stands that nobody has decided about; the first line stands alone."""
    preflight = shown.request.preflight
    if preflight is None and shown.away:
        return ["The bot looks at the org first, which it cannot do now.", *away_lines(shown)]
    if preflight is None and shown.request.pinned is not None:
        return [
            (
                f"{_asked_again(shown.request)}"
                " the bot looks at the org first, then it asks the approvers."
            )
        ]
    if preflight is None:
        return [
            (
                "The bot looks at the org first, which takes some seconds."
                " Then it asks the approvers, and you hear from it here."
            )
        ]
    if preflight.problems:
        return _to_mend(shown, preflight.problems)
    if shown.undecidable:
        told = "Those who look after the bot were told. It goes on as soon as somebody can decide."
        return [line(shown.undecidable), told]
    return [
        (
            f"The approvers are asked: {approvals(shown.request)} of {shown.required}"
            " have approved. You hear from the bot when they have decided;"
            " you do not have to do anything."
        )
    ]


def _to_mend(shown: Shown, found: Sequence[Finding]) -> list[str]:
    """What must change before anybody is asked, by whom, and until when."""
    problems = [
        f"{line(one.cause, 900)} *What to do* {line(one.remedy, 900)}"
        f" ({who_can(shown.request, one)})"
        for one in found
    ]
    expiry = shown.expires_at
    until = [f"It expires {at(expiry)} if nobody mends it."] if expiry else []
    anew = any(one.code in ANEW for one in found)
    return [
        f"Nobody was asked yet: {_WRONG if anew else _MUST_CHANGE}",
        *until,
        *bullets(problems),
    ]


def _asked_again(request: Request) -> str:
    pinned, asked = request.pinned, request.asked.username
    if pinned and asked and asked != pinned.username:
        return f"It gets another username, {code(asked)}, so it is asked for again:"
    return "Its approval was too old, so it is asked for again:"
