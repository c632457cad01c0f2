"""A measured figure, and how many become a table."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row: what was measured, and its values by column."""

    what: str
    values: dict[str, str]


def spread(seconds: Sequence[float], *, of: str) -> dict[str, str]:
    """How many, median and 99th percentile in milliseconds, as columns of what is named `of`."""
    ordered = sorted(seconds)
    last = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return {
        "n": str(len(ordered)),
        f"{of} p50 ms": f"{ordered[len(ordered) // 2] * 1000:.1f}",
        f"{of} p99 ms": f"{last * 1000:.1f}",
    }


def table(title: str, figures: Sequence[Figure]) -> str:
    """The figures as a plain table, with how busy the machine was in the last minute."""
    columns = list(dict.fromkeys(key for one in figures for key in one.values))
    first = max(len(one.what) for one in figures)
    widths = {
        key: max(len(key), *(len(one.values.get(key, "")) for one in figures)) for key in columns
    }
    head = " " * first + "".join(f"  {key:>{widths[key]}}" for key in columns)
    rows = [
        one.what.ljust(first)
        + "".join(f"  {one.values.get(key, ''):>{widths[key]}}" for key in columns)
        for one in figures
    ]
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    return "\n".join([f"\n{title} ({load})", head, *rows])
