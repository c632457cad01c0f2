"""The living direct message to requester and owner, and the lines in its thread that notify."""

from __future__ import annotations

from bot.core.access import WORDS
from bot.core.diagnosis import ANEW, UNDO_INCOMPLETE
from bot.core.duedates import why_expired
from bot.core.policy import Action, Actor, may
from bot.slack import ids
from bot.slack.views import buttons, granted, parts
from bot.slack.views.before import before
from bot.slack.views.parts import Blocks, Payload, actions, bullets, section, sections
from bot.slack.views.shown import (
    Shown,
    away_lines,
    finding_lines,
    grants_of,
    headline,
    more_at,
    not_tested_lines,
    people_line,
    show_command,
    state_words,
    test_lines,
    title,
    unproven,
    waits,
    who_may,
)
from bot.slack.views.text import code, line, quoted
from store.records import Request, State

_ASK_AGAIN = f"You can ask again with `{ids.COMMAND} new`."
_NO_APP = "none was chosen: a Salesforce admin lets the permission set use one first"


def dm(shown: Shown, reader: Actor) -> Payload:
    """Show the request to the person who asked for it, or who answers for it.

    `reader` is that person, as far as it is known without asking Slack.
    """
    request = shown.request
    story = _story(shown, reader)
    blocks: Blocks = [section(f"*{title(shown)}*: {state_words(request)}")]
    blocks += sections(story, most=3)
    blocks += sections(finding_lines(request), most=2)
    if shown.too_old:
        blocks.append(section(f"The approval is older than {shown.too_old}: Retry asks again."))
    if request.state is State.APPROVED and not request.withdrawing:
        blocks += granted.plan(shown, most=2)
    if waits(request):
        blocks += granted.matrix(shown, most=2)
    if _in_hand(request):
        blocks += sections(_handover(shown), most=4, more=more_at(shown))
    blocks.append(parts.context(people_line(request)))
    row = buttons.of(shown, reader)
    if row:
        blocks.append(actions(row))
    return parts.message(f"{headline(shown)}. {story[0]}", blocks)


def end(shown: Shown, reader: Actor) -> Payload:
    """One line for the thread of the DM: how it ended, and what there is to do."""
    request = shown.request
    name = title(shown)
    finding = None if request.withdrawing else request.finding
    match request.state:
        case State.LIVE:
            words = f"{name} is live: {code(request.username)} can log in."
        case State.PROVISIONED if finding and unproven(request):
            words = f"{name} is set up, but the bot could not test its login."
            words += f" {_test_it(request, reader)}"
        case State.REJECTED:
            words = f"{name} was rejected{_by(request)}. {_ASK_AGAIN}"
        case State.WITHDRAWN if _was_rejected(request):
            words = f"{name} was rejected{_by(request)}. {_undone(request)} {_ASK_AGAIN}"
        case State.WITHDRAWN if shown.ran_out:
            words = f"{name} has expired: {why_expired(request)}. {_undone(request)} {_ASK_AGAIN}"
        case State.WITHDRAWN:
            words = f"{name} is withdrawn. {_undone(request)}"
        case State.EXPIRED:
            words = f"{name} has expired: {why_expired(request)}. {_ASK_AGAIN}"
        case State.BLOCKED if finding:
            words = f"{name} is blocked. {line(finding.cause, 900)} {line(finding.remedy, 900)}"
        case State.REQUESTED | State.APPROVED | State.PROVISIONED if finding:
            words = f"{name} waits. {line(finding.cause, 900)} {line(finding.remedy, 900)}"
        case _:
            waits = away_lines(shown) if request.withdrawing else []
            words = " ".join((f"{headline(shown)}.", *waits))
    return parts.message(words, [])


def _in_hand(request: Request) -> bool:
    """May the other system's people begin? They must, where only they can test the login."""
    if request.withdrawing:
        return False
    return unproven(request) or request.state is State.LIVE


def _by(request: Request) -> str:
    last = request.votes[-1] if request.votes else None
    if last is None:
        return ""
    return (
        f" by <@{last.who}>: “{line(last.reason, 2000)}”" if last.reason else f" by <@{last.who}>"
    )


def _was_rejected(request: Request) -> bool:
    """Did a rejection end it? Where an earlier approval had let things be made, they are undone."""
    return bool(request.votes) and request.votes[-1].decision == "reject"


def _undone(request: Request) -> str:
    """What is left of a withdrawn request: a user cannot be deleted, only deactivated."""
    if request.approved_at is None:
        return "Nothing was made in the org."
    if request.user_id is None:
        return "Nothing of it is left in the org."
    return (
        "Its user is deactivated, because Salesforce deletes no users;"
        " it holds no licence, no permission set and no access to the app any more."
    )


