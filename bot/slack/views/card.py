"""The approval card: one living message per request in the approvals channel."""

from __future__ import annotations

import slackblocks as kit

from bot.core.diagnosis import UNDO_INCOMPLETE
from bot.core.duedates import why_expired
from bot.core.policy import Action
from bot.slack import ids
from bot.slack.views import granted, parts
from bot.slack.views.parts import Blocks, Payload, actions, button, section, sections
from bot.slack.views.rich import PLAIN, Rich
from bot.slack.views.shown import (
    Shown,
    approvals,
    at,
    counts,
    finding_lines,
    headline,
    mentions,
    more_at,
    not_tested_lines,
    show_command,
    state_words,
    test_lines,
    title,
    unproven,
    waits,
    who_lines,
    who_may,
)
from bot.slack.views.text import line, quoted
from store.records import Request, State, Vote


def card(shown: Shown, allowed: Rich = PLAIN) -> Payload:
    """Show the request to approvers: who, why, plan, access, seats, risks, and the decision.

    `allowed` are the rich kinds of block that the workspace is not known to refuse.
    """
    request = shown.request
    blocks: Blocks = [section(f"*{title(shown)}*: {state_words(request)}"), *_now(shown)]
    blocks += sections(who_lines(shown), most=3, more=more_at(shown))
    blocks.append(section(granted.danger(shown)))
    blocks += granted.risks(shown, most=2)
    blocks += granted.plan(shown, most=3, allowed=allowed)
    blocks += granted.matrix(shown, most=4, allowed=allowed)
    blocks += granted.seats(shown)
    blocks += sections(_decided(shown), most=5)
    if waits(request):
        blocks.append(_buttons(request))
    return parts.message(_text(shown), blocks)


def replaced(shown: Shown) -> Payload:
    """What is left of a card whose request was asked again on a new one."""
    words = f"{title(shown)}: it is asked again. Please go on with the newest card."
    return parts.message(words, [section(words)])


def _text(shown: Shown) -> str:
    request = shown.request
    if not waits(request):
        return headline(shown)
    return (
        f"{headline(shown)}, {approvals(request)} of {shown.required}."
        f" Asked by <@{request.requester}> for {line(request.asked.system)}."
        f" {granted.danger(shown).replace('*', '')}."
    )


def _now(shown: Shown) -> Blocks:
    """What is going on right now, after the decision, and what is wrong."""
    request = shown.request
    lines = [
        *finding_lines(request),
        *test_lines(shown),
        *not_tested_lines(shown),
        *_who_acts(request),
    ]
    return sections(lines, most=2)


def _who_acts(request: Request) -> list[str]:
    """Who has the button that goes on, because the card has none any more."""
    if request.withdrawing or request.finding is None:
        return []
    if request.finding.code == UNDO_INCOMPLETE:
        where = "in their direct message from the bot"
        show = show_command(request)
        return [f"Requester and owner find Withdraw {where}, admins with {show}."]
    if request.state is State.BLOCKED:
        retry = f"`{ids.COMMAND} retry {request.label}`"
        return [
            "Requester and owner find Retry and Withdraw in their direct message from the bot.",
            f"Approvers can use {retry}, and admins find the buttons with {show_command(request)}.",
        ]
    if unproven(request):
        others = who_may(Action.CONFIRM_LIVE, request, but=request.asked.owner)
        return [
            "The owner finds Confirm live in the direct message from the bot.",
            f"{others} can confirm, too, with {show_command(request)}.",
        ]
    return []


def _decided(shown: Shown) -> list[str]:
    """Who decided what, how many approvals are still needed, and who may give them."""
    request = shown.request
    lines = [told for vote in request.votes for told in _vote(request, vote)]
    if waits(request):
        who = f"{mentions(shown.approvers)} can decide" if shown.approvers else "Approvers decide"
        lines += [
            f"*Approvals* {approvals(request)} of {shown.required}",
            f"{who}, but not the requester, the owner or the backup owner.",
        ]
    elif request.state is State.EXPIRED or shown.ran_out:
        lines.append(f"It ended because {why_expired(request)}.")
    elif request.state is State.WITHDRAWN and not request.votes:
        lines.append("It was taken back before anybody decided.")
    return lines


def _vote(request: Request, vote: Vote) -> list[str]:
    if vote.decision == "reject":
        why = [":", *quoted(vote.reason)] if vote.reason else ["."]
        return [f"*Rejected* by <@{vote.who}>, {at(vote.at)}{why[0]}", *why[1:]]
    old = "" if counts(request, vote) else " (an earlier version of the plan: does not count)"
    return [f"*Approved* by <@{vote.who}>, {at(vote.at)}{old}"]


def _buttons(request: Request) -> kit.Block:
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
                    "Once enough people have approved, the bot does exactly what the plan says.",
                    "Approve",
                ),
            ),
            button("Reject", ids.REJECT, value, style="danger"),
            button("Details", ids.DETAILS, value),
        ]
    )
