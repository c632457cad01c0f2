"""How many seats are left, and what happened to whom: the weekly digest and `licenses`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.core import slots
from bot.core.digest import Digest, Licence
from bot.slack import ids
from bot.slack.views import parts, rich
from bot.slack.views.parts import Blocks, Payload, bullets, context, section, sections
from bot.slack.views.rich import PLAIN, Rich
from bot.slack.views.shown import at, state_words
from bot.slack.views.text import line, some
from store.records import Request, State

_NAMED = 10
_LIST_PRICE = "list price from the bot's configuration; your contract may differ"


def digest(found: Digest, label: str, allowed: Rich = PLAIN) -> Payload:
    """One org's week, for the digest channel; seats in a table where tables are allowed."""
    title = f"Integration licences of {line(label)}, {period(found.slot)}"
    blocks: Blocks = [section(f"*{title}*")]
    if rich.TABLE in allowed and found.counted_at is not None:
        rows = [_cells(one) for one in found.licences]
        blocks += rich.table(("Licence", "Used", "Reserved", "Free"), rows)
        blocks += sections(_notes(found))
    else:
        blocks += sections(_seats(found))
    blocks += sections([*_requests(found), *_waiting(found)], most=6, more=f"`{ids.COMMAND} list`")
    blocks += sections(_live(found), most=3)
    blocks += sections(_money(found))
    blocks.append(context(_counted(found)))
    return parts.message(f"{title}: {_short(found)}", blocks)


def licenses(found: Sequence[tuple[Digest, str]]) -> Payload:
    """Every org as it stands by the cache, for one person."""
    blocks: Blocks = []
    texts = []
    for one, label in found:
        lines = [f"*{line(label)}*", *_seats(one)]
        lines += [*_requests(one), *_waiting(one), *_live(one), *_money(one)]
        blocks += sections(lines, most=5, more=f"`{ids.COMMAND} list`")
        blocks.append(context(_counted(one)))
        texts.append(f"{line(label)}: {_short(one)}")
    return parts.message("\n".join(texts), blocks)


def period(slot: str) -> str:
    """A slot as people call it: `week 47 of 2026`, or its day."""
    year, _, week = slots.plain(slot).partition("-W")
    return f"week {int(week)} of {year}" if week else line(year)


def _short(found: Digest) -> str:
    """The numbers in one line, because mobile phones read nothing else."""
    if found.counted_at is None:
        return f"not counted yet. {line(found.refusal, 900)}".rstrip()
    seats = "; ".join(f"{one.name} {_numbers(one)}" for one in found.licences)
    parts_of = [f"{seats}."]
    if found.moved:
        parts_of.append(f"Requests of this time: {_states(found)}.")
    for word, requests in (("Blocked", found.blocked), ("Under way", found.pending)):
        if requests:
            parts_of.append(f"{word}: {some((one.label for one in requests), _NAMED)}.")
    return " ".join(parts_of)


def _seats(found: Digest) -> list[str]:
    if found.counted_at is None:
        return [f"Its seats have not been counted yet. {line(found.refusal, 900)}".rstrip()]
    return [*bullets(f"*{one.name}*: {_numbers(one)}" for one in found.licences), *_notes(found)]


def _notes(found: Digest) -> list[str]:
    """What follows from the numbers, and whether they could be read."""
    lines = []
    if found.free == 0:
        lines.append(
            "*No user can be made now.* Take a licence from a user that needs none any more,"
            " withdraw a request, or ask Salesforce for more seats."
        )
    elif found.weeks_left is not None:
        weeks = "less than a week" if found.weeks_left == 0 else _count(found.weeks_left, "week")
        lines.append(f"At the pace since the last count the free seats last {weeks}.")
    if found.refusal:
        lines.append(f"The org cannot be read now: {line(found.refusal, 900)}")
    return lines


def _numbers(one: Licence) -> str:
    seats = one.seats
    return (
        f"{seats.used} of {seats.total} used{_change(one)}, {max(seats.reserved, 0)} reserved,"
        f" {max(seats.free, 0)} free"
    )


def _cells(one: Licence) -> tuple[str, str, str, str]:
    seats = one.seats
    used = f"{seats.used} of {seats.total}{_change(one)}"
    return one.name, used, f"{max(seats.reserved, 0)}", f"{max(seats.free, 0)}"


def _change(one: Licence) -> str:
    """What changed since the count before; nothing where there is none."""
    if one.used_change is None or one.total_change is None:
        return ""
    used = f"{one.used_change:+}" if one.used_change else "no change"
    seats = f", {one.total_change:+} seats" if one.total_change else ""
    return f" ({used}{seats})"


def _requests(found: Digest) -> list[str]:
    if not found.moved:
        return [f"*Requests* None moved since {at(found.since)}."]
    return [f"*Requests* Moved since {at(found.since)}: {_states(found)}"]


def _states(found: Digest) -> str:
    return ", ".join(f"{number} {state}" for state, number in found.moved)


def _waiting(found: Digest) -> list[str]:
    """What is blocked and what is under way, by name: somebody may have to do something."""
    lines: list[str] = []
    for word, requests in (("Blocked", found.blocked), ("Under way", found.pending)):
        if requests:
            lines.append(f"*{word}*")
            lines += bullets(_named(one) for one in requests[:_NAMED])
            if len(requests) > _NAMED:
                lines.append(f"and {len(requests) - _NAMED} more: `{ids.COMMAND} list`")
    return lines


def _live(found: Digest) -> list[str]:
    if not found.live:
        return []
    lines = [_named(one) for one in found.live[:_NAMED]]
    if len(found.live) > _NAMED:
        lines.append(f"and {len(found.live) - _NAMED} more")
    return ["*Live, new or tested again*", *bullets(lines)]


def _named(request: Request) -> str:
    """One request: what it is, where it stands, who is asked."""
    why = ""
    if request.state is State.BLOCKED and request.finding:
        why = f" {line(request.finding.cause, 300)}"
    return (
        f"{request.label} {line(request.asked.name)} · owner <@{request.asked.owner}>"
        f" · {state_words(request)}.{why}"
    )


def _money(found: Digest) -> list[str]:
    money = found.money
    if money is None:
        return []
    currency = line(money.currency)
    used = found.licences[0].seats.used
    words = (
        f"*Cost* {_amount(money.seat)} {currency} a month for a seat;"
        f" {_count(used, 'used seat')}: {_amount(money.spent)} {currency}"
    )
    if money.saved:
        words += f", {_amount(money.saved)} less than full licences"
    return [f"{words} ({_LIST_PRICE})."]


def _counted(found: Digest) -> str:
    """How old the numbers are, and what they are compared with."""
    if found.counted_at is None:
        return "The bot looks again by itself."
    compared = ""
    if found.compared_with is not None:
        compared = f" Changes are those since {at(found.compared_with)}."
    return f"Counted in the org {at(found.counted_at)}.{compared}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _amount(amount: Decimal) -> str:
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
