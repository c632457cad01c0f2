"""What does the doctor say? One line a check: how it is, what was seen, what to do about it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from bot.logs import redact

PAGE: Final = "docs/doctor.md"
RUNBOOK: Final = "docs/runbook.md"
_LONGEST: Final = 900


class Status(StrEnum):
    """How a check ended; only a problem makes the command fail."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


class Page(StrEnum):
    """The headings of docs/doctor.md, one a remedy; a test holds the two together."""

    CONFIGURATION = "The configuration is refused"
    SECRETS = "Others can read a secret"
    WRITABLE = "Others can write what the bot trusts"
    DATABASE = "The database does not answer"
    SCHEMA = "Tables are missing or old"
    NOT_LOOKED = "Something was not looked at"
    SLACK_AWAY = "Slack cannot be reached"
    TOKEN = "Slack refuses a token"  # noqa: S105 - a heading
    SCOPE_MISSING = "A scope is missing"
    SCOPE_MORE = "The bot has more scopes than it needs"
    SIGNING_SECRET = "The signing secret is missing"  # noqa: S105 - a heading
    NOBODY = "Nobody is there to decide"
    LOST = "A person or group is not what it was"
    TOO_FEW = "A rule that nobody can fulfil"
    CHANNEL = "The bot cannot post in a channel"
    NO_DIGEST = "Digest and alerts have no channel"
    CHANNEL_UNSEEN = "A channel cannot be verified"
    ORG_AWAY = "The org cannot be reached"
    TLS = "The certificate of the org is not trusted"
    CLOCK = "The clocks differ"
    VERSION = "The API version is not served"
    KEY = "A private key cannot be used"
    LOGIN = "The login is refused"
    KIND = "The org is of another kind"
    CHANGED = "The org has another id"
    LICENSE = "A licence is missing or used up"
    PROFILE = "The profile is not the expected one"
    RIGHTS = "The bot's user lacks a right"
    POWERS = "The bot's user may do more than it needs"
    STALE = "Rights that the stale alert needs"
    APP_RIGHTS = "Rights that app access may need"
    APP_MISSING = "An app is missing"
    APP_UNREADABLE = "An app or its policy cannot be read"
    APP_OPEN = "An app is open to more users than granted"
    CERTIFICATE = "A certificate does not fit or ends soon"
    CERTIFICATE_UNSEEN = "A certificate cannot be read"

    @property
    def link(self) -> str:
        """Where the heading stands, as GitHub makes anchors."""
        return f"{PAGE}#{re.sub(r'[^a-z0-9 -]', '', self.value.lower()).replace(' ', '-')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One check; `org` None = not about one org. `remedy` is empty when all is well."""

    name: str
    status: Status
    text: str
    remedy: str = ""
    org: str | None = None

    def of(self, org: str) -> Line:
        """The same line, about one org."""
        return replace(self, org=org)


def ok(name: str, text: str) -> Line:
    """All is well."""
    return Line(name=name, status=Status.OK, text=_clean(text))


def warning(name: str, text: str, remedy: str, page: Page) -> Line:
    """It works, and somebody should know."""
    return _told(name, Status.WARNING, text, remedy, page.link)


def problem(name: str, text: str, remedy: str, page: Page | None) -> Line:
    """It does not work; without a `page` the remedy is one of the runbook's."""
    return _told(name, Status.PROBLEM, text, remedy, page.link if page else RUNBOOK)


def _told(name: str, status: Status, text: str, remedy: str, link: str) -> Line:
    said = f"{_clean(remedy).rstrip('.')}. See {link}"
    return Line(name=name, status=status, text=_clean(text), remedy=said)


def _clean(text: str) -> str:
    """One line, without secrets, and not endless: texts may quote Slack or Salesforce."""
    return redact(" ".join(text.split()))[:_LONGEST]


def failed(lines: Iterable[Line]) -> bool:
    """Tell whether any check found a problem."""
    return any(line.status is Status.PROBLEM for line in lines)


def as_json(lines: Sequence[Line]) -> str:
    """The lines for machines, as the contract promises them."""
    return json.dumps(
        [
            {
                "name": line.name,
                "org": line.org,
                "status": str(line.status),
                "text": line.text,
                "remedy": line.remedy,
            }
            for line in lines
        ],
        indent=2,
        ensure_ascii=False,
    )


def as_text(lines: Sequence[Line]) -> str:
    """The lines for people, one each, and a count at the end."""
    wide = max((len(line.org or "-") for line in lines), default=1)
    names = max((len(line.name) for line in lines), default=1)
    shown = [
        f"{line.status:<7}  {line.org or '-':<{wide}}  {line.name:<{names}}  {line.text}"
        + (f" → {line.remedy}" if line.remedy else "")
        for line in lines
    ]
    return "\n".join([*shown, _count(lines)])


def _count(lines: Sequence[Line]) -> str:
    problems = sum(line.status is Status.PROBLEM for line in lines)
    warnings = sum(line.status is Status.WARNING for line in lines)
    return f"{len(lines)} checks: {_many(problems, 'problem')}, {_many(warnings, 'warning')}."


def _many(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
