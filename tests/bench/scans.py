"""What do digest and stale scan cost in an org of many integration users?

1. The org is in this process, the bot in another: `job NAME`, as an operator calls it, with a
fresh database. So peak memory and CPU are the bot's alone; what the org costs stands beside it.
2. The baseline is the same process with a job that asks no org. 3. Seconds are of the whole
command, with the interpreter's start, the engine's looking for work (up to a second) and posting.
4. Calls are those that the sandbox org received; the command also looks at a small production org.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.fleet import Fleet
from tests.bench.peak import MARK
from tests.story.house import House, living_house
from tests.story.process import ROOT

_SIZES = (100, 1_000, 10_000)
_BASELINE = "reminders"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Took:
    """One command: its own CPU seconds and peak, ours meanwhile (the org's), what the org saw."""

    seconds: float
    cpu: float
    org_cpu: float
    peak_kb: int
    calls: int

    def figure(self, what: str) -> Figure:
        return Figure(
            what=what,
            values={
                "calls": str(self.calls),
                "seconds": f"{self.seconds:.1f}",
                "bot's CPU s": f"{self.cpu:.1f}",
                "org's CPU s": f"{self.org_cpu:.1f}",
                "bot's peak MB": f"{self.peak_kb / 1024:.0f}",
            },
        )


async def scans(folder: Path, url_of: Callable[[Path], str]) -> list[Figure]:
    """Both jobs over 100, 1,000 and 10,000 integration users of the sandbox org."""

    async def fresh(name: str) -> str:
        place = folder / f"scan-{name}"
        place.mkdir()
        url = url_of(place)
        await fleet.remember(url)
        return url

    home = folder / "scans"
    home.mkdir()
    async with living_house(home, url_of(home), start=False) as house:
        house.org.grant_bot(house.org.provisioner.username, "CustomizeApplication")
        house.org.set_seats(licenses=2 * _SIZES[-1], psls=2 * _SIZES[-1])
        fleet = Fleet(house.org.world)
        took = await _run(house, _BASELINE, await fresh(_BASELINE))
        figures = [took.figure(f"baseline: `job {_BASELINE}`, asks no org")]
        for size in _SIZES:
            fleet.grow(size)
            for job in ("digest", "stale"):
                took = await _run(house, job, await fresh(f"{job}-{size}"))
                _must_tell(house, job, size)
                what = f"`job {job}`, {size:,} users, {len(fleet.ours):,} of them the bot's"
                figures.append(took.figure(what))
    return figures


async def _run(house: House, job: str, url: str) -> _Took:
    """One `job` in a process of its own, with a database of its own."""
    calls = house.org.journal.count
    cpu, begun = time.process_time(), time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.bench.peak", "job", job, "--config", str(house.file)),
        cwd=ROOT,
        env={**house.environ, "DATABASE_URL": url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, log = await process.communicate()
    seconds = time.perf_counter() - begun
    if process.returncode:
        raise RuntimeError(f"job {job}: {out.decode()} {log.decode()[-2000:]}")
    told = json.loads(out.decode().rpartition(MARK)[2])
    return _Took(
        seconds=seconds,
        cpu=told["cpu"],
        org_cpu=time.process_time() - cpu,
        peak_kb=told["peak_kb"],
        calls=house.org.journal.count - calls,
    )


def _must_tell(house: House, job: str, size: int) -> None:
    """A figure of a job that did not see everybody would be a lie."""
    told = [one.readable() for one in house.slack.channel("C0LICENSES").messages]
    newest = [one for one in told if "UAT sandbox" in one][-1]
    if str(size) not in newest.replace(",", ""):
        raise RuntimeError(f"job {job} did not tell of {size} users: {newest[:500]}")
