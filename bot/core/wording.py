"""What the app is called, and how phrases become sentences."""

from __future__ import annotations

from typing import Final

APP_NAME: Final = "Integration User"
"""The name of the app and of its bot user in Slack, which people type to invite it."""


def sentence_start(words: str) -> str:
    """Begin with a capital letter and change nothing else; an empty phrase stays empty."""
    return words[:1].upper() + words[1:]
