"""The doctor's look at an org over HTTP: one call or two for each question, no write at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import requests
from simple_salesforce.format import format_soql

from bot.salesforce import facts, jwt_login, look, reads
from bot.salesforce.absence import broke_off, no_answer
from bot.salesforce.access import OrgAccess
from bot.salesforce.gateway import Identity, Refused
from bot.salesforce.inspection import (
    AppSeen,
    Closed,
    Entered,
    FrontDoor,
    License,
    Licenses,
    Profiles,
    Rights,
    Sight,
)
from bot.salesforce.jwt_login import Token
from bot.salesforce.rest import Rest
from bot.salesforce.session import OrgSession
from bot.salesforce.threads import Threads

_SELF_AUTHORISED = "AllSelfAuthorized"
Answer = TypeVar("Answer")


class Inspector:
    """One org, looked at as the bot's own user; implements `inspection.Inspection`."""

    def __init__(self, access: OrgAccess, *, clock: Callable[[], datetime]) -> None:
        self._access = access
        self._clock = clock
        self._threads = Threads(f"check-{access.key}")
        self._session = OrgSession(ca_bundle=access.ca_bundle, proxy=access.proxy)
        self._rest = Rest(
            my_domain_url=access.my_domain_url,
            api_version=access.api_version,
            session=self._session,
            log_in=self._log_in,
        )

    async def front_door(self) -> FrontDoor:
        """Ask for the API versions, without a login; raises `Closed` (auth-and-monitoring 6.1)."""
        return await self._threads.call(self._front_door)

    async def enter(self) -> Entered:
        """Log in by JWT; raises `LoginRefused`, `Unavailable`."""

        def enter() -> Entered:
            self._rest.connect()
            token = self._rest.token
            return Entered(
                audience=token.audience if token else "",
                instance_host=token.instance_host if token else "",
            )

        return await self._threads.call(enter)

    async def identity(self) -> Identity:
        """Read who the org is."""
        return await self._ask(look.identity)

    async def licenses(self) -> Licenses:
        """Read both licences with their seats."""
        return await self._ask(_licenses)

    async def profiles(self) -> Profiles:
        """Read the profiles of the integration licence."""
        return await self._ask(_profiles)

    async def rights(self, names: frozenset[str]) -> Rights:
        """Read which of these user permissions the bot's own user holds."""
        return await self._ask(lambda rest: _rights(rest, names))

    async def sight(self) -> Sight:
        """Count the objects that can be granted, and those of them that the bot sees."""
        return await self._ask(_sight)

    async def app(self, *, kind: str, name: str) -> AppSeen | None:
        """Find an app by its name; None = the org has none of that name."""
        return await self._ask(lambda rest: _app(rest, kind, name))

    async def leave(self) -> None:
        """Revoke the token; nothing is raised."""
        await self._threads.call(self._rest.leave)

    async def _ask(self, question: Callable[[Rest], Answer]) -> Answer:
        return await self._threads.call(lambda: question(self._rest))

    def _log_in(self) -> Token:
        access = self._access
        return jwt_login.log_in(
            self._session,
            my_domain_url=access.my_domain_url,
            consumer_key=access.consumer_key,
            username=access.username,
            private_key=jwt_login.usable(access.private_key),
            audiences=jwt_login.audiences(
                access.my_domain_url, access.kind, audience=access.audience
            ),
            now=self._clock(),
        )

    def _front_door(self) -> FrontDoor:
        try:
            answer = self._session.get(f"{self._access.my_domain_url}/services/data")
        except requests.exceptions.ProxyError as error:
            raise Closed("proxy", broke_off(error)) from None
        except requests.exceptions.SSLError as error:
            raise Closed("tls", _tls(error)) from None
        except requests.Timeout as error:
            raise Closed("timeout", broke_off(error)) from None
        except requests.RequestException as error:
            raise Closed("unreachable", no_answer(error).reason) from None
        except OSError:
            raise Closed("unreachable", "no connection could be opened") from None
        return FrontDoor(
            versions=_versions(answer),
            date=_date(answer.headers.get("Date")),
            asked_at=self._clock(),
        )


def _tls(error: requests.exceptions.SSLError) -> str:
    """What OpenSSL found, such as `self-signed certificate in certificate chain`."""
    _, _, words = str(error).rpartition("certificate verify failed: ")
    return words.partition(" (_ssl")[0].strip("')\" ")[:120] or "TLS failed"


