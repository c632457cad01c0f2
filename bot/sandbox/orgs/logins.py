"""Who gets an access token? The JWT bearer flow, with the errors this road meets.

(auth-and-monitoring 1.1-1.4, 8.1; salesforce-provisioning 2.4)
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import load_pem_x509_certificate

from bot.sandbox.orgs.grants import assigned_sets
from bot.sandbox.orgs.refusal import Fact
from bot.sandbox.orgs.tables import Row
from bot.sandbox.orgs.world import App, Session, World

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_NOT_APPROVED = "user hasn't approved this consumer"
_NOT_ADMIN_APPROVED = "user is not admin approved to access this app"
_NOT_INSTALLED = "External client app is not installed in this org"
_ONE_MINUTE = timedelta(seconds=60)


class LoginRefused(Exception):  # noqa: N818 - an answer of the endpoint
    """The endpoint's error; `status` is what LoginHistory says, for a known user only."""

    def __init__(self, fact: Fact, error: str, description: str, *, status: str = "") -> None:
        super().__init__(error)
        self.fact = fact
        self.error = error
        self.description = description
        self.status = status or f"Failed: {description}"

    def body(self) -> dict[str, str]:
        """An object, not an array (2.1)."""
        return {"error": self.error, "error_description": self.description}


def exchange(world: World, form: Mapping[str, str]) -> dict[str, str]:
    """Answer the token endpoint's body; raises `LoginRefused`."""
    if form.get("grant_type") != GRANT:
        raise LoginRefused(Fact.LOGIN_GRANT, "unsupported_grant_type", "grant type not supported")
    if "scope" in form:
        raise LoginRefused(
            Fact.LOGIN_SCOPE,
            "invalid_scope",
            "the requested scope is invalid, unknown, or malformed",
        )
    assertion = form.get("assertion", "")
    app = _app(world, _claims(assertion))
    claims = _verified(world, app, assertion)
    username = str(claims.get("prn") or claims.get("sub") or "")
    user = world.user(username)
    now = world.clock()
    try:
        _arrived(world, user)
        _in_time(claims, now)
        _audience(world, app, str(claims.get("aud")))
        known = _known(world, user)
        _admitted(world, known, now)
        _granted(world, app, known, now)
    except LoginRefused as no:
        if user is not None:
            _remember(world, user, app, no.status, now)
        raise
    return _session(world, known, app, now)


def _claims(assertion: str) -> dict[str, Any]:
    try:
        return jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise LoginRefused(Fact.LOGIN_ASSERTION, "invalid_grant", "invalid assertion") from None


def _app(world: World, claims: Mapping[str, Any]) -> App:
    """The app of the consumer key; a key of another org is "not installed in this org"."""
    key = claims.get("iss")
    for app in world.apps.values():
        if app.consumer_key == key:
            return app
    if any(app.consumer_key == key for one in world.family for app in one.apps.values()):
        raise LoginRefused(Fact.LOGIN_OTHER_ORG, "app_not_found", _NOT_INSTALLED)
    if world.switches.unknown_app_error == "app_not_found":
        raise LoginRefused(Fact.LOGIN_UNKNOWN_APP, "app_not_found", _NOT_INSTALLED)
    raise LoginRefused(Fact.LOGIN_UNKNOWN_APP, "invalid_client_id", "client identifier invalid")


def _verified(world: World, app: App, assertion: str) -> dict[str, Any]:
    """RS256 against the app's certificate; `exp` may be far away or a string (1.2).

    Whether a certificate may have expired is a switch: sources conflict (1.6).
    """
    certificate = load_pem_x509_certificate(app.certificate_pem.encode())
    expired = certificate.not_valid_after_utc < world.clock()
    if expired and world.switches.expired_certificate_refused:
        raise LoginRefused(Fact.LOGIN_CERTIFICATE, "invalid_grant", "invalid assertion")
    public = cast("RSAPublicKey", certificate.public_key())
    try:
        return jwt.decode(
            assertion,
            public,
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_aud": False, "verify_iat": False},
        )
    except jwt.PyJWTError:
        raise LoginRefused(Fact.LOGIN_ASSERTION, "invalid_grant", "invalid assertion") from None


def _arrived(world: World, user: Row | None) -> None:
    """App changes take minutes to arrive; until then logins fail misleadingly (1.5)."""
    if user is None or not world.is_integration(user) or not world.propagation.failures:
        return
    error, description = world.propagation.failures.pop(0)
    raise LoginRefused(Fact.LOGIN_PROPAGATION, error, description)


def _known(world: World, user: Row | None) -> Row:
    """A user that the org does not know is answered like an inactive one [U]."""
    if user is None:
        raise LoginRefused(Fact.LOGIN_INACTIVE, world.switches.frozen_error, "inactive user")
    return user


def _in_time(claims: Mapping[str, Any], now: datetime) -> None:
    try:
        until = float(claims["exp"])
    except (KeyError, TypeError, ValueError):
        raise LoginRefused(Fact.LOGIN_ASSERTION, "invalid_grant", "invalid assertion") from None
    if until < now.timestamp():
        raise LoginRefused(Fact.LOGIN_EXPIRED, "invalid_grant", "expired authorization code")


