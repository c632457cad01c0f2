"""What is wrong with a request that is not taken for Slack's."""

from __future__ import annotations

import pytest
from slack_sdk.signature import Clock, SignatureVerifier

from bot.sandbox.workspace import HttpTransport
from bot.slack.signing import Flaw, flaw

NOW = 1_800_000_000.0
BODY = b"command=%2Fintegration-user"
OURS, OTHER = "0urs", "an0ther"


class Still(Clock):
    def now(self) -> float:
        return NOW


def sent(secret: str = OURS, *, age: float = 0, body: bytes = BODY) -> dict[str, str]:
    """Slack's headers over a body."""
    transport = HttpTransport(url="", signing_secret=secret, now=lambda: NOW - age)
    return transport.signature(body)


STAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (sent(), None),
        (sent(age=299), None),
        (sent(age=-299), None),
        (sent(age=301), Flaw(reason="wrong_time", age=301)),
        (sent(age=-7200), Flaw(reason="wrong_time", age=-7200)),
        (sent(OTHER), Flaw(reason="wrong_signature", age=0)),
        (sent(body=b"changed on the way"), Flaw(reason="wrong_signature", age=0)),
        (sent(OTHER, age=3600), Flaw(reason="wrong_signature", age=3600)),
        ({**sent(), SIGNATURE: "v0=\N{SNOWMAN}"}, Flaw(reason="wrong_signature", age=0)),
        ({}, Flaw(reason="no_signature")),
        ({STAMP: str(int(NOW))}, Flaw(reason="no_signature")),
        ({SIGNATURE: "v0=1"}, Flaw(reason="no_signature")),
        ({**sent(), STAMP: "today"}, Flaw(reason="no_signature")),
        ({**sent(), STAMP: "9" * 5000}, Flaw(reason="no_signature")),
    ],
)
def test_the_reason_says_who_has_to_mend_it(headers: dict[str, str], expected: Flaw | None) -> None:
    assert flaw(SignatureVerifier(OURS, Still()), BODY, headers) == expected


def test_bytes_that_are_no_text_are_slacks_by_no_secret() -> None:
    body = b"\xff\xfe"
    found = flaw(SignatureVerifier(OURS, Still()), body, sent(body=body))
    assert found == Flaw(reason="wrong_signature", age=0)
