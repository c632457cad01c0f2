"""The API's errors of a whole org: its address, sessions, limits, locks and versions (2.1, 2.2)."""

from __future__ import annotations

from bot.core.diagnosis.rows import Row, Who, row

ADMIN, OPERATOR, REQUESTER = Who.ADMIN, Who.OPERATOR, Who.REQUESTER

ORG: tuple[Row, ...] = (
    row(
        "http_420 nxdomain",
        "no_such_host",
        "No org is found at the configured address.",
        "Check my_domain_url of this org in the configuration, and the name server of the bot's "
        "machine. A new sandbox or a new My Domain name takes a while. Then press Retry.",
        OPERATOR,
    ),
    row(
        "server_unavailable",
        "org_busy",
        "The org does not answer; it may be under maintenance.",
        "Look at status.salesforce.com, and once the org answers press Retry. If it works for "
        "others, tell the operator of the bot: a network or a proxy is in the way.",
        REQUESTER,
    ),
    row(
        "http_400 http_403 http_404 http_405 http_407",
        "no_such_host",
        "What answers at this address does not speak as a Salesforce org.",
        "Check my_domain_url of this org in the configuration, and the proxy on the way. Then "
        "press Retry.",
        OPERATOR,
    ),
    row(
        "invalid_session_id",
        "scope_refused",
        "The session may not use the REST API: the app lacks the scope api.",
        "Add the scope Manage user data via APIs (api) to the app in Setup, then press Retry.",
        ADMIN,
        text=r"not valid for use with the rest api",
    ),
    row(
        "invalid_session_id",
        "session_refused",
        "The org did not accept the session, although it is new.",
        "Look whether API Access Control or session IP locking is on, then press Retry. If neither "
        "is, ask the operator of the bot whether my_domain_url is this org's "
        "https://….my.salesforce.com address.",
        ADMIN,
    ),
    row(
        "request_limit_exceeded",
        "org_busy",
        "Too many long calls run in the org at once.",
        "Wait some minutes, then press Retry.",
        REQUESTER,
        text=r"concurrent",
    ),
    row(
        "request_limit_exceeded",
        "api_quota",
        "The API calls of this org are used up for the next 24 hours.",
        "The bot asks again by itself, every few minutes at most. To have it sooner, find the big "
        "caller in Setup, Company Information.",
        ADMIN,
    ),
    row(
        "unable_to_lock_row unknown_exception query_timeout",
        "org_busy",
        "The org is busy with the same records, or not well.",
        "Wait some minutes, then press Retry.",
        REQUESTER,
    ),
    row(
        "",
        "org_busy",
        "The org is recalculating groups and roles.",
        "Wait until the recalculation has ended, then press Retry.",
        REQUESTER,
        text=r"group membership operation already in progress|could not acquire lock",
    ),
    row(
        "api_disabled_for_org api_currently_disabled",
        "api_disabled",
        "The API is switched off for this org, or for this user.",
        "Look whether the user has API Enabled, and whether the edition of the org has the API. "
        "Then press Retry.",
        ADMIN,
    ),
    row(
        "unsupported_api_version invalidversion 410 http_410",
        "api_retired",
        "The org does not serve this API version.",
        "Set api_version of this org in the configuration to a version that the org offers and "
        "restart the bot, then press Retry.",
        OPERATOR,
    ),
    row(
        "password_lockout invalid_login",
        "user_inactive",
        "The user is locked out, or its login is not allowed.",
        "Unlock the user in Setup, then press Retry.",
        ADMIN,
    ),
    row(
        "processing_halted all_or_none_operation_rolled_back",
        "rolled_back",
        "Nothing was written, because another change in the same call was refused.",
        "Press Retry. If it happens again, tell the operator of the bot.",
        REQUESTER,
    ),
)
