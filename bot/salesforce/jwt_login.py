"""Log in by JWT bearer: the assertion, the audiences tried in order, and the token endpoint.

The request always goes to the My Domain; only `aud` varies (contract section 6). Our own POST,
because the library drops `id` from the answer and derives the audience from a host prefix
(auth-and-monitoring 3.5). Neither assertion nor token ever stands in an error or a log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.config import ConfigError
from bot.salesforce.absence import NO_ORG, no_answer, unavailable
from bot.salesforce.gateway import Refused, Unavailable

LIFETIME = timedelta(minutes=3)
"""`exp` is at most three minutes away (auth-and-monitoring 1.2)."""

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_OTHER_AUDIENCE = ("app_not_found",)
_UNUSABLE = "key_unusable"
"""No error of the endpoint's: nothing is sent with a key that cannot sign."""


@dataclass(frozen=True, slots=True)
class Token:
    """What the token endpoint answered; never shown."""

    value: str
    org_id: str
    user_id: str
    audience: str
    instance_host: str

    def __repr__(self) -> str:
        """Show whose token it is, not the token."""
        return f"Token(org_id={self.org_id!r}, user_id={self.user_id!r})"


class LoginRefused(Refused):
    """The token endpoint said no to the last audience that may be tried."""

    def __init__(self, error: str, description: str, audience: str) -> None:
        super().__init__(error, description, login=True)
        self.audience = audience


def audiences(
    my_domain_url: str, kind: str, *, audience: str | None, remembered: str | None = None
) -> tuple[str, ...]:
    """The audiences to try, in order: the configured one only; else My Domain, then login/test."""
    if audience:
        return (audience,)
    parts = urlsplit(my_domain_url)
    mine = f"{parts.scheme}://{parts.netloc}"
    generic = "test" if kind in {"sandbox", "scratch"} else "login"
    known = (mine, f"https://{generic}.salesforce.com")
    return tuple(sorted(known, key=lambda one: one != remembered)) if remembered else known


def may_try_next(error: str, description: str) -> bool:
    """Only `audience …` and `app_not_found` move on to the next audience."""
    return error in _OTHER_AUDIENCE or _about_audience(description)


def _about_audience(description: str) -> bool:
    return "audience" in description.lower()


def assertion(
    *, consumer_key: str, username: str, audience: str, private_key: str, now: datetime
) -> str:
    """Sign the assertion: iss, sub, aud and exp, RS256 (auth-and-monitoring 1.2).

    Raises `LoginRefused` when the key cannot sign.
    """
    claims = {
        "iss": consumer_key,
        "sub": username,
        "aud": audience,
        "exp": int((now + LIFETIME).timestamp()),
    }
    try:
        return jwt.encode(claims, _parsed(private_key), algorithm="RS256")
    except (jwt.PyJWTError, ValueError, TypeError):
        raise LoginRefused(_UNUSABLE, "It is no RSA key that can sign.", audience) from None


@lru_cache(maxsize=32)
def _parsed(pem: str) -> RSAPrivateKey:
    """Parse and check a key once: the check takes longer than signing; a new key is a new text."""
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("not an RSA key")
    return key


def usable(private_key: Callable[[], str]) -> str:
    """Read the key now; raises `LoginRefused` with the sentence why that cannot be."""
    try:
        return private_key()
    except ConfigError as error:
        raise LoginRefused(_UNUSABLE, " ".join(error.problems), "") from None


def log_in(
    session: requests.Session,
    *,
    my_domain_url: str,
    consumer_key: str,
    username: str,
    private_key: str,
    audiences: Sequence[str],
    now: datetime,
) -> Token:
    """Exchange assertions for a token, one audience after the other.

    Raises `LoginRefused` with the last error that says more than that an audience does not fit,
    and `Unavailable` when there is no answer.
    """
    refused: LoginRefused | None = None
    for audience in audiences:
        signed = assertion(
            consumer_key=consumer_key,
            username=username,
            audience=audience,
            private_key=private_key,
            now=now,
        )
        answer = _post(session, f"{my_domain_url}/services/oauth2/token", signed)
        if "access_token" in answer:
            return _token(answer, audience)
        error = str(answer.get("error", "unknown"))
        description = str(answer.get("error_description", ""))
        if refused is None or not _about_audience(description):
            refused = LoginRefused(error, description, audience)
        if not may_try_next(error, description):
            break
    raise refused or LoginRefused("unknown", "no audience to try", "")


def revoke(session: requests.Session, my_domain_url: str, token: Token) -> bool:
    """Revoke a token; False when the org did not confirm it."""
    try:
        answer = session.post(
            f"{my_domain_url}/services/oauth2/revoke", data={"token": token.value}
        )
    except requests.RequestException:
        return False
    return bool(answer.status_code == requests.codes.ok)


def _post(session: requests.Session, url: str, signed: str) -> dict[str, Any]:
    try:
        answer = session.post(url, data={"grant_type": GRANT, "assertion": signed})
    except requests.RequestException as error:
        raise no_answer(error, asked="the token endpoint") from None
    if answer.status_code in NO_ORG or answer.status_code >= requests.codes.server_error:
        raise unavailable(answer.status_code, asked="the token endpoint")
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Unavailable(f"the token endpoint answered HTTP {answer.status_code} without JSON")
    return body


def _token(answer: dict[str, Any], audience: str) -> Token:
    """Read the answer; `id` is …/id/<org>/<user> (auth-and-monitoring 1.3)."""
    org_id, _, user_id = str(answer.get("id", "")).rpartition("/")
    return Token(
        value=str(answer["access_token"]),
        org_id=org_id.rpartition("/")[2],
        user_id=user_id,
        audience=audience,
        instance_host=urlsplit(str(answer.get("instance_url", ""))).netloc,
    )
