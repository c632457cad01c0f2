"""Rules of elements, tables and charts that are no plain limit, and where a switch moves one."""

from typing import Any

import pytest

from bot.sandbox.workspace import Fact, Switches
from bot.sandbox.workspace.payload_rules import message
from tests.sandbox.workspace import shapes as s

Json = dict[str, Any]


def chart(kind: str, **more: Any) -> Json:
    return {"type": "data_visualization", "title": "Seats", "chart": {"type": kind, **more}}


def pie(value: float = 1, label: str = "used") -> Json:
    return chart("pie", segments=[{"label": label, "value": value}])


def bars(*names: str, label: str = "used", categories: int = 1) -> Json:
    labels = [label, *(f"c{n}" for n in range(1, categories))]
    points = [{"label": one, "value": 1} for one in labels]
    series = [{"name": name, "data": points} for name in names]
    return chart("bar", series=series, axis_config={"categories": labels})


def other_labels() -> Json:
    series = [{"name": "s", "data": [{"label": "free", "value": 1}]}]
    return chart("line", series=series, axis_config={"categories": ["used"]})


def rich(part: str = "rich_text_section") -> Json:
    words = [{"type": "text", "text": "x"}]
    return {"type": "rich_text", "elements": [{"type": part, "elements": words}]}


def picked(date: str) -> Json:
    return s.actions({"type": "datepicker", "action_id": "day", "initial_date": date})


def select(**more: Any) -> Json:
    return s.section(accessory={"type": "static_select", "action_id": "pick", **more})


def rows(first: Json, count: int = 2) -> Json:
    return {**s.data_table(), "rows": [[first], *([[s.cell("x")]] * (count - 1))]}


GROUPS = [{"label": s.plain("g"), "options": s.options(1)}]
RULES: list[tuple[str, Json, Json, Fact]] = [
    ("a date has its form", picked("2026-11-25"), picked("25.11.2026"), Fact.DATES),
    ("rich text has known parts", rich(), rich("rich_text_poem"), Fact.RICH_TEXT),
    (
        "options or groups, not both",
        select(options=s.options(1)),
        select(options=s.options(1), option_groups=GROUPS),
        Fact.CHOICES,
    ),
    (
        "known elements",
        s.actions(s.button()),
        s.actions({"type": "slider", "action_id": "a"}),
        Fact.ELEMENT_KIND,
    ),
    ("no rich text in the header", rows(s.cell("x")), rows(rich()), Fact.DATA_HEADER),
    (
        "10,000 characters in a data table",
        rows(s.cell("x" * 9_999)),
        rows(s.cell("x" * 10_000)),
        Fact.DATA_CHARACTERS,
    ),
    ("kinds of charts", pie(), chart("radar"), Fact.CHART_KIND),
    ("segments above 0", pie(0.5), pie(0), Fact.CHART_VALUE),
    ("label of 20 in a pie", pie(label="x" * 20), pie(label="x" * 21), Fact.CHART_LABEL),
    ("label of 20 in bars", bars("s", label="x" * 20), bars("s", label="x" * 21), Fact.CHART_LABEL),
    ("series differ in name", bars("s", "t"), bars("s", "s"), Fact.CHART_NAMES),
    ("20 categories", bars("s", categories=20), bars("s", categories=21), Fact.CHART_CATEGORIES),
    ("points are the categories", bars("s"), other_labels(), Fact.CHART_POINTS),
]


@pytest.mark.parametrize(
    ("good", "bad", "fact"), [one[1:] for one in RULES], ids=[one[0] for one in RULES]
)
def test_a_block_that_breaks_a_rule_is_refused_for_that_rule(
    good: Json, bad: Json, fact: Fact
) -> None:
    assert message([good], switches=Switches()) == []
    assert [one.fact for one in message([bad], switches=Switches())] == [fact]


@pytest.mark.parametrize(
    ("switches", "taken", "refused", "fact"),
    [
        (Switches(data_table_rows=201), s.data_table(201), s.data_table(202), Fact.DATA_ROWS),
        (Switches(chart_series=12), s.chart(12), s.chart(13), Fact.CHART_SERIES),
        (
            Switches(refuse_unknown_properties=False),
            s.section(colour="red"),
            s.section("", colour="red"),
            Fact.CHARACTERS,
        ),
    ],
    ids=["data_table_rows", "chart_series", "refuse_unknown_properties"],
)
def test_a_rule_that_nobody_could_confirm_moves_with_its_switch(
    switches: Switches, taken: Json, refused: Json, fact: Fact
) -> None:
    assert message([taken], switches=switches) == []
    assert [one.fact for one in message([refused], switches=switches)] == [fact]
    assert message([taken], switches=Switches()) != []
