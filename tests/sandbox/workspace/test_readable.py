"""Blocks as a person reads them, for assertions and for the demo."""

import pytest

from bot.sandbox.workspace import readable
from tests.sandbox.workspace import shapes as s


def rich(*elements: dict) -> dict:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


@pytest.mark.parametrize(
    ("block", "text"),
    [
        (s.section("a &lt;b&gt; <https://x.example|link>"), "a <b> link (https://x.example)"),
        (s.section("<@U0RAE> <!channel> <#C0OPS|ops>"), "@U0RAE channel #ops"),
        (s.plan(s.task(1, "complete"), s.task(2)), "Progress\n  ✓ Step 1\n  · Step 2"),
        ({**s.table(1), "rows": [[s.cell("Account"), s.cell("read")]]}, "Account | read"),
        (s.field("name", optional=True), "Name (optional): <>"),
        ({"type": "alert", "text": s.plain("Careful"), "level": "error"}, "[error] Careful"),
        ({"type": "header", "text": s.plain("Request")}, "Request"),
        (s.section("<!subteam^S0ALL> or <!subteam^S0ALL|@all>"), "@S0ALL or @all"),
        (rich({"type": "text", "text": "Hi "}, {"type": "user", "user_id": "U1"}), "Hi @U1"),
        ({"type": "context", "elements": [s.mrkdwn("by Ada")]}, "by Ada"),
        ({"type": "container", "child_blocks": [s.section("in")]}, "in"),
        (s.chart(), "[chart: Licences]"),
    ],
)
def test_a_block_reads_like_text(block: dict, text: str) -> None:
    assert readable.lines([block]) == text


def test_people_and_groups_are_read_by_name() -> None:
    names = {"U0RAE": "Rae Requester", "S0ALL": "everybody"}
    assert readable.named("@U0RAE, @S0ALL, @U0BEN", names) == "@Rae Requester, @everybody, @U0BEN"


def test_without_blocks_the_text_is_read() -> None:
    assert readable.message("a &amp; b", []) == "a & b"
