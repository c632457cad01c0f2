"""What the surfaces of one request share: the record, a few words of the configuration, phrases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core import access, form
from bot.slack.views.parts import bullets, esc
from store.records import Finding, Grant, Request, Seats, State, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """List prices per user and month, from the configuration."""

    currency: str
    full: float
    integration: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One request as it is shown; `done` holds the sentences of steps that are done."""

    request: Request
    org_label: str
    my_domain_url: str
    app_label: str | None
    required: int
    prices: Prices
    done: frozenset[str] = frozenset()


STATE_WORDS = {
    State.REQUESTED: "waiting",
    State.APPROVED: "approved, being set up",
    State.PROVISIONED: "set up, being tested",
    State.LIVE: "live",
    State.BLOCKED: "blocked",
    State.REJECTED: "rejected",
    State.WITHDRAWN: "withdrawn",
    State.EXPIRED: "expired",
}

TIER_WORDS = {
    Tier.LOW: "low: it only reads",
    Tier.MEDIUM: "medium: it creates or edits records",
    Tier.HIGH: "high: it deletes, or sees more than sharing allows, or every field",
}


def state_words(request: Request) -> str:
    """The state in words; what is under way beats what became true last."""
    if request.withdrawing:
        return "being withdrawn"
    if request.state is State.REQUESTED:
        return _waiting(request)
    if request.state is State.PROVISIONED and request.finding:
        return "set up, not proven yet"
    return STATE_WORDS[request.state]


def _waiting(request: Request) -> str:
    if request.preflight is None:
        return "being checked"
    if request.preflight.problems:
        return "needs a change before anybody is asked"
    return "waiting for approval"


def title(shown: Shown) -> str:
    """`IU-17 Warehouse sync · UAT sandbox`; every card begins so."""
    request = shown.request
    return f"{request.label} {esc(request.asked.name)} · {esc(shown.org_label)}"


def who_lines(shown: Shown) -> str:
    """Who asks, why, for which system, and who answers for it."""
    asked = shown.request.asked
    lines = [
        f"*Asked by* <@{shown.request.requester}>",
        f"*System* {esc(asked.system)}",
        f"*Why* {esc(asked.purpose)}",
        f"*Owner* <@{asked.owner}>, backup <@{asked.backup_owner}>",
        f"*Mailbox* {esc(asked.email)}",
    ]
    if asked.ticket:
        ticket = esc(asked.ticket)
        lines.append(f"*Ticket* <{ticket}>" if form.is_link(asked.ticket) else f"*Ticket* {ticket}")
    lines.append(f"*App* {esc(shown.app_label) if shown.app_label else 'none'}")
    if shown.request.username:
        lines.append(f"*Username* `{esc(shown.request.username)}`")
    return "\n".join(lines)


def grants_of(request: Request) -> tuple[Grant, ...]:
    """The matrix: closed once preflight looked, before that as asked."""
    wanted = request.preflight.wanted if request.preflight else None
    if wanted is None:
        return request.asked.grants
    return tuple(grant for one in wanted.sets for grant in one.grants)


def matrix(grants: Sequence[Grant]) -> str:
    """The access matrix, fields as counts, and what the closure added."""
    lines = [esc(line) for line in access.sentences(grants)]
    added = [esc(line) for line in access.additions(grants)]
    text = bullets(lines)
    return f"{text}\n_Added because:_\n{bullets(added)}" if added else text


def plan_lines(shown: Shown) -> str:
    """The plan sentence by sentence, each done or still to do."""
    request = shown.request
    sentences = request.preflight.plan if request.preflight else ()
    finished = request.state in {State.PROVISIONED, State.LIVE}
    begun = request.approved_at is not None
    lines = []
    for number, sentence in enumerate(sentences, start=1):
        done = finished or sentence in shown.done
        mark = (":white_check_mark: " if done else ":hourglass_flowing_sand: ") if begun else ""
        word = (" (done)" if done else "") if begun else ""
        lines.append(f"{mark}{number}. {esc(sentence)}{word}")
    return "\n".join(lines)


def seat_lines(shown: Shown) -> str:
    """Seats after this request, and what it costs."""
    preflight = shown.request.preflight
    if preflight is None or preflight.license_seats is None or preflight.psl_seats is None:
        return ""
    license_after = _after(preflight.license_seats)
    psl_after = _after(preflight.psl_seats)
    prices = shown.prices
    saved = prices.full - prices.integration
    return (
        f"*Seats after this* Salesforce Integration {license_after},"
        f" Salesforce API Integration {psl_after}\n"
        f"*Cost* one integration seat, {_money(prices.integration)} {esc(prices.currency)} a month"
        f" by list price if you have to buy it; a full licence would cost"
        f" {_money(saved)} {esc(prices.currency)} more"
    )


def _after(seats: Seats) -> str:
    return f"{seats.free - 1} of {seats.total} free"


def _money(amount: float) -> str:
    return f"{amount:.0f}" if float(amount).is_integer() else f"{amount:.2f}"


def finding_lines(finding: Finding) -> str:
    """Cause, remedy, and who can do it."""
    return (
        f"*What is wrong* {esc(finding.cause)}\n"
        f"*What to do* {esc(finding.remedy)}\n"
        f"*Who* {esc(finding.who)}"
    )


def at(moment: datetime) -> str:
    """A moment in the reader's own time zone, with UTC for clients that cannot."""
    fallback = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time_secs}}|{fallback}>"
