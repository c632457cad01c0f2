"""The log: one style for everybody's lines, and no secret in any of them."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from bot.logs import HIDDEN, about, configure, redact

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nTr0ub4dor\n-----END RSA PRIVATE KEY-----"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIzTVZHOSJ9.Tr0ub4dor_Tr0ub4dor"

SECRETS = [
    PEM,
    PEM.replace("\n", "\\n"),
    PEM.partition("-----END")[0],
    "xoxb-123-Tr0ub4dor",
    "xoxe.xoxb-1-Tr0ub4dor",
    "xapp-1-A0-Tr0ub4dor",
    JWT,
    JWT.rpartition(".")[0].replace("IzTVZ", "Tr0ub4dor"),
    "00D0p0000000abc!AQ.Tr0ub4dor_x",
    "Authorization: Bearer Tr0ub4dor",
    "{'Authorization': 'Bearer Tr0ub4dor'}",
    '{"authorization": "OAuth Tr0ub4dor x"}',
    "Bearer Tr0ub4dor",
    "postgresql://bot:Tr0ub4dor@db/bot",
    "postgresql+psycopg://bot:a@Tr0ub4dor@db/bot",
    "http://proxy:Tr0ub4dor@proxy:3128",
    "assertion=Tr0ub4dor&grant_type=x",
    '{"access_token": "Tr0ub4dor"}',
    "https://hooks.slack.com/commands/T0/1/Tr0ub4dor",
    "502, message='Bad', url='wss://wss-primary.slack.com/link/?ticket=Tr0ub4dor&app_id=A0'",
    '{"ok": true, "url": "wss://wss-primary.slack.com/link/?ticket=Tr0ub4dor\\u0026app_id=A0"}',
    "CONNECT https%3A%2F%2Fwss%2Flink%2F%3Fticket%3DTr0ub4dor%26app_id%3DA0",
    '{"response_url": "http://127.0.0.1:9/response/Tr0ub4dor"}',
    r'"{\"response_url\": \"http://127.0.0.1:9/response/Tr0ub4dor\"}"',
]


def fail(text: str) -> None:
    raise RuntimeError(text)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def lines() -> Callable[[], list[dict[str, Any]]]:
    stream = io.StringIO()
    configure("json", stream=stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_blacked_out_wherever_it_stands(
    secret: str, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    log = structlog.get_logger("bot.test")
    log.info("event %s end", secret)
    log.info("value", text=secret, deep={"a": [secret, {"b": (secret,)}]}, error=ValueError(secret))
    logging.getLogger("slack_bolt").warning("said %s to %r", secret, {"x": secret})
    logging.getLogger("dbos").error(secret, extra={"payload": secret})
    try:
        fail(secret)
    except RuntimeError:
        log.exception("failed")
        logging.getLogger("aiohttp.server").exception("failed too")
    found = lines()
    assert len(found) == 6
    assert "Tr0ub4dor" not in json.dumps(found)
    assert HIDDEN in json.dumps(found[0])


@pytest.mark.parametrize(
    "name", ["password", "bot_token", "token", "private_key", "Authorization", "client_secret"]
)
def test_what_is_called_a_secret_is_hidden_whatever_it_looks_like(
    name: str, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    structlog.get_logger("bot").info("x", **{name: "Tr0ub4dor"}, headers={name: "Tr0ub4dor"})
    (line,) = lines()
    assert line[name] == HIDDEN
    assert line["headers"] == {name: HIDDEN}


@pytest.mark.parametrize(
    "text",
    [
        "IU-17 is live: erp@integrations.acme.example in https://acme.my.salesforce.com:8443/x",
        "00D0p0000000abc is the org, 005xx the user, tokens: 3, basic access, bearer of news",
        "Read, create and edit Account (12 fields)",
        "invalid_grant: user hasn't approved this consumer",
        "the journal eyes 12 rows",
        "OPS-12 is the ticket: see ticket 12, and ?app_id=A0&debug=1",
    ],
)
def test_words_stay_as_they_are(text: str) -> None:
    assert redact(text) == text


def test_a_request_is_bound_to_every_line_about_it(
    lines: Callable[[], list[dict[str, Any]]],
) -> None:
    with about(17, org="uat"):
        structlog.get_logger("bot.flows").info("provision.step", step="set:Integration_Erp_IU17")
        logging.getLogger("dbos").warning("slow")
    structlog.get_logger("bot.flows").info("idle")
    ours, library, after = lines()
    assert ours["request_id"] == library["request_id"] == "IU-17"
    assert ours["event"] == "provision.step"
    assert ours["logger"] == "bot.flows"
    assert ours["level"] == "info"
    assert ours["timestamp"].endswith("Z")
    assert library["org"] == "uat"
    assert "request_id" not in after


def test_the_console_has_the_same_words_and_the_same_silence() -> None:
    stream = io.StringIO()
    configure("console", stream=stream)
    try:
        fail("xoxb-1-Tr0ub4dor")
    except RuntimeError:
        structlog.get_logger("bot").exception("org.refused", org="uat")
    assert "org.refused" in stream.getvalue()
    assert "org=uat" in stream.getvalue()
    assert "RuntimeError" in stream.getvalue()
    assert "Tr0ub4dor" not in stream.getvalue()


def test_configuring_twice_does_not_say_everything_twice() -> None:
    first, second = io.StringIO(), io.StringIO()
    configure("json", stream=first)
    configure("json", stream=second)
    structlog.get_logger("bot").info("once")
    assert first.getvalue() == ""
    assert len(second.getvalue().splitlines()) == 1
