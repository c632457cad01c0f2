"""What a live look at the org means for one request: problems, risks, and the wanted end state.

Pure judgement: the look itself was made by the preflight, the sentences are for the card and for
the requester's message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core import access, diagnosis, identity, listed, naming, policy, sets
from store.records import (
    Finding,
    Grant,
    ObjectFact,
    Preflight,
    Request,
    Seats,
    Verb,
    Wanted,
)

_VARIANTS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The org as the look found it; `app_unreadable` is what it said when asked for the app."""

    org_id: str
    cached_org_id: str | None
    is_sandbox: bool
    organization_type: str
    has_trial_end: bool
    taken: frozenset[str]
    sets: frozenset[str]
    profile: str | None
    app_id: str | None
    app_admin_approved: bool | None
    app_unreadable: str
    rights: frozenset[str]
    grantable: frozenset[str]
    existing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgRules:
    """What the configuration says of the org."""

    label: str
    kind: str
    time_zone: str
    locale: str
    licensed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRules:
    """What the configuration says of the request's app."""

    key: str
    label: str
    kind: str
    name: str
    has_key: bool


def candidate_usernames(request: Request, domain: str, in_use: frozenset[str]) -> tuple[str, ...]:
    """The username typed or taken instead, or a row of proposals: the first free one is taken.

    A request that is asked again keeps the one under which it may have made a user.
    """
    if request.asked.username:
        return (request.asked.username,)
    if request.pinned:
        return (request.pinned.username,)
    names: list[str] = []
    for _ in range(_VARIANTS):
        taken = in_use | set(names)
        names.append(naming.propose_username(request.asked.name, domain, frozenset(taken)))
    return tuple(names)


def nothing(problem: Finding, grants: Sequence[Grant], *, at: datetime) -> Preflight:
    """A look that could not be made because the org said no."""
    return Preflight(
        at=at,
        wanted=None,
        plan=(),
        risks=(),
        problems=(problem,),
        license_seats=None,
        psl_seats=None,
        tier=access.tier(grants),
    )


def refused(code: str, message: str, *, login: bool, rights: frozenset[str] | None) -> Finding:
    """The finding for an org that refused to be looked at.

    What the bot may not read is answered as if it did not exist, so its own `rights` are looked at
    before the org's words. None = not even the permission sets could be read, which takes View
    Setup like the licences do (salesforce-provisioning 1.1); empty = nobody knows.
    """
    missing = () if rights is None else identity.missing_rights(rights, app=False)
    if rights is None and code == "INVALID_TYPE":
        missing = identity.READING
    if missing and not login:
        return diagnosis.missing_right(missing)
    return diagnosis.explain(code, message, login=login)


def review(
    request: Request,
    *,
    seen: Seen,
    facts: Mapping[str, ObjectFact],
    grants: tuple[Grant, ...],
    names: tuple[str, ...],
    org: OrgRules,
    app: AppRules | None,
    license_seats: Seats,
    psl_seats: Seats,
    approvers: frozenset[str] | None,
    required: int,
    at: datetime,
) -> Preflight:
    """Judge one look. With problems nothing is wanted yet and no approver is asked."""
    username = next((name for name in names if name.lower() not in seen.taken), None)
    set_names = sets.first_free(request, seen.sets, licensed=org.licensed)
    problems = [
        *_org_problems(seen, org),
        *_name_problems(names, username, set_names),
        *_seat_problems(org, license_seats, psl_seats),
        *_right_problems(seen, app),
        *listed.problems(grants, seen.grantable, facts),
        *_approver_problems(request, approvers, required),
    ]
    wanted = None
    if not problems and username and set_names:
        wanted = _wanted(request, seen, facts, grants, username, set_names, org, app)
    return Preflight(
        at=at,
        wanted=wanted,
        plan=(),
        risks=_risks(seen, facts, grants, app),
        problems=tuple(diagnosis.remedy_for(one, request.state) for one in problems),
        license_seats=license_seats,
        psl_seats=psl_seats,
        tier=access.tier(grants),
    )


