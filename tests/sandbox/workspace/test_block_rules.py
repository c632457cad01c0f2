"""Each limit of slack-platform 1.2, at its edge and one step beyond."""

from typing import Any

import pytest

from bot.sandbox.workspace import Fact, Switches
from bot.sandbox.workspace.payload_rules import message
from tests.sandbox.workspace import shapes as s

LONG_ID = "x" * 255


def select(count: int, **more: Any) -> dict:
    return s.section(
        accessory={
            "type": "static_select",
            "action_id": "pick",
            "options": s.options(count),
            **more,
        }
    )


def confirm(**more: Any) -> dict:
    asked = {
        "title": s.plain("Sure?"),
        "text": s.plain("Really?"),
        "confirm": s.plain("Yes"),
        "deny": s.plain("No"),
    }
    return s.actions(s.button(confirm={**asked, **more}))


def boxes(count: int) -> dict:
    return s.actions({"type": "checkboxes", "action_id": "c", "options": s.options(count)})


def radios(count: int) -> dict:
    return s.actions({"type": "radio_buttons", "action_id": "c", "options": s.options(count)})


def overflow(count: int) -> dict:
    return s.actions({"type": "overflow", "action_id": "c", "options": s.options(count)})


def groups(count: int) -> dict:
    group = {"label": s.plain("g"), "options": s.options(1)}
    return s.section(
        accessory={"type": "static_select", "action_id": "p", "option_groups": [group] * count}
    )


def image(**more: Any) -> dict:
    return {"type": "image", "alt_text": "A chart", "image_url": "https://x.example/a.png", **more}


def context(count: int) -> dict:
    return {"type": "context", "elements": [s.mrkdwn("x")] * count}


def pie(count: int) -> dict:
    segments = [{"label": f"s{n}", "value": 1} for n in range(count)]
    return {
        "type": "data_visualization",
        "title": "Pie",
        "chart": {"type": "pie", "segments": segments},
    }


def buttons(count: int) -> dict:
    return s.actions(*(s.button(f"b{n}") for n in range(count)))


