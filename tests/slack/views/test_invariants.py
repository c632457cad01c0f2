"""What holds for every surface, whatever people and orgs wrote into it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.workspace import payload_rules
from bot.sandbox.workspace.shapes import Problem
from bot.sandbox.workspace.switches import Switches
from bot.slack import ids
from bot.slack.views import replies
from bot.slack.views.parts import Payload
from tests.core.cast import ADA, BEA, MAX, OLU, RAE
from tests.slack.views.gallery import SURFACES, Words, dm_of, messages, requests, views
from tests.slack.views.readers import buttons, markup, texts

HOSTILE = (
    "<!channel>",
    "<@U1>",
    "<https://evil.example|Approve>",
    "& &amp; &lt;",
    "`code` ``` ",
    "*bold* _italic_ ~gone~",
    "\u061c\u202eevil\u202c \u2066x\u2069 \u05e9\u05dc\u05d5\u05dd",
    "\n\n*Approved* by <@U0ADA>\r\n> quoted\u2028more",
    ":white_check_mark: done",
    "&" * 3000,
    "<" * 3000,
    "word, " * 500,
    "a" * 3000,
    "line\n" * 600,
    "_" * 3000,
)
ANY = st.lists(
    st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=80)), min_size=1, max_size=3
).map("".join)

OURS = re.compile(
    r"<@U0(?:RAE|OLU|BEA|ADA|BEN|MAX)>|<!subteam\^S0(?:SALESFORCE|ADMINS)>|<!date\^\d+\^[^<>|]+\|[^<>|]+>"
    r"|<https://tickets\.acme\.example/OPS-1712>"
)
MARKS = re.compile(
    "~|[\u061c\u202a-\u202e\u2066-\u2069]|:white_check_mark:"  # struck out, turned round, an emoji
    "|(?<![A-Za-z0-9_])_|_(?![A-Za-z0-9_…])"  # slanted
)
STATES = requests(Words())
EVERY = {**messages(Words()), **views(Words())}


@settings(max_examples=12)
@given(ANY)
def test_slack_accepts_every_surface_whatever_people_wrote(text: str) -> None:
    for name, payload in both(Words.hostile(text)):
        assert problems(payload) == [], name


@settings(max_examples=12)
@given(ANY)
def test_foreign_text_is_neither_mention_nor_link_nor_formatting(text: str) -> None:
    for name, payload in both(Words.hostile(text)):
        for said in markup(payload):
            for one in OURS.sub("", said).split("\n"):
                rest = one.removeprefix("> ")
                bare = re.sub(r"&(?:amp|lt|gt);", "", rest)
                assert not set("<>&") & set(bare), (name, one)
                assert rest.count("`") % 2 == 0, (name, one)
                prose = re.sub("`[^`]*`", "", rest)
                assert prose.count("*") % 2 == 0, (name, one)
                assert not MARKS.search(prose), (name, one)


@pytest.mark.parametrize("text", HOSTILE)
def test_each_hostile_text_alone_is_harmless(text: str) -> None:
    for name, payload in both(Words.hostile(text)):
        assert problems(payload) == [], name
        for said in markup(payload):
            assert "<!channel>" not in said, name
            assert "<@U1>" not in said, name
            assert "<https://evil.example" not in said, name


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_a_message_stands_alone_and_is_short_enough(text: str) -> None:
    for name, payload in messages(Words.hostile(text)).items():
        assert payload["text"].strip(), name
        assert len(payload["text"]) <= 3000, name


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_a_card_begins_with_the_name_of_the_request(text: str) -> None:
    for one in requests(Words.hostile(text)).values():
        for view in SURFACES.values():
            assert view(one)["text"].startswith("IU-17 ")


@pytest.mark.parametrize("name", EVERY)
def test_names_of_channels_in_a_text_stay_mere_words(name: str) -> None:
    for one in texts(EVERY[name]):
        if one["type"] == "mrkdwn":
            assert one["verbatim"] is True


@pytest.mark.parametrize("state", STATES)
def test_card_can_be_decided_only_while_it_waits_for_that(state: str) -> None:
    wanted = [ids.APPROVE, ids.REJECT, ids.DETAILS] if state.startswith("waiting ") else []
    if state == "waiting for propagation":
        wanted = []
    assert buttons(SURFACES["card"](STATES[state])) == wanted


DM_BUTTONS = {
    "being checked": [ids.WITHDRAW],
    "problems": [ids.RECHECK, ids.WITHDRAW],
    "waiting 0 of 2": [ids.WITHDRAW],
    "waiting 1 of 2": [ids.WITHDRAW],
    "approved": [ids.WITHDRAW],
    "testing": [ids.WITHDRAW],
    "waiting for propagation": [ids.WITHDRAW],
    "org away": [ids.WITHDRAW],
    "calls used up": [ids.WITHDRAW],
    "not proven": [ids.CONFIRM_LIVE, ids.WITHDRAW],
    "blocked while set up": [ids.RETRY, ids.WITHDRAW],
    "blocked by the test": [ids.RETRY, ids.WITHDRAW],
    "blocked, reason unknown": [ids.RETRY, ids.WITHDRAW],
    "undo incomplete": [ids.WITHDRAW],
}


@pytest.mark.parametrize("state", STATES)
def test_message_offers_what_can_be_done_in_its_state_and_nothing_else(state: str) -> None:
    assert buttons(SURFACES["dm"](STATES[state])) == DM_BUTTONS.get(state, [])
    assert buttons(SURFACES["end"](STATES[state])) == []


READERS = {"requester": RAE, "owner": OLU, "backup owner": BEA, "approver": ADA, "admin": MAX}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("reader", READERS)
def test_button_stands_only_where_its_reader_may_press_it(state: str, reader: str) -> None:
    """In the message and in the answer to `show`: by the table of the contract."""
    wanted = [one for one in DM_BUTTONS.get(state, []) if may_press(one, reader)]
    actor = READERS[reader]
    assert buttons(dm_of(STATES[state], actor)) == wanted
    assert buttons(replies.whole(STATES[state], [], actor)) == wanted


def may_press(button: str, reader: str) -> bool:
    return (
        reader
        in {
            ids.RECHECK: {"requester", "owner", "approver", "admin"},
            ids.RETRY: {"requester", "owner", "approver", "admin"},
            ids.WITHDRAW: {"requester", "owner", "admin"},
            ids.CONFIRM_LIVE: {"owner", "backup owner", "admin"},
        }[button]
    )


@pytest.mark.parametrize("name", EVERY)
def test_button_carries_the_request_and_what_was_shown_and_no_more(name: str) -> None:
    for block in EVERY[name].get("blocks", []):
        for element in block["elements"] if block["type"] == "actions" else []:
            target = ids.Target.read(element["value"])
            assert target.request == 17
            assert target.wanted in {"", "hash-2"}
            assert len(element["value"]) <= 2000


@pytest.mark.parametrize("state", STATES)
def test_no_surface_says_a_thing_by_emoji_alone(state: str) -> None:
    for view in SURFACES.values():
        said = " ".join(markup(view(STATES[state])))
        assert not re.search(r":[a-z_]+:", said)
        assert said.count("✓") == len(re.findall(r"(?:done|by hand) ✓", said))


def both(words: Words) -> Iterator[tuple[str, Payload]]:
    yield from messages(words).items()
    yield from views(words).items()


def problems(payload: Payload) -> list[Problem]:
    if payload.get("type") == "modal":
        return payload_rules.view(payload, kind="modal", switches=Switches())
    return payload_rules.message(payload.get("blocks", []), switches=Switches())
