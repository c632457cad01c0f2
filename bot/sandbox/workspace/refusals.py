"""Two kinds of no: what the Web API refuses the bot, and what a client refuses a person."""

from typing import Any


class Refused(Exception):  # noqa: N818 - it is Slack's answer, no error of ours
    """A Web API error: its code and whatever else stands in the answer."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra


def insist(condition: object, sentence: str) -> None:
    """Raise AssertionError: a test asked a person for what no real client lets them do."""
    if not condition:
        raise AssertionError(sentence)
