"""A phrase becomes the beginning of a sentence."""

from __future__ import annotations

import pytest

from bot.core.wording import sentence_start


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("nobody decided", "Nobody decided"),
        ("type `/invite` there", "Type `/invite` there"),
        ("IU-1 waits", "IU-1 waits"),
        ("", ""),
    ],
)
def test_only_the_first_letter_changes(words: str, sentence: str) -> None:
    assert sentence_start(words) == sentence
