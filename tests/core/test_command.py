from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import command
from bot.core.lifecycle import Refusal


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", command.Help()),
        ("   ", command.Help()),
        ("help", command.Help()),
        ("new", command.New()),
        (" NEW ", command.New()),
        ("list", command.List()),
        ("LICENSES", command.Licenses()),
        ("Stale", command.Stale()),
        ("show IU-17", command.Show(17)),
        ("show iu-17", command.Show(17)),
        ("show 17", command.Show(17)),
        ("test IU-17", command.Test(17)),
        ("retry IU-017", command.Retry(17)),
        ("withdraw 17", command.Withdraw(17)),
    ],
)
def test_a_command_is_read(text: str, meant: command.Command) -> None:
    assert command.parse(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "show “IU-17”",
        "show 'iu-17'",
        "\u201cshow\u201d \u201817\u2019",
        "`show IU-17`",
        "show\u00a0\u00a0IU-17",
        "show IU\u201317",
        "show \u200bIU-17\u200b",
        "show \uff11\uff17",
        "\tshow\nIU-17",
    ],
)
def test_what_slack_made_smart_is_read_as_plain(text: str) -> None:
    assert command.parse(text) == command.Show(17)


def test_an_unknown_command_suggests_the_nearest() -> None:
    assert command.parse("shwo 17") == command.Help(unknown="shwo", suggestion="show")
    assert command.parse("withdrew IU-17") == command.Help("withdrew", "withdraw")
    assert command.parse("xyzzy") == command.Help("xyzzy", None)
    assert command.parse("y" * 500) == command.Help("y" * 40, None)


def test_help_lists_exactly_the_commands_that_work() -> None:
    assert set(command.COMMANDS) == {
        "new",
        "list",
        "show",
        "test",
        "retry",
        "withdraw",
        "licenses",
        "stale",
        "help",
    }


@pytest.mark.parametrize("name", ["show", "test", "retry", "withdraw"])
@pytest.mark.parametrize(
    ("rest", "hint"),
    [
        ("", "Which request?"),
        (" IU-", "not the name of a request"),
        (" seventeen", "not the name of a request"),
        (" 0", "not the name of a request"),
        (" -17", "not the name of a request"),
        (" 99999999999999999999", "not the name of a request"),
        (" 17 18", "One request at a time"),
    ],
)
def test_a_missing_or_malformed_id_says_what_to_write(name: str, rest: str, hint: str) -> None:
    with pytest.raises(Refusal) as refused:
        command.parse(name + rest)
    assert hint in refused.value.sentence
    assert f"`/integration-user {name} IU-17`" in refused.value.sentence


@given(text=st.text(max_size=80))
def test_no_text_breaks_the_command(text: str) -> None:
    with contextlib.suppress(Refusal):
        assert isinstance(command.parse(text), command.Command)


@pytest.mark.parametrize(
    ("text", "org"), [("stale", ""), ("stale uat", "uat"), ("Stale “UAT sandbox”", "UAT sandbox")]
)
def test_an_org_may_be_named_where_its_users_are_asked_for(text: str, org: str) -> None:
    assert command.parse(text) == command.Stale(org=org)
