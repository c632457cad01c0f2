"""What may a Block Kit element contain, and where may it stand? (slack-platform 1.1, 1.2)"""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.workspace.facts import Fact
from bot.sandbox.workspace.shapes import (
    At,
    Check,
    Problem,
    anything,
    boolean,
    choice,
    integer,
    many,
    shape,
    string,
    text,
)

ACTION_ID = string(255, 1)
DATE = string(10, pattern=r"\d{4}-\d\d-\d\d")

CONFIRM = shape(
    required={
        "title": text(100),
        "text": text(300, mrkdwn=True),
        "confirm": text(30),
        "deny": text(30),
    },
    optional={"style": choice("primary", "danger")},
)

DISPATCH = shape(
    optional={
        "trigger_actions_on": many(choice("on_enter_pressed", "on_character_entered"), 2),
    }
)


def option(*, mrkdwn: bool = False, url: bool = False) -> Check:
    """An option: text 75, value 150, description 75."""
    return shape(
        required={"text": text(75, mrkdwn=mrkdwn), "value": string(150, 1)},
        optional={"description": text(75, mrkdwn=mrkdwn)} | ({"url": string(3000)} if url else {}),
    )


GROUP = shape(required={"label": text(75), "options": many(option(), 100)})


def _choices(value: Any, at: At) -> Iterator[Problem]:
    if ("options" in value) == ("option_groups" in value):
        yield at.wrong(Fact.CHOICES, "needs either options or option_groups")
    yield from _initials_are_offered(value, at)


def _initials_are_offered(value: Any, at: At) -> Iterator[Problem]:
    groups = value.get("option_groups") or []
    offered = [*(value.get("options") or []), *(o for g in groups for o in g.get("options", []))]
    initial = value.get("initial_options") or []
    for one in [*initial, *([value["initial_option"]] if "initial_option" in value else [])]:
        if one not in offered:
            yield at.wrong(Fact.INITIAL, "an initial option is not among the options")
    if "initial_options" in value and not initial:
        yield at.wrong(Fact.INITIAL, "initial_options is empty: leave it out")


def _number_range(value: Any, at: At) -> Iterator[Problem]:
    try:
        wrong = float(value.get("min_value", "-inf")) > float(value.get("max_value", "inf"))
    except (TypeError, ValueError):
        yield at.wrong(Fact.NUMBER_RANGE, "min_value and max_value must be numbers in strings")
        return
    if wrong:
        yield at.wrong(Fact.NUMBER_RANGE, "min_value is above max_value")


def _length_range(value: Any, at: At) -> Iterator[Problem]:
    least, most = value.get("min_length", 0), value.get("max_length", 3000)
    if isinstance(least, int) and isinstance(most, int) and least > most:
        yield at.wrong(Fact.LENGTH_RANGE, "min_length is above max_length")


COMMON: dict[str, Check] = {"action_id": ACTION_ID, "confirm": CONFIRM, "focus_on_load": boolean}
ASKS: dict[str, Check] = {**COMMON, "placeholder": text(150)}
MULTI: dict[str, Check] = {**ASKS, "max_selected_items": integer(1)}
TYPED: dict[str, Check] = {
    "action_id": ACTION_ID,
    "focus_on_load": boolean,
    "placeholder": text(150),
    "dispatch_action_config": DISPATCH,
}
OPTIONS: dict[str, Check] = {"options": many(option(), 100), "option_groups": many(GROUP, 100)}
IDS = many(string(255, 1), 100)
FILTER = {"filter": anything}

