"""Who may do what, and why? A decision carries its sentence; a refusal names who can instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.core.wording import sentence_start
from store.records import Request, Vote


class Action(StrEnum):
    """What a person can try to do."""

    NEW = "new"
    SHOW = "show"
    LIST = "list"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    RETRY = "retry"
    TEST = "test"
    RECHECK = "recheck"
    NEW_USERNAME = "new_username"
    CONFIRM_LIVE = "confirm_live"
    LICENSES = "licenses"
    STALE = "stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person as Slack knows them at this moment.

    `is_full_member` is false for guests, bots, deactivated people and foreign workspaces.
    """

    user: str
    is_admin: bool = False
    is_approver: bool = False
    is_full_member: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether it is allowed, and one sentence why, or who can instead."""

    allowed: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Able:
    """Who may do something: people by their ids, and whoever else, as a sentence calls one."""

    people: tuple[str, ...]
    others: tuple[str, ...]


class _Role(StrEnum):
    """What somebody is to a request; the value is how a sentence calls them."""

    REQUESTER = "the requester"
    OWNER = "the owner"
    BACKUP_OWNER = "the backup owner"
    APPROVER = "an approver"
    ADMIN = "an admin"


def _is(person: Callable[[Request], str]) -> Callable[[Actor, Request], bool]:
    return lambda actor, request: actor.user == person(request)


_PERSON: Final[dict[_Role, Callable[[Request], str]]] = {
    _Role.REQUESTER: lambda request: request.requester,
    _Role.OWNER: lambda request: request.asked.owner,
    _Role.BACKUP_OWNER: lambda request: request.asked.backup_owner,
}
"""The roles that a request itself names somebody for."""

_HOLDS: Final[dict[_Role, Callable[[Actor, Request], bool]]] = {
    role: _is(person) for role, person in _PERSON.items()
} | {
    _Role.APPROVER: lambda actor, _: actor.is_approver,
    _Role.ADMIN: lambda actor, _: actor.is_admin,
}

_PARTIES: Final = (_Role.REQUESTER, _Role.OWNER, _Role.BACKUP_OWNER)
_CARERS: Final = (_Role.REQUESTER, _Role.OWNER, _Role.ADMIN, _Role.APPROVER)

_WHO: Final[dict[Action, tuple[_Role, ...]]] = {
    Action.SHOW: tuple(_Role),
    Action.APPROVE: (_Role.APPROVER,),
    Action.REJECT: (_Role.APPROVER,),
    Action.WITHDRAW: (_Role.REQUESTER, _Role.OWNER, _Role.ADMIN),
    Action.NEW_USERNAME: (_Role.REQUESTER, _Role.OWNER, _Role.ADMIN),
    Action.RETRY: _CARERS,
    Action.TEST: _CARERS,
    Action.RECHECK: _CARERS,
    Action.CONFIRM_LIVE: (_Role.OWNER, _Role.BACKUP_OWNER, _Role.ADMIN),
}

_DOING: Final[dict[Action, str]] = {
    Action.SHOW: "see all of",
    Action.APPROVE: "approve",
    Action.REJECT: "reject",
    Action.WITHDRAW: "withdraw",
    Action.NEW_USERNAME: "change the username of",
    Action.RETRY: "retry",
    Action.TEST: "test",
    Action.RECHECK: "check again",
    Action.CONFIRM_LIVE: "confirm as live",
}


_OVERVIEWS: Final[dict[Action, str]] = {
    Action.LICENSES: "see the seats of all orgs",
    Action.STALE: "see the last use of all integration users",
}
"""What is about whole orgs and no single request: for approvers and admins."""


def may(action: Action, actor: Actor, request: Request | None = None) -> Decision:
    """Decide by the contract's table "who may" (section 3).

    `new`, `list`, `licenses` and `stale` need no request; every other action raises ValueError
    without one. `show` and `list` are allowed to everybody: what a stranger sees is cut by
    `sees_all`.
    """
    if action is Action.NEW:
        return _may_ask(actor)
    if action is Action.LIST:
        return Decision(allowed=True, reason="Everybody may list requests.")
    if action in _OVERVIEWS:
        return _may_oversee(action, actor)
    if request is None:
        raise ValueError(f"{action} needs a request to decide about")
    if action in {Action.APPROVE, Action.REJECT}:
        party = _role(actor, request, _PARTIES)
        if party:
            return Decision(
                allowed=False,
                reason=f"You are {party} of {request.label}, so you cannot {action} it. "
                "Another approver can.",
            )
    role = _role(actor, request, _WHO[action])
    if role:
        return Decision(allowed=True, reason=f"You may {_DOING[action]} {request.label} as {role}.")
    if action is Action.SHOW:
        return Decision(
            allowed=True,
            reason=f"You see name, org, owner and state of {request.label}. "
            f"{sentence_start(_either(_WHO[action]))} can see the rest.",
        )
    return Decision(
        allowed=False,
        reason=f"You cannot {_DOING[action]} {request.label}. "
        f"{sentence_start(_either(_WHO[action]))} can.",
    )


def sees_all(actor: Actor, request: Request) -> bool:
    """Say whether a person sees a request whole; others see name, org, owner and state."""
    return _role(actor, request, _WHO[Action.SHOW]) is not None


def who(action: Action, request: Request, *, but: str = "") -> Able:
    """Everybody who may do that to a request, each person once; `but` is left out.

    Raises KeyError for what is about no single request, and for decisions: who may approve or
    reject is no matter of roles alone.
    """
    if action in {Action.APPROVE, Action.REJECT}:
        raise KeyError(action)
    roles = _WHO[action]
    people = dict.fromkeys(_PERSON[role](request) for role in roles if role in _PERSON)
    return Able(
        people=tuple(one for one in people if one != but),
        others=tuple(str(role) for role in roles if role not in _PERSON),
    )


def enough(votes: Iterable[Vote], required: int, *, digest: str) -> bool:
    """Say whether `required` different people voted "approve" for the wanted state `digest`."""
    approvers = {
        vote.who for vote in votes if vote.decision == Action.APPROVE and vote.wanted_hash == digest
    }
    return len(approvers) >= required


def unreachable(required: int, approvers: AbstractSet[str], request: Request) -> str | None:
    """Say why this request can never get enough approvals, or None when it can.

    `approvers` are the people behind the policy now, groups opened; the requester, owner and
    backup owner do not count, for they may not decide.
    """
    parties = {request.requester, request.asked.owner, request.asked.backup_owner}
    able = len(approvers - parties)
    if able >= required:
        return None
    needs = "1 approval" if required == 1 else f"{required} approvals"
    who = {0: "no approver", 1: "only 1 approver"}.get(able, f"only {able} approvers")
    return (
        f"{request.label} needs {needs}, but {who} can decide about it: nobody decides about a "
        "request that they made, own or back up. An admin can name more approvers, or choose "
        "other owners in a new request."
    )


def _may_ask(actor: Actor) -> Decision:
    if actor.is_full_member:
        return Decision(allowed=True, reason="Every full member may ask for an integration user.")
    return Decision(
        allowed=False,
        reason="Only full members of this workspace can ask for an integration user. "
        "Ask a colleague who is one to send the request.",
    )


def _may_oversee(action: Action, actor: Actor) -> Decision:
    doing = _OVERVIEWS[action]
    if actor.is_approver or actor.is_admin:
        role = _Role.APPROVER if actor.is_approver else _Role.ADMIN
        return Decision(allowed=True, reason=f"You may {doing} as {role}.")
    return Decision(
        allowed=False, reason=f"You cannot {doing}. Approvers and admins can: ask one of them."
    )


def _role(actor: Actor, request: Request, roles: Iterable[_Role]) -> _Role | None:
    return next((role for role in roles if _HOLDS[role](actor, request)), None)


def _either(roles: tuple[_Role, ...]) -> str:
    *rest, last = roles
    return f"{', '.join(rest)} or {last}" if rest else str(last)
