"""What does a Salesforce id look like? 15 case-sensitive characters, or 18 with a checksum.

Calls accept both, answers are always 18 long (salesforce-provisioning 1.0).
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import count
from string import ascii_lowercase, ascii_uppercase, digits

_ALPHABET = digits + ascii_uppercase + ascii_lowercase
_CHECK = ascii_uppercase + "012345"
_SHAPE = re.compile(r"[0-9A-Za-z]{15}([0-9A-Za-z]{3})?")


class Ids:
    """Makes ids of one org, in order, so that a run can be repeated."""

    def __init__(self, pod: str) -> None:
        self._pod = pod
        self._counts: defaultdict[str, count[int]] = defaultdict(lambda: count(1))

    def new(self, prefix: str) -> str:
        """The next id with a key prefix."""
        number = next(self._counts[prefix])
        text = ""
        while number:
            number, digit = divmod(number, 62)
            text = _ALPHABET[digit] + text
        short = f"{prefix}{self._pod}{text:0>9}"
        return short + _checksum(short)


def _checksum(short: str) -> str:
    made = ""
    for start in (0, 5, 10):
        bits = sum(1 << place for place in range(5) if short[start + place].isupper())
        made += _CHECK[bits]
    return made


def long(text: object) -> str | None:
    """The 18-character form of an id, or None when it is none."""
    if not isinstance(text, str) or not _SHAPE.fullmatch(text):
        return None
    return text[:15] + _checksum(text[:15])
