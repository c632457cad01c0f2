"""From which small pieces are the Block Kit rules made?

A check looks at a value and names every problem with a JSON pointer.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.workspace.facts import Fact
from bot.sandbox.workspace.switches import Switches

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One broken rule, where, and the fact it rests on."""

    pointer: str
    text: str
    fact: Fact

    def __str__(self) -> str:
        return f"[ERROR] {self.text} ({self.fact.chapter}) [json-pointer:{self.pointer}]"


@dataclass(frozen=True, slots=True)
class At:
    """Where a check is looking, and how the switches stand."""

    pointer: str
    switches: Switches
    note: str = ""

    def down(self, key: object) -> "At":
        """The place one step deeper."""
        return At(f"{self.pointer}/{key}", self.switches, self.note)

    def named(self, note: str) -> "At":
        """The same place, whose problems begin with `note`, such as the block's id."""
        return At(self.pointer, self.switches, note)

    def wrong(self, fact: Fact, text: str) -> Problem:
        """A problem here, and the fact that it breaks."""
        return Problem(pointer=self.pointer, text=f"{self.note}{text}", fact=fact)


Check = Callable[[Any, At], Iterator[Problem]]

_BARE_AMPERSAND = re.compile(r"&(?!amp;|lt;|gt;)")
_CONTROL = re.compile(r"<[@#!a-z][^<>]*>")


def length(text: str, switches: Switches) -> int:
    """Characters as Slack counts them: code points, `& < >` after escaping (1.2)."""
    if not switches.count_after_escaping:
        return len(text)
    controls = _CONTROL.findall(text)
    rest = _BARE_AMPERSAND.sub("&amp;", _CONTROL.sub("", text))
    rest = rest.replace("<", "&lt;").replace(">", "&gt;")
    return len(rest) + sum(len(control) for control in controls)


def string(
    most: int, least: int = 0, *, pattern: str | None = None, escaped: bool = False
) -> Check:
    """A string of `least` to `most` characters; `escaped`: counted as people's text is."""

    def check(value: Any, at: At) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield at.wrong(Fact.VALUE_KIND, "must be a string")
            return
        count = length(value, at.switches) if escaped else len(value)
        if count > most:
            yield at.wrong(Fact.CHARACTERS, f"has {count} characters, at most {most}")
        if count < least:
            yield at.wrong(Fact.CHARACTERS, f"has {count} characters, at least {least}")
        if pattern is not None and not re.fullmatch(pattern, value):
            yield at.wrong(Fact.DATES, f"{value!r} has the wrong form")

    return check


def integer(least: int, most: int | None = None) -> Check:
    """A whole number in a range."""

    def check(value: Any, at: At) -> Iterator[Problem]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield at.wrong(Fact.VALUE_KIND, "must be a whole number")
        elif value < least or (most is not None and value > most):
            yield at.wrong(
                Fact.NUMBER, f"{value} is not in {least}..{'' if most is None else most}"
            )

    return check


def boolean(value: Any, at: At) -> Iterator[Problem]:
    """True or false."""
    if not isinstance(value, bool):
        yield at.wrong(Fact.VALUE_KIND, "must be true or false")


def anything(_value: Any, _at: At) -> Iterator[Problem]:
    """Not looked at."""
    yield from ()


def choice(*allowed: str) -> Check:
    """One of these words."""

    def check(value: Any, at: At) -> Iterator[Problem]:
        if value not in allowed:
            yield at.wrong(Fact.WORDS, f"{value!r} is none of {', '.join(allowed)}")

    return check


def many(inner: Check, most: int, least: int = 1) -> Check:
    """A list of `least` to `most` things."""

    def check(value: Any, at: At) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield at.wrong(Fact.VALUE_KIND, "must be a list")
            return
        if len(value) > most:
            yield at.wrong(Fact.ITEMS, f"has {len(value)} items, at most {most}")
        if len(value) < least:
            yield at.wrong(Fact.ITEMS, f"has {len(value)} items, at least {least}")
        for index, item in enumerate(value):
            yield from inner(item, at.down(index))

    return check


def shape(
    *,
    required: Mapping[str, Check] | None = None,
    optional: Mapping[str, Check] | None = None,
    also: Check | None = None,
) -> Check:
    """An object with these properties and no others; `also` looks at the whole of it."""
    needs, may = required or {}, optional or {}
    known = {**needs, **may}

    def check(value: Any, at: At) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield at.wrong(Fact.VALUE_KIND, "must be an object")
            return
        for key in needs:
            if key not in value:
                yield at.wrong(Fact.REQUIRED, f"missing required field: {key}")
        for key, held in value.items():
            if key in known:
                yield from known[key](held, at.down(key))
            elif key not in ("type", "block_id") and at.switches.refuse_unknown_properties:
                yield at.wrong(Fact.UNKNOWN_PROPERTY, f"invalid additional property: {key}")
        if also is not None:
            yield from also(value, at)

    return check


def text(most: int, *, mrkdwn: bool = False) -> Check:
    """A text object of 1 to `most` characters; plain_text, or mrkdwn too where allowed."""
    kinds = ("plain_text", "mrkdwn") if mrkdwn else ("plain_text",)

    def check(value: Any, at: At) -> Iterator[Problem]:
        if not isinstance(value, dict) or value.get("type") not in kinds:
            yield at.wrong(Fact.TEXT_KIND, f"must be a text object of type {' or '.join(kinds)}")
            return
        only = {"plain_text": "emoji", "mrkdwn": "verbatim"}[value["type"]]
        inner = shape(
            required={"text": string(min(most, 3000), 1, escaped=True)}, optional={only: boolean}
        )
        yield from inner(value, at)

    return check
