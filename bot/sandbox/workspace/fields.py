"""What does an input hold, and what can a person put into it?

The state's shape per element type is slack-platform 2 (`view.state.values`).
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from bot.sandbox.workspace import readable
from bot.sandbox.workspace.refusals import insist
from bot.sandbox.workspace.world import Json, View, World

# element type -> (key in state, key of the initial value, what an empty one holds)
SLOTS: dict[str, tuple[str, str, Any]] = {
    "plain_text_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "checkboxes": ("selected_options", "initial_options", []),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "users_select": ("selected_user", "initial_user", None),
    "multi_users_select": ("selected_users", "initial_users", []),
    "channels_select": ("selected_channel", "initial_channel", None),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
    "rich_text_input": ("rich_text_value", "initial_value", None),
    "file_input": ("files", "", []),
}

TEXTS = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input"})
EXTERNAL = frozenset({"external_select", "multi_external_select"})


def holders(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every (block, element) that holds a value: inputs, and selects elsewhere."""
    for block in blocks:
        inner = [block["element"]] if block["type"] == "input" else []
        for element in inner or [e for _, e in readable.clickable([block])]:
            if element["type"] in SLOTS:
                yield block, element


def current(view: View, block: Json, element: Json) -> Json:
    """The state entry of one element: typed, else initial, else empty."""
    key, initial, empty = SLOTS[element["type"]]
    typed = view.typed.get((block["block_id"], element["action_id"]))
    if typed is not None and typed["type"] == element["type"]:
        return deepcopy(typed)
    return {"type": element["type"], key: deepcopy(element.get(initial, empty))}


def state(view: View) -> Json:
    """`state.values[block_id][action_id]` of a view."""
    values: Json = {}
    for block, element in holders(view.body["blocks"]):
        entry = current(view, block, element)
        values.setdefault(block["block_id"], {})[element["action_id"]] = entry
    return values


def message_state(blocks: list[Json]) -> Json:
    """`state.values` of a message: the initial values of its selects."""
    values: Json = {}
    for block, element in holders(blocks):
        key, initial, empty = SLOTS[element["type"]]
        entry = {"type": element["type"], key: deepcopy(element.get(initial, empty))}
        values.setdefault(block["block_id"], {})[element["action_id"]] = entry
    return values


def keep_typed(view: View) -> None:
    """Drop what was typed into inputs that are gone or have a new id or type."""
    alive = {
        (block["block_id"], element["action_id"]): element["type"]
        for block, element in holders(view.body["blocks"])
    }
    view.typed = {at: v for at, v in view.typed.items() if alive.get(at) == v["type"]}
    view.offered = {at: v for at, v in view.offered.items() if at in alive}


def is_empty(entry: Json) -> bool:
    """Whether a state entry holds nothing, so that a required input is not complete."""
    return entry[SLOTS[entry["type"]][0]] in (None, "", [])


def client_error(block: Json, entry: Json) -> str | None:
    """What the Slack client itself says under a field before it sends anything."""
    element = block["element"]
    if is_empty(entry):
        return None if block.get("optional") else "Please complete this required field."
    if element["type"] not in TEXTS:
        return None
    value = str(entry["value"])
    if len(value) > element.get("max_length", 3000):
        return f"At most {element.get('max_length', 3000)} characters."
    if len(value) < element.get("min_length", 0):
        return f"At least {element['min_length']} characters."
    if element["type"] == "email_text_input" and "@" not in value[1:-1]:
        return "Enter a valid email address."
    if element["type"] == "url_text_input" and "://" not in value:
        return "Enter a valid URL."
    return _number_error(element, value) if element["type"] == "number_input" else None


def _number_error(element: Json, value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "Enter a number."
    if not element["is_decimal_allowed"] and not number.is_integer():
        return "Enter a whole number."
    if number < float(element.get("min_value", number)):
        return f"At least {element['min_value']}."
    if number > float(element.get("max_value", number)):
        return f"At most {element['max_value']}."
    return None


def entry_for(world: World, element: Json, value: Any, offered: list[Json]) -> Json:
    """The state entry after a person put `value` in.

    Options are picked by value; people and channels by id. AssertionError when that cannot be
    chosen in a real client: not offered, too many, unknown person.
    """
    kind = element["type"]
    key, _, empty = SLOTS[kind]
    if value in (None, "", [], ()):
        return {"type": kind, key: deepcopy(empty)}
    if key in ("selected_option", "selected_options"):
        options = offered if kind in EXTERNAL else readable.all_options(element)
        chosen = [_option(options, one) for one in _many(value)]
        _not_too_many(element, chosen)
        return {"type": kind, key: chosen if key == "selected_options" else _only(chosen)}
    if key in ("selected_user", "selected_users"):
        _all_known(_many(value), world.users)
    elif key.startswith(("selected_channel", "selected_conversation")):
        _all_known(_many(value), world.channels)
    if isinstance(empty, list):
        _not_too_many(element, _many(value))
        return {"type": kind, key: _many(value)}
    return {"type": kind, key: str(value) if kind in TEXTS else value}


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def _only(chosen: list[Json]) -> Json:
    insist(len(chosen) == 1, f"this field takes one option, not {len(chosen)}")
    return chosen[0]


def _option(options: list[Json], value: Any) -> Json:
    for option in options:
        if option["value"] == value:
            return deepcopy(option)
    there = [option["value"] for option in options]
    raise AssertionError(f"option {value!r} is not offered; offered: {there}")


def _not_too_many(element: Json, chosen: list[Any]) -> None:
    most = element.get("max_selected_items")
    insist(most is None or len(chosen) <= most, f"this field takes at most {most} choices")


def _all_known(ids: list[Any], known: dict[str, Any]) -> None:
    missing = [one for one in ids if one not in known]
    insist(not missing, f"nobody and nothing here is called {missing}")
