"""Is the bot ready, and how do things stand? Read at every question, remembered nowhere.

What lags is told like what does not answer: a clock that ticks no more, a run that nobody takes up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.config import Settings
from bot.engine import Engine
from bot.metrics import Metrics, Standing
from store import counting
from store.catalogue import org as org_facts
from store.database import Database

_log = structlog.get_logger(__name__)
_PROBE = 2.0
LATE = timedelta(minutes=5)
"""A tick missed, or a due run waiting in a queue that stands still, for longer: not ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is not ready, each part with its reason, and which orgs cannot be chosen."""

    missing: Mapping[str, str]
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Asks every part how it is; `tick_age` is the time since the clock last ticked."""

    settings: Settings
    database: Database
    engine: Engine
    metrics: Metrics
    connected: Callable[[], Awaitable[bool]]
    tick_age: Callable[[], timedelta]

    async def look(self) -> Look:
        """Ask them all; never raises, as whatever fails is not ready."""
        missing = {} if await self.connected() else {"slack": "not connected"}
        (store, refused), engine = await asyncio.gather(self._orgs(), self._engine())
        missing |= store | engine
        missed = self.tick_age() - self.settings.schedule.tick
        if missed > LATE:
            missing["scheduler"] = f"the tick is missed since {_minutes(missed)}"
        return Look(missing=missing, refused=refused)

    async def exposed(self) -> bytes:
        """All numbers for Prometheus; without the store's when it does not answer."""
        return self.metrics.exposed(
            await self._standing(), tick_age=self.tick_age().total_seconds()
        )

    async def _engine(self) -> dict[str, str]:
        if not await self.engine.alive():
            return {"engine": "does not answer"}
        try:
            async with asyncio.timeout(_PROBE):
                waited = await self.engine.longest_wait()
        except Exception as error:  # noqa: BLE001 - any failure means not ready
            return {"engine": f"does not answer ({type(error).__name__})"}
        late = waited > LATE
        return {"engine": f"a due run waits for {_minutes(waited)}"} if late else {}

    async def _orgs(self) -> tuple[dict[str, str], dict[str, str]]:
        """The orgs that were not looked at yet, and those that cannot be chosen, with reasons."""
        missing, refused = {}, {}
        try:
            async with asyncio.timeout(_PROBE), self.database.read() as conn:
                for key in self.settings.orgs:
                    facts = await org_facts(conn, key)
                    if facts is not None and facts.refusal:
                        refused[key] = facts.refusal
                    elif facts is None or facts.ended_at is None:
                        missing[f"org {key}"] = "the first look at it has not ended"
        except Exception as error:  # noqa: BLE001 - any failure means not ready
            return {"database": f"does not answer ({type(error).__name__})"}, {}
        return missing, refused

    async def _standing(self) -> Standing | None:
        try:
            async with asyncio.timeout(_PROBE):
                async with self.database.read() as conn:
                    requests = await counting.requests_by_state(conn)
                    due, given_up = await counting.messages_due_and_given_up(conn)
                    channels = await counting.channels_refused(conn)
                    orgs = {key: await org_facts(conn, key) for key in self.settings.orgs}
                waited = await self.engine.longest_wait()
        except Exception as error:  # noqa: BLE001 - the other numbers are told all the same
            _log.warning("metrics.store", error=type(error).__name__)
            return None
        return Standing(
            requests=requests,
            orgs_refused={key: bool(one and one.refusal) for key, one in orgs.items()},
            due=due,
            given_up=given_up,
            channels_refused=channels,
            waited=waited.total_seconds(),
        )


def _minutes(length: timedelta) -> str:
    return f"{int(length.total_seconds() // 60)} minutes"
