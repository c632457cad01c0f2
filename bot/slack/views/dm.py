"""The living direct message to requester and owner, and the lines in its thread that notify."""

from __future__ import annotations

import slackblocks as kit

from bot.slack import ids
from bot.slack.views import parts
from bot.slack.views.parts import Blocks, Payload, actions, bullets, button, esc, section
from bot.slack.views.shown import (
    Shown,
    at,
    finding_lines,
    grants_of,
    plan_lines,
    state_words,
    title,
)
from store.records import Request, State

NOT_PROVEN = "not_proven"
UNDO_INCOMPLETE = "undo_incomplete"


def dm(shown: Shown) -> Payload:
    """Show the request to the person who asked for it, or who answers for it."""
    request = shown.request
    text = f"{title(shown)}: {state_words(request)}"
    head = section(f"*{title(shown)}*: {state_words(request)}")
    blocks: Blocks = [head, section(_story(shown))]
    if request.finding and not request.withdrawing:
        blocks.append(section(finding_lines(request.finding)))
    if request.state in {State.PROVISIONED, State.LIVE}:
        blocks.append(section(_handover(shown)))
    buttons = _buttons(request)
    if buttons:
        blocks.append(actions(buttons))
    return parts.message(text, blocks)


def end(shown: Shown) -> Payload:
    """One line for the thread of the DM: how it ended."""
    request = shown.request
    name = f"{request.label} {esc(request.asked.name)}"
    if request.state is State.PROVISIONED:
        return parts.message(
            f"{name} is set up, but its login could not be tested here."
            " Please test it and confirm.",
            [],
        )
    cause = esc(request.finding.cause) if request.finding else ""
    words = {
        State.LIVE: f"{name} is live: `{esc(request.username)}` can log in.",
        State.REJECTED: f"{name} was rejected{_reason(request)}.",
        State.WITHDRAWN: f"{name} is withdrawn: nothing of it is left in the org.",
        State.BLOCKED: f"{name} is blocked: {cause}",
    }
    return parts.message(words.get(request.state, f"{name} is {state_words(request)}."), [])


def _reason(request: Request) -> str:
    last = request.votes[-1] if request.votes else None
    return f" by <@{last.who}>: {esc(last.reason)}" if last and last.reason else ""


def _story(shown: Shown) -> str:
    """Where the request stands, and what happens next."""
    request = shown.request
    if request.withdrawing:
        return "What was made is being undone. You hear when it is gone."
    match request.state:
        case State.REQUESTED:
            return _before(request)
        case State.APPROVED:
            return f"The bot is setting it up in {esc(shown.org_label)}.\n{plan_lines(shown)}"
        case State.PROVISIONED:
            return _testing(request)
        case State.LIVE:
            return "The user logged in through its app and could do what was granted, and no more."
        case State.BLOCKED:
            return "It stopped here. Nothing is lost: once the cause is gone, it can go on."
        case State.REJECTED:
            return f"It was rejected{_reason(request)}. You can ask again with `new`."
        case State.WITHDRAWN:
            return "It was withdrawn. Nothing of it is left in the org."
        case _:
            return "It ended without a decision. You can ask again with `new`."


def _before(request: Request) -> str:
    if request.preflight is None:
        return "The org is being looked at. Then the approvers are asked, and you hear from me."
    if request.preflight.problems:
        problems = bullets(
            f"{esc(one.cause)} {esc(one.remedy)} ({esc(one.who)})"
            for one in request.preflight.problems
        )
        return f"Before anybody is asked, this must change:\n{problems}"
    return "The approvers are asked. You hear when somebody has decided."


def _testing(request: Request) -> str:
    if request.finding:
        return "It is set up. Its login could not be tested here."
    if request.tries and request.next_try_at:
        return (
            "It is set up. New apps and grants take up to ten minutes in Salesforce;"
            f" the next test is {at(request.next_try_at)}."
        )
    return "It is set up. Its login is being tested now."


def _handover(shown: Shown) -> str:
    """What the other system's people need; never a secret."""
    request = shown.request
    objects = ", ".join(grant.object for grant in grants_of(request))
    lines = [
        "*For the other system*",
        f"Username `{esc(request.username)}`",
        f"My Domain {esc(shown.my_domain_url)}",
        f"App {esc(shown.app_label) if shown.app_label else 'none'}",
        f"Objects {esc(objects)}",
        "The key stays where the app's certificate was made; the bot never sends it.",
    ]
    return "\n".join(lines)


def _buttons(request: Request) -> list[kit.Button]:
    if request.withdrawing:
        return []
    value = ids.Target(request=request.id, wanted=request.wanted_hash).write()
    code = request.finding.code if request.finding else None
    withdraw = button(
        "Withdraw",
        ids.WITHDRAW,
        value,
        style="danger",
        confirm=(
            f"Withdraw {request.label}?",
            "What was made for it in the org is undone.",
            "Withdraw",
        ),
    )
    match request.state:
        case State.REQUESTED:
            problems = request.preflight is not None and bool(request.preflight.problems)
            recheck = [button("Check again", ids.RECHECK, value, style="primary")]
            return [*(recheck if problems else []), withdraw]
        case State.APPROVED:
            return [withdraw]
        case State.BLOCKED:
            retry = [button("Retry", ids.RETRY, value, style="primary")]
            return [*([] if code == UNDO_INCOMPLETE else retry), withdraw]
        case State.PROVISIONED:
            live = [button("It works: make it live", ids.CONFIRM_LIVE, value, style="primary")]
            return [*(live if code == NOT_PROVEN else []), withdraw]
        case _:
            return []
