"""Are the people there who approve and administer, and can every request get its approvals?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Settings
from bot.doctor.report import Line, Page, ok, problem, warning
from bot.slack import refusals

_AT_ONCE = 4
_AWAY = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, ValueError)
_GROUPS = {
    "no_such_subteam": "is no user group of this workspace",
    "plan_upgrade_required": "cannot be read: user groups need a paid plan",
    "missing_scope": "cannot be read without usergroups:read",
}
_PEOPLE = {
    "user_not_found": "is nobody in this workspace",
    "users_not_found": "is nobody in this workspace",
    "user_not_visible": "cannot be seen from here",
    "missing_scope": "cannot be looked up without users:read",
}


@dataclass(frozen=True, slots=True)
class Found:
    """The full members behind ids, and a sentence for each id that leads to none."""

    able: frozenset[str]
    lost: tuple[str, ...]


async def examine(settings: Settings, client: AsyncWebClient, team: str) -> tuple[Line, ...]:
    """Open the groups and look at every person in them, as each click does."""
    ask = _Asking(client, team)
    admins, approvers = await asyncio.gather(
        ask.behind(settings.slack.admins), ask.behind(settings.approval.approvers)
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
    elif not found.able:
        text = f"slack.admins leads to nobody: {_sentences(found)}"
        yield problem("admins", text, "Name full members or a group with some", Page.NOBODY)
    else:
        yield from _still("admins", "slack.admins", found)


def _approvers(ids: Sequence[str], found: Found) -> Iterator[Line]:
    if not ids:
        return  # the configuration's line says so
    if not found.able:
        text = f"approval.approvers leads to nobody: {_sentences(found)}"
        yield problem("approvers", text, "Name full members or a group with some", Page.NOBODY)
    else:
        yield from _still("approvers", "approval.approvers", found)


def _still(name: str, key: str, found: Found) -> Iterator[Line]:
    """Somebody is there; who is not any more is told."""
    number = len(found.able)
    people = f"{number} person" if number == 1 else f"{number} people"
    if found.lost:
        text = f"{key} leads to {people}, but {_sentences(found)}"
        yield warning(name, text, "Remove or replace them", Page.LOST)
    else:
        yield ok(name, f"{key} leads to {people}.")


def _rule(required: int, found: Found) -> Iterator[Line]:
    """A rule nobody can fulfil: requester, owner and backup owner never count."""
    able = len(found.able)
    if not able:
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


def _sentences(found: Found) -> str:
    return ", ".join(found.lost) or "the groups are empty"


class _Asking:
    """Slack, asked a few things at once and each person once."""

    def __init__(self, client: AsyncWebClient, team: str) -> None:
        self._client = client
        self._team = team
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._people: dict[str, asyncio.Task[str]] = {}

    async def behind(self, ids: Sequence[str]) -> Found:
        """Everybody behind users and groups."""
        people = {one: "" for one in ids if not one.startswith("S")}
        lost: list[str] = []
        for group in (one for one in ids if one.startswith("S")):
            members = await self._members(group)
            if isinstance(members, str):
                lost.append(f"{group} {members}")
            elif not members:
                lost.append(f"{group} is empty")
            else:
                people |= {one: f" (in {group})" for one in members if one not in people}
        said = await asyncio.gather(*(self._person(one) for one in people))
        wrong = dict(zip(people, said, strict=True))
        lost += [f"{one}{people[one]} {why}" for one, why in wrong.items() if why]
        return Found(frozenset(one for one, why in wrong.items() if not why), tuple(lost))

    async def _members(self, group: str) -> list[str] | str:
        try:
            answer = await self._slowly(self._client.usergroups_users_list(usergroup=group))
        except SlackApiError as error:
            code = refusals.code(error)
            return _GROUPS.get(code, f"cannot be read ({code or 'no answer of Slack'})")
        except _AWAY as error:
            return f"cannot be read ({type(error).__name__})"
        return [str(user) for user in answer["users"]]

    def _person(self, user: str) -> asyncio.Task[str]:
        if user not in self._people:
            self._people[user] = asyncio.create_task(self._look(user))
        return self._people[user]

    async def _look(self, user: str) -> str:
        """Why somebody is no full member; empty when they are one."""
        try:
            answer = await self._slowly(self._client.users_info(user=user))
        except SlackApiError as error:
            code = refusals.code(error)
            return _PEOPLE.get(code, f"cannot be looked up ({code or 'no answer of Slack'})")
        except _AWAY as error:
            return f"cannot be looked up ({type(error).__name__})"
        return _why_not(answer["user"], self._team)

    async def _slowly(self, call: Awaitable[Any]) -> Any:
        async with self._turn:
            return await call


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
