"""The org as a server: unmodified clients, pages, unknown resources, faults, its journal."""

import asyncio
import threading

import pytest
import requests
from simple_salesforce.exceptions import SalesforceExpiredSession

from bot.sandbox.orgs import (
    API_LIMIT,
    DROP_AFTER,
    DROP_BEFORE,
    HANG,
    MAINTENANCE,
    OUT_OF_TIME,
    ROW_LOCKED,
    SESSION_EXPIRED,
    Delay,
    Fact,
    Org,
    Reply,
    SalesforceSandbox,
)
from bot.sandbox.orgs.journal import Entry
from tests.sandbox.orgs.callers import Caller, log_in, part, results
from tests.sandbox.orgs.making import USERNAME, make_integration, make_set, user_body


async def test_simple_salesforce_works_unmodified(bot: Caller) -> None:
    client = bot.library()
    answer = await asyncio.to_thread(client.query, "SELECT Id, Name FROM Organization")
    assert answer["records"][0]["Name"] == "Acme"
    body = {"Name": "Made_By_Library", "Label": "Made"}
    made = await asyncio.to_thread(
        client.restful, "sobjects/PermissionSet", method="POST", json=body
    )
    assert made["success"] is True
    gone = await asyncio.to_thread(
        client.restful, f"sobjects/PermissionSet/{made['id']}", method="DELETE"
    )
    assert gone is None


async def test_simple_salesforce_names_an_expired_session(org: Org, bot: Caller) -> None:
    org.faults.add(SESSION_EXPIRED)
    with pytest.raises(SalesforceExpiredSession):
        await asyncio.to_thread(bot.library().query, "SELECT Id FROM User")


