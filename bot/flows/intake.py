"""How a form becomes a request: a draft after step 1, a request with a reserved seat after step 2.

Everything is answered from the cached catalogue and the store; no org is asked here.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import access, form, naming, policy, seats
from bot.core.lifecycle import Refusal
from bot.core.policy import Action, Actor
from bot.flows import telling
from bot.flows.context import Context
from bot.flows.jobs import enqueue_preflight
from store import catalogue, drafts, ledger
from store.records import (
    Asked,
    Draft,
    Grant,
    ObjectFact,
    OrgFacts,
    Request,
    Seats,
    Source,
    State,
)

GONE = "This form is older than a day. Please start again with `new`."


class FormErrors(Exception):  # noqa: N818 - not a failure: what the form shows under its fields
    """Sentences by block_id, to be shown under the fields."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgChoice:
    """One org as the form offers it: seats left, or why it cannot be chosen now."""

    key: str
    label: str
    seats: Seats | None
    psl_seats: Seats | None
    refusal: str


async def choices(ctx: Context) -> tuple[OrgChoice, ...]:
    """The orgs in the file's order that can be offered; one whose `kind` lies is left out."""
    found = []
    async with ctx.database.read() as conn:
        for key, org in ctx.settings.orgs.items():
            facts = await catalogue.org(conn, key)
            if facts is not None and facts.hidden:
                continue
            known = facts is not None and facts.ended_at is not None
            taken = await seats_of(conn, key) if known else None
            found.append(
                OrgChoice(
                    key=key,
                    label=org.label,
                    seats=taken[0] if taken else None,
                    psl_seats=taken[1] if taken else None,
                    refusal=_why_not(facts, org.label),
                )
            )
    return tuple(found)


def _why_not(facts: OrgFacts | None, label: str) -> str:
    if facts is None or (facts.ended_at is None and not facts.refusal):
        return f"{label} has not been read yet. Please try again in a minute."
    return facts.refusal


async def seats_of(
    conn: AsyncConnection,
    org: str,
    *,
    without: int | None = None,
    counted_at: datetime | None = None,
) -> tuple[Seats, Seats]:
    """Seats of the licence and of the PSL by the last refresh and the requests under way.

    With `counted_at` what is used was counted live at that moment, so that a user made since the
    last refresh is not reserved besides.
    """
    facts = await catalogue.org(conn, org) or OrgFacts(org=org)
    under_way = await ledger.search(conn, org=org)
    both = []
    for psl, total, used in (
        (False, facts.license_total, facts.license_used),
        (True, facts.psl_total, facts.psl_used),
    ):
        reserved = seats.reserved(
            under_way,
            begun_at=counted_at or facts.begun_at,
            ended_at=counted_at or facts.ended_at,
            psl=psl,
            exclude=without,
        )
        both.append(Seats(total=total, used=used, reserved=reserved))
    return both[0], both[1]


async def no_seat(conn: AsyncConnection, org: str, label: str) -> str | None:
    """The sentence under `org` when no seat is free, naming who holds what; else nothing."""
    license_seats, psl_seats = await seats_of(conn, org)
    short = [
        name
        for name, one in (
            ("Salesforce Integration licence", license_seats),
            ("Salesforce API Integration permission set licence", psl_seats),
        )
        if one.free <= 0
    ]
    if not short:
        return None
    return seats.sentence(
        label,
        short,
        license_seats=license_seats,
        psl_seats=psl_seats,
        requests=await ledger.search(conn, org=org),
    )


async def start(
    ctx: Context, *, actor: Actor, asked: Asked, people: Mapping[str, form.Person]
) -> Draft:
    """Keep what step 1 said; raises `FormErrors` by block_id, or `Refusal` for who may not ask."""
    decision = policy.may(Action.NEW, actor, None)
    if not decision.allowed:
        raise Refusal(decision.reason)
    now = ctx.clock()
    async with ctx.database.write() as conn:
        errors = await _details_errors(ctx, conn, asked, people)
        if errors:
            raise FormErrors(errors)
        draft = Draft(id=secrets.token_urlsafe(12), owner=actor.user, asked=asked, created_at=now)
        await ledger.add_draft(conn, draft)
    return draft


async def _details_errors(
    ctx: Context, conn: AsyncConnection, asked: Asked, people: Mapping[str, form.Person]
) -> dict[str, str]:
    org = ctx.settings.orgs.get(asked.org)
    if org is None:
        return {"org": "Please choose an org from the list."}
    errors = form.problems_details(
        asked,
        people=people,
        apps=frozenset(org.apps),
        email_domains=tuple(org.email_domains),
        known_objects=frozenset(
            await catalogue.facts(conn, asked.org, [grant.object for grant in asked.grants])
        ),
    )
    why_not = await _closed(conn, asked.org, org.label)
    return {**errors, "org": why_not} if why_not else errors


