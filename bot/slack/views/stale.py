"""The words about integration users that nobody uses: to the digest channel, to owners, on demand.

What cannot be known is said as that, with the right that is missing; only what is known is called
unused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.activity import Status
from bot.core.stale import Entry, Report
from bot.slack import ids
from bot.slack.views.parts import Blocks, Payload, bullets, context, message, section, sections
from bot.slack.views.shown import at
from bot.slack.views.text import MESSAGE_TEXT_MAX, code, line

_MOST = 6
"""Sections of one group: some hundred users. The rest is counted."""

_GROUPS = (
    ("Their logins fail", Status.FAILING, True),
    ("Unused for a long time", Status.STALE, True),
    ("Never used", Status.NEVER_USED, True),
    ("Unused for a while", Status.STALE, False),
    ("Nobody can say", Status.UNKNOWN, False),
)

_FREEZE = (
    "If nobody needs it, ask a Salesforce admin to freeze it in Setup; that can be taken back. "
    "Deactivating it later frees the licence."
)
_OWN = "Logins of the bot itself, to test a user, do not count as use."


def channel(report: Report, *, org_label: str) -> Payload:
    """The message of one look at one org, to the digest channel."""
    if report.refusal:
        return _refused(report, org_label)
    head = f"*{line(org_label)}*: {_how_many(report)}"
    blocks: Blocks = [section(head), *_groups(report), *_missing(report)]
    blocks.append(context(f"{_FREEZE} {_OWN}"))
    texts = [head.replace("*", ""), *(_line(one, report.at) for one in report.entries)]
    return message(_text(texts), blocks)


def dm(report: Report, owner: str, *, org_label: str) -> Payload | None:
    """The message to the owner of users that the bot made; None when there is nothing to say."""
    mine = report.of(owner)
    if not mine:
        return None
    what = "1 integration user" if len(mine) == 1 else f"{len(mine)} integration users"
    head = f"{what} of yours in {line(org_label)} {_needs(len(mine))} a look"
    lines = [text for one in mine for text in (_line(one, report.at), f"What to do: {_to_do(one)}")]
    blocks: Blocks = [section(f"*{head}*"), *sections(lines, most=4 * _MOST)]
    blocks += _missing(report) if any(one.verdict.missing for one in mine) else []
    return message(_text([head, *lines]), [*blocks, context(_OWN)])


def answer(
    looks: Sequence[tuple[str, Report | None]], *, following: datetime, now: datetime
) -> Payload:
    """What `/integration-user stale` answers: the newest look at each org, with its age."""
    texts: list[str] = []
    blocks: Blocks = []
    for org_label, report in looks:
        if report is None:
            head = (
                f"*{line(org_label)}* was not looked at yet. The next look is {at(following)};"
                " whoever runs the bot can look now with `integration-user-bot job stale`."
            )
            blocks.append(section(head))
        else:
            said = channel(report, org_label=org_label)
            head = f"{said['text']}\nLooked at {_ago(now, report.at)}"
            blocks += _shown(report, org_label, now)
        texts += head.split("\n")
    return message(_text(texts), blocks)


def _shown(report: Report, org_label: str, now: datetime) -> Blocks:
    age = context(f"Looked at {at(report.at)}, {_ago(now, report.at)}")
    if report.refusal:
        return [section(_why(report, org_label)), age]
    head = f"*{line(org_label)}*: {_how_many(report)}"
    return [section(head), *_groups(report), *_missing(report), age]


def _refused(report: Report, org_label: str) -> Payload:
    text = _why(report, org_label)
    return message(text, [section(text)])


def _why(report: Report, org_label: str) -> str:
    return (
        f"*{line(org_label)}*: who uses its integration users could not be looked at."
        f" {line(report.refusal, 1500)}"
    )


def _how_many(report: Report) -> str:
    users = f"{report.users} integration user{'' if report.users == 1 else 's'}"
    if not report.entries:
        return f"all is well with its {users}"
    return f"{len(report.entries)} of {users} {_needs(len(report.entries))} a look"


def _needs(count: int) -> str:
    return "needs" if count == 1 else "need"


def _groups(report: Report) -> Blocks:
    """One list per kind, worst first."""
    blocks: Blocks = []
    for heading, status, alert in _GROUPS:
        some = [
            _line(one, report.at)
            for one in report.entries
            if one.verdict.status is status and one.verdict.alert is alert
        ]
        if some:
            blocks += sections([f"*{heading}*", *bullets(some)], most=_MOST)
    return blocks


def _missing(report: Report) -> Blocks:
    """Which sources could not be relied on, and what would mend it."""
    if not report.missing:
        return []
    lines = [
        f"The {evidence} cannot be read: the bot's own user lacks {line(right)}."
        if right.startswith("the right")
        else f"The {evidence} cannot be read: {line(right, 500).rstrip('.')}."
        for evidence, right in report.missing.items()
    ]
    return [context(" ".join([*lines, "So of some users nobody can say whether they are used."]))]


def _line(entry: Entry, now: datetime) -> str:
    """One user: its name, whose it is, and what is known of its use."""
    made = entry.made
    whose = f"IU-{made.request}, owner <@{made.owner}>" if made else "not made by the bot"
    frozen = "; frozen, and its licence is still taken" if entry.frozen else ""
    return f"{code(entry.username)} ({whose}): {_known(entry, now)}{frozen}"


def _known(entry: Entry, now: datetime) -> str:
    verdict = entry.verdict
    days = _days(now, verdict.since)
    last = verdict.last
    used = f"last used {at(last.at)} ({last.evidence}), {days} ago" if last else ""
    match verdict.status:
        case Status.FAILING:
            newest = f", the newest {at(entry.failed_at)}" if entry.failed_at else ""
            told = f"{entry.failures} logins in a row failed{newest} ({line(entry.failure)})"
            return f"{told}; {used or 'none ever worked'}"
        case Status.NEVER_USED:
            return f"never used since it was made {at(verdict.since)}, {days} ago"
        case Status.UNKNOWN:
            seen = used or f"no use seen since it was made {at(verdict.since)}, {days} ago"
            return f"unknown; {seen}, but its {' and '.join(verdict.missing)} cannot be read"
        case _:
            return used or f"no use seen for {days}, as far back as the org remembers"


def _to_do(entry: Entry) -> str:
    """What the owner of a user can do now."""
    match entry.verdict.status:
        case Status.FAILING:
            number = f"IU-{entry.made.request}" if entry.made else ""
            return (
                "The other system cannot log in. "
                f"`{ids.COMMAND} test {number}` tries it and says what is wrong."
            )
        case Status.NEVER_USED:
            return f"Let the other system log in with it. {_FREEZE}"
        case Status.UNKNOWN:
            return f"If you know that it is in use, there is nothing to do. {_FREEZE}"
        case _:
            return f"If it is still needed, there is nothing to do. {_FREEZE}"


def _text(lines: Sequence[str]) -> str:
    """As many whole lines as a message's text holds, and how many there are besides."""
    found: list[str] = []
    room = MESSAGE_TEXT_MAX - len("\nand 1,000,000 more lines")
    for one in lines:
        room -= len(one) + 1
        if room < 0:
            return "\n".join([*found, f"and {len(lines) - len(found)} more lines"])
        found.append(one)
    return "\n".join(found)


def _days(now: datetime, since: datetime) -> str:
    count = max((now - since).days, 0)
    return "1 day" if count == 1 else f"{count} days"


def _ago(now: datetime, then: datetime) -> str:
    minutes = max(int((now - then).total_seconds()) // 60, 0)
    for size, word in ((1440, "day"), (60, "hour"), (1, "minute")):
        count = minutes // size
        if count:
            return f"{count} {word}{'' if count == 1 else 's'} ago"
    return "just now"
