"""What stories about looking at an org share: a house prepared before its first look, and words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.sandbox.orgs import Org
from store import usage
from store.records import Request
from tests.story.house import Build, House

READ_ACCOUNT = {"perm:Account": ["read"]}
NOT_APPROVED = ("invalid_grant", "user hasn't approved this consumer")
NOT_ADMIN_APPROVED = ("invalid_app_access", "user is not admin approved to access this app")


def waits(seconds: str) -> dict[str, dict[str, Any]]:
    """Configuration with this much patience for a login."""
    return {"smoke": {"propagation_wait": seconds}}


@asynccontextmanager
async def house_where(
    build: Build,
    prepare: Callable[[House], object] = lambda _house: None,
    *,
    ready: bool = True,
    **more: Any,
) -> AsyncIterator[House]:
    """A house whose world is prepared before the bot looks at it for the first time."""
    async with build(start=False, **more) as house:
        prepare(house)
        await house.app.start()
        try:
            if ready:
                await house.ready()
            yield house
        finally:
            await house.app.stop()


async def asked_and_approved(
    house: House, access: Mapping[str, Any] = READ_ACCOUNT, **details: Any
) -> None:
    """Rae asks for the objects of `access`, Ada approves."""
    objects = [block.partition(":")[2] for block in access if block.startswith("perm:")]
    await house.ask(access, objects=objects, **details)
    await house.approve()


async def looked(house: House, times: int = 1) -> list[str]:
    """Wait for so many looks of the smoke test; answers what each saw."""

    async def lines() -> list[str] | None:
        seen = [line.detail for line in await house.journal() if line.event == "look"]
        return seen if len(seen) >= times else None

    found: list[str] = await house.until_async(lines)
    return found


async def run_test(house: House, by: str = "rae") -> str:
    """Somebody runs the test command; answers what its last look saw."""
    before = [line for line in await house.journal() if line.event == "look"]
    answer = await house.person(by).command("/integration-user test IU-1")
    assert "IU-1" in answer.readable(), answer.readable()
    return (await looked(house, len(before) + 1))[-1]


async def finding(house: House, code: str) -> Request:
    """Wait until the request has a finding of this code."""

    async def there() -> Request | None:
        request = await house.request()
        return request if request.finding and request.finding.code == code else None

    try:
        found: Request = await house.until_async(there)
    except TimeoutError:
        request = await house.request()
        raise AssertionError(f"{request.state}, not {code} but {request.finding}") from None
    return found


async def problem(house: House, code: str) -> str:
    """Wait until preflight found this problem; answers the requester's message."""

    async def there() -> bool:
        preflight = (await house.request()).preflight
        return preflight is not None and code in {one.code for one in preflight.problems}

    try:
        await house.until_async(there)
    except TimeoutError:
        raise AssertionError(f"not {code} but {(await house.request()).preflight}") from None
    await house.told()
    return house.person("rae").dm[0].readable()


def logins(org: Org, username: str) -> int:
    """How often somebody tried to log in as this user."""
    user = org.user(username)
    return len(org.rows("LoginHistory", UserId=user["Id"])) if user else 0


def token_requests(org: Org) -> int:
    """How many token requests the org received."""
    return sum(one.path == "/services/oauth2/token" for one in org.requests)


async def move_dates(house: House, length: timedelta) -> None:
    """Let time pass for request 1: its dates come that much earlier."""
    async with house.app.database.write() as conn:
        dates = await usage.dates_of(conn, 1)
        await usage.plan_dates(
            conn, 1, [type(one)(**{**_fields(one), "at": one.at - length}) for one in dates]
        )


def _fields(one: object) -> dict[str, object]:
    return {name: getattr(one, name) for name in ("request", "what", "number", "at")}
