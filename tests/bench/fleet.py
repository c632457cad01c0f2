"""Many integration users: in the make-believe org, and in the bot's database those that it made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.sandbox.orgs.population import add_user
from bot.sandbox.orgs.world import NEW_PROFILE, World
from store import journal, ledger
from store.database import Database
from store.records import Asked, JournalLine, Source, State

_DAY = timedelta(days=1)
_MADE = 100 * _DAY
"""So long ago every user was made, and by the bot tested."""

_OURS = 5
"""Of ten users this one was made by the bot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One user that the bot made."""

    id: str
    username: str


class Fleet:
    """Grows to so many active integration users as are asked for.

    Of ten, six logged in yesterday, two did ninety days ago, one uses a token and never logs in any
    more, one never did anything. Each who ever logged in has two logins and one token. One of ten
    was made by the bot and tested by it when it was made; of those every second is idle.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._now = datetime.now(UTC).replace(microsecond=0)
        (self._profile,) = world.tables.where("Profile", Name=NEW_PROFILE)
        self.ours: list[Member] = []

    def grow(self, size: int) -> None:
        """Fill the org up to `size`."""
        active = self._world.tables.where("User", IsActive=True)
        for number in range(sum(map(self._world.is_integration, active)), size):
            self._add(number)

    def _add(self, number: int) -> None:
        kind = number % 10
        ours = kind == _OURS
        if ours and number // 10 % 2:
            kind = 7
        last = None if kind == 9 else self._now - (_DAY if kind < 6 else 90 * _DAY)
        username = f"fleet-{number}@integrations.acme.example.uat"
        user = add_user(self._world, username, f"Fleet {number}", self._profile, last_login=last)
        self._world.tables.put("User", user | {"CreatedDate": self._now - _MADE})
        user_id = str(user["Id"])
        if last is not None:
            used = self._now - _DAY if kind == 8 else last
            self._world.add(
                "OauthToken", UserId=user_id, AppName="Sync", LastUsedDate=used, UseCount=9
            )
            self._login(user_id, last - _DAY, "198.51.100.7")
            self._login(user_id, last, "198.51.100.7")
        if ours:
            self._login(user_id, self._now - _MADE, "127.0.0.1")
            self.ours.append(Member(id=user_id, username=username))

    def _login(self, user_id: str, at: datetime, ip: str) -> None:
        self._world.add(
            "LoginHistory",
            UserId=user_id,
            LoginTime=at,
            LoginType="Remote Access 2.0",
            SourceIp=ip,
            Status="Success",
        )

    async def remember(self, url: str) -> None:
        """Write the live requests of those that the bot made into a database."""
        database = Database.open(url)
        at = self._now - _MADE
        try:
            async with database.write() as conn:
                for one in self.ours:
                    made = await ledger.create(conn, requester="U0RAE", asked=_asked(one), now=at)
                    await ledger.change(
                        conn, made, now=at, state=State.LIVE, user_id=one.id, user_made_at=at
                    )
                    tested = JournalLine(
                        at=at,
                        actor="bot",
                        source=Source.ENGINE,
                        event=journal.OWN_LOGIN,
                        detail="Logged in to test it",
                        after={"username": one.username},
                    )
                    await journal.note(conn, made.id, tested)
        finally:
            await database.dispose()


def _asked(one: Member) -> Asked:
    return Asked(
        org="uat",
        name=one.username.partition("@")[0],
        purpose="Keeps orders in step with the warehouse.",
        system="Acme Warehouse",
        ticket="",
        owner="U0OLU",
        backup_owner="U0BEA",
        email="warehouse@acme.example",
        app="warehouse",
    )
