"""How /composite and /composite/sobjects behave (salesforce-provisioning 2.1, 2.3, 3)."""

import pytest

from bot.sandbox.orgs import Fact, Org, SalesforceSandbox, Switches
from tests.sandbox.orgs.callers import Caller, bot_where, every_position, log_in, part, results
from tests.sandbox.orgs.making import USERNAME, grant, make_set, psl_id, user_body

HALTED = "The transaction was rolled back since another operation in the same transaction failed."


async def bot_of(sf: SalesforceSandbox) -> Caller:
    return await log_in(sf.sandbox, sf.sandbox.provisioner.username, "provisioner")


def new_set(name: str = "Integration_Sync") -> dict[str, object]:
    return part("POST", "sobjects/PermissionSet", "set", {"Name": name, "Label": name})


def new_object(parent: str, sobject: str, name: str) -> dict[str, object]:
    body = {"ParentId": parent, "SobjectType": sobject, "PermissionsRead": True}
    return part("POST", "sobjects/ObjectPermissions", name, body)


def row(kind: str, **values: object) -> dict[str, object]:
    return {"attributes": {"type": kind}, **values}


def field_row(parent: str, field: str) -> dict[str, object]:
    return row(
        "FieldPermissions",
        ParentId=parent,
        SobjectType=field.partition(".")[0],
        Field=field,
        PermissionsRead=True,
    )


async def test_references_lead_to_what_was_made_before(org: Org, bot: Caller) -> None:
    query = part("GET", "query?q=SELECT+Id+FROM+PermissionSet+WHERE+Name='A'", "found")
    answer = await bot.composite(
        new_set("A"),
        new_object("@{set.id}", "Account", "object"),
        query,
        part("GET", "sobjects/PermissionSet/@{found.records[0].Id}", "read"),
        new_object("@{read.Id}", "Contact", "other"),
    )
    statuses = {name: one["httpStatusCode"] for name, one in results(answer).items()}
    assert statuses == {"set": 201, "object": 201, "found": 200, "read": 200, "other": 201}
    assert list(org.snapshot()["sets"]["A"]["objects"]) == ["Account", "Contact"]


async def test_case_matters_in_references(bot: Caller) -> None:
    answer = await bot.composite(new_set(), new_object("@{set.Id}", "Account", "object"))
    body = results(answer)["object"]["body"][0]
    assert body["errorCode"] == "PROCESSING_HALTED"
    assert body["message"].startswith(
        "Invalid reference specified. No value for set.Id found in set."
    )


async def test_one_failure_undoes_everything_when_all_or_none(org: Org, bot: Caller) -> None:
    before = (org.snapshot(), list(org.changes))
    answer = await bot.composite(
        new_set(),
        new_object("@{set.id}", "Account", "good"),
        new_object("@{set.id}", "Invoice_Line__c", "bad"),
        all_or_none=True,
    )
    parts = results(answer)
    assert parts["bad"]["body"][0]["errorCode"] == "FIELD_INTEGRITY_EXCEPTION"
    for name in ("set", "good"):
        assert parts[name]["httpStatusCode"] == 400
        assert parts[name]["body"] == [{"errorCode": "PROCESSING_HALTED", "message": HALTED}]
    assert (org.snapshot(), org.changes) == before


async def test_without_all_or_none_the_good_ones_stay(org: Org, bot: Caller) -> None:
    answer = await bot.composite(
        new_set(),
        new_object("@{set.id}", "Invoice_Line__c", "bad"),
        new_object("@{set.id}", "Account", "good"),
    )
    assert results(answer)["good"]["httpStatusCode"] == 201
    assert list(org.snapshot()["sets"]["Integration_Sync"]["objects"]) == ["Account"]


async def test_collation_runs_independent_parts_in_any_order(bot: Caller) -> None:
    orders = set()
    for number in range(8):
        answer = await bot.composite(
            new_set(f"S{number}"),
            new_object("@{set.id}", "Account", "a"),
            new_object("@{set.id}", "Contact", "b"),
            new_object("@{set.id}", "Campaign", "c"),
            collate=True,
        )
        parts = results(answer)
        assert {one["httpStatusCode"] for one in parts.values()} == {201}
        orders.add(tuple(parts))
    assert len(orders) > 1
    assert {order[0] for order in orders} == {"set"}


