"""Is one org as the configuration says, and may the bot work there? One refusal costs one line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from bot.config import Org
from bot.core import diagnosis, identity
from bot.doctor import apps, rights, seats
from bot.doctor.database import Known
from bot.doctor.report import Line, Page, ok, problem, warning
from bot.salesforce.gateway import Identity, Refused, Unavailable
from bot.salesforce.inspection import Inspection, Sight

_HIDDEN = (
    "What the bot may not read is answered as if it did not exist: look whether its user has View "
    "Setup and Configuration (docs/salesforce-setup.md, step 2)"
)
_LATER = "Run check again in a few minutes"
_SPENT = (
    "Run check again once calls have come back, within 24 hours; to have it sooner, find the big "
    "caller in Setup, Company Information"
)
_LIKE_ABSENT = frozenset({"INVALID_TYPE", "INVALID_FIELD", "NOT_FOUND"})
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Looked:
    """The lines of one org, and who it is: None when that was not seen or its kind is wrong."""

    lines: tuple[Line, ...]
    identity: Identity | None


async def examine(org: Org, inspection: Inspection, known: Known) -> Looked:
    """Ask everything that only a logged-in user sees."""
    lines: list[Line] = []
    who = await _ask("identity", inspection.identity)
    lines += [who] if isinstance(who, Line) else _identity(org, who, known)
    found = await _ask("licence", inspection.licenses)
    lines += [found] if isinstance(found, Line) else seats.licenses(found)
    profiles = await _ask("profile", inspection.profiles)
    lines += [profiles if isinstance(profiles, Line) else seats.profile(profiles)]
    held = await _ask("rights", partial(inspection.rights, rights.ASKED))
    lines += [held] if isinstance(held, Line) else rights.judge(held, apps=bool(org.apps))
    sight = await _ask("objects", inspection.sight)
    lines += [sight if isinstance(sight, Line) else _sight(sight)]
    for key, app in org.apps.items():
        seen = await _ask(f"app:{key}", partial(inspection.app, kind=app.kind, name=app.name))
        lines += [seen] if isinstance(seen, Line) else apps.judge(key, app, seen, known)
    is_right = isinstance(who, Identity) and not _kind(org, who)[0]
    return Looked(tuple(lines), who if is_right and isinstance(who, Identity) else None)


def _kind(org: Org, who: Identity) -> tuple[str | None, str | None]:
    return identity.kind_problem(
        org.kind,
        is_sandbox=who.is_sandbox,
        organization_type=who.organization_type,
        has_trial_end=who.has_trial_end,
    )


def _identity(org: Org, who: Identity, known: Known) -> Iterator[Line]:
    """Kind, and whether it is still the same org (salesforce-provisioning 1.0a)."""
    lie, doubt = _kind(org, who)
    if lie:
        remedy = "Compare my_domain_url first, then kind, and restart the bot"
        yield problem("identity", lie, remedy, Page.KIND)
    elif doubt:
        yield warning("identity", doubt, "Correct kind, if the org is right", Page.KIND)
    else:
        yield ok("identity", f"{who.name}, a {org.kind} org ({who.organization_type}).")
    if known.org_id is None:
        yield ok("org-id", f"{who.org_id}; run remembers it at its first look.")
    elif known.org_id == who.org_id:
        yield ok("org-id", f"{who.org_id}, as remembered.")
    else:
        yield problem(
            "org-id",
            f"Another org answers here: {who.org_id}, not {known.org_id} as remembered; a "
            "refreshed sandbox gets a new id. Until it is accepted nothing is written there",
            "If that is right, run check --accept-org with this org's key; else correct "
            "my_domain_url",
            Page.CHANGED,
        )


def _sight(sight: Sight) -> Line:
    return ok(
        "objects",
        f"The bot sees {sight.seen} of {sight.grantable} objects that can be granted. Where it sees"
        " none, a test cannot tell “no records” from “hidden records” and says “not tested”.",
    )


async def _ask(name: str, question: Callable[[], Awaitable[Answer]]) -> Answer | Line:
    """The answer, or the line that says why there is none."""
    try:
        return await question()
    except Refused as no:
        finding = diagnosis.explain(no.code, no.message, login=no.login)
        page = Page.APP_UNREADABLE if name.startswith("app:") else Page.RIGHTS
        remedy = _HIDDEN if no.code in _LIKE_ABSENT else diagnosis.remedy_at_check(finding)
        return problem(name, f"It could not be read. {finding.cause}", remedy, page)
    except Unavailable as away:
        text = f"It could not be read: {away.reason}"
        spent = diagnosis.is_quota(away.code, away.words)
        return problem(name, text, _SPENT if spent else _LATER, Page.ORG_AWAY)