async def org_errors(ctx: Context, key: str) -> dict[str, str]:
    """What is wrong with choosing this org right now, by block; nothing when all is well."""
    org = ctx.settings.orgs.get(key)
    if org is None:
        return {}
    async with ctx.database.read() as conn:
        why_not = await _closed(conn, key, org.label)
    return {"org": why_not} if why_not else {}


async def _closed(conn: AsyncConnection, key: str, label: str) -> str | None:
    """Why no request can be made for this org: it cannot be read, or has no free seat."""
    why_not = _why_not(await catalogue.org(conn, key), label)
    return why_not or await no_seat(conn, key, label)


async def proposal(ctx: Context, draft: Draft) -> str:
    """A username for the draft that no other request of the org wants."""
    domain = ctx.settings.orgs[draft.asked.org].username_domain
    async with ctx.database.read() as conn:
        taken = await ledger.names_in_use(conn, draft.asked.org)
    return naming.propose_username(draft.asked.name, domain, taken)


async def submit(
    ctx: Context, *, draft_id: str, grants: Sequence[Grant], username: str, actor: Actor
) -> Request:
    """Make the one request of a draft: seat reserved, preflight enqueued, DM wanted, one commit.

    A second submit of the same draft answers the request that the first one made. Raises
    `FormErrors` by block_id, and `Refusal` when the draft is gone or is somebody else's, or when
    this person may not ask any more. Who wants a seat of the org waits for whoever came before, so
    that the draft, the seats and the usernames are seen as they are then.
    """
    decision = policy.may(Action.NEW, actor, None)
    if not decision.allowed:
        raise Refusal(decision.reason)
    now = ctx.clock()
    async with ctx.database.write() as conn:
        draft = await ledger.get_draft(conn, draft_id, now=now)
        if draft is None or draft.owner != actor.user or draft.asked.org not in ctx.settings.orgs:
            raise Refusal(GONE)
        await ledger.lock_org(conn, draft.asked.org)
        made = await ledger.request_of_draft(conn, draft_id)
        if made is not None:
            return made
        facts = await catalogue.facts(conn, draft.asked.org, [one.object for one in grants])
        errors = await _access_errors(ctx, conn, draft, grants, username, facts)
        if errors:
            raise FormErrors(errors)
        asked = replace(draft.asked, grants=tuple(grants), username=username)
        request = await _create(ctx, conn, draft, asked, actor, now)
    ctx.wake()
    return request


async def _access_errors(
    ctx: Context,
    conn: AsyncConnection,
    draft: Draft,
    grants: Sequence[Grant],
    username: str,
    facts: Mapping[str, ObjectFact],
) -> dict[str, str]:
    errors = access.check(grants, facts)
    org = ctx.settings.orgs[draft.asked.org]
    if username:
        problem = naming.check_username(username)
        if problem:
            errors["username"] = problem
        elif username.lower() in await ledger.names_in_use(conn, draft.asked.org):
            errors["username"] = (
                "Another request wants this username. Leave the field empty to take the proposal."
            )
    closed = await _closed(conn, draft.asked.org, org.label)
    return {**errors, "org": closed} if closed else errors


async def _create(
    ctx: Context, conn: AsyncConnection, draft: Draft, asked: Asked, actor: Actor, now: datetime
) -> Request:
    created = await ledger.create(conn, requester=actor.user, asked=asked, now=now)
    if not await ledger.use_draft(conn, draft.id, created.id):
        raise ledger.Conflict
    request = await ledger.change(conn, created, now=now, preflights=1)
    await telling.note(
        conn,
        request,
        now=now,
        actor=actor.user,
        source=Source.SLACK,
        event="requested",
        detail=f"Asked for an integration user for {asked.name} in {ctx.org_label(asked.org)}",
        after={"state": str(State.REQUESTED)},
    )
    await enqueue_preflight(ctx, conn, request)
    await telling.show(conn, request, now)
    return request


async def objects_of(ctx: Context, draft_id: str) -> tuple[str, ...]:
    """The objects chosen in step 1; raises `Refusal` when the draft is gone."""
    async with ctx.database.read() as conn:
        draft = await drafts.get_draft(conn, draft_id, now=ctx.clock())
    if draft is None:
        raise Refusal(GONE)
    return tuple(grant.object for grant in draft.asked.grants)
