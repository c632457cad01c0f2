"""The story that a stranger sees first: it ends well, and says so only when it does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot import demo
from bot.sandbox.orgs import SalesforceSandbox
from bot.sandbox.orgs.faults import Reply
from bot.sandbox.workspace import SlackWorkspace

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def test_the_demo_ends_live_whatever_the_caller_has_set(tmp_path: Path) -> None:
    environ = {
        "PATH": "/usr/bin:/bin",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "SLACK_BOT_TOKEN": "xoxb-somebody-elses",
        "HTTPS_PROXY": "http://127.0.0.1:1",
        "REQUESTS_CA_BUNDLE": str(tmp_path / "none.pem"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--script", "--log-format", "json"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Ada presses Approve" in done.stdout
    assert "Salesforce, " in done.stdout
    assert "*Asked by* @Rae Requester" in done.stdout
    made = done.stdout.index("created user warehouse-sync@")
    assert made < done.stdout.index("can log in")
    assert "somebody-elses" not in done.stdout + done.stderr
    events = [json.loads(line).get("event") for line in done.stderr.splitlines()]
    assert "bot.started" in events


async def test_the_demo_does_not_say_live_when_the_request_is_blocked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    no = [{"message": "No way.", "errorCode": "FIELD_INTEGRITY_EXCEPTION", "fields": []}]
    async with SlackWorkspace() as slack, SalesforceSandbox() as salesforce:
        fault = Reply(status=400, body=no)
        salesforce.sandbox.faults.add(fault, method="POST", sobject="User", times=99)
        assert await demo._in_world(tmp_path, slack, salesforce, script=True) == 1
    assert "did not end live" in capsys.readouterr().out
