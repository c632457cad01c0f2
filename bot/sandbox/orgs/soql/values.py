"""How do values compare?

Every value has a key of its field's type: text without case (empty text is null), ids by their
first 15 characters with case, moments as aware times. Equal keys are equal values.
"""

import re
from datetime import UTC, date, datetime, time, tzinfo

from bot.sandbox.orgs.soql.spans import days
from bot.sandbox.orgs.soql.syntax import Span
from bot.sandbox.orgs.soql.tokens import pieces
from bot.sandbox.orgs.soql.types import FieldType

Key = str | bool | int | float | date | datetime | None

_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
IDS = frozenset({"id", "reference"})
NUMBERS = frozenset({"int", "double"})
MOMENTS = frozenset({"date", "datetime"})
TEXTS = frozenset({"string", "picklist", "textarea", "email", "phone", "url"})


def fold(text: str) -> str:
    """The text without case, character by character: its length stays."""
    if text.isascii():
        return text.lower()
    return "".join(small if len(small := char.lower()) == 1 else char for char in text)


def is_id(text: str) -> bool:
    """Whether the text has the form of a record id, 15 or 18 long."""
    return _ID.fullmatch(text) is not None


def id_key(value: object) -> str:
    """What of an id is compared: the first 15 of 18 characters (salesforce-provisioning 7)."""
    text = str(value)
    return text[:15] if len(text) == 18 else text


def key(kind: FieldType, value: object) -> Key:
    """The comparable form of a value of this type; ISO texts are read as dates and times."""
    if value is None or value == "":
        return None
    if kind in IDS:
        return id_key(value)
    if kind in TEXTS:
        return fold(str(value))
    if kind in MOMENTS and not isinstance(value, date):
        value = datetime.fromisoformat(str(value))
    if kind == "datetime" and isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if kind == "date" and isinstance(value, datetime):
        return value.date()
    if isinstance(value, (bool, int, float, date)):
        return value
    return str(value)


def bounds(kind: FieldType, span: Span, now: datetime) -> tuple[Key, Key]:
    """The half-open range of keys of a date literal; days begin at midnight in the zone of now."""
    first, after = days(span, now.date())
    if kind == "date":
        return first, after
    return _midnight(first, now.tzinfo), _midnight(after, now.tzinfo)


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, time.min, zone or UTC).astimezone(UTC)


def like(raw: str) -> re.Pattern[str]:
    """The pattern of a LIKE operand as it was written, for keys of text."""
    parts = []
    for escape, plain in pieces(raw, wildcards=True):
        if plain == "%":
            parts.append(".*")
        elif plain == "_":
            parts.append(".")
        else:
            parts.append(re.escape(fold(escape or plain)))
    return re.compile(re.sub(r"(?:\.\*)+", ".*", "".join(parts)), re.DOTALL)


def rest_value(kind: FieldType, value: object) -> object:
    """The value as REST's JSON shows it: `2026-11-25T08:45:38.000+0000`, `2026-11-25`."""
    if value == "":
        return None
    if kind == "datetime" and isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"
    if isinstance(value, date):
        return value.isoformat()[:10]
    return value
