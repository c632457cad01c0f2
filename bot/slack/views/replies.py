"""What the slash command answers, and the small answers to clicks."""

from __future__ import annotations

from collections.abc import Sequence

import slackblocks as kit

from bot.slack import ids
from bot.slack.views import parts
from bot.slack.views.parts import Blocks, Payload, bullets, context, esc, modal, section
from bot.slack.views.shown import (
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
from store.records import Grant, JournalLine, Request

_SHOWN_LINES = 10
_LISTED = 20

_HELP = (
    ("new", "ask for an integration user"),
    ("list", "the requests, newest first"),
    ("show IU-17", "one request, with its journal"),
    ("test IU-17", "log in as its user and try"),
    ("retry IU-17", "go on after the cause of a block is gone"),
    ("withdraw IU-17", "take it back; what was made is undone"),
    ("help", "this"),
)


def help_text(unknown: str | None = None, suggestion: str | None = None) -> Payload:
    """The commands; an unknown one is named, with what it may have meant."""
    lines = [f"`{ids.COMMAND} {command}` {words}" for command, words in _HELP]
    first = "I make integration users in Salesforce, with the least rights they need."
    if unknown is not None:
        guess = f" Did you mean `{suggestion}`?" if suggestion else ""
        first = f"I do not know `{esc(unknown)}`.{guess} This is what I know:"
    text = f"{first}\n{bullets(lines)}"
    return parts.message(text, [section(text)])


def not_built(name: str) -> Payload:
    """The answer to a command that is promised and not there."""
    return parts.message(f"{name} is not built yet", [])


def sentence(text: str) -> Payload:
    """One sentence, such as a refusal."""
    return parts.message(text, [])


def listing(requests: Sequence[tuple[Request, str]]) -> Payload:
    """The requests with their org's label: name, org, owner and state, for everybody."""
    if not requests:
        text = f"There are no requests yet. `{ids.COMMAND} new` makes the first."
        return parts.message(text, [])
    lines = [
        f"*{one.label}* {esc(one.asked.name)} · {esc(org)} · <@{one.asked.owner}>"
        f" · {state_words(one)}"
        for one, org in requests[:_LISTED]
    ]
    more = len(requests) - len(lines)
    blocks: Blocks = [section("\n".join(lines))]
    if more > 0:
        blocks.append(context(f"and {more} older ones"))
    return parts.message("\n".join(lines), blocks)


def brief(shown: Shown) -> Payload:
    """What a stranger sees of a request."""
    request = shown.request
    text = f"{title(shown)} · owner <@{request.asked.owner}> · {state_words(request)}"
    return parts.message(text, [])


def whole(shown: Shown, journal: Sequence[JournalLine]) -> Payload:
    """Everything about a request, for those who may see it."""
    request = shown.request
    head = f"*{title(shown)}*: {state_words(request)}"
    blocks: Blocks = [section(head), section(who_lines(shown))]
    if request.preflight and request.preflight.plan:
        blocks.append(section(f"*Plan*\n{plan_lines(shown)}"))
    blocks.append(section(f"*Access*\n{matrix(grants_of(request))}"))
    if request.finding:
        blocks.append(section(finding_lines(request.finding)))
    if journal:
        blocks.append(section(f"*Journal*\n{_journal(journal)}"))
    return parts.message(f"{title(shown)}: {state_words(request)}", blocks)


def request_view(shown: Shown) -> Payload:
    """The read-only modal behind `details`: every field by its name."""
    request = shown.request
    blocks: Blocks = [section(f"*{title(shown)}*"), section(who_lines(shown))]
    if request.preflight:
        blocks.append(section(f"*Plan*\n{plan_lines(shown)}"))
    for grant in grants_of(request):
        blocks += _fields(grant)
    if seat_lines(shown):
        blocks.append(section(seat_lines(shown)))
    if request.wanted_hash:
        blocks.append(context(f"An approval binds to `{request.wanted_hash[:16]}`"))
    return modal(f"{request.label} in full", blocks, callback=ids.VIEW_REQUEST)


def reject_view(request: Request, wanted: str) -> Payload:
    """The modal that asks for the reason of a rejection."""
    reason = kit.InputBlock(
        label=parts.plain("Why? The requester reads this.", 2000),
        element=kit.PlainTextInput(action_id=ids.REASON, multiline=True, max_length=1000),
        block_id=ids.REASON,
    )
    return modal(
        f"Reject {request.label}",
        [section(f"*{esc(request.asked.name)}*"), reason],
        callback=ids.VIEW_REJECT,
        metadata=ids.Target(request=request.id, wanted=wanted).write(),
        submit="Reject",
        close="Cancel",
    )


def note_view(title_text: str, text: str, callback: str) -> Payload:
    """A modal that only says something, in place of one that cannot go on."""
    return modal(title_text, [section(text)], callback=callback)


def _journal(journal: Sequence[JournalLine]) -> str:
    told = [line for line in journal if line.event not in {"intent", "batch"}]
    return bullets(
        f"{at(line.at)} {_actor(line.actor)}: {esc(line.detail)}" for line in told[-_SHOWN_LINES:]
    )


def _actor(actor: str) -> str:
    return f"<@{actor}>" if actor[:1] in {"U", "W"} else actor


def _fields(grant: Grant) -> Blocks:
    lines = [f"*{esc(grant.object)}* {', '.join(str(verb) for verb in grant.verbs)}"]
    if grant.all_fields:
        lines.append("Reads: all fields, future ones too")
    elif grant.read_fields:
        lines.append(f"Reads: {esc(', '.join(grant.read_fields))}")
    if grant.edit_fields:
        lines.append(f"Edits: {esc(', '.join(grant.edit_fields))}")
    lines += [f"_{esc(sentence)}_" for sentence in grant.because]
    return [section(chunk) for chunk in _chunks("\n".join(lines))]


def _chunks(text: str) -> list[str]:
    """Split a long list so that nothing of it is cut away."""
    found, rest = [], text
    while len(rest) > parts.SECTION_MAX:
        end = rest.rfind(", ", 0, parts.SECTION_MAX) + 1 or parts.SECTION_MAX
        found.append(rest[:end])
        rest = rest[end:]
    return [*found, rest]
