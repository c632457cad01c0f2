"""A bot that only works: `python -m tests.engine.worker URL LOG`. It is there to be killed.

LOG gets a line per thing done. While the file LOG.hang exists the second step hangs.
"""

import asyncio
import sys
from pathlib import Path

from bot.engine import JSON, Engine, Jobs, QueueSpec, Run

QUEUES = [QueueSpec(name="write-uat", concurrency=1)]


class Building:
    """The job: three steps, each leaving a line."""

    def __init__(self, log: Path) -> None:
        self._log = log

    async def __call__(self, run: Run, number: int) -> JSON:
        first = await run.step("build", self.build, f"first {number}")
        second = await run.step("build", self.hang, f"second {number}")
        third = await run.step("build", self.build, f"third {number}")
        return [first, second, third]

    async def build(self, what: str) -> str:
        with self._log.open("a") as file:
            file.write(f"{what}\n")
        return what

    async def hang(self, what: str) -> str:
        await self.build(what)
        if self._log.with_suffix(".hang").exists():
            await asyncio.sleep(3600)
        return what


def jobs_of(log: Path) -> Jobs:
    jobs = Jobs()
    jobs.register("build", Building(log))
    return jobs


async def main(url: str, log: Path) -> None:
    engine = Engine(url, jobs_of(log), QUEUES)
    await engine.launch()
    print("ready", flush=True)  # noqa: T201 - the test waits for it
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
