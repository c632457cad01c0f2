"""Which block and element stands on which surface (slack-platform 1.1), and whole views (1.2)."""

import pytest

from bot.sandbox.workspace import Fact, Switches
from bot.sandbox.workspace.payload_rules import message, view
from tests.sandbox.workspace import shapes as s

BLOCKS = {
    "section": s.section(),
    "actions": s.actions(s.button()),
    "context": {"type": "context", "elements": [s.plain("x")]},
    "input": s.field("name"),
    "alert": {"type": "alert", "text": s.plain("Careful"), "level": "warning"},
    "plan": s.plan(),
    "task_card": {"type": "task_card", **s.task(1, "complete")},
    "table": s.table(),
    "data_table": s.data_table(),
    "data_visualization": s.chart(),
    "markdown": {"type": "markdown", "text": "x"},
    "card": {"type": "card", "title": s.plain("x")},
    "carousel": {"type": "carousel", "elements": [{"title": s.plain("x")}]},
    "container": {"type": "container", "child_blocks": [s.section()]},
    "context_actions": {
        "type": "context_actions",
        "elements": [{"type": "feedback_buttons", "action_id": "f"}],
    },
    "header": {"type": "header", "text": s.plain("x")},
    "divider": {"type": "divider"},
    "rich_text": {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
    },
}
EVERYWHERE = {"section", "actions", "context", "input", "header", "divider", "rich_text"}
ALLOWED = {
    "message": set(BLOCKS) - {"alert"},
    "modal": EVERYWHERE | {"alert"},
    "home": EVERYWHERE | {"card", "carousel"},
}


def problems(surface: str, block: dict, switches: Switches) -> list:
    if surface == "message":
        return message([block], switches=switches)
    made = s.modal(block) if surface == "modal" else s.home(block)
    return view(made, kind=surface, switches=switches)


@pytest.mark.parametrize("surface", ["message", "modal", "home"])
@pytest.mark.parametrize("kind", sorted(BLOCKS))
def test_a_block_stands_only_where_the_table_of_surfaces_has_it(kind: str, surface: str) -> None:
    found = problems(surface, BLOCKS[kind], Switches())
    if kind in ALLOWED[surface]:
        assert found == []
    else:
        assert f"{kind} is not allowed in a {surface}" in str(found[0])
        assert found[0].fact is Fact.BLOCK_SURFACE


@pytest.mark.parametrize(
    ("kind", "surface", "switches"),
    [
        ("table", "home", Switches(tables_on_home=True)),
        ("data_table", "home", Switches(tables_on_home=True)),
        ("container", "home", Switches(container_on_home=True)),
        ("card", "modal", Switches(card_in_modal=True)),
    ],
)
def test_an_unclear_surface_is_open_in_the_other_position(
    kind: str, surface: str, switches: Switches
) -> None:
    assert problems(surface, BLOCKS[kind], switches) == []


@pytest.mark.parametrize("kind", ["plan", "table", "data_table", "data_visualization"])
def test_a_block_still_rolling_out_is_unsupported_when_the_switch_says_so(kind: str) -> None:
    switches = Switches(unsupported_blocks=frozenset({kind}))
    (found,) = message([BLOCKS[kind]], switches=switches)
    assert f"unsupported type: {kind}" in str(found)
    assert found.fact is Fact.BLOCK_ROLLOUT


@pytest.mark.parametrize(
    ("element", "allowed"),
    [
        ({"type": "email_text_input"}, {"modal"}),
        ({"type": "number_input", "is_decimal_allowed": False}, {"modal"}),
        ({"type": "url_text_input"}, {"modal"}),
        ({"type": "file_input"}, {"modal"}),
        ({"type": "rich_text_input"}, {"modal", "home"}),
        ({"type": "datetimepicker"}, {"message", "modal"}),
        ({"type": "users_select"}, {"message", "modal", "home"}),
    ],
)
@pytest.mark.parametrize("surface", ["message", "modal", "home"])
def test_an_input_stands_only_on_its_surfaces(
    element: dict, allowed: set[str], surface: str
) -> None:
    found = problems(surface, s.field("x", {**element, "action_id": "a"}), Switches())
    assert {one.fact for one in found} == (set() if surface in allowed else {Fact.ELEMENT_SURFACE})


