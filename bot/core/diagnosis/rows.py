"""The shape of the table: which error, which words in it, and what that means for people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """Who can do something about a finding."""

    ADMIN = "Salesforce admin"
    REQUESTER = "requester"
    OWNER = "owner"
    OPERATOR = "bot operator"
    SUPPORT = "Salesforce support"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table.

    `errors` are lower-case codes, empty = any; `text` is searched for in the message, None = any
    message, because the wording is not confirmed. `{what}` in the sentences is the text's group of
    that name, else `what`. `own` = only of the bot's own login, or only of the new user's. `at` are
    the lower-case objects whose write is meant, empty = any call: what the bot sent, it knows,
    whatever words the org chooses.
    """

    errors: frozenset[str]
    finding: str
    cause: str
    remedy: str
    who: Who
    text: re.Pattern[str] | None = None
    what: str = ""
    own: bool | None = None
    at: frozenset[str] = frozenset()

    def matches(self, code: str, message: str, *, own: bool = True, sobject: str = "") -> bool:
        """Say whether this line is about an error; `own` = it was the bot itself that met it.

        `sobject` is the object that was written; empty = it was a read, or nobody knows.
        """
        if self.at and sobject.lower() not in self.at:
            return False
        if self.own not in {None, own}:
            return False
        if self.errors and code.lower() not in self.errors:
            return False
        return self.text is None or self.text.search(message) is not None

    def named(self, message: str) -> str:
        """Find what the message is about."""
        match = self.text.search(message) if self.text else None
        return (match.groupdict().get("what") if match else None) or self.what


def row(
    errors: str,
    finding: str,
    cause: str,
    remedy: str,
    who: Who,
    *,
    text: str | None = None,
    what: str = "",
    own: bool | None = None,
    at: str = "",
) -> Row:
    """Write a line of the table; `errors` and `at` are separated by blanks."""
    return Row(
        errors=frozenset(errors.lower().split()),
        finding=finding,
        cause=cause,
        remedy=remedy,
        who=who,
        text=re.compile(text, re.IGNORECASE) if text else None,
        what=what,
        own=own,
        at=frozenset(at.lower().split()),
    )
