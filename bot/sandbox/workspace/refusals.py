"""Two kinds of no: what the Web API refuses the bot, and what a client refuses a person."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.workspace.facts import Fact


class Refused(Exception):  # noqa: N818 - it is Slack's answer, no error of ours
    """A Web API error: the fact behind it, its code and whatever else stands in the answer."""

    def __init__(self, fact: Fact, error: str, **extra: Any) -> None:
        super().__init__(f"{error} ({fact})")
        self.fact = fact
        self.error = error
        self.extra = extra


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What Slack swallows without an error and a person suffers, and the fact behind it."""

    fact: Fact
    text: str

    def __str__(self) -> str:
        return f"{self.text} ({self.fact.chapter})"


def insist(condition: object, sentence: str) -> None:
    """Raise AssertionError: a test asked a person for what no real client lets them do."""
    if not condition:
        raise AssertionError(sentence)
