"""How an error is looked up in the table, and which errors pass by themselves."""

from __future__ import annotations

from typing import Final

from bot.core.diagnosis.api import API
from bot.core.diagnosis.login import LOGIN
from bot.core.diagnosis.quote import quote
from bot.core.diagnosis.rows import Row, Who
from bot.core.diagnosis.titles import KEY_UNUSABLE
from store.records import Finding

_NAME: Final = 120

_LOGIN_REFUSED = Row(
    errors=frozenset(),
    finding="login_refused",
    cause="The login was refused with an error that the bot does not know.",
    remedy="Look at the user's Login History in Setup and at the policies of the app; a High "
    "Assurance session level blocks JWT logins. Then test again.",
    who=Who.ADMIN,
)
_REFUSED = Row(
    errors=frozenset(),
    finding="refused",
    cause="The org refused with an error that the bot does not know.",
    remedy="Read its words, correct what they name in Setup, then press Retry.",
    who=Who.ADMIN,
)
_PASSING: Final = frozenset(
    {
        "unable_to_lock_row",
        "server_unavailable",
        "unknown_exception",
        "query_timeout",
        "request_limit_exceeded",
    }
)
_OF_ONE_QUESTION: Final = frozenset({"query_timeout", "unknown_exception"})
"""Errors that pass, but may lie in the one question that met them, such as a big object's."""
_DUPLICATES: Final = frozenset(
    {
        "duplicate_value",
        "duplicate_developer_name",
        "duplicate_username",
        "field_integrity_exception",
    }
)
_NO_ANSWER: Final = frozenset({"nxdomain", "http_420", "server_unavailable"})
"""Here the words are the bot's own: nobody answered as an org."""
_PROPAGATION: Final = frozenset(
    {"invalid_client_id", "app_not_found", "invalid_app_access", "oauth_app_access_denied"}
)


def explain(
    code: str,
    message: str,
    *,
    login: bool,
    context: str | None = None,
    own: bool = True,
    sobject: str = "",
) -> Finding:
    """Say what an error means: cause, remedy, who; unknown ones are quoted.

    `login` chooses the token endpoint's table. `own` = it was the bot's own login, not that of the
    new user. `context` is the step or object it happened at, `sobject` the object whose write was
    refused. Only a cleaned, cut piece of the org's words is quoted, never a secret.
    """
    rows, other = (LOGIN, _LOGIN_REFUSED) if login else (API, _REFUSED)
    found = next(
        (row for row in rows if row.matches(code, message, own=own, sobject=sobject)), other
    )
    words = ": ".join(part for part in (quote(code, _NAME), quote(message)) if part)
    what = quote(found.named(message), _NAME)
    cause = found.cause.replace("{what}", what.rstrip("."))
    if login and own:
        cause = f"The bot itself could not log in. {cause}"
    if context:
        cause += f" It happened here: {quote(context)}."
    if found.finding == KEY_UNUSABLE:
        cause += f" {quote(message)}"
    elif message and code.lower() in _NO_ANSWER:
        cause += f" The bot met: {quote(message)}."
    else:
        cause += f" Salesforce said: {words}" if words else " Salesforce gave no reason."
    return Finding(code=found.finding, cause=cause, remedy=found.remedy, who=str(found.who))


def may_be_propagation(error: str, description: str) -> bool:
    """Say whether a login error may go away by itself after a change of the app.

    That takes 2 to 10 minutes (salesforce-auth-and-monitoring 1.5, 6.1); it counts only while our
    grant and assignment read back as present, which the caller knows.
    """
    text = description.lower()
    if error.lower() in _PROPAGATION or "not admin approved" in text:
        return True
    return "approved this consumer" in text


def is_passing(code: str, message: str = "") -> bool:
    """Say whether an API error passes by itself: locks, timeouts, too many calls (2.2)."""
    return code.lower() in _PASSING or _is_locked(message)


def _is_locked(message: str) -> bool:
    text = message.lower()
    busy = ("group membership operation already in progress", "could not acquire lock")
    return any(words in text for words in busy)


def is_of_one_question(code: str, message: str = "") -> bool:
    """Say whether a passing error is of one question only, and says nothing about the org (2.2).

    A plain query of a very large object runs into the time limit however well the org is.
    """
    return code.lower() in _OF_ONE_QUESTION and not _is_locked(message)


def is_quota(code: str, message: str) -> bool:
    """Say whether the org's calls of 24 hours are used up, which passes in hours (2.2)."""
    return code.lower() == "request_limit_exceeded" and "concurrent" not in message.lower()


def may_be_there(code: str) -> bool:
    """Say whether a write may have been refused because its row is there already: look again.

    Besides the codes for duplicates that is the general one: which of them an org uses for a second
    row of a set, nobody could confirm (salesforce-provisioning 1.8, 1.9, 1.12, 3.3).
    """
    return code.lower() in _DUPLICATES


def is_mixture(code: str) -> bool:
    """Say whether an org refused to write different objects in one transaction (2.3)."""
    return code.lower() == "mixed_dml_operation"
