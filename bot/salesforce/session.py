"""The HTTP session for one org: timeouts, our own trust and proxy rules, on every single request.

No cookie is kept: the bot's own calls and the test logins as new users share the connections.

simple-salesforce sets no timeout anywhere (salesforce-provisioning 4.1), and the environment's CA
bundle beats `session.verify` in requests; so both are put on each request here.
"""

from __future__ import annotations

from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests

CONNECT_SECONDS = 5
READ_SECONDS = 20


class OrgSession(requests.Session):
    """A session whose every request has timeouts, the given CA bundle and the given proxy."""

    def __init__(self, *, ca_bundle: str | None, proxy: str | None) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._verify: str | bool = ca_bundle or True
        self._proxies = {"https": proxy} if proxy else {}

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """Send one request; raises what requests raises, never waits for ever."""
        kwargs.setdefault("timeout", (CONNECT_SECONDS, READ_SECONDS))
        kwargs["verify"] = self._verify
        kwargs["proxies"] = self._proxies
        kwargs.setdefault("allow_redirects", False)
        return super().request(method, url, *args, **kwargs)
