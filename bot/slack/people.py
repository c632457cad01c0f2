"""Who is somebody at this moment? Members, admins and approvers, asked of Slack.

Authority is checked at every click: Slack is asked with a deadline of 1.5 s; when it does not
answer in time, what it said at most five minutes ago counts, else the person is told to try again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.form import Person
from bot.core.policy import Actor
from bot.slack import refusals
from bot.slack.answering import Unsure

_log = structlog.get_logger(__name__)
_DEADLINE = 1.5
_REMEMBERED = timedelta(minutes=5)
_MOST = 1000  # answers of each kind; more people than click within five minutes
_UNKNOWN = frozenset({"user_not_found", "users_not_found", "user_not_visible"})
_NO_GROUP = frozenset({"no_such_subteam", "plan_upgrade_required", "missing_scope"})
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Memory(Generic[Answer]):
    answer: Answer
    at: datetime


class People:
    """The workspace's people as far as authority needs them."""

    def __init__(
        self,
        client: AsyncWebClient,
        *,
        admins: Iterable[str],
        approvers: Iterable[str],
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._admins = tuple(admins)
        self._approvers = tuple(approvers)
        self._clock = clock
        self._team: str | None = None
        self._people: dict[str, _Memory[Person | None]] = {}
        self._groups: dict[str, _Memory[frozenset[str]]] = {}

    async def warm(self) -> None:
        """Learn our own workspace; raises what Slack answers when the token is wrong.

        Raises ConnectionError when something else than Slack answers.
        """
        try:
            answer = await self._client.auth_test()
        except SlackApiError as error:
            raise refusals.named(error) from None
        self._team = str(answer["team_id"])

    async def actor(self, user: str, team: str | None = None) -> Actor:
        """The person behind a click or command; raises `Unsure` when Slack cannot say who.

        Everything is asked at once, so that an answer takes 1.5 s at most.
        """
        member, admins, approvers = await asyncio.gather(
            self.member(user, team), self._members(self._admins), self._members(self._approvers)
        )
        full = member.is_full_member
        return replace(
            member, is_admin=full and user in admins, is_approver=full and user in approvers
        )

    async def member(self, user: str, team: str | None = None) -> Actor:
        """Like `actor`, for what every full member may do: no group is asked."""
        person = await self._person(user)
        foreign = team is not None and self._team is not None and team != self._team
        full = person is not None and not foreign and _is_full(person)
        return Actor(user=user, is_full_member=full)

    async def named(self, users: Iterable[str]) -> dict[str, Person]:
        """What Slack says of people who were named in a form; unknown ones are left out."""
        wanted = tuple(dict.fromkeys(user for user in users if user))
        found = await asyncio.gather(*(self._person(user) for user in wanted))
        return {user: one for user, one in zip(wanted, found, strict=True) if one is not None}

    async def approvers(self) -> frozenset[str] | None:
        """Everybody who can approve now; None when Slack does not say."""
        return await self._full(self._approvers)

    async def admins(self) -> frozenset[str] | None:
        """Every admin who is a full member now; None when Slack does not say."""
        return await self._full(self._admins)

    async def _full(self, ids: tuple[str, ...]) -> frozenset[str] | None:
        try:
            members = await self._members(ids)
            people = await self.named(members)
        except Unsure:
            return None
        return frozenset(user for user, person in people.items() if _is_full(person))

    async def _members(self, ids: tuple[str, ...]) -> frozenset[str]:
        groups = [one for one in ids if one.startswith("S")]
        found = await asyncio.gather(*(self._group(group) for group in groups))
        return frozenset(one for one in ids if not one.startswith("S")).union(*found)

    async def _person(self, user: str) -> Person | None:
        async def ask() -> Person | None:
            try:
                answer = await self._client.users_info(user=user)
            except SlackApiError as error:
                if refusals.code(error) in _UNKNOWN:
                    return None
                raise
            return self._read(answer["user"])

        return await self._remembering(self._people, user, ask)

    async def _group(self, group: str) -> frozenset[str]:
        async def ask() -> frozenset[str]:
            try:
                answer = await self._client.usergroups_users_list(usergroup=group)
            except SlackApiError as error:
                if refusals.code(error) not in _NO_GROUP:
                    raise
                _log.error("slack.group", group=group, error=refusals.code(error))
                return frozenset()  # waiting would not help: nobody has a right by this group
            return frozenset(str(user) for user in answer["users"])

        return await self._remembering(self._groups, group, ask)

    async def _remembering(
        self,
        memory: dict[str, _Memory[Answer]],
        key: str,
        ask: Callable[[], Awaitable[Answer]],
    ) -> Answer:
        try:
            answer = await asyncio.wait_for(ask(), _DEADLINE)
        except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            _log.warning("slack.people", key=key, error=type(error).__name__)
            known = memory.get(key)
            if known is None or self._clock() - known.at > _REMEMBERED:
                raise Unsure(
                    "Slack does not say right now who may do this. Please try again in a minute."
                ) from None
            return known.answer
        self._keep(memory, key, answer)
        return answer

    def _keep(self, memory: dict[str, _Memory[Answer]], key: str, answer: Answer) -> None:
        """Remember an answer; what is too old to count, or too much, is forgotten, oldest first."""
        now = self._clock()
        memory.pop(key, None)
        memory[key] = _Memory(answer, now)
        while now - memory[oldest := next(iter(memory))].at > _REMEMBERED or len(memory) > _MOST:
            del memory[oldest]

    def _read(self, user: dict[str, Any]) -> Person:
        stranger = bool(user.get("is_stranger"))
        foreign = self._team is not None and user.get("team_id", self._team) != self._team
        return Person(
            is_bot=bool(user.get("is_bot")) or user.get("id") == "USLACKBOT",
            is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            is_deactivated=bool(user.get("deleted")),
            is_foreign=stranger or foreign,
        )


def _is_full(person: Person) -> bool:
    return not (person.is_bot or person.is_guest or person.is_deactivated or person.is_foreign)
