"""The words to those who look after the bot: an org that nobody can choose, a person unheard."""

from __future__ import annotations

from bot.slack.views.parts import Payload, message, section
from bot.slack.views.shown import state_words
from bot.slack.views.text import bare, code, line
from store.records import Request


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


_MISSED = {
    "stale_dm": (
        "They were to hear of an integration user that nobody seems to use.",
        "`/integration-user stale` shows which.",
    ),
    "place": (
        "They were to hear of a channel that takes nothing from me.",
        "`integration-user-bot check` shows which.",
    ),
}
"""By surface: what somebody missed who was not written to about a request."""


def unheard(user: str, about: Request | str, reason: str) -> Payload:
    """Who cannot be written to, and what they do not know; `about` a request, or a surface."""
    head = f"Slack takes no direct message of mine for <@{user}> ({code(reason)})."
    if isinstance(about, Request):
        name = f"IU-{about.id} {line(about.asked.name)}"
        missed = f"They have not read how {name} stands: {state_words(about)}."
        todo = f"Please tell them; `/integration-user show IU-{about.id}` shows all of it."
    else:
        missed, todo = _MISSED.get(about, ("They missed a message.", "The log says which."))
    text = f"{head} {missed} {todo}"
    return message(text, [section(text)])
