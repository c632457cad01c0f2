"""Which run of a slot a job by hand tells of, and when it makes another: a table."""

from __future__ import annotations

import pytest

from bot.by_hand.running import answering
from bot.engine import JSON, RunState, RunStatus

DONE: JSON = {"messages": ["one"], "note": ""}
AWAY: JSON = {"messages": [], "note": "away", "away": "The org does not answer"}
PROBLEM: JSON = {"messages": [], "problem": "The org cannot be reached."}


def run(name: str, output: JSON = None, status: RunStatus = RunStatus.DONE) -> RunState:
    return RunState(
        id=name,
        job="stale",
        queue=None,
        status=status,
        executor=None,
        output=output,
        error=None,
    )


FIRST, LATER = run("first", AWAY), run("first-try-1", None, RunStatus.DELAYED)


@pytest.mark.parametrize(
    ("known", "alone", "beside"),
    [
        ([], None, None),
        ([run("first", DONE)], "first", "first"),
        ([run("first", None, RunStatus.RUNNING)], "first", "first"),
        ([run("first", None, RunStatus.FAILED)], "first", "first"),
        ([run("first", PROBLEM)], None, None),
        ([run("first", PROBLEM), run("again", DONE)], "again", "again"),
        ([FIRST], None, "first"),
        ([FIRST, LATER], None, "first"),
        ([FIRST, LATER, run("hand", DONE)], "hand", "hand"),
        ([FIRST, LATER, run("hand", AWAY)], None, "hand"),
    ],
)
def test_a_run_that_came_to_nothing_is_made_again_where_nobody_else_would(
    known: list[RunState], alone: str | None, beside: str | None
) -> None:
    told = [answering(known, alone=one) for one in (True, False)]
    assert [one.id if one else None for one in told] == [alone, beside]
