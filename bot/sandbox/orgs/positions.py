"""Which positions do the switches have, and how does documentation name them?"""

from __future__ import annotations

from dataclasses import Field, dataclass, fields
from typing import Any

from bot.sandbox.orgs.switches import Switches


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchDoc:
    """One switch as documentation shows it."""

    name: str
    default: object
    others: tuple[object, ...]
    fact: str
    text: str


def docs() -> tuple[SwitchDoc, ...]:
    """Every switch: name, default, other position, fact, meaning."""
    return tuple(_doc(one) for one in fields(Switches))


def both_positions() -> tuple[Switches, ...]:
    """One `Switches` per other position of each switch, with only that one moved."""
    each = (dict([one]) for one in moved())
    return tuple(Switches(**one) for one in each)  # type: ignore[arg-type]  # names of its fields


def moved() -> tuple[tuple[str, object], ...]:
    """Each switch with each of its other positions, in the order of `both_positions`."""
    return tuple((one.name, other) for one in docs() for other in one.others)


def markdown() -> str:
    """The table of docs/sandbox-switches.md."""
    head = "| switch | default | others | meaning | rests on |\n|---|---|---|---|---|\n"
    return head + "".join(
        f"| `{one.name}` | `{one.default}` | {_named(one.others)} | {one.text} | {one.fact} |\n"
        for one in docs()
    )


def _named(positions: tuple[object, ...]) -> str:
    return ", ".join(f"`{one}`" for one in positions)


def _doc(one: Field[Any]) -> SwitchDoc:
    return SwitchDoc(
        name=one.name,
        default=one.default,
        others=one.metadata["others"],
        fact=one.metadata["fact"],
        text=one.metadata["text"],
    )
