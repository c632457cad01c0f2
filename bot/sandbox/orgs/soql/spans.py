"""Which days does a date literal cover?

A span is a half-open range of days [first, after). The week begins on Sunday, as in the locale
en_US of the make-believe users. LAST_N_DAYS:n holds n days and today; NEXT_N_DAYS:n begins
tomorrow; weeks, months, quarters and years leave the current one out.
"""

from datetime import date, timedelta

from bot.sandbox.orgs.soql.errors import malformed
from bot.sandbox.orgs.soql.syntax import Span

Days = tuple[date, date]
_UNITS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
_FIXED: dict[str, tuple[str, int, int]] = {  # unit, first and after, counted from the current one
    "TODAY": ("DAY", 0, 1),
    "YESTERDAY": ("DAY", -1, 0),
    "TOMORROW": ("DAY", 1, 2),
    "LAST_90_DAYS": ("DAY", -90, 1),
    "NEXT_90_DAYS": ("DAY", 1, 91),
}
for _unit in _UNITS[1:]:
    _FIXED |= {
        f"LAST_{_unit}": (_unit, -1, 0),
        f"THIS_{_unit}": (_unit, 0, 1),
        f"NEXT_{_unit}": (_unit, 1, 2),
    }
_COUNTED = {
    pattern.format(unit=unit): (kind, unit)
    for unit in _UNITS
    for kind, pattern in (
        ("last", "LAST_N_{unit}S"),
        ("next", "NEXT_N_{unit}S"),
        ("ago", "N_{unit}S_AGO"),
    )
}


def is_span(name: str) -> bool:
    """Whether the name, in capitals, is a date literal that needs no number."""
    return name in _FIXED


def is_counted_span(name: str) -> bool:
    """Whether the name, in capitals, is a date literal that is followed by `:n`."""
    return name in _COUNTED


def days(span: Span, today: date) -> Days:
    """First day and the day after the last. Raises SoqlError outside the calendar."""
    unit, first, after = _bounds(span)
    try:
        return _begin(unit, today, first), _begin(unit, today, after)
    except (OverflowError, ValueError) as error:
        raise malformed(f"Invalid date: {span}") from error


def _bounds(span: Span) -> tuple[str, int, int]:
    if span.count is None:
        return _FIXED[span.name]
    kind, unit = _COUNTED[span.name]
    count = span.count
    if kind == "ago":
        return unit, -count, 1 - count
    if kind == "next":
        return unit, 1, 1 + count
    return unit, -count, 1 if unit == "DAY" else 0


def _begin(unit: str, today: date, shift: int) -> date:
    """The first day of the current unit, moved by `shift` units."""
    if unit == "DAY":
        return today + timedelta(days=shift)
    if unit == "WEEK":
        return today - timedelta(days=today.isoweekday() % 7) + timedelta(weeks=shift)
    size = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}[unit]
    month = (today.month - 1) // size * size + shift * size
    return date(today.year + month // 12, month % 12 + 1, 1)
