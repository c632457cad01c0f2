"""How a process dies at a chosen moment, and how we see that nobody can tell afterwards."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.sandbox.orgs.faults import DROP_BEFORE, Hold
from tests.story.house import House
from tests.story.process import Bot, spawned


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A request to the org: before it is carried out, or after, when the answer is on its way."""

    after: bool
    method: str | None = "POST"
    sobject: str | None = None
    path: str | None = None
    user: str | None = None

    def __str__(self) -> str:
        when = "after" if self.after else "before"
        return f"{when} {self.method} {self.sobject or self.path or self.user}"


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What is left in the org: its comparable state, and every change that was ever made."""

    snapshot: dict[str, object]
    changes: Counter[str]


def end_of(house: House) -> End:
    """The end as the org sees it."""
    return End(snapshot=house.org.snapshot(), changes=Counter(house.org.changes))


async def die_at(
    house: House, bot: Bot, moment: Moment, act: Callable[[], Awaitable[object]]
) -> None:
    """Do something, and kill -9 the bot at the moment.

    The request that it died in is carried out (`after`) or never (`before`), as the moment says.
    """
    where = {
        "method": moment.method,
        "sobject": moment.sobject,
        "path": moment.path,
        "user": moment.user,
    }
    hold = Hold(moment.after)
    house.org.faults.add(hold, **where)
    if not moment.after:
        house.org.faults.add(DROP_BEFORE, **where)
    await act()
    await hold.reached(house.patience)
    await bot.kill()
    hold.release()
    await asyncio.sleep(0.05)


@asynccontextmanager
async def starts_again(house: House) -> AsyncIterator[Bot]:
    """The next process; it takes up what is left before it is ready for anything else."""
    async with spawned(house) as bot:
        await bot.started()
        yield bot
