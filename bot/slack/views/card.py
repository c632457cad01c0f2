"""The approval card: one living message per request in the approvals channel."""

from __future__ import annotations

import slackblocks as kit

from bot.slack import ids
from bot.slack.views import parts
from bot.slack.views.parts import Blocks, Payload, actions, bullets, button, context, esc, section
from bot.slack.views.shown import (
    TIER_WORDS,
    Shown,
    at,
    finding_lines,
    grants_of,
    matrix,
    plan_lines,
    seat_lines,
    state_words,
    title,
    who_lines,
)
from store.records import State


def card(shown: Shown) -> Payload:
    """Show the request to approvers: who, why, plan, access, seats, risks, and the decision."""
    request = shown.request
    text = f"{title(shown)}: {state_words(request)}"
    blocks: Blocks = [
        section(f"*{title(shown)}*: {state_words(request)}"),
        section(who_lines(shown)),
    ]
    preflight = request.preflight
    if preflight is not None:
        blocks.append(section(f"*Danger* {TIER_WORDS[preflight.tier]}"))
        blocks.append(section(f"*Plan*\n{plan_lines(shown)}"))
        blocks.append(section(f"*Access*\n{matrix(grants_of(request))}"))
        if seat_lines(shown):
            blocks.append(section(seat_lines(shown)))
        if preflight.risks:
            risks = bullets(esc(risk) for risk in preflight.risks)
            blocks.append(section(f"*Please consider*\n{risks}"))
    blocks += _now(shown)
    blocks.append(context(_decided(shown)))
    if request.state is State.REQUESTED and not request.withdrawing:
        blocks.append(_buttons(shown))
    return parts.message(text, blocks)


def _now(shown: Shown) -> Blocks:
    """What is going on right now, after the decision."""
    request = shown.request
    if request.finding:
        return [section(finding_lines(request.finding))]
    if request.next_try_at and request.state is State.PROVISIONED:
        return [
            section(f"The org does not let the app in yet. *Next try* {at(request.next_try_at)}")
            if request.tries
            else section("The login as the new user is being tested.")
        ]
    return []


def _decided(shown: Shown) -> str:
    """Who decided what, and how many approvals are still needed."""
    request = shown.request
    lines = []
    for vote in request.votes:
        word = "Rejected" if vote.decision == "reject" else "Approved"
        why = f": {esc(vote.reason)}" if vote.reason else ""
        lines.append(f"{word} by <@{vote.who}> {at(vote.at)}{why}")
    if request.state is State.REQUESTED:
        votes = sum(vote.decision == "approve" for vote in request.votes)
        lines.append(
            f"{votes} of {shown.required} approvals."
            " Requester, owner and backup owner cannot decide."
        )
    elif not lines:
        lines.append(f"This request is {state_words(request)}.")
    return "\n".join(lines)


def _buttons(shown: Shown) -> kit.Block:
    request = shown.request
    value = ids.Target(request=request.id, wanted=request.wanted_hash).write()
    return actions(
        [
            button(
                "Approve",
                ids.APPROVE,
                value,
                style="primary",
                confirm=(
                    f"Approve {request.label}?",
                    "The bot then creates exactly what the plan says.",
                    "Approve",
                ),
            ),
            button("Reject", ids.REJECT, value, style="danger"),
            button("Details", ids.DETAILS, value),
        ]
    )
