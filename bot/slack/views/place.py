"""The words to an admin about a channel that takes nothing from the bot."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.wording import APP_NAME, sentence_start
from bot.slack.views.parts import Payload, bullets, message, section, sections
from bot.slack.views.text import code, some

_ALONE = "Everything that waits arrives by itself then, after 15 minutes at most."
_INVITE = f"type `/invite @{APP_NAME}` in the channel"
_ALLOW = "let this app post there, in the channel's settings under posting permissions"

_CAUSES = {
    "not_in_channel": ("the bot is not in the channel", _INVITE),
    "is_archived": (
        "the channel is archived",
        f"unarchive the channel, and if the bot is not in it any more, {_INVITE}",
    ),
    "channel_not_found": (
        "there is no channel with this id, or it is private and the bot is not in it",
        f"if it is private, {_INVITE}; if the id is wrong or the channel is gone, write another",
    ),
}
_RESTRICTED = ("the channel's settings do not let the bot post", _ALLOW)
_MOST = 10


def why(cause: str) -> str:
    """What Slack's code means, in words."""
    return _CAUSES.get(cause, _RESTRICTED)[0]


def remedy(cause: str) -> str:
    """What somebody has to do in Slack, in words."""
    return _CAUSES.get(cause, _RESTRICTED)[1]


def refused(channel: str, cause: str, *, waits: Sequence[str], keys: Sequence[str]) -> Payload:
    """Which channel, why, what waits, and what to do about it.

    `waits` are phrases whose foreign parts are escaped; `keys` are the keys of the configuration
    that name the channel.
    """
    head = f"Slack takes no message of mine for <#{channel}>: {why(cause)}."
    todo = [f"{sentence_start(remedy(cause))}. {_ALONE}", _elsewhere(keys)]
    blocks = [section(f"*{head}*\nIts id is {code(channel)}; Slack says {code(cause)}.")]
    if waits:
        more = [f"and {len(waits) - _MOST} more"] if len(waits) > _MOST else []
        blocks += sections(["*What waits*", *bullets([*waits[:_MOST], *more])])
    blocks += sections(["*What to do*", *bullets(todo)])
    waiting = f" What waits: {some(waits)}." if waits else ""
    return message(f"{head}{waiting} What to do: {' '.join(todo)}", blocks)


def works(channel: str, *, known: bool) -> Payload:
    """What takes the place of the words above, once it is mended or no longer needed."""
    now = (
        "takes my messages again: what waited is there or comes now."
        if known
        else "is no channel of mine any more: what waited goes to the channel configured now."
    )
    return message(f"<#{channel}> {now} Nothing to do.", [])


def _elsewhere(keys: Sequence[str]) -> str:
    if not keys:
        return "Or restart the bot: no channel of this id is in its configuration any more."
    names = " and ".join(code(key) for key in keys)
    return f"Or write another channel as {names} under `[slack]` in the bot's file and restart it."