def _story(shown: Shown, reader: Actor) -> list[str]:
    """Where the request stands, what happens next and who can act; the first line stands alone."""
    request = shown.request
    if request.withdrawing:
        why = f"It has expired: {why_expired(request)}. " if shown.ran_out else ""
        undoing = f"{why}The bot is undoing what it made. You hear from it when that is done."
        return [undoing, *away_lines(shown)]
    match request.state:
        case State.REQUESTED:
            return before(shown)
        case State.APPROVED:
            made = f"It is approved. The bot is setting it up in {line(shown.org_label)} now."
            return [made, *away_lines(shown)]
        case State.PROVISIONED:
            return _testing(shown, reader)
        case State.LIVE:
            return [_live(shown), *not_tested_lines(shown), *test_lines(shown)]
        case State.BLOCKED:
            return [_blocked(request), *test_lines(shown)]
        case State.REJECTED:
            return _rejected(request)
        case State.WITHDRAWN:
            return [_withdrawn(shown)]
        case _:
            return [f"It ended because {why_expired(request)}. {_ASK_AGAIN}"]


def _withdrawn(shown: Shown) -> str:
    """Why what was made is undone: people took it back, rejected it, or let it run out of time."""
    request = shown.request
    if _was_rejected(request):
        return f"It was rejected{_by(request)}. {_undone(request)}"
    if shown.ran_out:
        return f"It ended because {why_expired(request)}. {_undone(request)} {_ASK_AGAIN}"
    return f"It was taken back. {_undone(request)}"


def _testing(shown: Shown, reader: Actor) -> list[str]:
    if unproven(shown.request):
        first = "It is set up, but the bot could not test its login."
        return [first, _test_it(shown.request, reader)]
    now = "is still to be tested" if shown.away else "is being tested"
    return [f"It is set up; its login {now}.", *test_lines(shown)]


def _test_it(request: Request, reader: Actor) -> str:
    """Who tests by hand and says so: the reader, who then has the button, or others."""
    show = show_command(request)
    others = who_may(Action.CONFIRM_LIVE, request, but=reader.user)
    if may(Action.CONFIRM_LIVE, reader, request).allowed:
        return f"Please test it, then press Confirm live. {others} can confirm, too, with {show}."
    return f"{others} can confirm that it works, with {show}."


def _live(shown: Shown) -> str:
    if shown.by_hand:
        return "It is live: a person tested the login and confirmed that it works."
    return (
        "It is live: the bot logged in as the new user through its app and tested its access."
        f" `{ids.COMMAND} show {shown.request.label}` tells what was tested."
    )


def _blocked(request: Request) -> str:
    if request.finding and request.finding.code == UNDO_INCOMPLETE:
        return (
            "It was being withdrawn, and something could not be undone."
            " Once the cause is gone, press Withdraw again."
        )
    if request.finding and request.finding.code in ANEW:
        return (
            "It cannot be set up as it was asked for, so it stopped here; what was done stays as"
            f" it is until Withdraw undoes it. Then ask again with `{ids.COMMAND} new`."
        )
    return (
        "It stopped here, and what was done stays as it is."
        " Once the cause is gone, press Retry: it goes on from here."
    )


def _rejected(request: Request) -> list[str]:
    last = request.votes[-1] if request.votes else None
    who = f" by <@{last.who}>" if last else ""
    why = quoted(last.reason) if last and last.reason else []
    return [f"It was rejected{who}. {_ASK_AGAIN}", *why]


def _handover(shown: Shown) -> list[str]:
    """What the people of the other system need to log in; never a secret."""
    request = shown.request
    domain = shown.my_domain_url.rstrip("/")
    return [
        f"*Hand-over to {line(request.asked.system)}*",
        f"*Username* {code(request.username)}",
        f"*My Domain* {code(domain)}",
        f"*App* {line(shown.app_label) if shown.app_label else _NO_APP}",
        "*Objects*",
        *bullets(
            f"{line(grant.object)}: {', '.join(WORDS[verb] for verb in grant.verbs)}"
            for grant in grants_of(request)
        ),
        (
            "*How to log in* OAuth 2.0 JWT bearer: POST to"
            f" {code(f'{domain}/services/oauth2/token')}"
            f" with sub = the username, aud = {code(shown.audience or domain)},"
            " iss = the app's consumer key,"
            " signed (RS256) with the key of the app's certificate."
        ),
        (
            "There is no password. Consumer key and private key come from the people who look after"
            " the app; the bot never sends them."
        ),
    ]
