"""Is a request Slack's? And if not, what is wrong with it: that decides who has to mend it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from slack_sdk.signature import SignatureVerifier

_LONGEST = 12
"""Characters of a stamp that can be a time; whoever writes more is not Slack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Why a request is not taken for Slack's.

    `no_signature`: what Slack always sends is missing, so it is somebody else. `wrong_signature`:
    the secret is another app's, or a proxy changed the body. `wrong_time`: it is signed with our
    secret, more than five minutes ago or ahead, so a clock is wrong or it was held up.
    `age` is in seconds by our clock, below 0 when the stamp lies ahead of it.
    """

    reason: Literal["no_signature", "wrong_signature", "wrong_time"]
    age: int | None = None


def flaw(verifier: SignatureVerifier, raw: bytes, headers: Mapping[str, str]) -> Flaw | None:
    """What is wrong with a request; None when it is Slack's (slack-platform 2, Signing)."""
    stamp = headers.get("X-Slack-Request-Timestamp", "")
    signature = headers.get("X-Slack-Signature", "")
    age = _age(verifier, stamp)
    if age is None or not signature:
        return Flaw(reason="no_signature")
    try:
        if verifier.is_valid(raw, stamp, signature):
            return None
        ours = verifier.generate_signature(timestamp=stamp, body=raw) or ""
        right = bool(ours) and hmac.compare_digest(ours, signature)
    except (ValueError, TypeError):  # bytes that are no text, a signature that is not ASCII
        right = False
    return Flaw(reason="wrong_time" if right else "wrong_signature", age=age)


def _age(verifier: SignatureVerifier, stamp: str) -> int | None:
    """Seconds since the stamp by our clock; None when it is no time."""
    try:
        return int(verifier.clock.now()) - int(stamp) if len(stamp) <= _LONGEST else None
    except ValueError:
        return None