async def test_queries_come_in_pages() -> None:
    async with SalesforceSandbox(page_size=2) as sf:
        bot = await log_in(sf.sandbox, sf.sandbox.provisioner.username, "provisioner")
        first = (await bot.query("SELECT Id FROM Account ORDER BY Id")).body
        assert (first["totalSize"], first["done"], len(first["records"])) == (3, False, 2)
        rest = (await bot.call("GET", first["nextRecordsUrl"])).body
        assert (rest["done"], len(rest["records"])) == (True, 1)
        every = await asyncio.to_thread(bot.library().query_all, "SELECT Id FROM Account")
        assert len(every["records"]) == 3


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "tooling/query"),
        ("GET", "sobjects/Nonsense/describe"),
        ("POST", "sobjects/Nonsense"),
        ("GET", "query/01gNOSUCH-2000"),
    ],
)
async def test_what_the_org_does_not_know_is_404(bot: Caller, method: str, path: str) -> None:
    answer = await bot.rest(method, path, {} if method == "POST" else None)
    assert answer.rests_on(Fact.NOT_THERE).status == 404
    assert answer.body == [
        {"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}
    ]


async def test_a_row_that_is_not_there_is_404(bot: Caller) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        answer = await bot.rest(method, "sobjects/PermissionSet/0PS000000000000AAA", {})
        assert answer.rests_on(Fact.NO_SUCH_ROW).status == 404


async def test_unknown_hosts_versions_and_methods_are_refused(org: Org, bot: Caller) -> None:
    assert (await bot.call("GET", "/services/Soap/m/66.0/")).status == 404
    assert (await bot.rest("GET", "sobjects", version="30.0")).status == 404
    (await bot.rest("PUT", "limits")).rests_on(Fact.BAD_METHOD)
    (await bot.rest("POST", "sobjects/PermissionSet")).rests_on(Fact.BAD_JSON)
    versions = (await Caller(org).call("GET", "/services/data")).body
    assert versions[-1]["version"] == "67.0"
    assert "DailyApiRequests" in (await bot.rest("GET", "limits")).body


async def test_a_fault_before_the_write_leaves_nothing(org: Org, bot: Caller) -> None:
    body = await user_body(bot)
    org.faults.add(DROP_BEFORE, method="POST", sobject="User")
    with pytest.raises(requests.ConnectionError):
        await bot.make("User", **body)
    assert org.user(USERNAME) is None
    assert (await bot.make("User", **body)).status == 201


async def test_a_fault_after_the_write_leaves_the_row(org: Org, bot: Caller) -> None:
    body = await user_body(bot)
    org.faults.add(DROP_AFTER, sobject="User", method="POST")
    with pytest.raises(requests.ConnectionError):
        await bot.composite(part("POST", "sobjects/User", "user", body))
    assert org.user(USERNAME) is not None
    assert org.requests[-1].status is None


async def test_an_answer_may_replace_one_part_of_a_composite(org: Org, bot: Caller) -> None:
    org.faults.add(ROW_LOCKED, sobject="PermissionSet", method="POST")
    body = {"Name": "A", "Label": "A"}
    first = await bot.composite(
        part("POST", "sobjects/PermissionSet", "set", body), part("GET", "limits", "other")
    )
    parts = results(first)
    assert parts["set"]["body"][0]["errorCode"] == "UNABLE_TO_LOCK_ROW"
    assert parts["other"]["httpStatusCode"] == 200
    again = await bot.composite(part("POST", "sobjects/PermissionSet", "set", body))
    assert results(again)["set"]["httpStatusCode"] == 201


async def test_a_fault_may_let_some_go_well_and_strike_one_reference(org: Org, bot: Caller) -> None:
    fault = org.faults.add(OUT_OF_TIME, reference="second", skip=1)
    asked = [part("GET", "query?q=SELECT+Id+FROM+User", one) for one in ("first", "second")]
    for status in (200, 400, 200):
        answered = results(await bot.composite(*asked))
        assert answered["first"]["httpStatusCode"] == 200
        assert answered["second"]["httpStatusCode"] == status
    assert fault.hits == 1


async def test_a_whole_answer_may_be_replaced_by_path_and_by_user(org: Org, bot: Caller) -> None:
    org.faults.add(MAINTENANCE, path="/query", times=2)
    for _ in range(2):
        answer = await bot.query("SELECT Id FROM User")
        assert (answer.status, answer.text) == (503, "<html>Down for maintenance</html>")
        answer.rests_on(Fact.DEMANDED)
    org.faults.add(API_LIMIT, sobject="User")
    limited = await bot.composite(part("GET", "query?q=SELECT+Id+FROM+User", "q"))
    assert (limited.status, limited.code) == (403, "REQUEST_LIMIT_EXCEEDED")
    org.faults.add(Reply(status=500, body=[]), method="GET", path="/limits$")
    assert (await bot.rest("GET", "limits")).status == 500
    assert (await bot.query("SELECT Id FROM User")).status == 200
    org.faults.add(SESSION_EXPIRED, user="somebody@else.example")
    assert (await bot.query("SELECT Id FROM User")).status == 200


async def test_latency_and_hanging(org: Org, bot: Caller) -> None:
    org.faults.add(Delay(0.2), sobject="User")
    loop = asyncio.get_running_loop()
    start = loop.time()
    await bot.query("SELECT Id FROM User")
    assert loop.time() - start >= 0.2
    org.faults.add(HANG, sobject="User")
    with pytest.raises(requests.ReadTimeout):
        await asyncio.to_thread(
            bot.session.get,
            org.url + "/services/data/v66.0/query",
            params={"q": "SELECT Id FROM User"},
            timeout=0.2,
        )


@pytest.mark.parametrize("after", [False, True])
async def test_a_write_can_be_held_until_the_test_says_so(
    org: Org, bot: Caller, *, after: bool
) -> None:
    body = await user_body(bot)
    hold = org.faults.hold(after=after, method="POST", sobject="User")
    waiting = asyncio.create_task(bot.make("User", **body))
    await hold.reached()
    assert (org.user(USERNAME) is not None) is after
    assert not waiting.done()
    hold.release()
    assert (await waiting).status == 201


async def test_a_stopped_org_ends_what_hangs() -> None:
    async with SalesforceSandbox() as sf:
        bot = await log_in(sf.sandbox, sf.sandbox.provisioner.username, "provisioner")
        sf.sandbox.faults.add(HANG)
        received = asyncio.Event()
        sf.sandbox.journal.on_request = lambda _: received.set()
        failed = threading.Event()

        def ask() -> None:
            try:
                bot.session.get(sf.sandbox.url + "/services/data", timeout=10)
            except requests.RequestException:
                failed.set()

        thread = threading.Thread(target=ask)
        thread.start()
        await received.wait()
    await asyncio.to_thread(thread.join)
    assert failed.is_set()


async def test_the_journal_counts_requests_and_names_writes_never_tokens(
    org: Org, bot: Caller
) -> None:
    heard: list[Entry] = []
    org.journal.on_request = heard.append
    before = org.journal.count
    await bot.composite(
        part("POST", "sobjects/PermissionSet", "a", {"Name": "A", "Label": "A"}),
        part("GET", "query?q=SELECT+Id+FROM+User", "b"),
    )
    assert org.journal.count == before + 1
    (entry,) = heard
    assert entry.writes == ("POST PermissionSet",)
    assert entry.user == org.provisioner.username
    assert entry.status == 200
    everything = repr(org.requests)
    assert bot.token is not None
    assert bot.token not in everything
    assert "assertion" not in everything


async def test_changes_are_told_in_sentences(org: Org, bot: Caller) -> None:
    await make_integration(bot, "Account")
    assert [one.partition(" ")[2] for one in org.changes] == [
        "created permission set Integration_Sync.",
        "gave permission set Integration_Sync on Account: read.",
        "let permission set Integration_Sync use app Warehouse sync.",
        f"created user {USERNAME}.",
        f"gave the permission set licence to {USERNAME}.",
        f"assigned permission set Integration_Sync to {USERNAME}.",
    ]


async def test_the_end_state_compares_without_ids_and_times() -> None:
    ends = []
    for extra in (0, 2):
        async with SalesforceSandbox() as sf:
            bot = await log_in(sf.sandbox, sf.sandbox.provisioner.username, "provisioner")
            for number in range(extra):
                row = await make_set(bot, f"Gone{number}")
                await bot.rest("DELETE", f"sobjects/PermissionSet/{row}")
            await make_integration(bot, "Account")
            ends.append(sf.sandbox.snapshot())
    assert ends[0] == ends[1]
    assert ends[0]["users"][USERNAME]["IsActive"] is True
    assert (USERNAME, "Integration_Sync") in ends[0]["assignments"]
