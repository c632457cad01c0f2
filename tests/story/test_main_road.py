"""The main job, whole: from the slash command to a live integration user."""

from __future__ import annotations

from tests.story.house import House


async def test_a_request_travels_from_the_command_to_a_live_user(any_house: House) -> None:
    house = any_house
    await house.ask()
    card = await house.card()
    assert "Rae" in card.readable() or "U0RAE" in card.readable()
    await house.approve()
    request = await house.ends("live", "blocked")
    assert str(request.state) == "live", request.finding
    user = house.org.user(request.username)
    assert user is not None
    assert user["IsActive"]
    assert user["Id"] == request.user_id
    await house.told()
    card = house.find("C0APPROVE", 1)
    assert card is not None
    assert "live" in card.text
    assert card.buttons == []
    for name in ("rae", "olu"):
        message = house.person(name).dm[0]
        assert request.username in message.readable()
        assert house.org.my_domain_url in message.readable()
        assert any("live" in reply.text for reply in message.replies)
    assert [call.error for call in house.slack.calls if call.error] == []
    assert house.slack.complaints == []


async def test_everything_that_was_granted_is_there_and_nothing_else(house: House) -> None:
    access = {
        "perm:Account": ["read"],
        "fields:Account": ["Industry"],
        "perm:Contact": ["edit", "delete"],
        "edit_fields:Contact": ["Phone"],
        "perm:Invoice_Line__c": ["read"],
    }
    before = house.org.snapshot()
    await house.ask(access, objects=["Account", "Contact", "Invoice_Line__c"])
    await house.approve()
    await house.ends("live")
    name = "Integration_Warehouse_Sync_IU1"
    username = "warehouse-sync@integrations.acme.example.uat"
    granted = {
        "licensed": False,
        "objects": {
            "Account": ["PermissionsRead"],
            "Contact": ["PermissionsDelete", "PermissionsEdit", "PermissionsRead"],
            "Invoice_Line__c": ["PermissionsRead"],
            "Invoice__c": ["PermissionsRead"],  # the master of its lines
        },
        "fields": {"Account.Industry": (True, False), "Contact.Phone": (True, True)},
        "apps": ["Warehouse_Sync"],
    }
    after = house.org.snapshot()
    assert after["sets"] == {**before["sets"], name: granted}
    assert after["assignments"] == sorted([*before["assignments"], (username, name)])
    assert after["psl"] == sorted([*before["psl"], username])
    assert set(after["users"]) == {*before["users"], username}
    assert {one: after["users"][one] for one in before["users"]} == before["users"]
    assert house.slack.complaints == []
