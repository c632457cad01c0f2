"""The HTTP session for one org: timeouts, our own trust and proxy rules, on every single request.

No cookie is kept: the bot's own calls and the test logins as new users share the connections.

simple-salesforce sets no timeout anywhere (salesforce-provisioning 4.1), and the environment's CA
bundle beats `session.verify` in requests; so both are put on each request here.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests

CONNECT_SECONDS = 5
READ_SECONDS = 20

_LIMIT = re.compile(r"\bapi-usage=(\d+)/(\d+)")
"""The header Sforce-Limit-Info of every REST answer (auth-and-monitoring 4.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One HTTP request that ended. `usage`: requests of 24 hours used and allowed, when told."""

    kind: str
    outcome: str
    seconds: float
    usage: tuple[int, int] | None = None


class OrgSession(requests.Session):
    """A session whose every request has timeouts, the given CA bundle and the given proxy."""

    def __init__(
        self,
        *,
        ca_bundle: str | None,
        proxy: str | None,
        sent: Callable[[Sent], None] | None = None,
    ) -> None:
        super().__init__()
        self._sent = sent or (lambda _sent: None)
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._verify: str | bool = ca_bundle or True
        self._proxies = {"https": proxy} if proxy else {}

    def request(  # type: ignore[override]  # what else it takes is passed on
        self, method: str, url: str, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Send one request; raises what requests raises, never waits for ever."""
        kwargs.setdefault("timeout", (CONNECT_SECONDS, READ_SECONDS))
        kwargs["verify"] = self._verify
        kwargs["proxies"] = self._proxies
        kwargs.setdefault("allow_redirects", False)
        begun = time.monotonic()
        answer: requests.Response | None = None
        try:
            answer = super().request(method, url, *args, **kwargs)
        finally:
            self._sent(
                Sent(
                    kind=_kind(url),
                    outcome=_outcome(answer),
                    seconds=time.monotonic() - begun,
                    usage=_usage(answer),
                )
            )
        return answer


def _kind(url: str) -> str:
    """What kind of request an address is for; never the address, which may hold a name."""
    path = urlsplit(url).path.rstrip("/")
    if "/services/oauth2/" in path:
        last = path.rpartition("/")[2]
        return last if last in {"token", "revoke"} else "other"
    if re.search(r"/v[\d.]+/query(/|$)", path):
        return "query"
    if path.endswith("/describe"):
        return "describe"
    return "composite" if re.search(r"/v[\d.]+/composite(/|$)", path) else "other"


def _outcome(answer: requests.Response | None) -> str:
    if answer is None:
        return "no_answer"
    if answer.status_code >= requests.codes.server_error:
        return "failed"
    return "refused" if answer.status_code >= requests.codes.bad_request else "ok"


def _usage(answer: requests.Response | None) -> tuple[int, int] | None:
    header = answer.headers.get("Sforce-Limit-Info", "") if answer is not None else ""
    told = _LIMIT.search(header)
    return (int(told[1]), int(told[2])) if told else None