async def test_collation_is_the_default(bot: Caller) -> None:
    orders = set()
    for _ in range(10):
        parts = [part("GET", "limits", f"r{number}") for number in range(4)]
        answer = await bot.rest("POST", "composite", {"compositeRequest": parts})
        orders.add(tuple(results(answer)))
    assert len(orders) > 1


async def test_limits_and_shape_refuse_the_whole_call(bot: Caller) -> None:
    many = [part("GET", "limits", f"r{number}") for number in range(26)]
    assert (await bot.composite(*many)).rests_on(Fact.COMPOSITE_LIMITS).status == 400
    heavy = [part("GET", "query?q=SELECT+Id+FROM+User", f"r{number}") for number in range(6)]
    (await bot.composite(*heavy)).rests_on(Fact.COMPOSITE_LIMITS)
    (await bot.composite(part("GET", "limits", "r-1"))).rests_on(Fact.COMPOSITE_SHAPE)
    twice = [part("GET", "limits", "r1")] * 2
    (await bot.composite(*twice)).rests_on(Fact.COMPOSITE_SHAPE)
    headed = part("GET", "limits", "r1", httpHeaders={"Authorization": "mine"})
    (await bot.composite(headed)).rests_on(Fact.COMPOSITE_SHAPE)
    (await bot.rest("POST", "composite", {})).rests_on(Fact.COMPOSITE_SHAPE)


async def test_tooling_is_no_part_of_a_composite(bot: Caller) -> None:
    answer = await bot.composite(part("GET", "tooling/query?q=SELECT+Id+FROM+User", "t"))
    body = results(answer.rests_on(Fact.COMPOSITE_PATH))["t"]["body"][0]
    assert body["errorCode"] == "PROCESSING_HALTED"


async def test_setup_and_data_do_not_mix_in_one_transaction(bot: Caller) -> None:
    account = {"Name": "New"}
    answer = await bot.composite(
        new_set(), part("POST", "sobjects/Account", "data", account), all_or_none=True
    )
    body = results(answer)["data"]["body"][0]
    assert body["errorCode"] == "MIXED_DML_OPERATION"
    assert Fact.MIXED_DML in answer.facts


