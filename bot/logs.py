"""How the log is written, and what never gets into it.

Key-value lines as JSON or for a console, ours and those of the libraries alike. Whatever looks
like a secret is blacked out in the finished values, wherever it came from: event, value, traceback.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

Format = Literal["json", "console"]

HIDDEN = "[hidden]"

_SECRETS = (
    # A PEM block, also one whose line breaks have been escaped or whose end is missing.
    (re.compile(r"-----BEGIN [A-Z ]*-----.*?(-----END [A-Z ]*-----|\Z)", re.DOTALL), HIDDEN),
    (re.compile(r"(?i)\bxox[a-z](\.xox[a-z])?-[\w.-]+|\bxapp-[\w.-]+"), HIDDEN),
    # A session id of Salesforce (auth-and-monitoring 1.3).
    (re.compile(r"\b00D\w{12,15}!\S+"), HIDDEN),
    # A JWT, or its first two parts: an assertion or a token.
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]*(\.[\w-]*)?"), HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)\s+(?=\S*\d)[\w.~+/!-]{6,}=*"), rf"\1 {HIDDEN}"),
    # The header with any scheme, as text, as Python or as JSON.
    (re.compile(r"(?i)(authorization[\"']?\s*[:=]\s*[\"']?)(?!bearer \[|basic \[)[^\"',}\n]+"),
     rf"\1{HIDDEN}"),
    (re.compile(r"(?i)((?:assertion|access_token|client_secret|refresh_token|password|passwd"
                r"|response_url)\\*[\"']?\s*[:=]\s*\\*[\"']?)[^\s\"'&,}\\]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)(\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s/]+@"), rf"\1{HIDDEN}@"),
    # The ticket in the address of a Socket Mode connection: whoever has it first is the bot. The
    # library logs the whole address when a handshake fails.
    (re.compile(r"(?i)(ticket(?:=|%3D))[^\s\"'&\\]+"), rf"\1{HIDDEN}"),
    # A response_url: whoever has it may answer in a channel (slack-platform 2).
    (re.compile(r"(?i)(\bhooks\.slack(-gov)?\.com/)[^\s\"']+"), rf"\1{HIDDEN}"),
)  # fmt: skip

_NAMES = re.compile(
    r"(?i)authorization|assertion|password|passwd|secret|private_?key|signature|cookie"
    r"|(^|_)(bot|app|access|refresh|session|id)?_?token$"
)

_LIBRARIES = dict.fromkeys(
    ("aiohttp.access", "alembic", "apscheduler", "dbos", "slack_sdk.webhook"), logging.WARNING
)
"""The last one writes whole response_urls at DEBUG."""


def redact(text: str) -> str:
    """Black out everything in a text that looks like a secret."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Black out secrets in all values, however deep, and whole values under a secret's name."""
    return {key: _hidden(str(key), value) for key, value in event.items()}


def configure(style: Format, *, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Send all logging, ours and that of the libraries, to `stream` (stderr) in one style."""
    before = _before()
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(style),
            ],
        )
    )
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name, its_level in _LIBRARIES.items():
        logging.getLogger(name).setLevel(max(level, its_level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _before() -> list[Processor]:
    """What happens to every line before it is written; hiding comes last, when all is text."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]


def _renderer(style: Format) -> Processor:
    if style == "json":
        return structlog.processors.JSONRenderer(default=repr)
    return structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )


@contextmanager
def about(request_id: int | None = None, **values: Any) -> Iterator[None]:
    """Bind a request (as IU-17) and other values to every line logged inside."""
    if request_id is not None:
        values["request_id"] = f"IU-{request_id}"
    with structlog.contextvars.bound_contextvars(**values):
        yield


def _hidden(name: str, value: Any) -> Any:
    if value is not None and not isinstance(value, bool | int) and _NAMES.search(name):
        return HIDDEN
    match value:
        case str():
            return redact(value)
        case None | bool() | int() | float():
            return value
        case Mapping():
            return {_key(key): _hidden(str(key), inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_hidden("", inner) for inner in value]
        case _ if name in {"_record", "_from_structlog"}:
            return value
        case _:
            return redact(str(value) if isinstance(value, Exception) else repr(value))


def _key(key: Any) -> str:
    return redact(str(key))