def _wanted(
    request: Request,
    seen: Seen,
    facts: Mapping[str, ObjectFact],
    grants: tuple[Grant, ...],
    username: str,
    set_names: tuple[str, ...],
    org: OrgRules,
    app: AppRules | None,
) -> Wanted:
    asked = request.asked
    return Wanted(
        org_id=seen.org_id,
        user=naming.user_attributes(
            request_id=request.id,
            name=asked.name,
            username=username,
            email=asked.email,
            time_zone=org.time_zone,
            locale=org.locale,
        ),
        sets=sets.wanted(
            request,
            set_names,
            grants,
            app_id=seen.app_id if app else None,
            licensed=org.licensed,
        ),
        objects_order=access.order(grants, facts),
        app_key=app.key if app else None,
        app_kind=app.kind if app else None,
        app_name=app.name if app else None,
    )


def _org_problems(seen: Seen, org: OrgRules) -> list[Finding]:
    problems = []
    if seen.cached_org_id and seen.cached_org_id != seen.org_id:
        problems.append(diagnosis.other_org(seen.cached_org_id, seen.org_id))
    lie, _ = identity.kind_problem(
        org.kind,
        is_sandbox=seen.is_sandbox,
        organization_type=seen.organization_type,
        has_trial_end=seen.has_trial_end,
    )
    if lie:
        problems.append(diagnosis.wrong_kind(lie))
    if seen.profile is None:
        problems.append(diagnosis.missing_license("profile"))
    return problems


def _name_problems(
    names: tuple[str, ...], username: str | None, set_names: tuple[str, ...] | None
) -> list[Finding]:
    problems = []
    if username is None:
        problems.append(diagnosis.username_taken(names))
    if set_names is None:
        problems.append(diagnosis.no_set_name())
    return problems


def _seat_problems(org: OrgRules, license_seats: Seats, psl_seats: Seats) -> list[Finding]:
    return [
        diagnosis.no_seat(name, org.label, seats.total, seats.used, seats.reserved)
        for name, seats in (
            ("Salesforce Integration licence", license_seats),
            ("Salesforce API Integration permission set licence", psl_seats),
        )
        if seats.free <= 0
    ]


def _right_problems(seen: Seen, app: AppRules | None) -> list[Finding]:
    problems = []
    missing = identity.missing_rights(seen.rights, app=False)
    if missing:
        problems.append(diagnosis.missing_right(missing))
    if app and seen.app_id is None:
        problems.append(diagnosis.app_missing(app.label, app.kind, app.name, seen.app_unreadable))
    return problems


def _approver_problems(
    request: Request, approvers: frozenset[str] | None, required: int
) -> list[Finding]:
    if approvers is None:
        return []
    sentence = policy.unreachable(required, approvers, request)
    return [diagnosis.too_few_approvers(sentence)] if sentence else []


def _risks(
    seen: Seen,
    facts: Mapping[str, ObjectFact],
    grants: tuple[Grant, ...],
    app: AppRules | None,
) -> tuple[str, ...]:
    risks = []
    for grant in grants:
        wide = {Verb.VIEW_ALL, Verb.MODIFY_ALL} & set(grant.verbs)
        fact = facts.get(grant.object)
        if fact and fact.sharing == "Private" and not wide:
            risks.append(
                f"{grant.object} is shared privately: without a role or View All"
                " the integration sees only records that are its own or shared with it."
            )
        if fact and fact.masters is None:
            risks.append(
                f"Whether {grant.object} depends on another object could not be read:"
                " if the org refuses the grant, the finding will name what is missing."
            )
    if app is None:
        risks.append("No app was chosen: nothing is pre-authorised and the login is not tested.")
    elif seen.app_admin_approved is False:
        risks.append(
            f"The app {app.label} lets every user authorise it by themselves; set it to"
            " “Admin approved users are pre-authorized” so that this grant means something."
        )
    more = identity.missing_rights(seen.rights, app=True) if app else ()
    if more:
        risks.append(
            f"The bot's own user lacks {' and '.join(more)}, which Salesforce's documentation asks"
            " for to pre-authorise an app: the org may refuse that step."
        )
    if app and not app.has_key:
        risks.append(f"The bot has no key for {app.label}: the login must be tested by hand.")
    if seen.existing:
        names = ", ".join(seen.existing[:3])
        risks.append(f"There is already an integration user of a similar name: {names}.")
    return tuple(risks)
