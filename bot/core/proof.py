"""Does the new user see what was granted, and nothing else? Its own login, judged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot.core import diagnosis
from bot.core.plan import same_id
from store.records import Finding, Json
from store.records.plain import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the new user saw of one granted object.

    `rows` is None when it was not counted; `refusal` is the org's `CODE: message`, if it said no:
    to describing the object, or, where `described`, to a plain query of it.
    """

    described: bool
    queryable: bool = True
    rows: int | None = None
    refusal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One login as the new user and what it saw; `org_id` and `user_id` are the token's word.

    `login_error` is the token endpoint's error, its description, and the last audience tried.
    `forbidden` is an object that no parent of the user grants, whether it was refused, and what the
    org said; None = there was none to try. `revoked` = the token is revoked. `audience` is the one
    that the login worked with.
    """

    at: datetime
    login_error: tuple[str, str, str] | None = None
    org_id: str | None = None
    user_id: str | None = None
    objects: Mapping[str, Look] = field(default_factory=dict)
    forbidden: tuple[str, bool, str] | None = None
    revoked: bool = False
    audience: str | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Observation:
        """Read what `to_json` wrote."""
        error, forbidden = data["login_error"], data["forbidden"]
        rest = {
            "at": datetime.fromisoformat(data["at"]),
            "login_error": tuple(error) if error else None,
            "objects": {name: Look(**look) for name, look in data["objects"].items()},
            "forbidden": tuple(forbidden) if forbidden else None,
        }
        return cls(**{**data, **rest})

    def to_json(self) -> Json:
        """Write as plain JSON values."""
        return plain({**asdict(self), "at": self.at.isoformat()})


PROVEN: Final = "proven"
WAIT: Final = "wait"
BLOCKED: Final = "blocked"

FIRST_WAIT: Final = timedelta(seconds=15)
_NO_ANSWER: Final = frozenset(
    {"org_busy", "api_quota", "session_refused", "scope_refused", "api_disabled"}
)
"""Findings of errors that say nothing about the access to one object."""

_NO_ACCESS: Final = frozenset({"INVALID_TYPE", "INVALID_FIELD"})

_USUAL: Final = ("Opportunity", "Case", "Lead", "Campaign", "Contract", "Contact", "Account")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an observation means: `lines` for the journal, `not_tested` what nobody could try.

    `outcome` is `proven`, `wait` or `blocked`. `audience` is the one that the login worked with.
    """

    outcome: str
    finding: Finding | None = None
    lines: tuple[str, ...] = ()
    not_tested: tuple[str, ...] = ()
    audience: str | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Verdict:
        """Read what `to_json` wrote."""
        return cls(
            outcome=data["outcome"],
            finding=Finding.from_json(data["finding"]) if data["finding"] else None,
            lines=tuple(data["lines"]),
            not_tested=tuple(data["not_tested"]),
            audience=data.get("audience"),
        )

    def to_json(self) -> Json:
        """Write as plain JSON values."""
        return plain(asdict(self))


