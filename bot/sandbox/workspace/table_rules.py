"""Rules of table and data_table (slack-platform 1.2)."""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.workspace.facts import Fact
from bot.sandbox.workspace.shapes import At, Problem, anything, integer, many, shape, string

CELL_CHARACTERS = 10_000


def _cell(value: Any, at: At) -> Iterator[Problem]:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in ("raw_text", "raw_number", "rich_text"):
        yield at.wrong(Fact.CELL, "a cell is raw_text, raw_number or rich_text")
    elif kind == "raw_text" and not value.get("text"):
        yield at.wrong(Fact.CELL, "a cell has at least 1 character")
    elif kind == "raw_number" and not isinstance(value.get("value"), int | float):
        yield at.wrong(Fact.CELL, "a raw_number cell needs a number in value")


def _setting(value: Any, at: At) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield at.wrong(Fact.COLUMN_SETTING, "a column setting is an object, null is refused")


def _rows(value: Any) -> list[list[Any]]:
    rows = value.get("rows")
    return [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []


table = shape(
    required={"rows": many(many(_cell, 20), 100)},
    optional={"column_settings": many(_setting, 20)},
)


def _data_table_whole(value: Any, at: At) -> Iterator[Problem]:
    rows = _rows(value)
    if len(rows) > at.switches.data_table_rows:
        yield at.wrong(
            Fact.DATA_ROWS, f"has {len(rows)} rows, at most {at.switches.data_table_rows}"
        )
    if len({len(row) for row in rows}) > 1:
        yield at.wrong(Fact.DATA_EQUAL, "all rows must be equally long")
    if rows and any(isinstance(c, dict) and c.get("type") == "rich_text" for c in rows[0]):
        yield at.wrong(Fact.DATA_HEADER, "the header row takes no rich_text")
    characters = sum(
        len(str(c.get("text", ""))) for row in rows for c in row if isinstance(c, dict)
    )
    if characters > CELL_CHARACTERS:
        yield at.wrong(
            Fact.DATA_CHARACTERS, f"has {characters} characters in cells, at most {CELL_CHARACTERS}"
        )


data_table = shape(
    required={"caption": string(3000, 1), "rows": many(many(_cell, 20), 10_000, 2)},
    optional={
        "page_size": integer(1, 100),
        "row_header_column_index": integer(0, 19),
        "column_settings": anything,
    },
    also=_data_table_whole,
)
