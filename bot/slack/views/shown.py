"""What the surfaces of one request share: the record, a few words of the configuration, phrases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core import form, policy
from bot.core.diagnosis import NOT_PROVEN, UNDO_INCOMPLETE
from bot.core.outage import Outage
from bot.core.policy import Action
from bot.slack import ids
from bot.slack.views.text import amp, code, line, quoted
from store.records import Finding, Grant, Request, State, Vote


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """List prices per user and month, from the configuration."""

    currency: str
    full: float
    integration: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One request as it is shown.

    `done` holds the sentences of steps that are done. `approvers` are user groups (S…) and users
    (U…). `by_hand` = a person confirmed that it works, the bot could not test it.
    `not_tested` is what the last test could not try, in words. `free_username` is offered in place
    of one that is taken. `expires_at` is when it ends by itself; `ran_out` = it did, and what an
    earlier approval let be made is undone, or was. `too_old` is how long approvals hold, where that
    of a blocked request does no more. `undecidable` is why nobody could decide when a reminder was
    due, and `admins` are the user groups and users who can change that. `audience` is the one that
    a login works with, where it is known not to be the My Domain URL. `away` = the org is away
    right now.
    """

    request: Request
    org_label: str
    my_domain_url: str
    app_label: str | None
    required: int
    prices: Prices
    done: frozenset[str] = frozenset()
    approvers: tuple[str, ...] = ()
    by_hand: bool = False
    not_tested: tuple[str, ...] = ()
    free_username: str | None = None
    expires_at: datetime | None = None
    ran_out: bool = False
    too_old: str = ""
    undecidable: str = ""
    admins: tuple[str, ...] = ()
    audience: str | None = None
    away: Outage | None = None


STATE_WORDS = {
    State.REQUESTED: "waiting for approval",
    State.APPROVED: "approved, being set up",
    State.PROVISIONED: "set up, being tested",
    State.LIVE: "live",
    State.BLOCKED: "blocked",
    State.REJECTED: "rejected",
    State.WITHDRAWN: "withdrawn",
    State.EXPIRED: "expired",
}


def state_words(request: Request) -> str:
    """The state in words; what is under way beats what became true last."""
    if request.withdrawing:
        return "being withdrawn"
    match request.state:
        case State.REQUESTED if request.preflight is None:
            return "being checked"
        case State.REQUESTED if not waits(request):
            return "needs a change before anybody is asked"
        case State.PROVISIONED if unproven(request):
            return "set up, not proven yet"
        case State.LIVE if request.finding:
            return "live, but the last test failed"
        case State.BLOCKED if request.finding and request.finding.code == UNDO_INCOMPLETE:
            return "blocked, only partly undone"
        case state:
            return STATE_WORDS[state]


def unproven(request: Request) -> bool:
    """Is it set up, and can only people test its login?"""
    code_ = request.finding.code if request.finding else None
    return request.state is State.PROVISIONED and code_ == NOT_PROVEN


def waits(request: Request) -> bool:
    """Is it waiting for a decision of approvers right now?"""
    asked = request.preflight is not None and not request.preflight.problems
    return asked and request.state is State.REQUESTED and not request.withdrawing


def approvals(request: Request) -> int:
    """How many different people approved exactly what is wanted now."""
    return len({vote.who for vote in request.votes if counts(request, vote)})


def counts(request: Request, vote: Vote) -> bool:
    """Is this an approval of what is wanted now, and not of an earlier version?"""
    return vote.decision == "approve" and vote.wanted_hash == request.wanted_hash


def title(shown: Shown) -> str:
    """`IU-17 Warehouse sync · UAT sandbox`; every card begins so."""
    request = shown.request
    return f"{request.label} {line(request.asked.name)} · {line(shown.org_label)}"


def headline(shown: Shown) -> str:
    """The title and the state, for the `text` that mobile phones read."""
    return f"{title(shown)}: {state_words(shown.request)}"


def people_line(request: Request) -> str:
    """Who asks, and who answers for it."""
    asked = request.asked
    return (
        f"*Asked by* <@{request.requester}> · *Owner* <@{asked.owner}>"
        f" · *Backup owner* <@{asked.backup_owner}>"
    )