EDGES: list[tuple[str, dict, dict, str, Fact]] = [
    (
        "section text 3000",
        s.section("x" * 3000),
        s.section("x" * 3001),
        "3001 characters",
        Fact.CHARACTERS,
    ),
    ("text not empty", s.section("x"), s.section(""), "at least 1", Fact.CHARACTERS),
    (
        "10 fields",
        {"type": "section", "fields": [s.plain("x")] * 10},
        {"type": "section", "fields": [s.plain("x")] * 11},
        "11 items, at most 10",
        Fact.ITEMS,
    ),
    (
        "field 2000",
        {"type": "section", "fields": [s.plain("x" * 2000)]},
        {"type": "section", "fields": [s.plain("x" * 2001)]},
        "at most 2000",
        Fact.CHARACTERS,
    ),
    ("section needs words", s.section(), {"type": "section"}, "text or fields", Fact.SECTION_WORDS),
    (
        "header 150",
        {"type": "header", "text": s.plain("x" * 150)},
        {"type": "header", "text": s.plain("x" * 151)},
        "at most 150",
        Fact.CHARACTERS,
    ),
    (
        "header plain",
        {"type": "header", "text": s.plain("x")},
        {"type": "header", "text": s.mrkdwn("x")},
        "plain_text",
        Fact.TEXT_KIND,
    ),
    ("25 in actions", buttons(25), buttons(26), "at most 25", Fact.ITEMS),
    ("actions not empty", buttons(1), buttons(0), "at least 1", Fact.ITEMS),
    ("10 in context", context(10), context(11), "at most 10", Fact.ITEMS),
    ("context not empty", context(1), context(0), "at least 1", Fact.ITEMS),
    (
        "block_id 255",
        s.section(block_id=LONG_ID),
        s.section(block_id=LONG_ID + "x"),
        "at most 255",
        Fact.CHARACTERS,
    ),
    (
        "action_id 255",
        s.actions(s.button(LONG_ID)),
        s.actions(s.button(LONG_ID + "x")),
        "at most 255",
        Fact.CHARACTERS,
    ),
    (
        "button text 75",
        s.actions(s.button(text=s.plain("x" * 75))),
        s.actions(s.button(text=s.plain("x" * 76))),
        "at most 75",
        Fact.CHARACTERS,
    ),
    (
        "button value 2000",
        s.actions(s.button(value="x" * 2000)),
        s.actions(s.button(value="x" * 2001)),
        "at most 2000",
        Fact.CHARACTERS,
    ),
    (
        "button url 3000",
        s.actions(s.button(url="x" * 3000)),
        s.actions(s.button(url="x" * 3001)),
        "at most 3000",
        Fact.CHARACTERS,
    ),
    (
        "button style",
        s.actions(s.button(style="danger")),
        s.actions(s.button(style="default")),
        "none of primary, danger",
        Fact.WORDS,
    ),
    (
        "accessibility label 75",
        s.actions(s.button(accessibility_label="x" * 75)),
        s.actions(s.button(accessibility_label="x" * 76)),
        "at most 75",
        Fact.CHARACTERS,
    ),
    (
        "confirm title 100",
        confirm(),
        confirm(title=s.plain("x" * 101)),
        "at most 100",
        Fact.CHARACTERS,
    ),
    (
        "confirm text 300",
        confirm(),
        confirm(text=s.plain("x" * 301)),
        "at most 300",
        Fact.CHARACTERS,
    ),
    (
        "confirm button 30",
        confirm(),
        confirm(confirm=s.plain("x" * 31)),
        "at most 30",
        Fact.CHARACTERS,
    ),
    ("deny button 30", confirm(), confirm(deny=s.plain("x" * 31)), "at most 30", Fact.CHARACTERS),
    ("100 options", select(100), select(101), "at most 100", Fact.ITEMS),
    ("options not empty", select(1), select(0), "at least 1", Fact.ITEMS),
    (
        "option text 75",
        select(1, options=[s.option("v", "x" * 75)]),
        select(1, options=[s.option("v", "x" * 76)]),
        "at most 75",
        Fact.CHARACTERS,
    ),
    (
        "option value 150",
        select(1, options=[s.option("v" * 150, "x")]),
        select(1, options=[s.option("v" * 151, "x")]),
        "at most 150",
        Fact.CHARACTERS,
    ),
    (
        "option description 75",
        select(1, options=[{**s.option("v"), "description": s.plain("x" * 75)}]),
        select(1, options=[{**s.option("v"), "description": s.plain("x" * 76)}]),
        "at most 75",
        Fact.CHARACTERS,
    ),
    (
        "initial option is offered",
        select(2, initial_option=s.option("o1")),
        select(2, initial_option=s.option("o7")),
        "not among the options",
        Fact.INITIAL,
    ),
    (
        "placeholder 150",
        select(1, placeholder=s.plain("x" * 150)),
        select(1, placeholder=s.plain("x" * 151)),
        "at most 150",
        Fact.CHARACTERS,
    ),
    ("100 groups", groups(100), groups(101), "at most 100", Fact.ITEMS),
    ("10 checkboxes", boxes(10), boxes(11), "at most 10", Fact.ITEMS),
    ("10 radio buttons", radios(10), radios(11), "at most 10", Fact.ITEMS),
    ("5 in overflow", overflow(5), overflow(6), "at most 5", Fact.ITEMS),
    ("image alt text", image(), image(alt_text=""), "at least 1", Fact.CHARACTERS),
    (
        "image alt 2000",
        image(alt_text="x" * 2000),
        image(alt_text="x" * 2001),
        "at most 2000",
        Fact.CHARACTERS,
    ),
    (
        "one image source",
        image(),
        image(slack_file={"id": "F1"}),
        "either image_url",
        Fact.IMAGE_SOURCE,
    ),
    (
        "table 100 rows",
        s.table(100, 1),
        s.table(101, 1),
        "101 items, at most 100",
        Fact.ITEMS,
    ),
    ("table 20 columns", s.table(1, 20), s.table(1, 21), "at most 20", Fact.ITEMS),
    (
        "table cell not empty",
        s.table(),
        {"type": "table", "rows": [[s.cell("")]]},
        "at least 1 character",
        Fact.CELL,
    ),
    (
        "column settings not null",
        {**s.table(), "column_settings": [{"align": "left"}]},
        {**s.table(), "column_settings": [None]},
        "null is refused",
        Fact.COLUMN_SETTING,
    ),
    ("data_table 101 rows", s.data_table(101), s.data_table(102), "at most 101", Fact.DATA_ROWS),
    ("data_table 2 rows", s.data_table(2), s.data_table(1), "at least 2", Fact.ITEMS),
    (
        "data_table caption",
        s.data_table(),
        {k: v for k, v in s.data_table().items() if k != "caption"},
        "missing required field: caption",
        Fact.REQUIRED,
    ),
    (
        "data_table rows equally long",
        s.data_table(),
        {**s.data_table(), "rows": [[s.cell("a")], [s.cell("a"), s.cell("b")]]},
        "equally long",
        Fact.DATA_EQUAL,
    ),
    (
        "data_table page size",
        {**s.data_table(), "page_size": 100},
        {**s.data_table(), "page_size": 101},
        "not in 1..100",
        Fact.NUMBER,
    ),
    ("chart 6 series", s.chart(6), s.chart(7), "1 to 6 series", Fact.CHART_SERIES),
    ("pie 6 segments", pie(6), pie(7), "1 to 6 segments", Fact.CHART_SERIES),
    ("chart title 50", s.chart(), {**s.chart(), "title": "x" * 51}, "at most 50", Fact.CHARACTERS),
    (
        "plan 50 tasks",
        s.plan(*map(s.task, range(50))),
        s.plan(*map(s.task, range(51))),
        "most 50",
        Fact.ITEMS,
    ),
    (
        "task ids differ",
        s.plan(s.task(1), s.task(2)),
        s.plan(s.task(1), s.task(1)),
        "unique",
        Fact.TASK_IDS,
    ),
    (
        "task status complete, not completed",
        s.plan(s.task(1, "complete")),
        s.plan(s.task(1, "completed")),
        "none of pending",
        Fact.WORDS,
    ),
    (
        "plan title is a string",
        s.plan(),
        {**s.plan(), "title": s.plain("Progress")},
        "must be a string",
        Fact.VALUE_KIND,
    ),
    (
        "a lone task is not pending",
        {"type": "task_card", **s.task(1, "in_progress")},
        {"type": "task_card", **s.task(1, "pending")},
        "cannot be pending",
        Fact.TASK_ALONE,
    ),
    (
        "card 3 buttons",
        {"type": "card", "title": s.plain("x"), "actions": [s.button(f"b{n}") for n in range(3)]},
        {"type": "card", "title": s.plain("x"), "actions": [s.button(f"b{n}") for n in range(4)]},
        "at most 3",
        Fact.ITEMS,
    ),
    (
        "container 10 children",
        {"type": "container", "child_blocks": [s.section()] * 10},
        {"type": "container", "child_blocks": [s.section()] * 11},
        "at most 10",
        Fact.ITEMS,
    ),
    (
        "known types only",
        {"type": "divider"},
        {"type": "sparkles"},
        "unsupported type: sparkles",
        Fact.BLOCK_KIND,
    ),
    (
        "files are inbound only",
        {"type": "divider"},
        {"type": "file", "external_id": "x", "source": "remote"},
        "unsupported type: file",
        Fact.BLOCK_KIND,
    ),
    (
        "no other properties",
        s.section(),
        s.section(colour="red"),
        "invalid additional property",
        Fact.UNKNOWN_PROPERTY,
    ),
    (
        "elements stand where they may",
        s.section(accessory=s.button()),
        s.section(accessory={"type": "plain_text_input", "action_id": "x"}),
        "cannot stand in section",
        Fact.ELEMENT_PLACE,
    ),
    (
        "markdown 12,000",
        {"type": "markdown", "text": "x" * 12_000},
        {"type": "markdown", "text": "x" * 12_001},
        "at most 12000",
        Fact.CHARACTERS,
    ),
]


