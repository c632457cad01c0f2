"""One line in the thread of a card that nobody has decided about."""

from __future__ import annotations

from bot.slack.views import parts
from bot.slack.views.parts import Payload
from bot.slack.views.shown import Shown, approvals, at, mentions, title


def reminder(shown: Shown) -> Payload:
    """Say that it waits, who can decide, and until when."""
    request = shown.request
    left = shown.required - approvals(request)
    needs = "one approval" if left == 1 else f"{left} approvals"
    who = mentions(shown.approvers) if shown.approvers else "An approver"
    until = f" It expires {at(shown.expires_at)}." if shown.expires_at else ""
    words = (
        f"{title(shown)} still waits for {needs}. {who} can decide on the card above, but not the"
        f" requester, the owner or the backup owner.{until}"
    )
    return parts.message(words, [])