def who_lines(shown: Shown) -> list[str]:
    """Who asks, why, for which system, and who answers for it."""
    asked = shown.request.asked
    lines = [
        people_line(shown.request),
        f"*System* {line(asked.system)}",
        "*Why*",
        *quoted(asked.purpose),
        f"*App* {line(shown.app_label) if shown.app_label else 'none'}",
    ]
    if shown.request.username:
        lines.append(f"*Username* {code(shown.request.username)}")
    lines.append(f"*Mailbox* {line(asked.email)}")
    if asked.ticket:
        lines.append(f"*Ticket* {_ticket(asked.ticket)}")
    return lines


def _ticket(ticket: str) -> str:
    return f"<{amp(ticket)}>" if form.is_link(ticket) and len(ticket) <= 500 else line(ticket, 500)


def grants_of(request: Request) -> tuple[Grant, ...]:
    """The matrix: closed once preflight looked, before that as asked."""
    wanted = request.preflight.wanted if request.preflight else None
    if wanted is None:
        return request.asked.grants
    return tuple(grant for one in wanted.sets for grant in one.grants)


def more_at(shown: Shown) -> str:
    """Where the rest can be read when a list is too long for a message."""
    return "see Details" if waits(shown.request) else show_command(shown.request)


def finding_lines(request: Request) -> list[str]:
    """Cause, remedy, and who can do it; empty when nothing is wrong, or it is taken back anyway."""
    finding = request.finding
    if finding is None or request.withdrawing:
        return []
    return [
        f"*What is wrong* {line(finding.cause, 1500)}",
        f"*What to do* {line(finding.remedy, 1500)}",
        f"*Who can do it* {who_can(request, finding)}",
    ]


def who_can(request: Request, finding: Finding) -> str:
    """Who can do something about a finding: a person where the request names one."""
    named = {"owner": request.asked.owner, "requester": request.requester}
    person = named.get(finding.who)
    return f"{finding.who} <@{person}>" if person else line(finding.who)


def who_may(action: Action, request: Request, *, but: str = "") -> str:
    """Who may do that, such as `@Olu, @Bea or an admin`; `but` is left out."""
    able = policy.who(action, request, but=but)
    *rest, last = (*(f"<@{one}>" for one in able.people), *able.others)
    return f"{', '.join(rest)} or {last}" if rest else last


def show_command(request: Request) -> str:
    """The command that shows a request, with the buttons of who types it."""
    return f"`{ids.COMMAND} show {request.label}`"


def test_lines(shown: Shown) -> list[str]:
    """What the test of the login does right now; empty when none is under way."""
    request = shown.request
    if request.next_try_at is None or request.withdrawing or request.state is State.REQUESTED:
        return []
    if shown.away:
        return _away_lines(request, shown.away, request.next_try_at)
    if not request.tries:
        return ["The bot logs in as the new user now and tries what was granted."]
    last = f" It stops trying at {at(request.proof_until)}." if request.proof_until else ""
    return [
        (
            "The login does not work yet. New apps and grants can take minutes to reach every"
            " part of Salesforce, so the bot tries again by itself; nobody has to do anything."
        ),
        f"*Next try* {at(request.next_try_at)}.{last}",
    ]


def _away_lines(request: Request, away: Outage, next_try: datetime) -> list[str]:
    """That the org is away; why, unless a finding says so already."""
    why = "" if away.quota and request.finding else f"{line(away.why, 600)}. "
    return [
        (
            f"{why}The login is tested once the org answers again: the bot asks it by itself,"
            " and nobody has to do anything."
        ),
        f"*Next try* {at(next_try)}. It stops trying at {at(away.until)}.",
    ]


def not_tested_lines(shown: Shown) -> list[str]:
    """What the test that made it live could not try, so that nobody takes it for proven."""
    if shown.request.state is not State.LIVE or shown.by_hand:
        return []
    return [f"*Not tested* {line(one, 600)}" for one in shown.not_tested]


def mentions(people: Sequence[str]) -> str:
    """User groups and users, as Slack shows them."""
    return ", ".join(f"<!subteam^{one}>" if one[:1] == "S" else f"<@{one}>" for one in people)


def at(moment: datetime) -> str:
    """A moment in the reader's own time zone, with UTC for clients that cannot."""
    fallback = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time_secs}}|{fallback}>"


def away_lines(shown: Shown) -> list[str]:
    """That the org is away, and until when it is asked; why, unless a finding says so already."""
    if shown.away is None:
        return []
    told = shown.away.quota and finding_lines(shown.request)
    why = "" if told else f"{line(shown.away.why, 600)}. "
    until = at(shown.away.until)
    return [f"{why}The bot asks it again by itself until {until}; nobody has to do anything."]