@pytest.mark.parametrize(
    ("good", "bad", "words", "fact"), [e[1:] for e in EDGES], ids=[e[0] for e in EDGES]
)
def test_a_block_is_taken_at_its_limit_and_refused_beyond(
    good: dict, bad: dict, words: str, fact: Fact
) -> None:
    assert [str(p) for p in message([good], switches=Switches())] == []
    problems = message([bad], switches=Switches())
    assert any(words in str(one) and one.fact is fact for one in problems), problems
    assert all(f"({one.fact.chapter})" in str(one) for one in problems)


TOGETHER: list[tuple[str, list[dict], list[dict], str, Fact]] = [
    ("50 blocks", [s.section()] * 50, [s.section()] * 51, "51 items, at most 50", Fact.ITEMS),
    (
        "block_ids are unique",
        [s.section(block_id="a"), s.section(block_id="b")],
        [s.section(block_id="a"), s.section(block_id="a")],
        "block_id 'a' stands 2 times",
        Fact.BLOCK_IDS,
    ),
    (
        "action_ids are unique in their block",
        [s.actions(s.button("a")), s.actions(s.button("a"))],
        [s.actions(s.button("a"), s.button("a"))],
        "action_id 'a' stands 2 times",
        Fact.ACTION_IDS,
    ),
    (
        "one plan",
        [s.plan()],
        [s.plan(), s.plan()],
        "Cannot have more than 1 plan block",
        Fact.ONE_PLAN,
    ),
    (
        "one table of any kind",
        [s.table()],
        [s.table(), s.data_table()],
        "only_one_table_allowed",
        Fact.ONE_TABLE,
    ),
    ("two charts", [s.chart()] * 2, [s.chart()] * 3, "at most 2 charts", Fact.TWO_CHARTS),
    (
        "plan and task_card exclude each other",
        [s.plan()],
        [s.plan(), {"type": "task_card", **s.task(1, "complete")}],
        "exclude each other",
        Fact.PLAN_OR_TASK,
    ),
    (
        "markdown counts together",
        [{"type": "markdown", "text": "x" * 6000}] * 2,
        [{"type": "markdown", "text": "x" * 6001}] * 2,
        "12002 characters together",
        Fact.MARKDOWN,
    ),
]


