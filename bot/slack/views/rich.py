"""Blocks that not every workspace takes: the plan and the table, within Slack's limits.

Plan and table are documented, but whether every bot may post them is not proven (slack-platform
1.1): whoever uses them has plain words for the same facts, and asks what is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import slackblocks as kit

from bot.slack.views.parts import Blocks, Payload, context
from bot.slack.views.text import bare

Rich = frozenset[str]
Status = Literal["pending", "in_progress", "complete", "error"]

PLAN, TABLE = "plan", "table"
ALL: Rich = frozenset({PLAN, TABLE})
PLAIN: Rich = frozenset()

TASKS_MAX = 50
ROWS_MAX = 100
TABLE_CHARACTERS = 10_000
"""Tasks of a plan, rows of a table with its head; characters as for a data_table, the only
figure there is (slack-platform 1.2)."""


def kinds(payload: Payload) -> Rich:
    """The rich kinds of block that a message has."""
    return ALL & {block["type"] for block in payload.get("blocks", [])}


def plan(title: str, tasks: Sequence[tuple[str, Status]], *, more: str) -> Blocks:
    """One plan block of harmless titles, numbered; at most one may stand in a message.

    Of too many tasks those at the ends are left out, not what is going on now nor the last one.
    """
    numbered = list(enumerate(tasks, start=1))
    *steps, last = numbered
    if len(numbered) > TASKS_MAX:
        room = TASKS_MAX - 1
        now = next((n for n, (_, (_, status)) in enumerate(steps) if status != "complete"), 0)
        start = max(0, min(now - room // 2, len(steps) - room))
        steps = steps[start : start + room]
    block = kit.PlanBlock(
        title=title,
        tasks=[
            kit.TaskCardBlock(task_id=f"{number}", title=f"{number}. {words}", status=status)
            for number, (words, status) in [*steps, last]
        ],
    )
    return [block, *_left(len(numbered) - len(steps) - 1, more)]


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, more: str = "") -> Blocks:
    """One table; at most one may stand in a message. Foreign text in cells is made harmless."""
    built = [[bare(cell) for cell in row] for row in rows]
    size = sum(map(len, head))
    kept: list[list[str]] = []
    for row in built[: ROWS_MAX - 1]:
        size += sum(map(len, row))
        if size > TABLE_CHARACTERS:
            break
        kept.append(row)
    cells: list[list[kit.RawText | kit.RichTextObject]] = [
        [kit.RawText(cell) for cell in row] for row in (head, *kept)
    ]
    return [kit.TableBlock(rows=cells), *_left(len(rows) - len(kept), more)]


def _left(number: int, more: str) -> Blocks:
    return [context(f"and {number} more{more and f': {more}'}")] if number > 0 else []
