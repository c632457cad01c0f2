"""The words about a digest or a stale alert that will not come by itself."""

from __future__ import annotations

from bot.slack.views.digest import period
from bot.slack.views.parts import Payload, bullets, message, section, sections
from bot.slack.views.text import code, line

_NAMES = {"digest": "The digest", "stale": "The stale alert"}


def lost(job: str, org_label: str, slot: str) -> Payload:
    """Which job failed twice in which org and slot, and what somebody can do."""
    name = _NAMES.get(job, f"The job {code(job)}")
    head = (
        f"{name} of {line(org_label)} for {period(slot)} could not be made: its job failed twice."
    )
    again = code(f"integration-user-bot job {job} --again")
    todo = (
        "Ask who runs the bot to look at both runs in its log: what stopped them stands there.",
        f"Once that is mended, {again} makes it now. The next one comes by itself, in its time.",
    )
    blocks = [section(f"*{head}*"), *sections(["*What to do*", *bullets(todo)])]
    return message(f"{head} What to do: {' '.join(todo)}", blocks)