ELEMENTS: dict[str, Check] = {
    "button": shape(
        required={"text": text(75)},
        optional={
            "action_id": ACTION_ID,
            "url": string(3000),
            "value": string(2000),
            "style": choice("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "checkboxes": shape(
        required={"options": many(option(mrkdwn=True), 10)},
        optional={**COMMON, "initial_options": many(option(mrkdwn=True), 10, 0)},
        also=_initials_are_offered,
    ),
    "radio_buttons": shape(
        required={"options": many(option(mrkdwn=True), 10)},
        optional={**COMMON, "initial_option": option(mrkdwn=True)},
        also=_initials_are_offered,
    ),
    "overflow": shape(
        required={"options": many(option(url=True), 5)},
        optional={"action_id": ACTION_ID, "confirm": CONFIRM},
    ),
    "static_select": shape(optional={**ASKS, **OPTIONS, "initial_option": option()}, also=_choices),
    "multi_static_select": shape(
        optional={**MULTI, **OPTIONS, "initial_options": many(option(), 100, 0)}, also=_choices
    ),
    "external_select": shape(
        optional={**ASKS, "initial_option": option(), "min_query_length": integer(0)}
    ),
    "multi_external_select": shape(
        optional={
            **MULTI,
            "initial_options": many(option(), 100),
            "min_query_length": integer(0),
        }
    ),
    "users_select": shape(optional={**ASKS, "initial_user": string(255, 1)}),
    "multi_users_select": shape(optional={**MULTI, "initial_users": IDS}),
    "channels_select": shape(
        optional={**ASKS, "initial_channel": string(255, 1), "response_url_enabled": boolean}
    ),
    "multi_channels_select": shape(optional={**MULTI, "initial_channels": IDS}),
    "conversations_select": shape(
        optional={
            **ASKS,
            **FILTER,
            "initial_conversation": string(255, 1),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
        }
    ),
    "multi_conversations_select": shape(
        optional={
            **MULTI,
            **FILTER,
            "initial_conversations": IDS,
            "default_to_current_conversation": boolean,
        }
    ),
    "datepicker": shape(optional={**ASKS, "initial_date": DATE}),
    "timepicker": shape(
        optional={**ASKS, "initial_time": string(5, pattern=r"\d\d:\d\d"), "timezone": string(255)}
    ),
    "datetimepicker": shape(optional={**COMMON, "initial_date_time": integer(0)}),
    "plain_text_input": shape(
        optional={
            **TYPED,
            "initial_value": string(3000),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        also=_length_range,
    ),
    "email_text_input": shape(optional={**TYPED, "initial_value": string(3000)}),
    "url_text_input": shape(optional={**TYPED, "initial_value": string(3000)}),
    "number_input": shape(
        required={"is_decimal_allowed": boolean},
        optional={
            **TYPED,
            "initial_value": string(255),
            "min_value": string(255),
            "max_value": string(255),
        },
        also=_number_range,
    ),
    "rich_text_input": shape(
        optional={
            **TYPED,
            "initial_value": anything,
            "min_lines": integer(1, 100),
            "max_lines": integer(1, 100),
        }
    ),
    "file_input": shape(
        optional={
            "action_id": ACTION_ID,
            "filetypes": many(string(50, 1), 100),
            "max_files": integer(1, 10),
        }
    ),
    "image": shape(
        required={"alt_text": string(2000, 1)},
        optional={"image_url": string(3000, 1), "slack_file": anything},
    ),
    "workflow_button": anything,
    "feedback_buttons": anything,
    "icon_button": anything,
}

# where an element may stand, by the block it stands in
_SELECTS = frozenset(k for k in ELEMENTS if k.endswith("_select"))
_MULTI = frozenset(k for k in _SELECTS if k.startswith("multi_"))
_PICKS = frozenset({"checkboxes", "radio_buttons", "datepicker", "timepicker"})
_TYPED = frozenset(k for k in ELEMENTS if k.endswith(("_text_input", "plain_text_input")))
PLACES: dict[str, frozenset[str]] = {
    "section": _SELECTS | _PICKS | {"button", "overflow", "image", "workflow_button"},
    "actions": (_SELECTS - _MULTI)
    | _PICKS
    | {"button", "overflow", "workflow_button", "datetimepicker", "rich_text_input"},
    "input": _SELECTS
    | _PICKS
    | _TYPED
    | {"datetimepicker", "number_input", "rich_text_input", "file_input"},
    "context": frozenset({"image"}),
    "context_actions": frozenset({"feedback_buttons", "icon_button"}),
    "card": frozenset({"button"}),
}

# element -> surfaces, where it is not all of them (1.1)
SURFACES: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        ("email_text_input", "number_input", "url_text_input", "file_input"),
        frozenset({"modal"}),
    ),
    "rich_text_input": frozenset({"modal", "home"}),
    "datetimepicker": frozenset({"message", "modal"}),
    **dict.fromkeys(("workflow_button", "feedback_buttons", "icon_button"), frozenset({"message"})),
}


def element(place: str, surface: str) -> Check:
    """An element in a block of type `place` on a surface."""

    def check(value: Any, at: At) -> Iterator[Problem]:
        kind = value.get("type") if isinstance(value, dict) else None
        if place == "context" and kind in ("mrkdwn", "plain_text"):
            yield from text(3000, mrkdwn=True)(value, at)
        elif kind not in ELEMENTS:
            yield at.wrong(Fact.ELEMENT_KIND, f"unsupported type: {kind}")
        elif kind not in PLACES[place]:
            yield at.wrong(Fact.ELEMENT_PLACE, f"{kind} cannot stand in {place}")
        elif surface not in SURFACES.get(kind, frozenset({surface})):
            yield at.wrong(Fact.ELEMENT_SURFACE, f"{kind} is not allowed in a {surface}")
        else:
            yield from ELEMENTS[kind](value, at)

    return check