def _versions(answer: requests.Response) -> tuple[str, ...]:
    try:
        found: Any = answer.json() if answer.ok else None
        return tuple(sorted((str(one["version"]) for one in found), key=float))
    except (ValueError, TypeError, KeyError):
        raise Closed("not_salesforce", f"HTTP {answer.status_code}") from None


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _licenses(rest: Rest) -> Licenses:
    users, psls, used, assigned = reads.need(
        rest.queries(
            [
                format_soql(
                    "SELECT Name, Status, TotalLicenses FROM UserLicense WHERE Name = {name}",
                    name=reads.LICENSE,
                ),
                format_soql(
                    "SELECT DeveloperName, MasterLabel, Status, TotalLicenses"
                    " FROM PermissionSetLicense WHERE DeveloperName = {name}",
                    name=reads.PSL,
                ),
                *look.used_queries(),
            ]
        )
    )
    return Licenses(user=_license(users, "Name", used), psl=_license(psls, "MasterLabel", assigned))


def _license(rows: reads.Rows, label: str, counted: reads.Rows) -> License | None:
    if not rows:
        return None
    return License(
        name=str(rows[0][label]),
        status=str(rows[0]["Status"]),
        total=int(rows[0]["TotalLicenses"]),
        used=int(counted[0]["seats"]),
    )


def _profiles(rest: Rest) -> Profiles:
    rows = rest.query(reads.profile_query())
    return Profiles(
        chosen=reads.profile_of(rows)[1], every=tuple(sorted(str(row["Name"]) for row in rows))
    )


def _rights(rest: Rest, names: frozenset[str]) -> Rights:
    """Columns differ by org and licence, so describe says which exist (1.6)."""
    described = rest.get("sobjects/PermissionSet/describe")
    columns = {str(one["name"]) for one in described["fields"]}
    known = sorted(name for name in names if f"Permissions{name}" in columns)
    rest.connect()
    soql = format_soql(
        f"SELECT {', '.join(f'Permissions{name}' for name in known)}"  # noqa: S608 - constants
        " FROM PermissionSet WHERE Id IN"
        " (SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = {user})",
        user=rest.token.user_id if rest.token else "",
    )
    rows = rest.query(soql)
    held = frozenset(name for name in known if any(row[f"Permissions{name}"] for row in rows))
    return Rights(known=frozenset(known), held=held)


def _sight(rest: Rest) -> Sight:
    grantable = set(facts.grantable(rest))
    visible = {str(one["name"]) for one in rest.get("sobjects")["sobjects"]}
    return Sight(seen=len(grantable & visible), grantable=len(grantable))


def _app(rest: Rest, kind: str, name: str) -> AppSeen | None:
    found = look.find_app(rest, kind, name)
    if isinstance(found, Refused):
        raise found
    if found is None:
        return None
    approved, unreadable = found.admin_approved, ""
    if approved is None:
        approved, unreadable = _external_policy(rest, found.id)
    return AppSeen(
        id=found.id,
        admin_approved=approved,
        unreadable=unreadable,
        profiles=_open_profiles(rest, found.id),
    )


def _external_policy(rest: Rest, app_id: str) -> tuple[bool | None, str]:
    """The policy of an external client app: "for internal use only", so it may be refused (2.5)."""
    soql = format_soql(
        "SELECT PermittedUsersPolicyType FROM ExtlClntAppOauthPlcyCnfg"
        " WHERE ExternalClientApplicationId = {app}",
        app=app_id,
    )
    try:
        rows = rest.query(soql)
    except Refused as no:
        return None, no.code
    if not rows or not rows[0].get("PermittedUsersPolicyType"):
        return None, "no policy row"
    return str(rows[0]["PermittedUsersPolicyType"]) != _SELF_AUTHORISED, ""


def _open_profiles(rest: Rest, app_id: str) -> tuple[str, ...]:
    """Profiles that the app admits whole: rows whose parent is a profile's own set (2.5)."""
    rows: Sequence[dict[str, Any]] = rest.query(
        format_soql(
            "SELECT Parent.Profile.Name FROM SetupEntityAccess"
            " WHERE SetupEntityId = {app} AND Parent.IsOwnedByProfile = true",
            app=app_id,
        )
    )
    names = {str((row["Parent"].get("Profile") or {}).get("Name") or "?") for row in rows}
    return tuple(sorted(names))
