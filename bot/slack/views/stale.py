"""The words about integration users that nobody uses: to the digest channel and to owners.

What cannot be known is said as that, with the right that is missing; only what is known is called
unused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.activity import Evidence, Status
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
_SETS = {
    Evidence.LOGINS: "Integration User Bot",
    Evidence.TOKENS: "Integration User Bot Stale Alert",
}
"""Which of the shipped permission sets holds the right to a source (docs/salesforce-setup.md)."""

_OWN = "Logins of the bot itself, to test a user, do not count as use."


def channel(report: Report, *, org_label: str) -> Payload:
    """The message of one look at one org, to the digest channel."""
    if report.refusal:
        return _refused(report, org_label)
    head = f"*{line(org_label)}*: {how_many(report)}"
    blocks: Blocks = [section(head), *_groups(report), *_missing(report)]
    blocks.append(context(f"{_FREEZE} {_OWN}"))
    texts = [head.replace("*", ""), *(user(report, one) for one in report.entries)]
    return message(text_of(texts), blocks)


def dm(report: Report, owner: str, *, org_label: str) -> Payload | None:
    """The message to the owner of users that the bot made; None when there is nothing to say."""
    mine = report.of(owner)
    if not mine:
        return None
    what = "1 integration user" if len(mine) == 1 else f"{len(mine)} integration users"
    head = f"{what} of yours in {line(org_label)} {_needs(len(mine))} a look"
    lines = [text for one in mine for text in (user(report, one), f"What to do: {_to_do(one)}")]
    blocks: Blocks = [section(f"*{head}*"), *sections(lines, most=4 * _MOST)]
    blocks += _missing(report) if any(one.verdict.missing for one in mine) else []
    return message(text_of([head, *lines]), [*blocks, context(_OWN)])


def _refused(report: Report, org_label: str) -> Payload:
    text = f"*{line(org_label)}*: {how_many(report)}. {why(report)}"
    return message(text, [section(text)])


def why(report: Report) -> str:
    """Why the look could not be made, as the org or its absence has it."""
    return line(report.refusal, 1500)


def how_many(report: Report) -> str:
    """How many users need a look, of how many; or that nobody could look."""
    if report.refusal:
        return "who uses its integration users could not be looked at"
    users = f"{report.users} integration user{'' if report.users == 1 else 's'}"
    if not report.entries:
        return f"all is well with its {users}"
    return f"{len(report.entries)} of {users} {_needs(len(report.entries))} a look"


def _needs(count: int) -> str:
    return "needs" if count == 1 else "need"


def _groups(report: Report) -> Blocks:
    """One list per kind, worst first."""
    return [
        block
        for heading, some in groups(report)
        for block in sections([f"*{heading}*", *bullets(some)], most=_MOST)
    ]


def groups(report: Report) -> list[tuple[str, list[str]]]:
    """Each kind that there is, worst first, with a line for each of its users."""
    found = []
    for heading, status, alert in _GROUPS:
        some = [
            user(report, one)
            for one in report.entries
            if one.verdict.status is status and one.verdict.alert is alert
        ]
        if some:
            found.append((heading, some))
    return found


def _missing(report: Report) -> Blocks:
    said = missing(report)
    return [section(said)] if said else []


def missing(report: Report) -> str:
    """Which sources could not be relied on, and what would mend it; "" when all could be read."""
    if not report.missing:
        return ""
    lines = []
    for evidence, reason in report.missing.items():
        if evidence in report.lacking:
            lines.append(
                f"The {evidence} cannot be read: the bot's own user lacks {line(reason)}."
                " To do: whoever looks after Salesforce assigns it the permission set"
                f" *{_SETS.get(evidence, _SETS[Evidence.LOGINS])}*, or leaves it so."
            )
        else:
            lines.append(f"The {evidence} cannot be read: {line(reason, 500).rstrip('.')}.")
    return " ".join([*lines, "So of some users nobody can say whether they are used."])


def user(report: Report, entry: Entry) -> str:
    """One user: its name, whose it is, and what is known of its use."""
    made = entry.made
    whose = f"IU-{made.request}, owner <@{made.owner}>" if made else "not made by the bot"
    frozen = "; frozen, and its licence is still taken" if entry.frozen else ""
    return f"{code(entry.username)} ({whose}): {_known(report, entry)}{frozen}"


def _known(report: Report, entry: Entry) -> str:
    verdict = entry.verdict
    days = _days(report.at, verdict.since)
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
            hidden = f", but its {' and '.join(verdict.missing)} cannot be read"
            return f"unknown; {seen}{'' if report.is_ours(entry) else hidden}"
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


def text_of(lines: Sequence[str]) -> str:
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