TEXT_INPUT = {"type": "plain_text_input", "action_id": "a"}
NUMBER = {"type": "number_input", "action_id": "a", "is_decimal_allowed": False}
VIEWS = [
    (
        "title 24",
        s.modal(title=s.plain("x" * 24)),
        s.modal(title=s.plain("x" * 25)),
        "most 24",
        Fact.CHARACTERS,
    ),
    ("submit 24", s.modal(), s.modal(submit=s.plain("x" * 25)), "at most 24", Fact.CHARACTERS),
    (
        "close 24",
        s.modal(close=s.plain("x" * 24)),
        s.modal(close=s.plain("x" * 25)),
        "at most 24",
        Fact.CHARACTERS,
    ),
    (
        "100 blocks",
        s.modal(*[s.section()] * 100),
        s.modal(*[s.section()] * 101),
        "at most 100",
        Fact.ITEMS,
    ),
    (
        "private_metadata",
        s.modal(private_metadata="x" * 3000),
        s.modal(private_metadata="x" * 3001),
        "at most 3000",
        Fact.CHARACTERS,
    ),
    (
        "private_metadata as written",
        s.modal(private_metadata="&" * 3000),
        s.modal(private_metadata="&" * 3001),
        "at most 3000",
        Fact.CHARACTERS,
    ),
    (
        "callback_id",
        s.modal(callback_id="x" * 255),
        s.modal(callback_id="x" * 256),
        "at most 255",
        Fact.CHARACTERS,
    ),
    (
        "external_id",
        s.modal(external_id="x" * 255),
        s.modal(external_id="x" * 256),
        "at most 255",
        Fact.CHARACTERS,
    ),
    (
        "needs a title",
        s.modal(),
        {k: v for k, v in s.modal().items() if k != "title"},
        "missing required field: title",
        Fact.REQUIRED,
    ),
    (
        "an input needs submit",
        s.modal(),
        {k: v for k, v in s.modal().items() if k != "submit"},
        "needs submit",
        Fact.SUBMIT,
    ),
    (
        "max_length",
        s.modal(s.field("x", {**TEXT_INPUT, "max_length": 3000})),
        s.modal(s.field("x", {**TEXT_INPUT, "max_length": 3001})),
        "not in 1..3000",
        Fact.NUMBER,
    ),
    (
        "min under max",
        s.modal(s.field("x", {**TEXT_INPUT, "min_length": 2, "max_length": 2})),
        s.modal(s.field("x", {**TEXT_INPUT, "min_length": 3, "max_length": 2})),
        "above max_length",
        Fact.LENGTH_RANGE,
    ),
    (
        "decimals are decided",
        s.modal(s.field("x", NUMBER)),
        s.modal(s.field("x", {"type": "number_input", "action_id": "a"})),
        "is_decimal_allowed",
        Fact.REQUIRED,
    ),
    (
        "number range",
        s.modal(s.field("x", {**NUMBER, "min_value": "1", "max_value": "2"})),
        s.modal(s.field("x", {**NUMBER, "min_value": "3", "max_value": "2"})),
        "above max_value",
        Fact.NUMBER_RANGE,
    ),
    (
        "label 2000",
        s.modal(s.field("x", label=s.plain("x" * 2000))),
        s.modal(s.field("x", label=s.plain("x" * 2001))),
        "at most 2000",
        Fact.CHARACTERS,
    ),
    (
        "hint 2000",
        s.modal(s.field("x", hint=s.plain("x" * 2000))),
        s.modal(s.field("x", hint=s.plain("x" * 2001))),
        "at most 2000",
        Fact.CHARACTERS,
    ),
    (
        "one focus",
        s.modal(s.field("x", {**TEXT_INPUT, "focus_on_load": True})),
        s.modal(*(s.field(n, {**TEXT_INPUT, "focus_on_load": True}) for n in "xy")),
        "only one element",
        Fact.ONE_FOCUS,
    ),
    (
        "alert 200",
        s.modal({"type": "alert", "text": s.plain("x" * 200)}),
        s.modal({"type": "alert", "text": s.plain("x" * 201)}),
        "at most 200",
        Fact.CHARACTERS,
    ),
    (
        "file_input 10",
        s.modal(s.field("x", {"type": "file_input", "action_id": "a", "max_files": 10})),
        s.modal(s.field("x", {"type": "file_input", "action_id": "a", "max_files": 11})),
        "not in 1..10",
        Fact.NUMBER,
    ),
    (
        "max_selected_items",
        s.modal(
            s.field(
                "x", {"type": "multi_external_select", "action_id": "a", "max_selected_items": 1}
            )
        ),
        s.modal(
            s.field(
                "x", {"type": "multi_external_select", "action_id": "a", "max_selected_items": 0}
            )
        ),
        "not in 1..",
        Fact.NUMBER,
    ),
]


@pytest.mark.parametrize(
    ("good", "bad", "words", "fact"), [e[1:] for e in VIEWS], ids=[e[0] for e in VIEWS]
)
def test_a_modal_is_taken_at_its_limit_and_refused_beyond(
    good: dict, bad: dict, words: str, fact: Fact
) -> None:
    assert [str(p) for p in view(good, kind="modal", switches=Switches())] == []
    found = view(bad, kind="modal", switches=Switches())
    assert any(words in str(one) and one.fact is fact for one in found), found


def test_a_home_view_has_neither_title_nor_submit() -> None:
    assert view(s.home(), kind="home", switches=Switches()) == []
    titled = {**s.home(), "title": s.plain("Home")}
    assert "title" in str(view(titled, kind="home", switches=Switches())[0])
