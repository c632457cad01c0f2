"""Run one job now, and return when Slack has accepted its messages.

1. The slot is the clock's own, so what was done stays done; `again` takes a fresh one. 2. The run
is asked for; one that a dead process left behind is taken over where we are alone. A slot whose run
found the org away gets another: nothing was done. 3. Its messages are waited for: a running bot's
courier sends them, alone ours sends these and no others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.by_hand.parts import Parts, parts
from bot.config import Settings
from bot.core.slots import again as once_more
from bot.engine import RunFailed, RunState
from bot.flows import slots
from bot.slack.views import place
from store import outbox, refused_places

NAMES = ("digest", "stale", "reminders", "expire", "catalogue")
NOT_BUILT = ("collect", "canary")

PATIENCE = timedelta(minutes=5)
_LOOK_EVERY = 0.2

Say = Callable[[str], None]
_OF_ORGS = frozenset({"digest", "stale", "catalogue"})
"""Jobs with a run per org; the others have one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One run: of which org, "" = of none, under which id, and what was known of it before.

    `attempt` is not "" where an earlier run of the slot came to nothing.
    """

    org: str
    run: str
    attempt: str
    before: RunState | None


async def run(
    settings: Settings,
    environ: Mapping[str, str],
    name: str,
    *,
    again: bool,
    alone: bool,
    say: Say,
    patience: timedelta = PATIENCE,
) -> bool:
    """Run the job in every org; True when everything ended well and Slack has the messages."""
    async with parts(settings, environ, name, alone=alone) as built:
        slot = slots.slot(built.ctx, name)
        if again:
            slot = once_more(slot, built.ctx.clock())
        asked = await _ask(built, name, slot)
        try:
            async with asyncio.timeout(patience.total_seconds()):
                ended = [await _finish(built, name, slot, one, say) for one in asked]
        except TimeoutError:
            say(f"{name}: not finished after {patience.total_seconds():.0f} s; a bot goes on.")
            return False
    return all(ended)


async def _ask(built: Parts, name: str, slot: str) -> list[Asked]:
    ctx = built.ctx
    orgs: Sequence[str] = tuple(ctx.settings.orgs) if name in _OF_ORGS else ("",)
    attempt = f"by-hand-{ctx.clock():%Y%m%dT%H%M%S%f}"
    asked = []
    for org in orgs:
        known = await slots.runs(ctx, name, org, slot)
        before = answering(known, alone=built.queue is not None)
        again = attempt if known and before is None else ""
        run_id = before.id if before else slots.try_id(name, org, slot, again)
        asked.append(Asked(org=org, run=run_id, attempt=again, before=before))
    async with ctx.database.write() as conn:
        for one in asked:
            if one.before is None:
                await slots.enqueue(
                    ctx, conn, name, one.org, slot, queue=built.queue, attempt=one.attempt
                )
    if built.queue:
        await _take_over(built, asked, built.queue)
    return asked


def answering(known: Sequence[RunState], *, alone: bool) -> RunState | None:
    """Which run of a slot says how it went, of those `known`, oldest first? None: make another.

    One that found the org away did nothing: where a bot is running it tries on by itself, alone
    nobody would.
    """
    told = [one for one in known if one.status.ended and not _to_nothing(one, alone=alone)]
    if told:
        return told[-1]
    return known[0] if known and not known[0].status.ended else None


def _to_nothing(run: RunState, *, alone: bool) -> bool:
    output = run.output if isinstance(run.output, dict) else {}
    return bool(output.get("problem") or (alone and output.get("away")))


async def _take_over(built: Parts, asked: Sequence[Asked], queue: str) -> None:
    """Do ourselves what a process that is gone began of this; the rest of what it left waits."""
    await slots.take_over(built.ctx, dict.fromkeys((one.run for one in asked), queue))
    if built.ctx.database.dialect == "sqlite":
        left = [one.run for one in asked if one.before and not one.before.status.ended]
        if left:
            await built.engine.move(left, queue)


async def _finish(built: Parts, name: str, slot: str, one: Asked, say: Say) -> bool:
    """Wait for a run and its messages, and say how it ended."""
    title = f"{name} of {built.ctx.org_label(one.org)}" if one.org else name
    title += f" ({slot})"
    try:
        told: Any = await built.engine.wait(one.run, PATIENCE)
    except RunFailed as failed:
        say(f"{title}: failed: {failed.state.error}. --again tries once more.")
        return False
    told = told or {}
    if told.get("problem"):
        say(f"{title}: {told['problem']}")
        return False
    if told.get("away") and built.queue:
        say(
            f"{title}: {told['away']}. Nothing was posted. A running bot looks again by itself;"
            f" without one, run `job {name}` again."
        )
        return False
    wrong = await _shown(built, told.get("messages", []))
    for problem in wrong:
        say(f"{title}: {problem}")
    if not wrong:
        say(f"{title}: {_words(name, told, already=one.before is not None)}")
    return not wrong


def _words(name: str, told: Mapping[str, Any], *, already: bool) -> str:
    count = len(told.get("messages", []))
    if told.get("note"):
        words = str(told["note"])
    elif count:
        words = "1 message posted" if count == 1 else f"{count} messages posted"
    else:
        words = "done" if name == "catalogue" else "nothing to say"
    if already:
        words += "; it was asked for before, --again does it anew"
    return words


async def _shown(built: Parts, ids: Sequence[str]) -> list[str]:
    """Wait until Slack has these messages; what it does not take, with the reason.

    A message whose channel is refused is tried once now; then a running bot goes on with it.
    """
    wrong = []
    waiting = list(ids)
    async with built.ctx.database.write() as conn:
        await outbox.hurry(conn, ids=waiting)
    while waiting:
        if built.queue:
            await built.courier.deliver_only(waiting)
        async with built.ctx.database.read() as conn:
            given_up = await outbox.given_up(conn)
            known = {one: await outbox.get(conn, one) for one in waiting}
            refused = await refused_places.current(conn)
        for one, message in known.items():
            if one in given_up:
                waiting.remove(one)
                if given_up[one] not in outbox.NO_LOSS:
                    wrong.append(f"Slack does not take {one}: {given_up[one]}")
            elif message is None or message.shown >= message.wanted:
                waiting.remove(one)
            elif message.tries > 0 and message.target in refused:
                waiting.remove(one)
                cause = refused[message.target][-1].cause
                wrong.append(
                    f"Slack does not take {one} in {message.target}: {cause}, {place.why(cause)}."
                    f" To do: {place.remedy(cause)}. A running bot tries on until it is there."
                )
        if waiting:
            await asyncio.sleep(_LOOK_EVERY)
    return wrong
