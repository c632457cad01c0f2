"""How foreign words are escaped, cut and split."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.ids import FormState, Target
from bot.slack.views.text import amp, code, cut, esc, fit, line, pieces, quoted, some

ESCAPED = st.text(alphabet="&<>a, _", max_size=60).map(amp)


@pytest.mark.parametrize(
    "name", ["Invoice_Line__c", "Stock_Level__c", "My__Space__c", "a_b", "Account.Unit_Price__c"]
)
def test_api_names_stay_as_they_are(name: str) -> None:
    assert esc(name) == name
    assert esc(f"{name}, {name}") == f"{name}, {name}"


def test_underscores_at_the_edge_of_a_word_do_not_slant_text() -> None:
    assert "_" not in esc("_so_ (_and_) __so__")


def test_username_is_shown_exactly_even_with_underscores_at_its_edge() -> None:
    assert code("_sync_@acme.example") == "`_sync_@acme.example`"


def test_right_to_left_writing_stays_and_its_override_goes() -> None:
    assert esc("\u05e9\u05dc\u05d5\u05dd \u202eevil\u202c\u2067x\u2069") == (
        "\u05e9\u05dc\u05d5\u05dd evilx"
    )


def test_text_of_several_lines_cannot_pass_for_words_of_the_bot() -> None:
    assert quoted("one\r\n*Approved* by Ada\u2028three") == [
        "> one",
        "> \u2217Approved\u2217 by Ada",
        "> three",
    ]
    assert line("one\n*Approved*") == "one \u2217Approved\u2217"


def test_emoji_names_stay_words_and_times_stay_times() -> None:
    assert ":tada:" not in esc("look :tada: here")
    assert esc("at 12:30 and https://a.example:80/") == "at 12:30 and https://a.example:80/"


@given(ESCAPED, st.integers(min_value=8, max_value=40))
def test_cut_leaves_no_half_escape(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= limit
    assert "&" not in re.sub("&(?:amp|lt|gt);", "", short)


def test_cut_leaves_no_half_mention() -> None:
    assert cut("asked by <@U0RAE> today", 14) == "asked by …"
    assert cut("asked by <@U0RAE> today", 19) == "asked by <@U0RAE> …"


@given(st.text(alphabet="&<>ab\u202e", max_size=60), st.integers(min_value=6, max_value=40))
def test_plain_text_fits_after_slack_escaped_it(text: str, limit: int) -> None:
    assert len(amp(fit(text, limit))) <= limit


@given(ESCAPED, st.sampled_from(["", "> "]), st.integers(min_value=12, max_value=40))
def test_splitting_a_line_loses_nothing_of_it(text: str, mark: str, limit: int) -> None:
    parts = pieces(f"{mark}{text}", limit)
    assert all(part.startswith(mark) for part in parts)
    joined = "".join(part.removeprefix(mark) for part in parts)
    assert html.unescape(joined).replace(" ", "") == html.unescape(text).replace(" ", "")
    assert all(len(part) + 3 * bool(mark) <= limit for part in parts)
    assert not any("&" in re.sub("&(?:amp|lt|gt);", "", part) for part in parts)


def test_some_of_many_things_are_named_and_the_rest_counted() -> None:
    assert some(["a", "b"]) == "a, b"
    assert some(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


@pytest.mark.parametrize(
    "text", ["[]", "null", "7", '{"request": "17", "wanted": ""}', '{"request": 17}', "{", ""]
)
def test_button_value_of_somebody_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Target.read(text)


def test_button_value_is_read_as_it_was_written() -> None:
    target = Target(request=17, wanted="hash-2")
    assert Target.read(target.write()) == target


def test_form_state_is_read_as_it_was_written_and_may_be_empty() -> None:
    state = FormState(org="uat", draft="draft-1")
    assert FormState.read(state.write()) == state
    assert FormState.read("") == FormState(org="", draft="")
    with pytest.raises(ValueError, match="no JSON object"):
        FormState.read("[]")
