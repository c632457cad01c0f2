"""Text that somebody typed: what can be seen of it, and what is refused."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.typed import clean, mailbox_problem

TAGS = "".join(chr(0xE0000 + ord(one)) for one in "evil")
UNSEEN = (
    "\u3164\u2800\u115f\u1160\uffa0\u034f\ufe0f\ufe00\u200b\u200c\u200d\u200e\u200f\u061c\u00ad"
    "\u2060\u2063\u180e\u180b\u17b4\ufeff\ufff9\ufffe\U000e0001\U000e0041\U000e0100\U0001d159"
    "\u00a0\u3000\u2003"
)
TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
unseen = st.text(alphabet=UNSEEN, max_size=8)
anything = st.text(alphabet=st.one_of(st.characters(), st.sampled_from(UNSEEN)), max_size=40)


@pytest.mark.parametrize("one", [*UNSEEN, TAGS, "\u0301", "\u200d\ufe0f\u200d", "\ue000"])
def test_text_in_which_nothing_can_be_seen_is_empty(one: str) -> None:
    assert clean(one * 3, one_line=True) == ("", None)


@pytest.mark.parametrize("one", TURNS)
def test_what_turns_the_direction_of_writing_is_refused_with_words(one: str) -> None:
    _, problem = clean(f"Sync {one}gnp.exe", one_line=False)
    assert problem is not None
    assert "direction of writing" in problem


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d🔧 sync",
        "👁\ufe0f\u200d🗨\ufe0f",
        "1\ufe0f\u20e3 sync",
        "❤\ufe0f",
        "می\u200cخواهم",  # noqa: RUF001 - Persian is meant
        "ന\u0d4d\u200d",
        "葛\U000e0100城",
        "가나다",
        "⠓⠑⠇⠇⠕",
        "\U0001fae8",
    ],
)
def test_scripts_and_emoji_are_kept_as_they_are_written(text: str) -> None:
    assert clean(text, one_line=True) == (text, None)


@given(before=unseen, after=unseen)
def test_what_nobody_sees_makes_no_other_name(before: str, after: str) -> None:
    assert clean(f"{before}Sync{after}", one_line=True) == ("Sync", None)


@pytest.mark.parametrize(
    "typed",
    ["Caf\u00e9", "Cafe\u0301", "Cafe\u200b\u0301", "Cafe\u034f\u0301", "\u00ad Cafe\u0301"],
)
def test_a_letter_with_its_accent_is_the_same_name_however_it_was_typed(typed: str) -> None:
    assert clean(typed, one_line=True) == ("Caf\u00e9", None)


@given(text=anything, one_line=st.booleans())
def test_cleaned_text_can_be_seen_is_stable_and_reads_in_its_own_direction(
    *, text: str, one_line: bool
) -> None:
    seen, problem = clean(text, one_line=one_line)
    if problem:
        return
    assert clean(seen, one_line=one_line) == (seen, None)
    assert not any(one in TURNS or one in TAGS or one in "\u200e\u200f\u3164" for one in seen)
    if seen:
        assert any(unicodedata.category(one)[0] in "LNPSC" for one in seen)
        assert seen == seen.strip()


@given(
    local=st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-][A-Za-z0-9.+_'&-]{0,20}", fullmatch=True),
    domain=st.from_regex(r"([a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?\.){1,3}[a-z]{2,6}", fullmatch=True),
)
def test_an_address_after_the_mail_standards_is_taken(local: str, domain: str) -> None:
    assert mailbox_problem(f"{local}@{domain}") is None
