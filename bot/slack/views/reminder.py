"""One line in the thread of a card that nobody has decided about."""

from __future__ import annotations

from bot.slack.views import parts
from bot.slack.views.parts import Payload
from bot.slack.views.shown import Shown, approvals, at, mentions, state_words, title
from bot.slack.views.text import line


def reminder(shown: Shown) -> Payload:
    """Say that it waits, who can decide, and until when."""
    if shown.undecidable:
        return _nobody_can(shown)
    request = shown.request
    left = shown.required - approvals(request)
    needs = "one approval" if left == 1 else f"{left} approvals"
    who = mentions(shown.approvers) if shown.approvers else "An approver"
    words = (
        f"{title(shown)} still waits for {needs}. {who} can decide on the card above, but not the"
        f" requester, the owner or the backup owner.{_until(shown)}"
    )
    return parts.message(words, [])


def undecidable(shown: Shown) -> Payload:
    """Tell those who look after the bot that nobody can decide; later, how it went on."""
    if shown.undecidable:
        return _nobody_can(shown)
    return parts.message(f"{title(shown)}: {state_words(shown.request)}.", [])


def _nobody_can(shown: Shown) -> Payload:
    who = f"{mentions(shown.admins)}: name" if shown.admins else "Name"
    words = (
        f"{title(shown)} waits, and nobody can decide. {line(shown.undecidable)}"
        f" {who} people in the approvers' user group or in `[approval] approvers`; then they can"
        f" decide on its card.{_until(shown)}"
    )
    return parts.message(words, [])


def _until(shown: Shown) -> str:
    return f" It expires {at(shown.expires_at)}." if shown.expires_at else ""
