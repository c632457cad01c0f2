"""What do people read when an exchange with an org breaks off?"""

from __future__ import annotations

import pytest
import requests
from structlog.testing import capture_logs

from bot.salesforce.absence import no_answer

EVERY = [
    one
    for one in vars(requests.exceptions).values()
    if isinstance(one, type)
    and issubclass(one, requests.RequestException)
    and one is not requests.exceptions.JSONDecodeError  # it is made of the text that it read
]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (requests.ReadTimeout(), "no answer within 20 seconds"),
        (requests.ConnectTimeout(), "no connection within 5 seconds"),
        (requests.ConnectionError(), "no connection was made, or it broke off"),
        (requests.exceptions.ProxyError(), "the proxy on the way does not let the bot through"),
        (requests.exceptions.SSLError(), "no connection that can be trusted was made (TLS)"),
        (requests.exceptions.ChunkedEncodingError(), "its answer broke off in the middle"),
    ],
)
def test_an_exchange_that_broke_off_is_told_in_words(
    error: requests.RequestException, words: str
) -> None:
    assert no_answer(error).reason == words
    assert no_answer(error, asked="the token endpoint").reason == f"the token endpoint: {words}"


@pytest.mark.parametrize("kind", EVERY)
def test_the_class_of_an_error_stands_in_the_log_only(
    kind: type[requests.RequestException],
) -> None:
    with capture_logs() as logs:
        told = no_answer(kind("secret"))
    assert kind.__name__ not in told.reason
    assert "secret" not in told.reason + repr(logs)
    (line,) = logs
    assert (line["event"], line["error"]) == ("org.no_answer", kind.__name__)
