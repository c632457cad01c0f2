"""What is agreed to, in words: the plan and how far it is, the matrix, the danger, the seats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core import access
from bot.core.diagnosis import UNDO_INCOMPLETE
from bot.slack.views import rich
from bot.slack.views.parts import Blocks, bullets, section, sections
from bot.slack.views.rich import PLAIN, Rich
from bot.slack.views.shown import Shown, grants_of, more_at, unproven
from bot.slack.views.text import bare, line, some
from store.records import Grant, Request, Seats, State, Tier, Verb

_STRONG = (Verb.DELETE, Verb.VIEW_ALL, Verb.MODIFY_ALL)
_WRITING = (Verb.CREATE, Verb.EDIT)
_DONE, _NOW, _NEXT = "done ✓", "*doing now*", "to do"
_STOPPED, _NEVER = "*stopped here*", "not done"
_BY_HAND, _WAITS, _FAILED = "confirmed by hand ✓", "*waits for a person*", "*failed*"
_STATUS: Mapping[str, rich.Status] = {
    _DONE: "complete",
    _BY_HAND: "complete",
    _NOW: "in_progress",
    _WAITS: "in_progress",
    _STOPPED: "error",
    _FAILED: "error",
}


def plan(shown: Shown, *, most: int, allowed: Rich = PLAIN) -> Blocks:
    """The plan sentence by sentence, the test at its end; each says how far it is, in words.

    Where plan blocks are allowed it is one, with the same words; `most` is about sections.
    """
    preflight = shown.request.preflight
    if preflight is None or not preflight.plan:
        return []
    last = (
        "Log in as the new user and test its access"
        if shown.app_label
        else "A person tests the login and confirms it, because no app was chosen"
    )
    steps = [*preflight.plan, last]
    marks = _marks(shown, preflight.plan) if _moves(shown.request) else [""] * len(steps)
    if rich.PLAN in allowed:
        said = [mark and f" — {mark.strip('*')}" for mark in marks]
        tasks = [
            (f"{bare(step)}{words}", _STATUS.get(mark, "pending"))
            for step, words, mark in zip(steps, said, marks, strict=True)
        ]
        return rich.plan(f"Plan{_stage(shown.request)}", tasks, more=more_at(shown))
    lines = [
        f"{number}. {line(step)}{mark and f' — {mark}'}"
        for number, (step, mark) in enumerate(zip(steps, marks, strict=True), start=1)
    ]
    return sections([f"*Plan*{_stage(shown.request)}", *lines], most=most, more=more_at(shown))


def _moves(request: Request) -> bool:
    """Is it, or was it, being set up, and not undone since?"""
    begun = request.approved_at is not None and request.state is not State.REQUESTED
    return begun and not _stage(request)


def _stage(request: Request) -> str:
    if request.withdrawing:
        return ": what was made of it is being undone"
    if request.approved_at is not None and request.state is State.WITHDRAWN:
        return ": undone"
    if request.finding and request.finding.code == UNDO_INCOMPLETE:
        return ": partly undone"
    return ""


def _marks(shown: Shown, plan: Sequence[str]) -> list[str]:
    state = shown.request.state
    finished = state in {State.PROVISIONED, State.LIVE}
    done = [finished or sentence in shown.done for sentence in plan]
    here, later = (_STOPPED, _NEVER) if state is State.BLOCKED else (_NOW, _NEXT)
    first = done.index(False) if False in done else -1
    marks = [
        _DONE if one else (here if number == first else later) for number, one in enumerate(done)
    ]
    return [*marks, _test_mark(shown, all_done=first < 0)]


def _test_mark(shown: Shown, *, all_done: bool) -> str:
    match shown.request.state:
        case State.LIVE:
            return _BY_HAND if shown.by_hand else _DONE
        case State.PROVISIONED:
            return _WAITS if unproven(shown.request) else _NOW
        case State.BLOCKED:
            return _FAILED if all_done else _NEVER
        case _:
            return _NEXT


def matrix(shown: Shown, *, most: int, allowed: Rich = PLAIN) -> Blocks:
    """The access matrix, fields as counts, then what the closure added and because of what."""
    grants = grants_of(shown.request)
    if rich.TABLE in allowed and grants:
        head = ("Object", "Access", "Fields read", "Fields edited")
        rows = [[cell or "none" for cell in access.columns(one)] for one in grants]
        blocks = [section("*Access*"), *rich.table(head, rows, more=more_at(shown))]
    else:
        lines = ["*Access*", *bullets(line(one) for one in access.sentences(grants))]
        blocks = sections(lines, most=most, more=more_at(shown))
    added = [line(one) for one in access.additions(grants)]
    if added:
        blocks += sections(
            ["*Added because something else needs it*", *bullets(added)],
            most=2,
            more=more_at(shown),
        )
    return blocks


def risks(shown: Shown, *, most: int) -> Blocks:
    """What the approvers should think about before they decide."""
    preflight = shown.request.preflight
    if preflight is None or not preflight.risks:
        return []
    lines = bullets(line(risk, 600) for risk in preflight.risks)
    return sections(["*Please consider*", *lines], most=most, more=more_at(shown))


def danger(shown: Shown) -> str:
    """The tier of danger and what makes it so."""
    grants = grants_of(shown.request)
    match access.tier(grants):
        case Tier.HIGH:
            return f"*Danger* high: {_strongest(grants)}"
        case Tier.MEDIUM:
            names = [line(one.object) for one in grants if set(_WRITING) & set(one.verbs)]
            return f"*Danger* medium: it creates or edits records of {some(names)}"
        case _:
            return "*Danger* low: it only reads"


def _strongest(grants: Sequence[Grant]) -> str:
    found = []
    for grant in grants:
        verbs = [access.WORDS[verb] for verb in _STRONG if verb in grant.verbs]
        if verbs:
            found.append(f"{' and '.join(verbs)} on {line(grant.object)}")
        if grant.all_fields:
            found.append(f"all fields of {line(grant.object)} (future ones too)")
    return some(found)


def seats(shown: Shown) -> Blocks:
    """Seats after this request, and what it costs."""
    preflight = shown.request.preflight
    if preflight is None or preflight.license_seats is None or preflight.psl_seats is None:
        return []
    prices = shown.prices
    currency = line(prices.currency)
    words = (
        f"*Seats after this* Salesforce Integration {_after(preflight.license_seats)},"
        f" Salesforce API Integration {_after(preflight.psl_seats)}\n"
        f"*Cost* none while a seat is free; one more seat is {_money(prices.integration)}"
        f" {currency} a month by list price (a full licence: {_money(prices.full)} {currency})"
    )
    return [section(words)]


def _after(counted: Seats) -> str:
    return f"{max(counted.free - 1, 0)} of {counted.total} free"


def _money(amount: float) -> str:
    return f"{amount:.0f}" if float(amount).is_integer() else f"{amount:.2f}"
