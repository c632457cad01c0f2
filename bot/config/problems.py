"""What is wrong with the configuration, in words that name the key and what to write there.

No message quotes a value: it may be a secret that landed in the wrong place.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from inspect import isclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel

Place = Sequence[int | str]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_SECRET = re.compile(r"token|secret|password|private_key|credential", re.IGNORECASE)
_ENVIRONMENT = {
    "bot_token": "SLACK_BOT_TOKEN",
    "app_token": "SLACK_APP_TOKEN",
    "signing_secret": "SLACK_SIGNING_SECRET",
    "api_url": "SLACK_API_URL",
}

_TYPES = {
    "string_type": "is not a text in quotes",
    "int_type": "is not a whole number",
    "int_from_float": "is not a whole number",
    "decimal_type": "is not a number",
    "decimal_parsing": "is not a number",
    "tuple_type": "is not a list in square brackets",
    "model_type": "is not a table",
    "dict_type": "is not a table",
    "literal_error": "is none of the words that it may be",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
    "finite_number": "is not a number",
}


class ConfigError(Exception):
    """The configuration does not do; `problems` are all of them, one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Say all problems, one a line."""
        count = len(self.problems)
        head = "There is 1 problem" if count == 1 else f"There are {count} problems"
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        return f"{head} with the configuration:{lines}"


def say(loc: Place, kind: str, raised: Mapping[str, Any], top: type[BaseModel]) -> str:
    """Put one of pydantic's errors into words: its `loc`, its `type` and its `ctx`."""
    place = [part for part in loc if part != "[key]"]
    if kind == "extra_forbidden":
        return _unknown(place, top)
    _, what = _look_up(place, top)
    if kind == "missing":
        return f"{spell(place)} is missing: write {what}."
    problem = str(raised["error"]) if kind == "value_error" else _TYPES.get(kind, "does not do")
    return f"{spell(place)} {problem}: write {what}."


def spell(place: Place) -> str:
    """Write the place of a value as TOML people do: `orgs.uat.apps`, `approval.approvers[1]`."""
    text = ""
    for part in place:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if _NAME.fullmatch(part) else '"…"'
            text += f".{name}" if text else name
    return text


def _unknown(place: Place, top: type[BaseModel]) -> str:
    """Say that a key is unknown, and which one may have been meant."""
    name = str(place[-1])
    table = spell(place[:-1])
    where = f"in [{table}]" if table else "at the top"
    said = f"{spell(place)} is unknown"
    if name in _ENVIRONMENT:
        variable = _ENVIRONMENT[name]
        return f"{said}: set the environment variable {variable} instead."
    model, _ = _look_up(place[:-1], top)
    known = list(model.model_fields) if model else []
    if _SECRET.search(name) and "private_key_file" in known:
        return f"{said}: write private_key_file or private_key_env; a key never stands in the file."
    if _SECRET.search(name):
        return f"{said}: secrets never stand in the file; set an environment variable instead."
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"{said}: did you mean {near[0]}?"
    elsewhere = [path for path in _all_keys(top) if path.rpartition(".")[2] == name]
    if elsewhere:
        return f"{said}: it belongs to {elsewhere[0]}."
    return f"{said}: remove it; {where} there may stand {', '.join(known)}."


def _look_up(place: Place, top: type[BaseModel]) -> tuple[type[BaseModel] | None, str]:
    """Find the table that a place leads to, if it is one, and what to write there."""
    model: type[BaseModel] | None = top
    what = "a table"
    named = False
    for part in place:
        if named:
            named = False
        elif model is not None and isinstance(part, str) and part in model.model_fields:
            described = model.model_fields[part]
            what = described.description or ""
            model, named = _inner(described.annotation)
    return model, what


def _inner(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """Find the table in a field's type, and whether its name comes in between: `orgs.<name>`."""
    if get_origin(annotation) is dict:
        return get_args(annotation)[1], True
    if isclass(annotation) and issubclass(annotation, BaseModel):
        return annotation, False
    return None, False


def _all_keys(model: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, described in model.model_fields.items():
        inner, named = _inner(described.annotation)
        here = f"{before}{name}"
        if inner is None:
            yield here
        else:
            yield from _all_keys(inner, f"{here}.NAME." if named else f"{here}.")
