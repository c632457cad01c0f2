"""How does a form begin? The orgs it offers, and the draft that its step 1 leaves.

Everything is answered from the cached catalogue and the store; no org is asked here.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import form, naming, policy, seats
from bot.core.lifecycle import Refusal
from bot.core.policy import Action, Actor
from bot.flows.context import Context
from store import catalogue, ledger
from store.drafts import KEPT
from store.records import Asked, Draft, OrgFacts, Seats

_HOWEVER_OLD = datetime(2000, 1, 1, tzinfo=UTC)
_NO_ORG = "This bot does not serve that org any more. Please choose another one."


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
    if not facts.refusal:
        return ""
    return (
        f"{label} cannot be chosen right now. Please choose another org, or pass this on to an"
        f" admin: {facts.refusal}"
    )


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
    ctx: Context, *, actor: Actor, asked: Asked, people: Mapping[str, form.Person], view: str
) -> Draft:
    """Keep what step 1 said; raises `FormErrors` by block_id, or `Refusal` for who may not ask.

    `view` is the id of the form that step 1 is. One form has one draft, so that what step 2 held
    when somebody went back is there again.
    """
    decision = policy.may(Action.NEW, actor, None)
    if not decision.allowed:
        raise Refusal(decision.reason)
    now = ctx.clock()
    async with ctx.database.write() as conn:
        await ledger.lock_org(conn, asked.org)  # two clicks on Next come one after the other
        errors = await details_errors(ctx, conn, asked, people)
        if errors:
            raise FormErrors(errors)
        return await _draft(conn, actor.user, asked, view, now)


async def _draft(conn: AsyncConnection, user: str, asked: Asked, view: str, now: datetime) -> Draft:
    """The form's draft, or a new one where that is too old, was sent, or is somebody else's."""
    before = await ledger.get_draft(conn, view, now=_HOWEVER_OLD)
    name = view if before is None else secrets.token_urlsafe(12)
    if before is not None and before.owner == user:
        asked = _with_typed(asked, before.asked)
        is_young = before.created_at > now - KEPT
        if is_young and await ledger.update_draft(conn, before.id, asked):
            return replace(before, asked=asked)
    draft = Draft(id=name, owner=user, asked=asked, created_at=now)
    await ledger.add_draft(conn, draft)
    return draft


def _with_typed(asked: Asked, before: Asked) -> Asked:
    """What step 1 says now, with what step 2 said before of the same objects in the same org."""
    if asked.org != before.org:
        return asked
    filled = {grant.object: grant for grant in before.grants}
    grants = tuple(filled.get(grant.object, grant) for grant in asked.grants)
    return replace(asked, grants=grants, username=before.username)


async def details_errors(
    ctx: Context, conn: AsyncConnection, asked: Asked, people: Mapping[str, form.Person]
) -> dict[str, str]:
    """What is wrong with step 1 by what is known now, by block; nothing when all is well."""
    org = ctx.settings.orgs.get(asked.org)
    if org is None:
        return {"org": _NO_ORG}
    errors = form.problems_details(
        asked,
        people=people,
        apps=frozenset(org.apps),
        email_domains=tuple(org.email_domains),
        known_objects=await known_objects(conn, asked),
    )
    why_not = await _closed(conn, asked.org, org.label)
    return {**errors, "org": why_not} if why_not else errors


async def known_objects(conn: AsyncConnection, asked: Asked) -> frozenset[str]:
    """Those of the chosen objects that the org's catalogue knows."""
    names = [grant.object for grant in asked.grants]
    return frozenset(await catalogue.facts(conn, asked.org, names))


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
