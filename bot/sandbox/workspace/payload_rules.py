"""Which rules hold for a message or a view as a whole? (slack-platform 1.2)"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.sandbox.workspace.block_rules import block
from bot.sandbox.workspace.element_rules import GROUP, option
from bot.sandbox.workspace.facts import Fact
from bot.sandbox.workspace.shapes import (
    At,
    Problem,
    boolean,
    choice,
    length,
    many,
    shape,
    string,
    text,
)
from bot.sandbox.workspace.switches import Switches

__all__ = ["MESSAGE_BYTES", "length", "message", "suggestions", "view"]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN = 12_000
MESSAGE_BYTES = 250_000


def message(blocks: list[Any], *, switches: Switches) -> list[Problem]:
    """Everything wrong with the blocks of a message."""
    at = At("/blocks", switches)
    problems = list(many(block("message"), MESSAGE_BLOCKS, 0)(blocks, at))
    return [*problems, *_together(_dicts(blocks), at)]


def view(value: dict[str, Any], *, kind: str, switches: Switches) -> list[Problem]:
    """Everything wrong with a view that should be a modal or a home."""
    at = At("/view", switches)
    common = {
        "private_metadata": string(3000),
        "callback_id": string(255),
        "external_id": string(255),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
    }
    needs = {"type": choice(kind), "blocks": many(block(kind), VIEW_BLOCKS)}
    if kind == "modal":
        needs["title"] = text(24)
        common |= {"submit": text(24), "close": text(24), "submit_disabled": boolean}
    problems = list(shape(required=needs, optional=common)(value, at))
    blocks = _dicts(value.get("blocks"))
    has_input = any(one.get("type") == "input" for one in blocks)
    if kind == "modal" and has_input and "submit" not in value:
        problems.append(at.wrong(Fact.SUBMIT, "a modal with an input block needs submit"))
    return [*problems, *_together(blocks, at.down("blocks"))]


def suggestions(payload: dict[str, Any], *, switches: Switches) -> list[Problem]:
    """Everything wrong with an answer to block_suggestion: at most 100 options (2)."""
    at = At("", switches)
    if ("options" in payload) == ("option_groups" in payload):
        return [at.wrong(Fact.ANSWER_OPTIONS, "needs either options or option_groups")]
    known = {"options": many(option(), 100, 0), "option_groups": many(GROUP, 100, 0)}
    return list(shape(optional=known)(payload, at))


def _dicts(blocks: Any) -> list[dict[str, Any]]:
    found = [one for one in blocks if isinstance(one, dict)] if isinstance(blocks, list) else []
    children = [child for one in found for child in _dicts(one.get("child_blocks"))]
    return [*found, *children]


def _together(blocks: list[dict[str, Any]], at: At) -> Iterator[Problem]:
    ids = Counter(one["block_id"] for one in blocks if isinstance(one.get("block_id"), str))
    for block_id, count in ids.items():
        if count > 1:
            yield at.wrong(
                Fact.BLOCK_IDS, f"block_id {block_id!r} stands {count} times, it must be unique"
            )
    for one in blocks:
        yield from _unique_actions(one, at)
    kinds = Counter(one.get("type") for one in blocks)
    if kinds["plan"] > 1:
        yield at.wrong(Fact.ONE_PLAN, "Cannot have more than 1 plan block")
    if kinds["table"] + kinds["data_table"] > 1:
        yield at.wrong(Fact.ONE_TABLE, "only_one_table_allowed")
    if kinds["data_visualization"] > 2:
        yield at.wrong(Fact.TWO_CHARTS, "at most 2 charts in a message")
    if kinds["plan"] and kinds["task_card"]:
        yield at.wrong(Fact.PLAN_OR_TASK, "plan and task_card exclude each other")
    markdown = sum(
        length(str(one.get("text")), at.switches) for one in blocks if one.get("type") == "markdown"
    )
    if markdown > MARKDOWN:
        yield at.wrong(
            Fact.MARKDOWN,
            f"markdown blocks have {markdown} characters together, at most {MARKDOWN}",
        )
    focused = sum(element.get("focus_on_load") is True for element in _elements(blocks))
    if focused > 1:
        yield at.wrong(Fact.ONE_FOCUS, "only one element can have focus_on_load")


def _unique_actions(one: dict[str, Any], at: At) -> Iterator[Problem]:
    ids = Counter(element.get("action_id") for element in _elements([one]))
    for action_id, count in ids.items():
        if action_id is not None and count > 1:
            yield at.wrong(
                Fact.ACTION_IDS,
                f"block {one.get('block_id', '')!r}: action_id {action_id!r} stands {count} times,"
                " it must be unique in its block",
            )


def _elements(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in blocks:
        held = one.get("elements")
        inner = held if isinstance(held, list) else []
        for element in [*inner, one.get("element"), one.get("accessory")]:
            if isinstance(element, dict):
                yield element
