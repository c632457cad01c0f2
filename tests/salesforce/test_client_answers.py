"""How does the client read what an org, or something before it, answers?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from requests.cookies import MockRequest

from bot.core.plan import Batch, CreateSet, FieldRow, GrantFields
from bot.salesforce.client import Client
from bot.salesforce.gateway import Refused, Unavailable
from bot.salesforce.rest import refusal_in
from bot.sandbox.orgs import (
    DROP_BEFORE,
    SESSION_EXPIRED,
    Org,
    Reply,
    SalesforceSandbox,
)
from tests.salesforce.reading import client_of

HALTED = "The transaction was rolled back since another operation in the same transaction failed."


@pytest.fixture
async def org() -> AsyncIterator[Org]:
    async with SalesforceSandbox() as sandbox:
        yield sandbox.sandbox


@pytest.fixture
def client(org: Org) -> Client:
    return client_of(org)


def answers(org: Org, status: int, body: object) -> None:
    """The next call that is no login is answered so."""
    org.faults.add(Reply(status=status, body=body, whole=True), path="data")


def tokens(org: Org) -> int:
    return sum(entry.path.endswith("/token") for entry in org.requests)


@pytest.mark.parametrize(
    ("status", "body", "code", "message"),
    [
        (400, [{"errorCode": "MALFORMED_QUERY", "message": "no"}], "MALFORMED_QUERY", "no"),
        (403, [{"errorCode": "API_DISABLED_FOR_ORG", "message": "x"}], "API_DISABLED_FOR_ORG", "x"),
        (400, {"error": "unsupported", "error_description": "words"}, "unsupported", "words"),
        (400, {"errorCode": "A", "message": "B"}, "A", "B"),
        (404, "<html>no such page</html>", "HTTP_404", ""),
        (410, [], "HTTP_410", ""),
        (400, ["text"], "HTTP_400", ""),
    ],
)
async def test_what_will_not_pass_by_itself_is_refused(
    org: Org, client: Client, status: int, body: object, code: str, message: str
) -> None:
    answers(org, status, body)
    with pytest.raises(Refused) as told:
        await client.identity()
    assert (told.value.code, told.value.message) == (code, message)
    assert not told.value.login


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, [{"errorCode": "UNKNOWN_EXCEPTION", "message": "an internal error"}]),
        (503, "<html>maintenance</html>"),
        (502, ""),
        (429, "slow down"),
        (302, ""),
        (200, "<html>a portal</html>"),
        (
            403,
            [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentRequests Limit"}],
        ),
        (
            403,
            [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}],
        ),
        (400, [{"errorCode": "UNABLE_TO_LOCK_ROW", "message": "no exclusive access"}]),
    ],
)
async def test_what_passes_by_itself_is_waited_for(
    org: Org, client: Client, status: int, body: object
) -> None:
    answers(org, status, body)
    with pytest.raises(Unavailable):
        await client.identity()
    await client.identity()


async def test_a_lost_connection_leaves_a_write_unknown_and_a_read_not(
    org: Org, client: Client
) -> None:
    await client.identity()
    org.faults.add(DROP_BEFORE, path="query")
    with pytest.raises(Unavailable) as read:
        await client.identity()
    assert not read.value.unknown
    org.faults.add(DROP_BEFORE, path="composite")
    with pytest.raises(Unavailable) as write:
        await client.perform(sets(), known={})
    assert write.value.unknown


async def test_an_ended_session_is_renewed_once_and_the_call_made_again(
    org: Org, client: Client
) -> None:
    await client.identity()
    org.expire_sessions()
    await client.identity()
    assert tokens(org) == 2


async def test_a_session_that_is_refused_again_is_not_renewed_without_end(
    org: Org, client: Client
) -> None:
    org.faults.add(SESSION_EXPIRED, path="query", times=9)
    with pytest.raises(Refused) as told:
        await client.identity()
    assert told.value.code == "INVALID_SESSION_ID"
    assert tokens(org) == 2


async def test_only_a_401_renews_the_session(org: Org, client: Client) -> None:
    body = [{"errorCode": "INVALID_SESSION_ID", "message": "not valid for use with the REST API"}]
    answers(org, 403, body)
    with pytest.raises(Refused) as told:
        await client.identity()
    assert "REST API" in told.value.message
    assert tokens(org) == 1


async def test_a_401_that_is_a_page_renews_the_session_too(org: Org, client: Client) -> None:
    answers(org, 401, "<html>login</html>")
    await client.identity()
    assert tokens(org) == 2


async def test_every_page_of_a_long_answer_is_read() -> None:
    async with SalesforceSandbox(page_size=3) as sandbox:
        snapshot = await client_of(sandbox.sandbox).snapshot()
    async with SalesforceSandbox() as sandbox:
        whole = await client_of(sandbox.sandbox).snapshot()
    assert snapshot.objects == whole.objects
    assert len(snapshot.objects) > 3


async def test_no_cookie_of_one_user_is_kept_for_another(org: Org, client: Client) -> None:
    asked = requests.Request("GET", org.my_domain_url).prepare()
    told = EmailMessage()
    told["Set-Cookie"] = "sid=secret; Path=/"
    page: Any = SimpleNamespace(info=lambda: told)
    client._session.cookies.extract_cookies(page, MockRequest(asked))
    assert len(client._session.cookies) == 0


def sets(*fields: str) -> Batch:
    """A set, and rows of a set that is known as `set:Known`."""
    made = CreateSet(set="Sync_IU9", label="Sync", description="x", licensed=False)
    if not fields:
        return Batch(steps=(made,))
    rows = tuple(FieldRow(field=one, read=True, edit=False) for one in fields)
    return Batch(steps=(made, GrantFields(set="Known", object="Account", rows=rows)))


async def test_a_refused_row_of_a_collection_names_its_field(org: Org, client: Client) -> None:
    known = {"set:Known": org.insert("PermissionSet", Name="Known", Label="Known")}
    with pytest.raises(Refused) as told:
        await client.perform(sets("Industry", "Nonsense", "Phone"), known=known)
    assert told.value.step == "Make 3 fields of Account readable: Account.Nonsense"
    assert told.value.code == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert not org.rows("PermissionSet", Name="Sync_IU9")
    assert not org.rows("FieldPermissions", ParentId=known["set:Known"])


async def test_a_refused_step_names_itself(org: Org, client: Client) -> None:
    org.insert("PermissionSet", Name="Sync_IU9", Label="Taken")
    with pytest.raises(Refused) as told:
        await client.perform(sets(), known={})
    assert told.value.step == "Create the permission set Sync_IU9 (License: None)"


def part(status: int, body: object) -> dict[str, Any]:
    return {"httpStatusCode": status, "body": body, "httpHeaders": {}, "referenceId": "r"}


def halted() -> dict[str, Any]:
    return part(400, [{"errorCode": "PROCESSING_HALTED", "message": HALTED}])


def test_the_real_refusal_is_found_among_those_rolled_back_with_it() -> None:
    real = part(400, [{"errorCode": "DUPLICATE_VALUE", "message": "twice", "fields": ["Name"]}])
    told = refusal_in([halted(), halted(), real, halted()])
    assert told is not None
    assert (told.part, told.row) == (2, 0)
    assert (told.refused.code, told.refused.fields) == ("DUPLICATE_VALUE", ("Name",))


def test_the_real_row_is_found_in_a_collection_that_says_200() -> None:
    rolled_back = {
        "success": False,
        "errors": [
            {"statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK", "message": "", "fields": []}
        ],
    }
    wrong = {
        "success": False,
        "errors": [{"statusCode": "FIELD_INTEGRITY_EXCEPTION", "message": "no", "fields": []}],
    }
    told = refusal_in([part(200, [rolled_back, wrong, rolled_back])])
    assert told is not None
    assert (told.part, told.row) == (0, 1)
    assert told.refused.code == "FIELD_INTEGRITY_EXCEPTION"


def test_a_composite_that_was_only_rolled_back_is_still_no_success() -> None:
    told = refusal_in([halted()])
    assert told is not None
    assert told.refused.code == "PROCESSING_HALTED"


def test_what_is_gone_already_is_no_refusal_where_that_was_wanted() -> None:
    gone = part(404, [{"errorCode": "ENTITY_IS_DELETED", "message": "entity is deleted"}])
    assert refusal_in([gone], but=frozenset({"ENTITY_IS_DELETED"})) is None
    assert refusal_in([gone]) is not None
