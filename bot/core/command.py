"""What does the text after `/integration-user` ask for? A command, or words that help."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.core.lifecycle import Refusal


@dataclass(frozen=True, slots=True)
class New:
    """Open the form."""


@dataclass(frozen=True, slots=True)
class List:
    """List the requests."""


@dataclass(frozen=True, slots=True)
class Show:
    """Show one request."""

    id: int


@dataclass(frozen=True, slots=True)
class Test:
    """Test the login of one request."""

    id: int


@dataclass(frozen=True, slots=True)
class Retry:
    """Try a blocked request again."""

    id: int


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Withdraw one request."""

    id: int


@dataclass(frozen=True, slots=True)
class Stale:
    """Show who uses the integration users, and who does not; `org` "" = of every org."""

    org: str = ""


@dataclass(frozen=True, slots=True)
class Licenses:
    """Show the seats of every org."""


@dataclass(frozen=True, slots=True)
class Help:
    """Say what there is; `unknown` is what was written instead, `suggestion` what it looks like."""

    unknown: str | None = None
    suggestion: str | None = None


Command = New | List | Show | Test | Retry | Withdraw | Licenses | Stale | Help

_PLAIN: Final[dict[str, Command]] = {
    "new": New(),
    "list": List(),
    "licenses": Licenses(),
    "help": Help(),
}
_WITH_ID: Final[dict[str, Callable[[int], Command]]] = {
    "show": Show,
    "test": Test,
    "retry": Retry,
    "withdraw": Withdraw,
}

COMMANDS: Final[tuple[str, ...]] = ("new", "list", *_WITH_ID, "licenses", "stale", "help")
"""Every command that works, as help lists them."""

_DASHES: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))
_QUOTES: Final = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_ID: Final = re.compile(r"(?:iu-)?0*([1-9][0-9]{0,8})", re.IGNORECASE)
_ECHO_MAX: Final = 40


def parse_id(text: str) -> int | None:
    """Read `IU-17`, `iu-17` or `17`; None when it is no request's id."""
    found = _ID.fullmatch(text)
    return int(found[1]) if found else None


def parse(text: str) -> Command:
    """Read a command; quotes, dashes and spaces that Slack makes smart are read as plain ones.

    Raises `Refusal` when an id is missing or malformed, with what to write.
    """
    words = _words(text)
    if not words:
        return Help()
    name, rest = words[0].lower(), words[1:]
    if name == "stale":
        return Stale(org=" ".join(rest))
    if name in _PLAIN:
        return _PLAIN[name]
    if name in _WITH_ID:
        return _WITH_ID[name](_one_id(name, rest))
    close = difflib.get_close_matches(name, COMMANDS, n=1)
    return Help(unknown=words[0][:_ECHO_MAX], suggestion=close[0] if close else None)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    seen = "".join(
        one for one in plain if one.isspace() or unicodedata.category(one) not in {"Cc", "Cf"}
    )
    return [word for word in (raw.strip(_QUOTES) for raw in seen.split()) if word]


def _one_id(name: str, rest: list[str]) -> int:
    example = f"Write `/integration-user {name} IU-17`, with the number of your request."
    if not rest:
        raise Refusal(f"Which request? {example}")
    if len(rest) > 1:
        raise Refusal(f"One request at a time, please. {example}")
    number = parse_id(rest[0])
    if number is None:
        raise Refusal(f"That is not the name of a request. {example}")
    return number
