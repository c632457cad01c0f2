"""What every flow is given: settings, store, engine, orgs, a clock and two ways to reach people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.config import Settings
from bot.engine import Engine
from bot.salesforce.gateway import Gateway
from store.database import Database

LONGEST = timedelta(minutes=10)
"""An org that is away for long is asked this often."""
_DOUBLINGS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The parts that the composition root built.

    `wake` tells the courier that messages are due: called after a commit, never inside it.
    `approvers` answers the people who can approve now, or None when Slack does not say.
    `away_wait` is how long an org that does not answer is left alone.
    """

    settings: Settings
    database: Database
    engine: Engine
    gateways: Mapping[str, Gateway]
    clock: Callable[[], datetime]
    wake: Callable[[], None]
    approvers: Callable[[], Awaitable[frozenset[str] | None]]
    away_wait: timedelta = timedelta(seconds=20)

    def patience(self, tries: int) -> timedelta:
        """How long to leave an org alone that did not answer after `tries` earlier tries."""
        return min(self.away_wait * (1 << min(tries, _DOUBLINGS)), max(self.away_wait, LONGEST))

    def org_label(self, key: str) -> str:
        """The org's name for people; the key itself when the configuration lost it."""
        org = self.settings.orgs.get(key)
        return org.label if org else key