@pytest.mark.parametrize(
    ("good", "bad", "words", "fact"), [e[1:] for e in TOGETHER], ids=[e[0] for e in TOGETHER]
)
def test_blocks_together_are_taken_at_the_limit_and_refused_beyond(
    good: list[dict], bad: list[dict], words: str, fact: Fact
) -> None:
    assert [str(p) for p in message(good, switches=Switches())] == []
    problems = message(bad, switches=Switches())
    assert any(words in str(one) and one.fact is fact for one in problems), problems


def test_text_is_counted_after_escaping_unless_the_switch_says_otherwise() -> None:
    blocks = [s.section("&" * 601)]
    assert "3005 characters" in str(message(blocks, switches=Switches())[0])
    assert message(blocks, switches=Switches(count_after_escaping=False)) == []


def test_what_is_escaped_already_is_not_escaped_again() -> None:
    assert message([s.section("&amp;" * 600)], switches=Switches()) == []
    mention = "<@U0RAE>" * 375
    assert message([s.section(mention)], switches=Switches()) == []


def test_characters_are_code_points() -> None:
    assert message([s.section("🦆" * 3000)], switches=Switches()) == []


def test_a_problem_names_the_block_and_its_place() -> None:
    (problem,) = message([s.section(), s.section("", block_id="why")], switches=Switches())
    assert "block 'why' (section)" in problem.text
    assert problem.pointer == "/blocks/1/text/text"