def _audience(world: World, app: App, audience: str) -> None:
    """An external client app takes My Domain only; a connected app as the switch says."""
    mine, generic = world.my_domain_url, world.generic_audience
    if app.kind == "external_client_app":
        if audience == mine:
            return
        if audience == generic and world.switches.wrong_audience_external == "app_not_found":
            raise LoginRefused(Fact.LOGIN_AUDIENCE, "app_not_found", _NOT_INSTALLED)
    elif audience == generic or (
        audience == mine and world.switches.connected_app_audience == "both"
    ):
        return
    raise LoginRefused(Fact.LOGIN_AUDIENCE, "invalid_grant", world.switches.wrong_audience_text)


def _admitted(world: World, user: Row, now: datetime) -> None:
    """Active, not frozen, from an allowed place and hour, and not too often (1.4, 1.5)."""
    frozen = world.tables.where("UserLogin", UserId=user["Id"], IsFrozen=True)
    if not user["IsActive"] or frozen:
        raise LoginRefused(Fact.LOGIN_INACTIVE, world.switches.frozen_error, "inactive user")
    profile = world.row("Profile", user["ProfileId"]) or {}
    block = world.login_blocks.get(str(profile.get("Name")))
    if block is not None:
        description, status = block
        raise LoginRefused(Fact.LOGIN_BLOCKED, "invalid_grant", description, status=status)
    since = now - timedelta(hours=1)
    recent = [
        row
        for row in world.tables.where("LoginHistory", UserId=user["Id"])
        if isinstance(row["LoginTime"], datetime) and row["LoginTime"] > since
    ]
    if len(recent) >= world.hourly_logins:
        raise LoginRefused(
            Fact.LOGIN_RATE,
            "rate_limit_exceeded",
            "login rate exceeded",
            status="Login Rate Exceeded",
        )


def _granted(world: World, app: App, user: Row, now: datetime) -> None:
    """Pre-authorised by a set or profile; or, with self-authorise, approved by the user (2.3)."""
    if not app.admin_approved:
        if (str(user["Id"]), app.key) not in world.approvals:
            raise LoginRefused(Fact.LOGIN_NOT_APPROVED, "invalid_grant", _NOT_APPROVED)
        return
    until = now - timedelta(seconds=world.propagation.seconds)
    reach = {
        row["PermissionSetId"]
        for row in world.tables.where("PermissionSetAssignment", AssigneeId=user["Id"])
        if _before(row, until)
    } & {one["Id"] for one in assigned_sets(world, str(user["Id"]), now=now)}
    grants = world.tables.where("SetupEntityAccess", SetupEntityId=app.id)
    if any(row["ParentId"] in reach and _before(row, until) for row in grants):
        return
    error = world.switches.not_granted_error
    description = _NOT_APPROVED if error == "invalid_grant" else _NOT_ADMIN_APPROVED
    raise LoginRefused(
        Fact.LOGIN_NOT_GRANTED, error, description, status="Failed: Not approved for access"
    )


def _before(row: Row, until: datetime) -> bool:
    made = row["CreatedDate"]
    return isinstance(made, datetime) and made <= until


def _session(world: World, user: Row, app: App, now: datetime) -> dict[str, str]:
    """A token without refresh token or expires_in (1.3)."""
    _remember(world, user, app, "Success", now)
    last = user["LastLoginDate"]
    if world.switches.jwt_sets_last_login and (
        not isinstance(last, datetime) or now - last >= _ONE_MINUTE
    ):
        world.tables.put("User", user | {"LastLoginDate": now})
    if not world.tables.where("UserLogin", UserId=user["Id"]):
        world.add("UserLogin", by=str(user["Id"]), UserId=user["Id"])
    token = _token(world)
    world.sessions[token] = Session(user_id=str(user["Id"]), app=app.key)
    return {
        "access_token": token,
        "scope": "api",
        "instance_url": world.my_domain_url,
        "id": f"https://login.salesforce.com/id/{world.organization_id}/{user['Id']}",
        "token_type": "Bearer",
    }


def _token(world: World) -> str:
    """Opaque, or the shape of a JSON Web Token: nobody has to read it (1.3)."""
    secret = world.random.getrandbits(480).to_bytes(60, "big")
    if not world.switches.jwt_access_tokens:
        return f"{world.organization_id[:15]}!{secret.hex()}"
    head = {"alg": "RS256", "typ": "JWT", "tnk": "core/prod", "ver": "1.0"}
    parts = (json.dumps(head).encode(), json.dumps({"iss": world.my_domain_url}).encode(), secret)
    return ".".join(urlsafe_b64encode(one).decode().rstrip("=") for one in parts)


def _remember(world: World, user: Row, app: App, status: str, now: datetime) -> None:
    world.add(
        "LoginHistory",
        UserId=user["Id"],
        LoginTime=now,
        LoginType="Remote Access 2.0",
        LoginUrl=world.my_domain_url.partition("://")[2],
        SourceIp="127.0.0.1",
        Status=status,
        Application=app.label,
        ApiType="N/A",
        Browser="Unknown",
        Platform="Unknown",
    )
