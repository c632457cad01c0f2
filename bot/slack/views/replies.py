"""What the slash command answers, and the small answers to clicks."""

from __future__ import annotations

from collections.abc import Sequence

import slackblocks as kit

from bot.core.access import WORDS
from bot.core.form import LENGTHS
from bot.core.policy import Actor
from bot.slack import ids
from bot.slack.views import buttons, granted, parts
from bot.slack.views.parts import Blocks, Payload, bullets, context, esc, modal, section, sections
from bot.slack.views.shown import (
    Shown,
    at,
    finding_lines,
    grants_of,
    headline,
    state_words,
    test_lines,
    title,
    who_lines,
)
from bot.slack.views.text import code, line
from store.records import Grant, JournalLine, Request

__all__ = [
    "brief",
    "esc",
    "help_text",
    "listing",
    "note_view",
    "reject_view",
    "request_view",
    "sentence",
    "whole",
]

_SHOWN_LINES = 10
_LISTED = 20

_HELP = (
    ("new", "ask for an integration user"),
    ("list", "the requests, newest first"),
    ("show IU-17", "one request: where it stands, and what happened to it"),
    ("test IU-17", "log in as its user and try what was granted"),
    ("retry IU-17", "go on, once what blocked it is gone"),
    ("withdraw IU-17", "take it back; what was made is undone"),
    ("licenses", "seats of every org: used, reserved, free, and what they cost"),
    (
        "stale",
        "integration users that nobody uses, of every org or of `stale ORG` (approvers and admins)",
    ),
    ("help", "this list"),
)


def help_text(unknown: str | None = None, suggestion: str | None = None) -> Payload:
    """The commands; an unknown one is named, with what it may have meant."""
    lines = bullets(f"`{ids.COMMAND} {command}` {words}" for command, words in _HELP)
    first = "I make users for integrations in Salesforce, with the least rights they need."
    if unknown is not None:
        guess = f" Did you mean {code(suggestion)}?" if suggestion else ""
        first = f"I do not know {code(unknown)}.{guess} This is what I know:"
    text = "\n".join([first, *lines])
    return parts.message(text, sections([first, *lines]))


def sentence(text: str) -> Payload:
    """One sentence, such as a refusal."""
    return parts.message(text, [])


def listing(requests: Sequence[tuple[Request, str]]) -> Payload:
    """The requests with their org's label: name, org, owner and state, for everybody."""
    if not requests:
        text = f"There are no requests yet. `{ids.COMMAND} new` makes the first."
        return parts.message(text, [])
    lines = [
        f"*{one.label}* {line(one.asked.name)} · {line(org)} · owner <@{one.asked.owner}>"
        f" · {state_words(one)}"
        for one, org in requests[:_LISTED]
    ]
    more = len(requests) - len(lines)
    blocks = sections(lines)
    if more > 0:
        blocks.append(context(f"and {more} older: `{ids.COMMAND} show IU-…` shows each of them"))
    return parts.message("\n".join(lines), blocks)


def brief(shown: Shown) -> Payload:
    """What a stranger sees of a request."""
    request = shown.request
    text = f"{title(shown)} · owner <@{request.asked.owner}> · {state_words(request)}"
    return parts.message(text, [])


def whole(shown: Shown, journal: Sequence[JournalLine], reader: Actor) -> Payload:
    """Everything about a request for one who may see it, with the buttons of what they may do."""
    request = shown.request
    blocks: Blocks = [section(f"*{title(shown)}*: {state_words(request)}")]
    blocks += sections([*finding_lines(request), *test_lines(shown)])
    blocks += sections(who_lines(shown))
    blocks += granted.plan(shown, most=6)
    blocks += granted.matrix(shown, most=6)
    blocks += granted.risks(shown, most=6)
    told = [one for one in journal if one.event not in {"intent", "batch"}]
    if told:
        blocks += sections(["*Journal*", *_journal(told)])
    row = buttons.of(shown, reader)
    if row:
        blocks.append(parts.actions(row))
    return parts.message(headline(shown), blocks)


def request_view(shown: Shown) -> Payload:
    """The read-only modal behind `details`: every field by its name."""
    request = shown.request
    blocks: Blocks = [section(f"*{title(shown)}*"), *sections(who_lines(shown))]
    blocks.append(section(granted.danger(shown)))
    blocks += granted.risks(shown, most=6)
    blocks += granted.plan(shown, most=6)
    for grant in grants_of(request):
        blocks += sections(_fields(grant), most=parts.VIEW_BLOCKS)
    blocks += granted.seats(shown)
    if request.wanted_hash:
        words = "An approval holds for exactly this plan and access"
        blocks.append(context(f"{words}: {code(request.wanted_hash[:16])}"))
    return modal(f"{request.label} in full", blocks, callback=ids.VIEW_REQUEST)


def reject_view(request: Request, wanted: str) -> Payload:
    """The modal that asks for the reason of a rejection."""
    reason = kit.InputBlock(
        label=parts.plain("Why? The requester reads this.", 2000),
        element=kit.PlainTextInput(
            action_id=ids.REASON, multiline=True, max_length=LENGTHS["reason"]
        ),
        block_id=ids.REASON,
        hint=parts.plain("Say what would have to change, so that the next request fits.", 2000),
    )
    return modal(
        f"Reject {request.label}",
        [section(f"*{request.label} {line(request.asked.name)}*"), reason],
        callback=ids.VIEW_REJECT,
        metadata=ids.Target(request=request.id, wanted=wanted).write(),
        submit="Reject",
        close="Cancel",
    )


def note_view(title_text: str, text: str, callback: str) -> Payload:
    """A modal that only says something, in place of one that cannot go on."""
    return modal(title_text, [section(text)], callback=callback)


def _journal(told: Sequence[JournalLine]) -> list[str]:
    left = len(told) - _SHOWN_LINES
    lines = bullets(
        f"{at(one.at)} {_actor(one.actor)}: {line(one.detail, 900)}" for one in told[-_SHOWN_LINES:]
    )
    earlier = f"{left} earlier {'line' if left == 1 else 'lines'} left out"
    return [earlier, *lines] if left > 0 else lines


def _actor(actor: str) -> str:
    if actor == "engine":
        return "the bot"
    return f"<@{actor}>" if actor[:1] in {"U", "W"} else line(actor)


def _fields(grant: Grant) -> list[str]:
    """One object with all its fields by name, each field once."""
    both = () if grant.all_fields else set(grant.edit_fields) & set(grant.read_fields)
    edits = [field for field in grant.edit_fields if field in both]
    reads = [field for field in grant.read_fields if field not in both]
    only_edits = [field for field in grant.edit_fields if field not in both]
    verbs = ", ".join(WORDS[verb] for verb in grant.verbs) or "nothing yet"
    lines = [f"*{line(grant.object)}*: {verbs}"]
    if grant.all_fields:
        lines.append("Reads all fields, those you named and future ones too")
    if edits:
        lines.append(f"Reads and edits {_names(edits)}")
    if reads and not grant.all_fields:
        lines.append(f"{'Only reads' if edits else 'Reads'} {_names(reads)}")
    if grant.edit_all:
        lines.append("Edits every field that can be edited")
    if only_edits:
        lines.append(f"Edits {_names(only_edits)}")
    if len(lines) == 1:
        lines.append("Only the fields that Salesforce always shows")
    return [*lines, *bullets(line(why) for why in grant.because)]


def _names(fields: Sequence[str]) -> str:
    return ", ".join(line(field) for field in fields)