async def test_a_collection_answers_row_by_row_with_status_code(org: Org, bot: Caller) -> None:
    parent = await make_set(bot)
    records = [
        field_row(parent, "Account.Phone"),
        field_row(parent, "Account.Name"),
        field_row(parent, "Account.Fax"),
    ]
    answer = await bot.rest("POST", "composite/sobjects", {"records": records})
    assert answer.status == 200
    assert [one["success"] for one in answer.body] == [True, False, True]
    (error,) = answer.body[1]["errors"]
    assert error["statusCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert "errorCode" not in error
    assert len(org.rows("FieldPermissions", ParentId=parent)) == 2


async def test_an_all_or_none_collection_is_rolled_back(org: Org, bot: Caller) -> None:
    parent = await make_set(bot)
    records = [field_row(parent, "Account.Phone"), field_row(parent, "Account.Name")]
    body = {"allOrNone": True, "records": records}
    answer = await bot.rest("POST", "composite/sobjects", body)
    codes = [one["errors"][0]["statusCode"] for one in answer.body]
    assert codes[0] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert not org.rows("FieldPermissions", ParentId=parent)


async def test_inner_rows_say_success_though_everything_was_rolled_back(
    org: Org, bot: Caller
) -> None:
    parent = await make_set(bot)
    records = [field_row(parent, "Account.Phone"), field_row(parent, "Account.Name")]
    answer = await bot.composite(
        part("POST", "composite/sobjects", "rows", {"records": records}), all_or_none=True
    )
    assert [one["success"] for one in results(answer)["rows"]["body"]] == [True, False]
    assert not org.rows("FieldPermissions", ParentId=parent)


async def test_a_collection_has_one_setup_type_and_200_records(bot: Caller) -> None:
    parent = await make_set(bot)
    mixed = [
        field_row(parent, "Account.Phone"),
        row("ObjectPermissions", ParentId=parent, SobjectType="Account", PermissionsRead=True),
    ]
    answer = await bot.rest("POST", "composite/sobjects", {"records": mixed})
    assert answer.rests_on(Fact.COLLECTION_TYPES).status == 400
    many = [field_row(parent, "Account.Phone")] * 201
    answer = await bot.rest("POST", "composite/sobjects", {"records": many})
    answer.rests_on(Fact.COLLECTION_LIMITS)


async def test_collections_change_and_delete(org: Org, bot: Caller) -> None:
    parent = await make_set(bot)
    rows = [await grant(bot, parent, "Account"), await grant(bot, parent, "Contact")]
    changes = [row("ObjectPermissions", id=one, PermissionsEdit=True) for one in rows]
    answer = await bot.rest("PATCH", "composite/sobjects", {"records": changes})
    assert [one["id"] for one in answer.body] == rows
    assert all(one["PermissionsEdit"] for one in org.rows("ObjectPermissions", ParentId=parent))
    gone = await bot.rest("DELETE", "composite/sobjects", ids=",".join(rows))
    assert [one["success"] for one in gone.body] == [True, True]
    assert not org.rows("ObjectPermissions", ParentId=parent)


@pytest.mark.parametrize("resolved", [True, False])
async def test_references_inside_collections_are_a_switch(*, resolved: bool) -> None:
    async with SalesforceSandbox(Switches(references_in_collections=resolved)) as sf:
        bot = await bot_of(sf)
        records = [field_row("@{set.id}", "Account.Phone")]
        answer = await bot.composite(
            new_set(), part("POST", "composite/sobjects", "rows", {"records": records})
        )
        (one,) = results(answer)["rows"]["body"]
        assert one["success"] is resolved
        if not resolved:
            assert one["errors"][0]["statusCode"] == "MALFORMED_ID"


@pytest.mark.parametrize("seen", [True, False])
async def test_a_master_in_the_same_collection_is_a_switch(*, seen: bool) -> None:
    async with SalesforceSandbox(Switches(masters_in_same_collection=seen)) as sf:
        bot = await bot_of(sf)
        parent = await make_set(bot)
        records = [
            row("ObjectPermissions", ParentId=parent, SobjectType=name, PermissionsRead=True)
            for name in ("Invoice__c", "Invoice_Line__c")
        ]
        answer = await bot.rest("POST", "composite/sobjects", {"records": records})
        assert [one["success"] for one in answer.body] == [True, seen]


async def test_a_user_may_stand_beside_data(bot: Caller) -> None:
    answer = await bot.composite(
        part("POST", "sobjects/User", "user", await user_body(bot)),
        part("GET", "sobjects/User/@{user.id}", "read"),
        all_or_none=True,
    )
    assert results(answer)["read"]["body"]["LastName"] == "Sync"


@every_position("setup_objects_in_one_composite")
async def test_a_user_and_its_licence_row_in_one_transaction_are_a_switch(
    *, position: bool
) -> None:
    async with bot_where(setup_objects_in_one_composite=position) as bot:
        psl = {"AssigneeId": "@{user.id}", "PermissionSetLicenseId": await psl_id(bot)}
        parts = (
            part("POST", "sobjects/User", "user", await user_body(bot)),
            part("POST", "sobjects/PermissionSetLicenseAssign", "psl", psl),
        )
        answer = await bot.composite(*parts, all_or_none=True)
        if position:
            assert results(answer)["psl"]["httpStatusCode"] == 201
            return
        assert answer.rests_on(Fact.MIXED_DML)
        assert results(answer)["psl"]["body"][0]["errorCode"] == "MIXED_DML_OPERATION"
        assert bot.org.user(USERNAME) is None
        loose = results(await bot.composite(*parts))
        assert loose["psl"]["httpStatusCode"] == 201


@every_position("setup_objects_in_one_composite")
async def test_rows_below_a_set_always_share_a_transaction(*, position: bool) -> None:
    async with bot_where(setup_objects_in_one_composite=position) as bot:
        parent = await make_set(bot)
        account = {"ParentId": parent, "SobjectType": "Account", "PermissionsRead": True}
        answer = await bot.composite(
            part("POST", "sobjects/ObjectPermissions", "object", account),
            part(
                "POST",
                "composite/sobjects",
                "fields",
                {"records": [field_row(parent, "Account.Phone")]},
            ),
            all_or_none=True,
        )
        assert results(answer)["object"]["httpStatusCode"] == 201
        assert bot.org.rows("FieldPermissions", ParentId=parent)
