"""The words to those who look after the bot about an org that nobody can choose."""

from __future__ import annotations

from bot.slack.views.parts import Payload, message, section
from bot.slack.views.text import bare, line


def closed(label: str, refusal: str) -> Payload:
    """Which org, why, and what it means until somebody mends it."""
    head = "Nobody can ask for an integration user in {} now."
    rest = (
        "The bot looks again by itself, at the latest within the hour; `integration-user-bot check`"
        " looks at once and says what to do. Requests under way wait."
    )
    blocks = [section(f"*{head.format(line(label))}*\n{line(refusal)}\n{rest}")]
    return message(f"{head.format(bare(label))} {bare(refusal)}", blocks)


def open_again(label: str, *, configured: bool) -> Payload:
    """What takes the place of the words above."""
    now = "can be chosen again" if configured else "is not in the configuration any more"
    return message(f"{bare(label)} {now}.", [section(f"{line(label)} {now}.")])