def judge(
    observation: Observation,
    *,
    wanted_org_id: str,
    wanted_user_id: str,
    granted: Sequence[str],
    bot_sees: Mapping[str, bool | None],
    taken_away: str | None,
    now: datetime,
    proof_until: datetime | None,
) -> Verdict:
    """Say what a login as the new user proves.

    `bot_sees` says per object whether the bot itself sees a row; None = it cannot look.
    `taken_away` None = our grant and assignment read back as present: only then, and before
    `proof_until` (None = one try), a refused login may be waited for. Else it says how they come
    back.
    """
    if observation.login_error is not None:
        may_wait = taken_away is None and proof_until is not None and now < proof_until
        return _no_login(observation.login_error, taken_away, may_wait=may_wait)
    stranger = _stranger(observation, wanted_org_id, wanted_user_id)
    if stranger:
        return Verdict(
            outcome=BLOCKED,
            finding=stranger,
            lines=("The login worked, but for another identity.", *_token(observation)),
        )
    looks = {name: _look(name, observation.objects.get(name), bot_sees) for name in granted}
    seen = _seen(observation, looks, _ban(observation.forbidden))
    return replace(seen, audience=observation.audience)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one look says: a line, what was not tested, a finding; `empty` = rows are hidden."""

    line: str = ""
    not_tested: str = ""
    finding: Finding | None = None
    empty: bool = False


def _no_login(error: tuple[str, str, str], taken_away: str | None, *, may_wait: bool) -> Verdict:
    code, description, audience = error
    passing = diagnosis.may_be_propagation(code, description)
    tried = f"The login was refused: {diagnosis.quote(f'{code}: {description}')}"
    tried += f" (audience {diagnosis.quote(audience)})." if audience else "."
    if passing and may_wait:
        return Verdict(outcome=WAIT, lines=(tried, "Our grant and assignment are in place."))
    finding = diagnosis.explain(code, description, login=True, own=False)
    lines = [tried]
    if passing and taken_away is None:
        lines.append("Our grant and assignment are in place, and the time to wait is over.")
    elif passing:
        lines.append("Our grant or assignment is not in place.")
        finding = replace(finding, remedy=f"{taken_away} {finding.remedy}")
    return Verdict(outcome=BLOCKED, finding=finding, lines=tuple(lines))


def _seen(observation: Observation, looks: Mapping[str, _Part], ban: _Part) -> Verdict:
    """Put the looks together: too much seen weighs more than a refusal, that more than no rows."""
    finding = ban.finding or next((one.finding for one in looks.values() if one.finding), None)
    empty = [name for name, look in looks.items() if look.empty]
    if finding is None and empty:
        finding = diagnosis.sees_nothing(empty)
    parts = (*looks.values(), ban)
    return Verdict(
        outcome=BLOCKED if finding else PROVEN,
        finding=finding,
        lines=(
            "The login worked; org and user are the right ones.",
            *(part.line for part in parts if part.line),
            *_token(observation),
        ),
        not_tested=tuple(part.not_tested for part in parts if part.not_tested),
    )


def _stranger(seen: Observation, org_id: str, user_id: str) -> Finding | None:
    if seen.org_id is None or not same_id(seen.org_id, org_id):
        return diagnosis.wrong_identity("org", org_id, seen.org_id)
    if seen.user_id is None or not same_id(seen.user_id, user_id):
        return diagnosis.wrong_identity("user", user_id, seen.user_id)
    return None


def _look(name: str, look: Look | None, bot_sees: Mapping[str, bool | None]) -> _Part:
    if look is None:
        look = Look(described=False, refusal="NOT_FOUND: it was not looked at")
    if look.refusal is not None or not look.described:
        return _refused(name, look)
    if not look.queryable or look.rows is None:
        return _Part(
            line=f"{name} can be described.",
            not_tested=f"records of {name}: this object cannot simply be queried.",
        )
    if look.rows:
        return _Part(line=f"{name} can be described and its records read.")
    if bot_sees.get(name):
        return _Part(line=f"{name} answers, but without records.", empty=True)
    why = "sees none itself" if bot_sees.get(name) is False else "cannot look for itself"
    return _Part(
        line=f"{name} can be described and queried.",
        not_tested=f"records of {name}: the user sees none, and the bot {why}.",
    )


def _refused(name: str, look: Look) -> _Part:
    """Judge a refusal. Of a described object only one about access, or of every call, blocks.

    Objects that demand a filter, or are too large to be asked plainly, refuse the query of anybody,
    and a question that ran out of time was not answered at all.
    """
    code, _, message = (look.refusal or "").partition(": ")
    late = diagnosis.is_of_one_question(code, message)
    decides = is_about_access(code) or _is_about_the_call(code, message)
    if late or (look.described and not decides):
        what, line = (f"records of {name}", f"{name} can be described.")
        why = "did not get to an answer" if late else "takes no plain query of it"
        return _Part(
            line=line if look.described else "",
            not_tested=f"{what if look.described else name}: the org {why}"
            f" ({diagnosis.quote(look.refusal or '')}).",
        )
    finding = diagnosis.explain(code, message, login=False, context=f"a look at {name}")
    return _Part(line=f"{name} was refused.", finding=finding)


def _ban(forbidden: tuple[str, bool, str] | None) -> _Part:
    if forbidden is None:
        return _Part(not_tested="a refusal: no object was found that nothing grants to the user.")
    name, refused, detail = forbidden
    if refused and not is_about_access(detail.partition(": ")[0]):
        said = diagnosis.quote(detail)
        return _Part(not_tested=f"a refusal: {name} was not answered for another reason ({said}).")
    if refused:
        return _Part(line=f"{name}, which was not granted, was refused as it should be.")
    return _Part(
        line=f"{name}, which was not granted, answered.",
        finding=diagnosis.sees_too_much(name, detail),
    )


def is_about_access(code: str) -> bool:
    """Say whether a refused query means that the user may not see the object or its fields.

    These codes do (salesforce-auth-and-monitoring 1.4, salesforce-provisioning 2.2); any other is
    about the question, the session or the org, and proves neither access nor the lack of it.
    """
    return code in _NO_ACCESS or code.startswith("INSUFFICIENT_ACCESS")


def _is_about_the_call(code: str, message: str) -> bool:
    """Would the org have refused any call of this user, so that nothing at all was tested?"""
    return diagnosis.explain(code, message, login=False).code in _NO_ANSWER


def _token(seen: Observation) -> tuple[str, ...]:
    if seen.revoked:
        return ("The access token was revoked.",)
    return ("The access token could not be revoked; it ends with its session.",)


def pick_forbidden(known: Iterable[str], granted: Collection[str]) -> str | None:
    """Choose an object that nothing grants: a well-known one, else a custom one, else None.

    Other standard objects are not taken: some are readable without any object permission.
    """
    held = {name.lower() for name in granted}
    free = {name for name in known if name.lower() not in held}
    usual = next((name for name in _USUAL if name in free), None)
    return usual or min((name for name in free if name.endswith("__c")), default=None)


def next_wait(waits: int) -> timedelta:
    """Say how long to wait after `waits` earlier waits: 15 s, then doubling."""
    return FIRST_WAIT * (1 << waits)


def next_try(waits: int, now: datetime, proof_until: datetime | None) -> datetime | None:
    """Say when to look again after `waits` earlier waits, or None when this look was the last.

    The last wait is cut, so that the final try is exactly at `proof_until`.
    """
    if proof_until is None or now >= proof_until:
        return None
    if next_wait(waits) >= proof_until - now:
        return proof_until
    return now + next_wait(waits)
