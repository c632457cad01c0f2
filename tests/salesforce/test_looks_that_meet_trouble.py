"""An error that passes is no answer: whichever call of a look meets it, the look is made again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.salesforce import trial
from bot.salesforce.client import Client
from bot.salesforce.gateway import Unavailable
from bot.sandbox.orgs import API_LIMIT, OUT_OF_TIME, ROW_LOCKED, Org, Reply, SalesforceSandbox
from bot.sandbox.orgs.journal import Entry
from tests.salesforce.reading import NOW, ago, client_of, login, seat

Look = Callable[[Client], Awaitable[object]]


def survey(app: str, client: Client) -> Awaitable[object]:
    return client.survey(
        usernames=["sync@integrations.acme.example.uat"],
        set_names=["Integration_Sync_IU1"],
        app_key=app,
        objects=["Invoice_Line__c", "Case"],
        name="billing",
    )


def tried(client: Client) -> Awaitable[object]:
    """What the test does once it is logged in, here as the bot's own user."""
    objects = ("Account", "Case")
    return client._threads.call(
        lambda: trial.observe(client._rest, objects=objects, forbidden="Lead", now=NOW)
    )


LOOKS: dict[str, Look] = {
    "catalogue": lambda client: client.snapshot(),
    "preflight": partial(survey, "warehouse"),
    "preflight with a connected app": partial(survey, "legacy"),
    "the bot's rights": lambda client: client.own_rights(),
    "what is there": lambda client: client.observe(username="a@b.example", set_names=["A"]),
    "what nobody granted": lambda client: client.granted_objects("005000000000000AAA"),
    "the test": tried,
    "what the bot sees": lambda client: client.visible_rows(["Account", "Case"]),
    "stale": lambda client: client.activity(own={}, idle_after=timedelta(days=30), now=NOW),
}
NO_SERVICE = [{"errorCode": "SERVICE_UNAVAILABLE", "message": "Try again later."}]
WHOLE = {
    "used up calls": API_LIMIT,
    "a query out of time": replace(OUT_OF_TIME, whole=True),
    "busy rows": replace(ROW_LOCKED, whole=True),
}


@asynccontextmanager
async def an_org(look: Look) -> AsyncIterator[tuple[Org, Client]]:
    """An org with something to see, and a client that may see it and is logged in."""
    app = "legacy" if look is LOOKS["preflight with a connected app"] else "warehouse"
    async with SalesforceSandbox() as sandbox:
        org = sandbox.sandbox
        seen = {"Account": True, "Case": True}
        org.grant_bot(org.provisioner.username, "CustomizeApplication", objects=seen)
        login(org, seat(org, made=ago(days=90)), ago(days=70))
        client = client_of(org, app)
        await client.identity()
        yield org, client


async def made(org: Org, client: Client, look: Look) -> tuple[object, Sequence[Entry]]:
    """What a look answers, and the requests that it took."""
    before = len(org.requests)
    answer = await look(client)
    return answer, org.requests[before:]


@pytest.mark.parametrize("trouble", WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
async def test_whichever_call_is_refused_for_a_while_the_look_is_waited_for(
    look: Look, trouble: Reply
) -> None:
    async with an_org(look) as (org, client):
        undisturbed, calls = await made(org, client, look)
        assert calls
        for number in range(len(calls)):
            fault = org.faults.add(trouble, skip=number)
            with pytest.raises(Unavailable) as told:
                await look(client)
            assert fault.hits == 1
            assert told.value.code in str(trouble.body)
            assert told.value.words in str(trouble.body), "the org's words are kept"
            assert await look(client) == undisturbed


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
async def test_whichever_question_meets_trouble_it_is_neither_no_nor_nothing(look: Look) -> None:
    """Inside of a composite: what ran out of time is asked again, a busy org is waited for."""
    async with an_org(look) as (org, client):
        undisturbed, calls = await made(org, client, look)
        for number, call in enumerate(calls):
            for one in (part.reference for part in call.parts if part.reference):
                skip = sum(any(part.reference == one for part in c.parts) for c in calls[:number])
                late = org.faults.add(OUT_OF_TIME, reference=one, skip=skip)
                assert await look(client) == undisturbed
                busy = org.faults.add(ROW_LOCKED, reference=one, skip=skip)
                with pytest.raises(Unavailable, match="UNABLE_TO_LOCK_ROW"):
                    await look(client)
                assert (late.hits, busy.hits) == (1, 1)
                for body in ("", NO_SERVICE):
                    page = org.faults.add(Reply(status=503, body=body), reference=one, skip=skip)
                    with pytest.raises(Unavailable, match="HTTP 503"):
                        await look(client)
                    assert page.hits == 1


async def test_a_hint_that_always_takes_too_long_keeps_no_request_from_its_card() -> None:
    """Users of a similar name are only shown; in a big org that scan may never end in time."""
    look = LOOKS["preflight"]
    async with an_org(look) as (org, client):
        _, calls = await made(org, client, look)
        at = next(number for number, call in enumerate(calls) if call.parts[-1].sobject == "User")
        hint = calls[at].parts[-1]

        def before(reference: str | None, last: int) -> int:
            parts = [part for call in calls[:last] for part in call.parts]
            return sum(part.reference == reference for part in parts)

        first = org.faults.add(
            OUT_OF_TIME, reference=hint.reference, skip=before(hint.reference, at)
        )
        again = org.faults.add(OUT_OF_TIME, reference="q0", skip=before("q0", at + 1))
        seen = await look(client)
        assert (first.hits, again.hits) == (1, 1)
        assert seen.existing == ()  # type: ignore[attr-defined]  # it is a Survey
