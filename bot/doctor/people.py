"""Are the people there who approve and administer, and can every request get its approvals?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Settings
from bot.doctor.asking import Asking
from bot.doctor.report import Line, Page, ok, problem, warning
from bot.slack import refusals

_AWAY = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, ValueError)
_GROUPS = {
    "no_such_subteam": "is no user group of this workspace",
    "plan_upgrade_required": "cannot be read: user groups need a paid plan",
}
_PEOPLE = {
    "user_not_found": "is nobody in this workspace",
    "users_not_found": "is nobody in this workspace",
    "user_not_visible": "cannot be seen from here",
}
"""What Slack says of an id (slack-platform 2.2); whatever else it says is not about the id."""


@dataclass(frozen=True, slots=True)
class _Why:
    """Why an id leads to no full member, as far as is known."""

    text: str
    unseen: bool = False
    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The full members behind ids, and a sentence for each id that leads to none.

    `lost` is gone for good; `unseen` was not answered, and may be well; `scopes` are those without
    which Slack tells nothing of the ids in `hidden`.
    """

    able: frozenset[str]
    lost: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    scopes: frozenset[str] = frozenset()

    @property
    def whole(self) -> bool:
        """Whether everybody was looked at."""
        return not self.unseen and not self.hidden

    @property
    def people(self) -> str:
        """How many full members there are, in words."""
        return "1 person" if len(self.able) == 1 else f"{len(self.able)} people"


async def examine(
    settings: Settings, client: AsyncWebClient, team: str, ask: Asking
) -> tuple[Line, ...]:
    """Open the groups and look at every person in them, as each click does."""
    looking = _Looking(client, team, ask)
    admins, approvers = await asyncio.gather(
        looking.behind(settings.slack.admins), looking.behind(settings.approval.approvers)
    )
    return (
        *_admins(settings.slack.admins, admins),
        *_approvers(settings.approval.approvers, approvers),
        *_rule(settings.approval.required, approvers),
    )


def _admins(ids: Sequence[str], found: Found) -> Iterator[Line]:
    if not ids:
        yield warning(
            "admins",
            "slack.admins is empty: nobody but its owner can withdraw or confirm a request",
            'Write ids such as ["S0ADMINS", "U0ADMIN"]',
            Page.NOBODY,
        )
    else:
        yield from _behind("admins", "slack.admins", found)


def _approvers(ids: Sequence[str], found: Found) -> Iterator[Line]:
    if ids:  # without any the configuration's line says so
        yield from _behind("approvers", "approval.approvers", found)


def _behind(name: str, key: str, found: Found) -> Iterator[Line]:
    """Who is there, who is not any more, and who could not be seen: each has its own remedy."""
    if found.hidden:
        text = f"{key}: {', '.join(found.hidden)}"
        scopes = " and ".join(sorted(found.scopes))
        remedy = f"Add {scopes} under OAuth & Permissions, then Reinstall the app"
        yield (warning if found.able else problem)(name, text, remedy, Page.SCOPE_MISSING)
    if found.unseen:
        text = f"{key}: Slack did not answer for everybody: {', '.join(found.unseen)}"
        yield warning(name, text, "Run check again", Page.NOT_LOOKED)
    lost = ", ".join(found.lost)
    if lost and not found.whole:
        yield warning(name, f"{key}: {lost}", "Remove or replace them", Page.LOST)
    elif lost and found.able:
        text = f"{key} leads to {found.people}, but {lost}"
        yield warning(name, text, "Remove or replace them", Page.LOST)
    elif lost:
        text = f"{key} leads to nobody: {lost}"
        yield problem(name, text, "Name full members or a group with some", Page.NOBODY)
    elif found.whole:
        yield ok(name, f"{key} leads to {found.people}.")


