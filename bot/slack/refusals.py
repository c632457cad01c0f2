"""What did Slack say no with? The library's error carries three kinds of answer; one place knows.

A JSON body is a mapping; text from a gateway on the way is a string, on which the library's own
`get` fails; a broken body is the bare HTTP response.
"""

from __future__ import annotations

from slack_sdk.errors import SlackApiError

_TOO_MANY = 429
_TROUBLE = 500
_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_PASSING = frozenset(
    {"fatal_error", "internal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
    | {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}
    | {"missing_scope", "no_permission", "not_allowed_token_type"}
)
"""Trouble at Slack, and a token or its scopes that an operator mends."""


def code(error: SlackApiError) -> str:
    """Slack's error code, such as `not_in_channel`; empty when Slack itself did not answer."""
    data = getattr(error.response, "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def said(error: SlackApiError) -> str:
    """What Slack says beside the code, such as which block it does not like; may be empty."""
    data = getattr(error.response, "data", None)
    more = data.get("response_metadata") if isinstance(data, dict) else None
    messages = more.get("messages") if isinstance(more, dict) else None
    return "\n".join(map(str, messages)) if isinstance(messages, list) else ""


def status(error: SlackApiError) -> int:
    """The HTTP status; 0 when there is none."""
    response = error.response
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 0))


def limited(error: SlackApiError) -> bool:
    """Whether Slack only asks for silence (slack-platform 2)."""
    return status(error) == _TOO_MANY or code(error) in _LIMITED


def passing(error: SlackApiError) -> bool:
    """Whether it is about Slack, or our token, and not about what was said."""
    busy = limited(error) or status(error) >= _TROUBLE
    return busy or not code(error) or code(error) in _PASSING


def retry_after(error: SlackApiError) -> float | None:
    """Seconds of silence that Slack asks for, at least 1; None when it does not say how long."""
    headers = getattr(error.response, "headers", None) or {}
    try:
        return max(float(headers["Retry-After"]), 1.0)
    except (KeyError, ValueError):
        return None


def named(error: SlackApiError) -> Exception:
    """The error itself when it is Slack's own, with a code; else a ConnectionError."""
    return error if code(error) else ConnectionError(f"Slack does not answer: HTTP {status(error)}")
