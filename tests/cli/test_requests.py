"""`requests` and `requests show`: the shapes that scripts may hold on to."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Type
from tests.story.house import copy_of, living_house

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, template_file: Path) -> str:
    """A database with IU-1, which is live, and IU-2, which was rejected."""
    folder = tmp_path_factory.mktemp("lived")
    url = copy_of(template_file, folder)

    async def live() -> None:
        async with living_house(folder, url) as house:
            await house.ask()
            await house.approve()
            await house.ends("live")
            await house.ask(name="Billing sync", email="billing@acme.example", app=None)
            ada = house.person("ada")
            await ada.click(await house.card(2), "reject")
            form = await ada.modal("reject_request")
            await form.fill("reason", "Not this year.")
            await form.submit()
            await house.ends("rejected", number=2)

    asyncio.run(live())
    return url


def shown(typed: Type, url: str, *words: str) -> Any:
    said = typed("requests", *words, "--json", DATABASE_URL=url)
    assert said.exit_code == 0, said.stderr
    return json.loads(said.stdout)


def test_the_list_is_newest_first_and_has_these_keys(typed: Type, lived: str) -> None:
    found = shown(typed, lived)
    assert [list(one) for one in found] == [["id", "state", "org", "name", "username"]] * 2
    assert [(one["id"], one["state"], one["name"]) for one in found] == [
        ("IU-2", "rejected", "Billing sync"),
        ("IU-1", "live", "Warehouse sync"),
    ]
    assert found[1]["username"] == "warehouse-sync@integrations.acme.example.uat"


def test_the_list_for_people_has_a_line_each(typed: Type, lived: str) -> None:
    lines = typed("requests", DATABASE_URL=lived).stdout.splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["IU-2", "rejected", "uat"],
        ["IU-1", "live", "uat"],
    ]


def test_an_empty_list_is_one(typed: Type, sqlite_url: str) -> None:
    assert shown(typed, sqlite_url) == []
    assert "no requests" in typed("requests", DATABASE_URL=sqlite_url).stdout


def test_one_request_has_these_keys_and_times_in_utc(typed: Type, lived: str) -> None:
    one = shown(typed, lived, "show", "IU-1")
    assert list(one) == [
        *("id", "state", "org", "name", "username", "withdrawing", "user_id"),
        *("permission_sets", "app", "votes", "finding", "plan", "journal"),
    ]
    assert one["withdrawing"] is False
    assert one["finding"] is None
    assert one["app"] == "warehouse"
    assert re.fullmatch(r"005\w{15}", one["user_id"])
    (held,) = one["permission_sets"]
    assert re.fullmatch(r"Integration_\w+_IU1", held["name"])
    assert re.fullmatch(r"0PS\w{15}", held["id"])
    (vote,) = one["votes"]
    assert (vote["who"], vote["decision"]) == ("U0ADA", "approve")
    assert all(isinstance(sentence, str) and sentence for sentence in one["plan"])
    assert {tuple(line) for line in one["journal"]} == {
        ("at", "actor", "source", "event", "detail", "before", "after")
    }
    for at in (vote["at"], *(line["at"] for line in one["journal"])):
        assert MOMENT.fullmatch(at)


@pytest.mark.parametrize("written", ["IU-1", "iu-1", "1"])
def test_an_id_may_be_written_in_three_ways(typed: Type, lived: str, written: str) -> None:
    assert shown(typed, lived, "show", written)["id"] == "IU-1"


@pytest.mark.parametrize(
    "written", ["IU-99", "99", "warehouse", "IU-", "1.5", "99999999999999999999"]
)
def test_an_id_that_is_none_is_told(typed: Type, lived: str, written: str) -> None:
    said = typed("requests", "show", written, "--json", DATABASE_URL=lived)
    assert said.exit_code == 1
    assert said.stderr == f"There is no request {written}.\n"
    assert said.stdout == ""


def test_a_request_for_people_says_what_was_done(typed: Type, lived: str) -> None:
    page = typed("requests", "show", "1", DATABASE_URL=lived).stdout
    assert page.startswith("IU-1 Warehouse sync: live in uat\n")
    assert "warehouse-sync@integrations.acme.example.uat" in page
    assert "  1. " in page


def test_before_migrate_it_is_said_what_to_run(typed: Type, tmp_path: Path) -> None:
    said = typed("requests", DATABASE_URL=f"sqlite:///{tmp_path}/none.db")
    assert said.exit_code == 1
    assert "integration-user-bot migrate" in said.stderr
    assert not (tmp_path / "none.db").exists()