def _rule(required: int, found: Found) -> Iterator[Line]:
    """A rule nobody can fulfil: requester, owner and backup owner never count.

    Who was not looked at may be one more: then too few are no news.
    """
    able = len(found.able)
    if not able or (able <= required and not found.whole):
        return
    needs = f"approval.required is {required}"
    if able < required:
        yield problem(
            "approval-rule",
            f"{needs}, but only {able} can approve: no request can ever be approved",
            "Name more approvers, or require fewer",
            Page.TOO_FEW,
        )
    elif able == required:
        yield warning(
            "approval-rule",
            f"{needs} and {able} can approve: a request that one of them makes, owns or backs up "
            "cannot be approved",
            "Name at least two approvers more than are required",
            Page.TOO_FEW,
        )
    else:
        yield ok("approval-rule", f"{needs}, and {able} people can approve.")


class _Looking:
    """Groups and people, each person looked at once."""

    def __init__(self, client: AsyncWebClient, team: str, ask: Asking) -> None:
        self._client = client
        self._team = team
        self._ask = ask
        self._people: dict[str, asyncio.Task[_Why | None]] = {}

    async def behind(self, ids: Sequence[str]) -> Found:
        """Everybody behind users and groups."""
        people = {one: "" for one in ids if not one.startswith("S")}
        wrong: list[tuple[str, _Why]] = []
        for group in (one for one in ids if one.startswith("S")):
            members = await self._members(group)
            if isinstance(members, _Why):
                wrong.append((group, members))
            else:
                people |= {one: f" (in {group})" for one in members if one not in people}
        said = await asyncio.gather(*(self._person(one) for one in people))
        seen = dict(zip(people, said, strict=True))
        wrong += [(f"{one}{people[one]}", why) for one, why in seen.items() if why is not None]
        return _found(frozenset(one for one, why in seen.items() if why is None), wrong)

    async def _members(self, group: str) -> list[str] | _Why:
        try:
            answer = await self._ask(lambda: self._client.usergroups_users_list(usergroup=group))
        except _AWAY as error:
            return _why(error, "read", _GROUPS, "usergroups:read")
        return [str(user) for user in answer["users"]] or _Why("is empty")

    def _person(self, user: str) -> asyncio.Task[_Why | None]:
        if user not in self._people:
            self._people[user] = asyncio.create_task(self._look(user))
        return self._people[user]

    async def _look(self, user: str) -> _Why | None:
        """Why somebody is no full member; None when they are one."""
        try:
            answer = await self._ask(lambda: self._client.users_info(user=user))
        except _AWAY as error:
            return _why(error, "looked up", _PEOPLE, "users:read")
        text = _why_not(answer["user"], self._team)
        return _Why(text) if text else None


def _why(error: Exception, done: str, known: Mapping[str, str], scope: str) -> _Why:
    """What a refusal says of an id: only some codes are about it, all else may pass."""
    if not isinstance(error, SlackApiError):
        return _Why(f"could not be {done} ({type(error).__name__})", unseen=True)
    code = refusals.code(error)
    if code == "missing_scope":
        return _Why(f"cannot be {done} without {scope}", scope=scope)
    if code in known:
        return _Why(known[code])
    return _Why(f"could not be {done} ({code or f'HTTP {refusals.status(error)}'})", unseen=True)


def _found(able: frozenset[str], wrong: Sequence[tuple[str, _Why]]) -> Found:
    gone = [(who, why) for who, why in wrong if not why.unseen and not why.scope]
    return Found(
        able=able,
        lost=tuple(f"{who} {why.text}" for who, why in gone),
        unseen=tuple(f"{who} {why.text}" for who, why in wrong if why.unseen),
        hidden=tuple(f"{who} {why.text}" for who, why in wrong if why.scope),
        scopes=frozenset(why.scope for _, why in wrong if why.scope),
    )


def _why_not(user: Mapping[str, Any], team: str) -> str:
    """Why somebody may not decide, by the marks that every click looks at (slack-platform 2.2)."""
    if user.get("deleted"):
        return "is deactivated"
    if user.get("is_bot"):
        return "is a bot"
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return "is a guest"
    if user.get("is_stranger") or user.get("team_id", team) != team:
        return "belongs to another workspace"
    return ""
