"""People and programs that call an org over HTTPS, in threads, beside the org's loop."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from simple_salesforce import Salesforce

from bot.sandbox.orgs import Fact, Org, SalesforceSandbox, Switches
from bot.sandbox.orgs.positions import docs

VERSION = "66.0"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Answer:
    """What came back: status, JSON, and the facts that the org says it rests on."""

    def __init__(self, answer: requests.Response, facts: tuple[Fact, ...]) -> None:
        self.status = answer.status_code
        self.text = answer.text
        self.body: Any = answer.json() if answer.text and answer.text[0] in "[{" else None
        self.facts = facts

    @property
    def id(self) -> str:
        """The id of the row made; fails when none was."""
        assert self.status == 201, self.text
        return str(self.body["id"])

    @property
    def code(self) -> str:
        assert self.status >= 400, self.text
        return str(self.body[0]["errorCode"])

    @property
    def message(self) -> str:
        return str(self.body[0]["message"])

    def rests_on(self, fact: Fact) -> "Answer":
        """Refused, and for this reason."""
        assert self.facts == (fact,), (self.facts, self.text)
        return self


class Caller:
    """One session with an org; `token` None = not logged in."""

    def __init__(self, org: Org, token: str | None = None) -> None:
        self.org = org
        self.token = token
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(org.ca)
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    async def call(self, method: str, path: str, **kwargs: Any) -> Answer:
        """One HTTP request to a path of the org; connection errors are raised."""
        answer = await asyncio.to_thread(
            self.session.request, method, self.org.url + path, timeout=10, **kwargs
        )
        return Answer(answer, self.org.requests[-1].refusals)

    async def rest(
        self, method: str, path: str, body: object = None, *, version: str = VERSION, **params: str
    ) -> Answer:
        """One REST call below the version."""
        return await self.call(
            method, f"/services/data/v{version}/{path}", json=body, params=params or None
        )

    async def make(self, sobject: str, **values: object) -> Answer:
        return await self.rest("POST", f"sobjects/{sobject}", values)

    async def query(self, soql: str, *, version: str = VERSION) -> Answer:
        return await self.rest("GET", "query", version=version, q=soql)

    async def rows(self, soql: str) -> list[dict[str, Any]]:
        answer = await self.query(soql)
        assert answer.status == 200, answer.text
        return list(answer.body["records"])

    async def one(self, soql: str) -> str:
        """The id of the only row."""
        (row,) = await self.rows(soql)
        return str(row["Id"])

    async def composite(
        self, *parts: Mapping[str, object], all_or_none: bool = False, collate: bool = False
    ) -> Answer:
        body = {
            "allOrNone": all_or_none,
            "collateSubrequests": collate,
            "compositeRequest": list(parts),
        }
        return await self.rest("POST", "composite", body)

    def library(self) -> Salesforce:
        """Unmodified simple-salesforce with this session."""
        return Salesforce(
            session_id=self.token,
            instance_url=self.org.url,
            session=self.session,
            version=VERSION,
        )


def part(method: str, path: str, name: str, body: object = None, **more: object) -> dict[str, Any]:
    """One subrequest."""
    made: dict[str, Any] = {
        "method": method,
        "url": f"/services/data/v{VERSION}/{path}",
        "referenceId": name,
    }
    return made | ({} if body is None else {"body": body}) | more


def results(answer: Answer) -> dict[str, dict[str, Any]]:
    """Subresponses by reference, in the order they ran."""
    assert answer.status == 200, answer.text
    return {one["referenceId"]: one for one in answer.body["compositeResponse"]}


def assertion(org: Org, username: str, app: str = "warehouse", **claims: object) -> str:
    """A signed assertion; `claims` replace what is right."""
    known = org.world.apps[app]
    right = {
        "iss": known.consumer_key,
        "sub": username,
        "aud": org.my_domain_url,
        "exp": int(time.time()) + 180,
    }
    return jwt.encode(right | claims, _loaded(known.private_key_pem), algorithm="RS256")


@cache
def _loaded(pem: str) -> RSAPrivateKey:
    """Loading a key is slow: once per session."""
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


async def token_for(org: Org, signed: str, **form: str) -> Answer:
    """Post an assertion to the token endpoint."""
    data = {"grant_type": GRANT, "assertion": signed} | form
    return await Caller(org).call("POST", "/services/oauth2/token", data=data)


async def log_in(org: Org, username: str, app: str = "warehouse") -> Caller:
    """A caller who is logged in through an app."""
    answer = await token_for(org, assertion(org, username, app))
    assert answer.status == 200, answer.text
    return Caller(org, answer.body["access_token"])


def every_position(switch: str) -> pytest.MarkDecorator:
    """Run a test, which takes `position`, with each position of a switch."""
    (one,) = [each for each in docs() if each.name == switch]
    return pytest.mark.parametrize("position", [one.default, *one.others])


@asynccontextmanager
async def bot_where(**positions: Any) -> AsyncIterator[Caller]:
    """The bot's session in an org whose switches stand so."""
    async with SalesforceSandbox(Switches(**positions)) as sf:
        yield await log_in(sf.sandbox, sf.sandbox.provisioner.username, "provisioner")


def login_error(answer: Answer) -> tuple[str, str]:
    """The endpoint's error and description."""
    assert answer.status == 400, answer.text
    return answer.body["error"], answer.body["error_description"]
