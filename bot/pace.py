"""How often things are looked at, and how the ten seconds of an end are shared out."""

from __future__ import annotations

from dataclasses import dataclass

from bot.slack.http import STAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds, all of them."""

    poll: float = 1.0
    adopt_every: float = 5.0
    courier: float = 1.0
    away: float = 20.0
    stay: float = STAY
    drain_slack: float = 3.0
    """As long as Slack waits for an answer, so that a click in hand is decided and answered."""
    drain_engine: float = 6.0
    """From the first moment of an end on, as the engine takes up nothing new from then on."""
    drain_courier: float = 2.0

    def for_engine(self, spent: float) -> float:
        """Seconds that the engine still has when Slack's deliveries took `spent`."""
        return max(0.0, self.drain_engine - spent)
