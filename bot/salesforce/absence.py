"""Why is there no answer of an org: is it away, or is no org at this address at all?

Both may pass (a new My Domain name takes a while), so both are waited for; the code decides what a
person is told when they do not.
"""

from __future__ import annotations

import socket

import requests
import structlog

from bot.salesforce.gateway import Unavailable
from bot.salesforce.session import CONNECT_SECONDS, READ_SECONDS

_log = structlog.get_logger(__name__)
NO_ORG = frozenset({420})
"""Salesforce's edge knows no org under this host (auth-and-monitoring 1.4)."""
_DEEP = 12
_OTHERWISE = "what was answered could not be read"
_ENDS: tuple[tuple[type[requests.RequestException], str], ...] = (
    (requests.exceptions.ProxyError, "the proxy on the way does not let the bot through"),
    (requests.exceptions.SSLError, "no connection that can be trusted was made (TLS)"),
    (requests.ConnectTimeout, f"no connection within {CONNECT_SECONDS} seconds"),
    (requests.ReadTimeout, f"no answer within {READ_SECONDS} seconds"),
    (requests.Timeout, "no answer in time"),
    (requests.exceptions.ChunkedEncodingError, "its answer broke off in the middle"),
    (requests.ConnectionError, "no connection was made, or it broke off"),
)
"""The narrower before the wider: requests derives most of them from one another."""


def no_answer(
    error: requests.RequestException, *, asked: str = "", unknown: bool = False
) -> Unavailable:
    """Translate an exchange that broke off; `asked` names what, `unknown` = it was a write.

    People read what happened; only the log names the error's class.
    """
    _log.info("org.no_answer", error=type(error).__name__, asked=asked or "the API")
    where = f"{asked}: " if asked else ""
    if _nameless(error):
        # Nothing was sent, so nothing was written.
        return Unavailable(f"{where}the name of its host is not known (DNS)", code="NXDOMAIN")
    return Unavailable(f"{where}{broke_off(error)}", unknown=unknown)


def broke_off(error: OSError) -> str:
    """Say how an exchange ended, in words for people; requests' errors are all OSErrors."""
    return next((words for kind, words in _ENDS if isinstance(error, kind)), _OTHERWISE)


def unavailable(status: int, *, asked: str = "", unknown: bool = False) -> Unavailable:
    """Translate an HTTP status that says that no org answers, or none can."""
    reason = f"{asked} answered HTTP {status}" if asked else f"HTTP {status}"
    if status in NO_ORG:
        return Unavailable(reason, code=f"HTTP_{status}")
    return Unavailable(reason, unknown=unknown)


def _nameless(error: BaseException) -> bool:
    """Did the host's name lead nowhere? The resolver's error stands deep inside of requests' own.

    The address may be wrong, or new, or the machine's name server is (ENOTFOUND, 1.4).
    """
    found: BaseException | None = error
    for _ in range(_DEEP):
        if found is None or isinstance(found, socket.gaierror):
            break
        inside = (getattr(found, "reason", None), *found.args, found.__cause__)
        found = next((one for one in inside if isinstance(one, BaseException)), None)
    return isinstance(found, socket.gaierror)
