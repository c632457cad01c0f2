"""Rules of data_visualization (slack-platform 1.2)."""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.workspace.facts import Fact
from bot.sandbox.workspace.shapes import At, Problem, anything, shape, string


def _list(value: Any, key: str) -> list[Any]:
    held = value.get(key) if isinstance(value, dict) else None
    return held if isinstance(held, list) else []


def _labels(value: Any) -> list[str]:
    return [str(point.get("label")) for point in _list(value, "data") if isinstance(point, dict)]


def _pie(value: Any, at: At) -> Iterator[Problem]:
    segments = _list(value, "segments")
    if not 1 <= len(segments) <= at.switches.chart_series:
        yield at.wrong(
            Fact.CHART_SERIES,
            f"a pie has 1 to {at.switches.chart_series} segments, not {len(segments)}",
        )
    for segment in segments:
        number = segment.get("value") if isinstance(segment, dict) else None
        if not isinstance(number, int | float) or number <= 0:
            yield at.wrong(Fact.CHART_VALUE, "the value of a segment is above 0")
        elif len(str(segment.get("label", ""))) > 20:
            yield at.wrong(Fact.CHART_LABEL, "a label has at most 20 characters")


def _series(value: Any, at: At) -> Iterator[Problem]:
    series = _list(value, "series")
    if not 1 <= len(series) <= at.switches.chart_series:
        yield at.wrong(
            Fact.CHART_SERIES,
            f"a chart has 1 to {at.switches.chart_series} series, not {len(series)}",
        )
    names = [one.get("name") for one in series if isinstance(one, dict)]
    if len(set(names)) != len(names):
        yield at.wrong(Fact.CHART_NAMES, "names of series must be unique")
    categories = _list(value.get("axis_config"), "categories")
    if not 1 <= len(categories) <= 20:
        yield at.wrong(Fact.CHART_CATEGORIES, "axis_config.categories has 1 to 20 entries")
    for one in series:
        if sorted(_labels(one)) != sorted(str(category) for category in categories):
            yield at.wrong(
                Fact.CHART_POINTS, "every series must have exactly the labels of categories"
            )
    if any(len(str(category)) > 20 for category in categories):
        yield at.wrong(Fact.CHART_LABEL, "a label has at most 20 characters")


def _chart_itself(value: Any, at: At) -> Iterator[Problem]:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "pie":
        yield from _pie(value, at)
    elif kind in ("bar", "line", "area"):
        yield from _series(value, at)
    else:
        yield at.wrong(Fact.CHART_KIND, "a chart is a pie, bar, line or area")


chart = shape(
    required={"title": string(50, 1), "chart": _chart_itself}, optional={"alt_text": anything}
)
