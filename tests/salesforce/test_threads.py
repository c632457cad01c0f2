"""Does an org that hangs hold anything but its own call?"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.salesforce import session
from bot.salesforce.gateway import Unavailable
from bot.salesforce.session import OrgSession
from bot.salesforce.threads import Threads
from bot.sandbox.orgs import HANG, SalesforceSandbox
from tests.salesforce.reading import client_of

ROOT = Path(__file__).parent.parent.parent
LEAVES = """
import asyncio, sys
from bot.salesforce.session import OrgSession
from bot.salesforce.threads import Threads

async def main():
    threads = Threads("uat")
    call = lambda: OrgSession(ca_bundle=None, proxy=None).get(sys.argv[1])
    task = asyncio.create_task(threads.call(call))
    await asyncio.sleep(0.3)
    task.cancel()

asyncio.run(main())
print("left")
"""


@pytest.fixture
def silent() -> Iterator[str]:
    """An address where connections are taken and nothing is ever said."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"https://127.0.0.1:{server.getsockname()[1]}/"


def test_an_org_that_hangs_does_not_keep_the_process_alive(silent: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEAVES, silent],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=15,
        check=True,
    )
    assert done.stdout == "left\n"
    assert done.stderr == ""


async def test_an_answer_that_never_comes_ends_by_its_read_timeout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session, "READ_SECONDS", 0.2)
    async with SalesforceSandbox() as sandbox:
        client = client_of(sandbox.sandbox)
        await client.identity()
        sandbox.sandbox.faults.add(HANG, path="query")
        with pytest.raises(Unavailable) as told:
            await client.identity()
    assert told.value.reason == "no answer within 20 seconds"


def test_the_timeouts_are_those_that_were_promised() -> None:
    assert (session.CONNECT_SECONDS, session.READ_SECONDS) == (5, 20)


async def test_a_slow_call_does_not_hold_the_loop_or_other_calls() -> None:
    async with SalesforceSandbox() as sandbox:
        client = client_of(sandbox.sandbox)
        await client.identity()
        hold = sandbox.sandbox.faults.hold(path="composite")
        slow = asyncio.create_task(client.snapshot())
        await hold.reached()
        await client.identity()
        assert not slow.done()
        hold.release()
        await slow
        await slow


async def test_no_more_calls_run_at_once_than_allowed() -> None:
    threads, running, most = Threads("uat", limit=2), 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1

    await asyncio.gather(*(threads.call(work) for _ in range(6)))
    assert most == 2


async def test_what_a_call_raises_reaches_who_asked() -> None:
    def work() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        await Threads("uat").call(work)


def test_the_environment_decides_nothing_about_an_orgs_connection(
    monkeypatch: pytest.MonkeyPatch, silent: str
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    monkeypatch.setenv("HTTPS_PROXY", silent)
    made = OrgSession(ca_bundle="/ours.pem", proxy=None)
    with pytest.raises(OSError, match=r"/ours\.pem"):
        made.get("https://127.0.0.1:1/")
