"""Small blocks and views from which the tests build what Slack takes and refuses."""

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "Hello", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(action_id: str = "approve", **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain("Approve"), **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def option(value: str, text: str | None = None) -> Json:
    return {"text": plain(text or value), "value": value}


def options(count: int) -> list[Json]:
    return [option(f"o{number}") for number in range(count)]


def field(block_id: str, element: Json | None = None, **more: Any) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id.capitalize()),
        "element": element or {"type": "plain_text_input", "action_id": "text"},
        **more,
    }


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("A form"),
        "submit": plain("Submit"),
        "blocks": list(blocks) or [field("name")],
        **more,
    }


def home(*blocks: Json) -> Json:
    return {"type": "home", "blocks": list(blocks) or [section()]}


def task(number: int, status: str = "pending") -> Json:
    return {"task_id": f"t{number}", "title": f"Step {number}", "status": status}


def plan(*tasks: Json) -> Json:
    return {"type": "plan", "title": "Progress", "tasks": list(tasks) or [task(1)]}


def cell(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def table(rows: int = 2, columns: int = 2) -> Json:
    return {"type": "table", "rows": [[cell("x")] * columns for _ in range(rows)]}


def data_table(rows: int = 2, columns: int = 2) -> Json:
    return {**table(rows, columns), "type": "data_table", "caption": "Licences"}


def chart(series: int = 1) -> Json:
    return {
        "type": "data_visualization",
        "title": "Licences",
        "chart": {
            "type": "bar",
            "series": [
                {"name": f"s{n}", "data": [{"label": "used", "value": 1}]} for n in range(series)
            ],
            "axis_config": {"categories": ["used"]},
        },
    }
