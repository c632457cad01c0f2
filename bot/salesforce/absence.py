"""Why is there no answer of an org: is it away, or is no org at this address at all?

Both may pass (a new My Domain name takes a while), so both are waited for; the code decides what a
person is told when they do not.
"""

from __future__ import annotations

import socket

import requests

from bot.salesforce.gateway import Unavailable

NO_ORG = frozenset({420})
"""Salesforce's edge knows no org under this host (auth-and-monitoring 1.4)."""
_DEEP = 12


def no_answer(
    error: requests.RequestException, *, asked: str = "", unknown: bool = False
) -> Unavailable:
    """Translate an exchange that broke off; `asked` names what, `unknown` = it was a write."""
    where = f"{asked}: " if asked else ""
    if _nameless(error):
        # Nothing was sent, so nothing was written.
        return Unavailable(f"{where}the name of its host is not known (DNS)", code="NXDOMAIN")
    return Unavailable(f"{where}{type(error).__name__}", unknown=unknown)


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
