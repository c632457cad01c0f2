"""What a value in the configuration must look like, and what it becomes.

Every check raises ValueError with a few words that follow the key's name and never quote the value:
it may be a secret that landed in the wrong place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_DAYS = 3660

_TIME = re.compile(r"(daily|mon|tue|wed|thu|fri|sat|sun) ([01]\d|2[0-3]):([0-5]\d)")
_DOMAIN = re.compile(r"(?=.{4,80}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9][a-z0-9-]*[a-z0-9]")
_USERNAME = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_GENERIC_HOSTS = ("login.salesforce.com", "test.salesforce.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """A time of day, every day or on one weekday (0 = Monday), in a zone that stands elsewhere."""

    weekday: int | None
    hour: int
    minute: int


def _duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"(\d{1,9})([smhdw])", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("is not a duration")
    try:
        length = timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError:
        raise ValueError("is longer than ten years") from None
    if length > timedelta(days=_LONGEST_DAYS):
        raise ValueError("is longer than ten years")
    return length


def _some(length: timedelta) -> timedelta:
    if not length:
        raise ValueError("is no time at all")
    return length


def _at(value: Any) -> At:
    if isinstance(value, At):
        return value
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("is not a time")
    weekday = None if match[1] == "daily" else _DAYS.index(match[1])
    return At(weekday=weekday, hour=int(match[2]), minute=int(match[3]))


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError("is not a time zone that is known here") from None
    return name


def _domain(text: str) -> str:
    if not _DOMAIN.fullmatch(text.lower()):
        raise ValueError("is not a domain")
    return text.lower()


def _username(text: str) -> str:
    if len(text) > 80 or not _USERNAME.fullmatch(text):
        raise ValueError("is not a username")
    return text


def split(url: str) -> SplitResult:
    """Split a URL; ValueError when it has no host, or carries a user name, or a broken port."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("is not a URL") from None
    if not parts.hostname or port == 0 or any(c.isspace() or not c.isprintable() for c in url):
        raise ValueError("is not a URL")
    if parts.username is not None or parts.password is not None:
        raise ValueError("carries a user name or password")
    return parts


def _my_domain(url: str) -> str:
    """`https://host[:port]`, without the slash that people copy along (contract section 6)."""
    parts = split(url)
    if parts.scheme != "https":
        raise ValueError("does not begin with https://")
    host = str(parts.hostname)
    if host in _GENERIC_HOSTS:
        raise ValueError("is the login page of all orgs, not the My Domain of this one")
    if host.endswith((".lightning.force.com", ".salesforce-setup.com")):
        raise ValueError("is a page for people, which gives no tokens")
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("has something after the host")
    return f"https://{parts.netloc.lower()}"


def _audience(url: str) -> str:
    if split(url).scheme != "https":
        raise ValueError("does not begin with https://")
    return url


def api_url(url: str) -> str:
    """The base URL of the Web API; method names are appended to it, so it ends in a slash."""
    if split(url).scheme not in {"http", "https"}:
        raise ValueError("does not begin with https://")
    return url if url.endswith("/") else f"{url}/"


def _path(value: Any, info: ValidationInfo) -> Path:
    """A path in the file is relative to the file's folder, which the loader passes along."""
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("is not a path")
    if "-----BEGIN" in value:
        raise ValueError("holds a key itself")
    return Path((info.context or {}).get("folder", ".")) / Path(value).expanduser()


def _variable(text: str) -> str:
    if "-----BEGIN" in text:
        raise ValueError("holds a key itself")
    if not is_variable(text):
        raise ValueError("is not the name of a variable")
    return text


def is_variable(text: str) -> bool:
    """Whether the environment can have a variable of that name."""
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) is not None


def _database(url: str) -> str:
    """In the file: no password, not even as a parameter; see `placed` for the folder."""
    backend = _backend(url)
    parts = urlsplit(url)
    if backend == "postgresql" and (
        parts.password is not None or re.search(r"[?&](ssl)?password=", url, re.IGNORECASE)
    ):
        raise ValueError("holds a password, which does not belong in this file")
    return url


def _backend(url: str) -> str:
    try:
        backend = urlsplit(url).scheme
    except ValueError:
        raise ValueError("is not a database address") from None
    if backend == "postgresql":
        return backend
    file = url.removeprefix("sqlite:///").partition("?")[0]
    if backend != "sqlite" or not url.startswith("sqlite:///") or file in {"", ":memory:"}:
        raise ValueError("is not a database address")
    return backend


def placed(url: str, folder: Path) -> str:
    """Give an SQLite address its whole path, relative to `folder`; others stay as they are."""
    if _backend(url) != "sqlite":
        return url
    file, mark, parameters = url.removeprefix("sqlite:///").partition("?")
    return f"sqlite:///{(folder / Path(file).expanduser()).absolute()}{mark}{parameters}"


def _matching(pattern: str, problem: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(problem)
        return text

    return AfterValidator(check)


Duration = Annotated[timedelta, BeforeValidator(_duration)]
SomeTime = Annotated[timedelta, BeforeValidator(_duration), AfterValidator(_some)]
TimeOfDay = Annotated[At, BeforeValidator(_at)]
Zone = Annotated[str, AfterValidator(_zone)]
Domain = Annotated[str, AfterValidator(_domain)]
Username = Annotated[str, AfterValidator(_username)]
MyDomain = Annotated[str, AfterValidator(_my_domain)]
Audience = Annotated[str, AfterValidator(_audience)]
FilePath = Annotated[Path, BeforeValidator(_path)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
Channel = Annotated[str, _matching(r"[CG][A-Z0-9]{2,}", "is not a channel id")]
People = Annotated[str, _matching(r"[SUW][A-Z0-9]{2,}", "is not an id of a user or a user group")]
ApiVersion = Annotated[str, _matching(r"(6[3-9]|[7-9][0-9]|[1-9][0-9]{2})\.0", "does not do")]
Locale = Annotated[str, _matching(r"[a-z]{2,3}(_[A-Za-z0-9]{2,8}){0,3}", "is not a locale")]
Variable = Annotated[str, AfterValidator(_variable)]
Key = Annotated[str, _matching(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", "does not do as a name")]
Word = Annotated[str, _matching(r"\S{1,256}", "is empty, too long or has spaces in it")]
Title = Annotated[str, _matching(r"\S(.{0,78}\S)?", "is empty, or longer than 80 characters")]
Currency = Annotated[str, _matching(r"[A-Z]{3}", "is not a currency")]
Host = Annotated[str, _matching(r"[A-Za-z0-9.:_-]{1,253}", "is not an address to listen on")]
