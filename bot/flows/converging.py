"""How an org is brought to a state: observe, perform what is left, observe again, until none is.

1. `observe` says what is left, from the wanted state and from what is there; never from memory.
2. `perform` journals its intent first, then makes one call. Whatever leaves the outcome open (a
   lost reply, a process that died, a name that turns out to exist) goes back to observing.
3. The same call met by the same trouble twice was no lost reply: the run ends and says so.
4. An org that refuses different objects in one call gets them one after the other from then on.

Both answer `end`: go, again (observe), away (later), stop (a finding), done, gone (nothing to do).
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping

from bot.core import diagnosis, plan
from bot.core.plan import Batch, Found
from bot.engine import Run
from bot.flows.context import Context
from bot.flows.ending import absent
from bot.flows.steady import step
from bot.salesforce.gateway import Refused, Unavailable
from store.records import Finding, Json, Wanted

Observe = Callable[[Context, int, str], Awaitable[Json]]
Perform = Callable[[Context, int, str, str, Json, Mapping[str, str]], Awaitable[Json]]

_ROUNDS = 8
_ENDLESS = Finding(
    code="not_converging",
    cause="The org keeps saying that what was just written is not there.",
    remedy="Look in Setup Audit Trail whether something removes it again, then press Retry.",
    who="Salesforce admin",
)


async def converge(
    run: Run, ctx: Context, request_id: int, *, observe: Observe, perform: Perform
) -> Json:
    """Go round until there is nothing left, or a reason to stop; `left` are the steps not done."""
    met: dict[str, Json] = {}
    seen: Json = {}
    apart = False
    for round_ in range(_ROUNDS):
        seen = await step(run, "observe", observe, ctx, request_id, run.id)
        if seen["end"] != "go":
            return seen
        known = dict(seen["known"])
        ended: Json = {"end": "again"}
        for number, batch in enumerate(_parted(seen["batches"]) if apart else seen["batches"]):
            same = json.dumps(batch, sort_keys=True)
            if met.get(same, {}).get("end") == "stop":
                return met[same] | {"left": seen["left"]}
            at = f"{round_}.{number}"
            ended = await step(run, "perform", perform, ctx, request_id, run.id, at, batch, known)
            if ended["end"] != "go":
                apart = apart or ended.get("apart", False)
                ended = _met_twice(ended, same, met)
                break
            known.update(ended["ids"])
        if ended["end"] not in {"go", "again"}:
            return ended | {"left": seen["left"]}
    return stop(_ENDLESS) | {"left": seen["left"]}


def _parted(batches: list[Json]) -> list[Json]:
    return [part.to_json() for batch in batches for part in plan.apart(Batch.from_json(batch))]


def _met_twice(ended: Json, same: str, met: dict[str, Json]) -> Json:
    """What a call met is remembered; met a second time, it is the run's end."""
    trouble = ended.get("met")
    if trouble is None:
        return ended
    if same in met:
        return met[same]
    met[same] = trouble
    return ended


async def look(ctx: Context, org: str, wanted: Wanted, ours: Collection[str]) -> Found | Json:
    """Observe what exists of a wanted state in the org it was approved for, or answer an end.

    `ours` are the keys of what the request set out to make: sets of it that are wanted no more are
    looked for too.
    """
    try:
        found = await ctx.gateways[org].observe(
            username=wanted.username, set_names=plan.set_names(wanted, ours)
        )
    except Unavailable as away:
        return absent(away)
    except Refused as no:
        return _refused(no)
    if found.org_id != wanted.org_id:
        return stop(diagnosis.other_org(wanted.org_id, found.org_id))
    return found


async def call(ctx: Context, org: str, batch: Batch, known: Mapping[str, str]) -> Json:
    """Make one writing call, whose intent is journaled, and say how it ended.

    A refusal is believed at once only when all or nothing was written and nothing of it may have
    been there before; otherwise the next look tells what is left. So it does of a batch that was
    refused as a mixture and can be written `apart`.
    """
    try:
        made = await ctx.gateways[org].perform(batch, known=known)
    except Unavailable as away:
        return {"end": "again", "met": absent(away)}
    except Refused as no:
        ended = _refused(no, batch.say())
        if diagnosis.is_mixture(no.code) and len(plan.apart(batch)) > 1:
            return {"end": "again", "met": ended, "apart": True}
        open_end = not batch.all_or_none or diagnosis.may_be_there(no.code)
        return {"end": "again", "met": ended} if ended["end"] == "stop" and open_end else ended
    return {"end": "go", "ids": dict(made)}


def _refused(no: Refused, context: str | None = None) -> Json:
    if no.passes:
        return absent(no.waited_for())
    context = no.step or context
    return stop(
        diagnosis.explain(no.code, no.message, login=no.login, context=context, sobject=no.sobject)
    )


def stop(finding: Finding) -> Json:
    """The end of a run that needs a person."""
    return {"end": "stop", "finding": finding.to_json()}
