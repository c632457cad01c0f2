"""No call of Slack is waited for without an end."""

from __future__ import annotations

import pytest

from bot.slack import web
from tests.slack.house import SlackHouse


async def test_a_call_that_slack_leaves_without_an_answer_ends(
    slack_house: SlackHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []
    assert isinstance(slack_house.client, web.CountedClient)
    slack_house.client.called = lambda method, outcome, _seconds: told.append((method, outcome))
    slack_house.ws.faults.slow("auth.test", 60)
    with monkeypatch.context() as patched:
        patched.setattr(web, "LONGEST", 0.2)
        with pytest.raises(TimeoutError):
            await slack_house.client.auth_test()
    assert told == [("auth.test", "no_answer")]
    assert (await slack_house.client.auth_test())["ok"]
