"""The words to those who look after the bot: an org nobody can choose, a message nobody reads."""

from __future__ import annotations

from bot.core.duedates import waits
from bot.slack.views.parts import Payload, message, section
from bot.slack.views.shown import state_words
from bot.slack.views.text import bare, code, line
from store.records import Message, Request


def closed(label: str, refusal: str) -> Payload:
    """Which org, why, and what it means until somebody mends it."""
    head = "Nobody can ask for an integration user in {} now."
    rest = (
        "The bot looks again by itself; `integration-user-bot check`"
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
        "They were to hear of users of theirs that are unused, failing, or of unknown use.",
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


_CHANNEL = {
    "card": "The card of {}",
    "old_card": "An older card of {}",
    "undecidable": "A word that nobody can decide about {}",
    "digest": "The digest",
    "stale": "The stale alert",
    "org": "A word about an org that nobody can choose",
    "lost_slot": "A word about a failed job",
}
"""By surface: what a channel does not show."""


def unposted(missed: Message, request: Request | None, reason: str) -> Payload:
    """What could not be posted to a channel, or not edited there, and what that means."""
    what = _CHANNEL.get(missed.surface, "A message")
    name = f"IU-{request.id} {line(request.asked.name)}" if request else "a request"
    if missed.ts is None:
        done, means = "posted", "Nobody reads it."
        if missed.surface == "card" and request is not None and waits(request):
            means = "Nobody can decide about it."
    else:
        done, means = "brought up to date", "What stands there is old."
    head = f"{what.format(name)} could not be {done} in <#{missed.target}> ({code(reason)})."
    todo = "The log says more, event `message.given_up`."
    if request is not None:
        todo += (
            " The next change of the request tries again;"
            f" `/integration-user show IU-{request.id}` shows all of it."
        )
    text = f"{head} {means} {todo}"
    return message(text, [section(text)])
