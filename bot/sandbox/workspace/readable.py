"""How does a person read a message or view: blocks as plain text lines."""

import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from typing import Any

from bot.sandbox.workspace.refusals import insist

Json = dict[str, Any]

CLICKABLE = frozenset(
    {"button", "overflow", "workflow_button", "static_select", "users_select", "external_select",
     "checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker", "icon_button",
     "feedback_buttons", "multi_static_select", "multi_external_select", "multi_users_select"}
)  # fmt: skip

_MENTION = re.compile(r"<([@#!])?(subteam\^)?([^<>|]+)(?:\|([^<>]*))?>")
_BY_ID = re.compile(r"@([USW][A-Z0-9]+)\b")


def clickable(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every (block, element) that one can act on, inputs aside."""
    for block in blocks:
        held = [*block.get("elements", [])] if block.get("type") in _ROWS else []
        if "accessory" in block:
            held.append(block["accessory"])
        held += block.get("actions", []) if block.get("type") == "card" else []
        for element in held:
            if element.get("type") in CLICKABLE and "action_id" in element:
                yield block, element
        for child in block.get("child_blocks", []):
            yield from clickable([child])


_ROWS = frozenset({"actions", "context_actions"})


def message(text: str, blocks: list[Json]) -> str:
    """The blocks as text, or the text where there are no blocks."""
    return lines(blocks) if blocks else plain(text)


def lines(blocks: list[Json]) -> str:
    """Blocks as lines, one or more each."""
    return "\n".join(line for block in blocks if (line := _block(block)))


def plain(text: str) -> str:
    """Mrkdwn without its machinery: entities resolved, links as label (url), mentions as @id."""
    return unescape(_MENTION.sub(_mention, text))


def _mention(found: re.Match[str]) -> str:
    kind, group, target, label = found.groups()
    if group:
        return label or f"@{target}"
    if kind in ("@", "#"):
        return f"{kind}{label or target}"
    if kind == "!":
        return label or target
    return f"{label} ({target})" if label else target


def named(text: str, names: Mapping[str, str]) -> str:
    """A text that was made readable, with the names of people and groups for their ids."""
    return _BY_ID.sub(lambda found: f"@{names.get(found[1], found[1])}", text)


def _block(block: Json) -> str:
    kind = str(block.get("type"))
    return _BLOCKS[kind](block) if kind in _BLOCKS else f"[{kind}]"


def _row(block: Json) -> str:
    return " ".join(_element(element) for element in block["elements"])


def _plan(block: Json) -> str:
    return "\n".join([_text(block["title"]), *(f"  {_task(t)}" for t in block.get("tasks", []))])


def _table(block: Json) -> str:
    caption = [_text(block["caption"])] if block.get("caption") else []
    rows = [" | ".join(_cell(cell) for cell in row) for row in block["rows"]]
    return "\n".join([*caption, *rows])


def _card(block: Json) -> str:
    words = [_text(block[key]) for key in ("title", "subtitle", "body") if block.get(key)]
    return "\n".join([*words, *(_element(action) for action in block.get("actions", []))])


def _container(block: Json) -> str:
    titles = [_text(block[key]) for key in ("title", "subtitle") if block.get(key)]
    return "\n".join([*titles, lines(block.get("child_blocks", []))])


def _section(block: Json) -> str:
    parts = [_text(block["text"])] if block.get("text") else []
    parts += [_text(part) for part in block.get("fields", [])]
    if accessory := block.get("accessory"):
        parts.append(_element(accessory))
    return "\n".join(parts)


def _input(block: Json) -> str:
    optional = " (optional)" if block.get("optional") else ""
    hint = f" - {_text(block['hint'])}" if block.get("hint") else ""
    return f"{_text(block['label'])}{optional}: {_element(block['element'])}{hint}"


def _task(task: Json) -> str:
    marks = {"complete": "✓", "in_progress": "…", "error": "✗", "pending": "·"}
    detail = "".join(f": {rich(task[key])}" for key in ("details", "output") if task.get(key))
    return f"{marks.get(task.get('status', ''), '?')} {_text(task['title'])}{detail}"


def _cell(cell: Json) -> str:
    if cell.get("type") == "rich_text":
        return rich(cell)
    return str(cell.get("text", cell.get("value", "")))


def _element(element: Json) -> str:
    kind = element.get("type")
    if kind in ("mrkdwn", "plain_text"):
        return _text(element)
    if kind == "button":
        return f"[{_text(element['text'])}]"
    if kind == "image":
        return f"[image: {element.get('alt_text', '')}]"
    options = [_text(option["text"]) for option in all_options(element)]
    placeholder = [_text(element["placeholder"])] if element.get("placeholder") else []
    return f"<{', '.join(options or placeholder)}>"


def all_options(element: Json) -> list[Json]:
    """The options an element carries, groups opened."""
    grouped = [o for group in element.get("option_groups") or [] for o in group["options"]]
    return [*(element.get("options") or []), *grouped]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        raw = str(value.get("text", ""))
        return plain(raw) if value.get("type") == "mrkdwn" else unescape(raw)
    return str(value)


def rich(part: Json) -> str:
    """A rich_text block or any part of it as text."""
    kind = str(part.get("type"))
    if kind in _LEAVES:
        return _LEAVES[kind](part)
    inner = [rich(one) for one in part.get("elements", [])]
    if kind == "rich_text_list":
        return "\n".join(f"• {one}" for one in inner)
    return ("\n" if kind == "rich_text" else "").join(inner)


_LEAVES: dict[str, Callable[[Json], str]] = {
    "text": lambda part: str(part.get("text", "")),
    "link": lambda part: (
        f"{part['text']} ({part.get('url')})" if part.get("text") else str(part.get("url"))
    ),
    "emoji": lambda part: f":{part.get('name')}:",
    "user": lambda part: f"@{part.get('user_id')}",
    "usergroup": lambda part: f"@{part.get('usergroup_id')}",
    "channel": lambda part: f"#{part.get('channel_id')}",
    "date": lambda part: str(part.get("fallback", part.get("timestamp"))),
}


def pick(blocks: list[Json], action_id: str, block_id: str | None) -> tuple[Json, Json]:
    """The one clickable element of that action_id (and block_id).

    AssertionError when there is none, or more than one without a block_id to choose by.
    """
    found = [
        (block, element)
        for block, element in clickable(blocks)
        if element["action_id"] == action_id and block_id in (None, block.get("block_id"))
    ]
    there = [element["action_id"] for _, element in clickable(blocks)]
    insist(found, f"nothing to click is called {action_id!r}; there are {there}")
    insist(len(found) == 1, f"{len(found)} things are called {action_id!r}: say the block_id")
    return found[0]


def chosen(element: Json, value: Any) -> Json | None:
    """What clicking a stateless element adds to its action: an overflow's option, else nothing."""
    if element["type"] != "overflow":
        return None
    for option in element["options"]:
        if option["value"] == value:
            return {"selected_option": option}
    raise AssertionError(f"this menu has no entry {value!r}")


_BLOCKS: dict[str, Callable[[Json], str]] = {
    "section": _section,
    "header": lambda block: _text(block["text"]),
    "divider": lambda _block: "---",
    "context": _row,
    "actions": _row,
    "context_actions": _row,
    "input": _input,
    "image": lambda block: f"[image: {block.get('alt_text', '')}]",
    "markdown": lambda block: str(block["text"]),
    "alert": lambda block: f"[{block.get('level', 'default')}] {_text(block['text'])}",
    "rich_text": rich,
    "plan": _plan,
    "task_card": _task,
    "table": _table,
    "data_table": _table,
    "card": _card,
    "container": _container,
    "data_visualization": lambda block: f"[chart: {_text(block.get('title', ''))}]",
}
