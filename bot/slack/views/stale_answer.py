"""What `/integration-user stale` answers: every org with its numbers first, then their users.

However many orgs and users there are, each org is named with its numbers. Then each gets an equal
share of the room, and what does not fit is counted, with the command that shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot.core.activity import Status
from bot.core.stale import WORST_FIRST, Look, Report
from bot.slack import ids
from bot.slack.views import stale
from bot.slack.views.parts import (
    MESSAGE_BLOCKS,
    Blocks,
    Payload,
    bullets,
    context,
    message,
    section,
    sections,
)
from bot.slack.views.shown import at
from bot.slack.views.text import line, pack

_MOST = 30
"""Blocks about the users of one org: some seven hundred users."""

_LEAST = 2
"""Some users, and how many there are besides: with less room an org has only its numbers."""

_WORDS = {
    Status.FAILING: "failing",
    Status.STALE: "unused",
    Status.NEVER_USED: "never used",
    Status.UNKNOWN: "unknown",
}


def answer(looks: Sequence[Look], *, following: datetime, now: datetime) -> Payload:
    """The newest look at each org, with its age; `following` = when the next one is."""
    heads = [_head(one, following, now) for one in looks]
    blocks: Blocks = sections(heads)
    told = [one for one in looks if one.report and one.report.worth_saying]
    room = min((MESSAGE_BLOCKS - len(blocks)) // max(len(told), 1), _MOST)
    if room < _LEAST:
        blocks.append(context(f"`{ids.COMMAND} stale ORG` shows the users of one org."))
    else:
        blocks += [block for one in told for block in _users(one, room, alone=len(looks) == 1)]
    users = [
        text for one in told if one.report for _, some in stale.groups(one.report) for text in some
    ]
    return message(stale.text_of([*(one.replace("*", "") for one in heads), *users]), blocks)


def _head(look: Look, following: datetime, now: datetime) -> str:
    """An org in one line: its numbers, and when it was looked at."""
    name, report = f"*{line(look.label)}*", look.report
    if report is None:
        return (
            f"{name} was not looked at yet. The next look is {at(following)};"
            " whoever runs the bot can look now with `integration-user-bot job stale`."
        )
    age = f"Looked at {at(report.at)}, {_ago(now, report.at)}"
    return f"{name}: {stale.how_many(report)}{_kinds(report)}. {age}"


def _kinds(report: Report) -> str:
    counts = Counter(one.verdict.status for one in report.entries)
    kinds = [f"{counts[status]} {_WORDS[status]}" for status in WORST_FIRST if counts[status]]
    return f" ({', '.join(kinds)})" if kinds else ""


def _users(look: Look, room: int, *, alone: bool) -> Blocks:
    """Why nobody knows more, and the users by kind, worst first, in at most `room` blocks."""
    report = look.report
    if report is None:
        return []
    lines = [] if alone else [f"*{line(look.label)}*"]
    lines += [one for one in (stale.why(report), stale.missing(report)) if one]
    named = set()
    for heading, some in stale.groups(report):
        lines.append(f"*{heading}*")
        named |= set(range(len(lines), len(lines) + len(some)))
        lines += bullets(some)
    texts = pack(lines)
    if len(texts) <= room:
        return [section("\n".join(piece for _, piece in text)) for text in texts]
    kept, cut = texts[: room - 1], texts[room - 1 :]
    left = len({number for text in cut for number, _ in text} & named)
    how = "which are less urgent" if alone else f"`{ids.COMMAND} stale {look.org}` shows them"
    shown: Blocks = [section("\n".join(piece for _, piece in text)) for text in kept]
    return [*shown, context(f"and {left} more, {how}" if alone else f"and {left} more: {how}")]


def _ago(now: datetime, then: datetime) -> str:
    minutes = max(int((now - then).total_seconds()) // 60, 0)
    for size, word in ((1440, "day"), (60, "hour"), (1, "minute")):
        count = minutes // size
        if count:
            return f"{count} {word}{'' if count == 1 else 's'} ago"
    return "just now"
