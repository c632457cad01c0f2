"""What may a block contain, and on which surface may it stand? (slack-platform 1.1, 1.2)"""

from collections.abc import Callable, Iterator
from typing import Any

from bot.sandbox.workspace.element_rules import element
from bot.sandbox.workspace.facts import Fact
from bot.sandbox.workspace.shapes import (
    At,
    Check,
    Problem,
    anything,
    boolean,
    choice,
    many,
    shape,
    string,
    text,
)
from bot.sandbox.workspace.switches import Switches
from bot.sandbox.workspace.table_rules import data_table, table
from bot.sandbox.workspace.visual_rules import chart

ALL = frozenset({"message", "modal", "home"})
MESSAGE = frozenset({"message"})


def _section(surface: str) -> Check:
    def has_words(value: Any, at: At) -> Iterator[Problem]:
        if "text" not in value and "fields" not in value:
            yield at.wrong(Fact.SECTION_WORDS, "needs text or fields")

    return shape(
        optional={
            "text": text(3000, mrkdwn=True),
            "fields": many(text(2000, mrkdwn=True), 10),
            "accessory": element("section", surface),
            "expand": boolean,
        },
        also=has_words,
    )


def _input(surface: str) -> Check:
    return shape(
        required={"label": text(2000), "element": element("input", surface)},
        optional={"hint": text(2000), "optional": boolean, "dispatch_action": boolean},
    )


def _image(_surface: str) -> Check:
    def one_source(value: Any, at: At) -> Iterator[Problem]:
        if ("image_url" in value) == ("slack_file" in value):
            yield at.wrong(Fact.IMAGE_SOURCE, "needs either image_url or slack_file")

    return shape(
        required={"alt_text": string(2000, 1)},
        optional={
            "image_url": string(3000, 1),
            "slack_file": anything,
            "title": text(2000),
        },
        also=one_source,
    )


RICH_PARTS = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")


def rich_text(value: Any, at: At) -> Iterator[Problem]:
    """A rich_text block: sections, lists, quotes, preformatted."""
    elements = value.get("elements") if isinstance(value, dict) else None
    if not isinstance(elements, list) or value.get("type") != "rich_text":
        yield at.wrong(Fact.RICH_TEXT, "must be a rich_text with elements")
        return
    for index, part in enumerate(elements):
        kind = part.get("type") if isinstance(part, dict) else None
        if kind not in RICH_PARTS:
            yield at.down("elements").down(index).wrong(Fact.RICH_TEXT, f"unsupported type: {kind}")


TASK = {
    "task_id": string(255, 1),
    "title": string(3000, 1, escaped=True),
    "status": choice("pending", "in_progress", "complete", "error"),
}
TASK_MORE = {"details": rich_text, "output": rich_text, "sources": many(anything, 100, 0)}


def _task_ids_differ(value: Any, at: At) -> Iterator[Problem]:
    tasks = value.get("tasks") if isinstance(value.get("tasks"), list) else []
    ids = [task.get("task_id") for task in tasks if isinstance(task, dict)]
    if len(set(ids)) != len(ids):
        yield at.wrong(Fact.TASK_IDS, "task_id must be unique in a plan")


def _lone_task(value: Any, at: At) -> Iterator[Problem]:
    if value.get("status") == "pending":
        yield at.wrong(Fact.TASK_ALONE, "a task_card outside a plan cannot be pending")


_SIMPLE: dict[str, Check] = {
    "header": shape(required={"text": text(150)}),
    "divider": shape(),
    "markdown": shape(required={"text": string(12_000, 1, escaped=True)}),
    "alert": shape(
        required={"text": text(200, mrkdwn=True)},
        optional={"level": choice("default", "info", "warning", "error", "success")},
    ),
    "rich_text": rich_text,
    "plan": shape(
        required={"title": string(3000, 1)},
        optional={"tasks": many(shape(required=TASK, optional=TASK_MORE), 50, 0)},
        also=_task_ids_differ,
    ),
    "task_card": shape(required=TASK, optional=TASK_MORE, also=_lone_task),
    "table": table,
    "data_table": data_table,
    "data_visualization": chart,
    "video": shape(
        required={
            "title": text(200),
            "video_url": string(3000),
            "thumbnail_url": string(3000),
            "alt_text": string(2000, 1),
        },
        optional={
            "author_name": string(50),
            "description": text(200),
            "provider_icon_url": string(3000),
            "provider_name": string(50),
            "title_url": string(3000),
        },
    ),
}


def _card(surface: str) -> Check:
    return shape(
        optional={
            "title": text(150, mrkdwn=True),
            "subtitle": text(150, mrkdwn=True),
            "body": text(200, mrkdwn=True),
            "subtext": text(150, mrkdwn=True),
            "icon": anything,
            "slack_icon": anything,
            "hero_image": anything,
            "actions": many(element("card", surface), 3),
        }
    )


def _container(surface: str) -> Check:
    return shape(
        required={"child_blocks": many(block(surface), 10)},
        optional={
            "title": text(150),
            "rich_text_title": rich_text,
            "subtitle": text(150, mrkdwn=True),
            "icon": anything,
            "has_header_divider": boolean,
            "width": choice("narrow", "standard", "wide", "full"),
            "is_collapsible": boolean,
            "default_collapsed": boolean,
        },
    )


_BUILT: dict[str, Callable[[str], Check]] = {
    "section": _section,
    "input": _input,
    "image": _image,
    "actions": lambda s: shape(required={"elements": many(element("actions", s), 25)}),
    "context": lambda s: shape(required={"elements": many(element("context", s), 10)}),
    "context_actions": lambda s: shape(
        required={"elements": many(element("context_actions", s), 5)}
    ),
    "card": _card,
    "carousel": lambda s: shape(required={"elements": many(_card(s), 10)}),
    "container": _container,
}


def surfaces(kind: str, switches: Switches) -> frozenset[str]:
    """Where a block type may stand (table 1.1); the unclear ones are switches."""
    home = frozenset({"message", "home"})
    match kind:
        case "alert":
            return frozenset({"modal"})
        case "card":
            return ALL if switches.card_in_modal else home
        case "carousel":
            return home
        case "container":
            return home if switches.container_on_home else MESSAGE
        case "table" | "data_table":
            return home if switches.tables_on_home else MESSAGE
        case "context_actions" | "data_visualization" | "markdown" | "plan" | "task_card":
            return MESSAGE
    return ALL


def block(surface: str) -> Check:
    """Any block on a surface; its problems begin with its type and block_id."""

    def check(value: Any, at: At) -> Iterator[Problem]:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind is None:
            yield at.wrong(Fact.VALUE_KIND, "must be a block with a type")
            return
        at = at.named(f"block {value.get('block_id', '')!r} ({kind}): ")
        if kind not in _SIMPLE and kind not in _BUILT:
            yield at.wrong(Fact.BLOCK_KIND, f"unsupported type: {kind}")
            return
        if kind in at.switches.unsupported_blocks:
            yield at.wrong(Fact.BLOCK_ROLLOUT, f"unsupported type: {kind}")
            return
        if surface not in surfaces(kind, at.switches):
            yield at.wrong(Fact.BLOCK_SURFACE, f"{kind} is not allowed in a {surface}")
        if "block_id" in value:
            yield from string(255, 1)(value["block_id"], at.down("block_id"))
        yield from (_SIMPLE[kind] if kind in _SIMPLE else _BUILT[kind](surface))(value, at)

    return check
