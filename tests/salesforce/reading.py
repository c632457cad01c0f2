"""The bot's own client of a make-believe org, and short words for what happened in the org."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.salesforce.access import AppAccess, OrgAccess
from bot.salesforce.client import Client
from bot.sandbox.orgs import Org

NOW = datetime.now(UTC).replace(microsecond=0)


def client_of(org: Org, app: str | None = None) -> Client:
    """A client that logs in as the bot's own user, and as others through an app of this key."""
    own = org.provisioner
    access = OrgAccess(
        key="uat",
        kind="sandbox",
        my_domain_url=org.my_domain_url,
        audience=None,
        api_version="66.0",
        username=own.username,
        consumer_key=own.consumer_key,
        private_key=lambda: own.private_key_pem,
        apps={app: _through(org, app)} if app else {},
        ca_bundle=str(org.ca),
        proxy=None,
    )
    return Client(access, clock=lambda: datetime.now(UTC))


def _through(org: Org, key: str) -> AppAccess:
    app = org.apps[key]
    return AppAccess(
        kind=app.kind,
        name=app.name,
        consumer_key=app.consumer_key,
        private_key=lambda: app.private_key_pem,
    )


def ago(**parts: float) -> datetime:
    """So long before the tests' now."""
    return NOW - timedelta(**parts)


def seat(
    org: Org, *, made: datetime, last_login: datetime | None = None, active: bool = True
) -> str:
    """Somebody made an integration user then; answers its username."""
    username = org.take_seat()
    change(org, username, CreatedDate=made, LastLoginDate=last_login, IsActive=active)
    return username


def change(org: Org, username: str, **values: object) -> None:
    """Change a user's row whatever the rules say: times cannot be set through the API."""
    org.world.tables.put("User", org.world.user(username) | values)  # type: ignore[operator]  # the user is there


def login(
    org: Org, username: str, at: datetime, status: str = "Success", ip: str = "198.51.100.7"
) -> None:
    """A login that the org remembers."""
    user = org.world.user(username)
    assert user is not None
    org.world.add(
        "LoginHistory", UserId=user["Id"], LoginTime=at, Status=status, SourceIp=ip, LoginType="i"
    )
    seen = user["LastLoginDate"]
    if status == "Success" and (seen is None or seen < at):  # type: ignore[operator]  # it is a moment
        change(org, username, LastLoginDate=at)


def token(org: Org, username: str, at: datetime) -> None:
    """An OAuth token that was last used then."""
    user = org.world.user(username)
    assert user is not None
    org.world.add("OauthToken", UserId=user["Id"], AppName="Sync", LastUsedDate=at, UseCount=9)
