"""Every error that the chapters list, as the client meets it, and what a person is told of it."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bot.core import diagnosis, proof
from bot.core.plan import (
    AssignPsl,
    AssignSet,
    Batch,
    CreateSet,
    CreateUser,
    FieldRow,
    GrantApp,
    GrantFields,
    GrantObject,
    Step,
)
from bot.salesforce.gateway import Refused, Unavailable
from bot.sandbox.orgs import DROP_BEFORE, Org, Reply, SalesforceSandbox
from store.records import Finding, Verb
from tests.core.errors import API_ERRORS, ITSELF, LOGIN_ERRORS, OPERATOR
from tests.salesforce.reading import NOW, client_of

SET, USER = "Sync_IU9", "sync@acme.example"
FIELD = FieldRow(field="Industry", read=True, edit=False)
WRITES: dict[str, Step] = {
    "PermissionSet": CreateSet(set=SET, label="Sync", description="x", licensed=False),
    "ObjectPermissions": GrantObject(set=SET, object="Account", verbs=(Verb.READ,)),
    "FieldPermissions": GrantFields(set=SET, object="Account", rows=(FIELD,)),
    "SetupEntityAccess": GrantApp(set=SET, app_id="0xI000000000001AAA", app="Warehouse"),
    "User": CreateUser(username=USER, attributes={"Username": USER}),
    "PermissionSetLicenseAssign": AssignPsl(username=USER),
    "PermissionSetAssignment": AssignSet(username=USER, set=SET),
}
"""One step for each object that is written."""
KNOWN = {
    f"set:{SET}": "0PS000000000001AAA",
    "user": "005000000000001AAA",
    "profile": "00e000000000001AAA",
    "psl": "0PL000000000001AAA",
}
MAKE = Batch(steps=(WRITES["PermissionSet"],))


@pytest.fixture
async def org() -> AsyncIterator[Org]:
    async with SalesforceSandbox() as sandbox:
        yield sandbox.sandbox


async def met(ask: Callable[[], Any]) -> Finding:
    """What a person is told of the error that a call meets."""
    try:
        await ask()
    except Refused as no:
        return diagnosis.explain(no.code, no.message, login=no.login, sobject=no.sobject)
    except Unavailable as away:
        return diagnosis.explain(away.code, away.reason, login=False)
    raise AssertionError("it met no error")


async def test_every_error_of_the_token_endpoint_at_the_bots_own_login(org: Org) -> None:
    for one in LOGIN_ERRORS:
        body = {"error": one.error, "error_description": one.description}
        org.faults.add(Reply(status=400, body=body), path="oauth2/token", times=2)
        found = await met(client_of(org).identity)
        assert (found.code, found.who) == (one.finding, one.own), one
        assert found.cause.startswith("The bot itself could not log in.")
        assert one.description in found.cause
        org.faults.clear()


async def test_every_error_of_the_token_endpoint_at_the_new_users_login(org: Org) -> None:
    client = client_of(org, app="warehouse")
    for one in LOGIN_ERRORS:
        body = {"error": one.error, "error_description": one.description}
        org.faults.add(Reply(status=400, body=body), path="oauth2/token", times=2)
        seen = await client.prove(
            app_key="warehouse", username="sync@acme.example", objects=(), forbidden=None
        )
        found = judged(seen).finding
        assert found
        assert (found.code, found.who) == (one.finding, one.who), one
        assert "The bot itself" not in found.cause
        org.faults.clear()


def judged(seen: proof.Observation) -> proof.Verdict:
    """The verdict on a login, with no more time to wait for a grant."""
    return proof.judge(
        seen,
        wanted_org_id="00D",
        wanted_user_id="005",
        granted=(),
        bot_sees={},
        taken_away=None,
        now=NOW,
        proof_until=None,
    )


async def test_every_error_of_the_api_at_a_write(org: Org) -> None:
    """Each strikes the write that it belongs to, because that decides what some of them mean."""
    client = client_of(org)
    for one in (one for one in API_ERRORS if one.at != ITSELF):
        at = one.at if one.at in WRITES else "PermissionSet"
        batch = Batch(steps=(WRITES[at],))
        reply = Reply(status=one.status, body=one.body, whole=one.status != 400)
        org.faults.add(reply, method="POST", sobject=at, times=2)
        found = await met(lambda batch=batch: client.perform(batch, known=KNOWN))
        assert (found.code, found.who) == (one.finding, one.who), one
        org.faults.clear()
    assert (await client.perform(MAKE, known={}))["set:Sync_IU9"]


PAGE = "<html>nothing here</html>"


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("services/data", PAGE, "HTTP 420"),
        ("oauth2/token", PAGE, "the token endpoint answered HTTP 420"),
        ("oauth2/token", {"error": "x"}, "the token endpoint answered HTTP 420"),
    ],
)
async def test_what_says_that_no_org_is_there_is_told_to_the_operator(
    org: Org, path: str, body: object, words: str
) -> None:
    org.faults.add(Reply(status=420, body=body, whole=True), path=path)
    found = await met(client_of(org).identity)
    assert (found.code, found.who) == ("no_such_host", OPERATOR)
    assert words in found.cause


async def test_a_name_that_leads_nowhere_is_told_to_the_operator_whatever_is_asked(
    org: Org, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(org)
    await client.identity()
    org.faults.add(DROP_BEFORE, path="services/data")
    assert (await met(client.identity)).code == "org_busy"  # a lost connection is no lost name

    def unknown(*_args: object, **_more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    for ask, where in ((client.identity, ""), (client_of(org).identity, "the token endpoint: ")):
        found = await met(ask)
        assert (found.code, found.who) == ("no_such_host", OPERATOR)
        assert f"{where}the name of its host is not known (DNS)" in found.cause
