"""The token endpoint's errors (salesforce-auth-and-monitoring 1.4, salesforce-provisioning 2.4)."""

from __future__ import annotations

from bot.core.diagnosis import titles
from bot.core.diagnosis.rows import Row, Who, row

ADMIN, OPERATOR = Who.ADMIN, Who.OPERATOR
_TOO_OFTEN = "This user logged in more often than 3,600 times in an hour."
_ANOTHER = (
    "The bot keeps its session, so something else logs in as its user, or it is started again and "
    "again: ask a Salesforce admin for the user's Login History. Test again in an hour."
)
_KEEP_IT = (
    "Let the integration keep its access token instead of logging in for every call; test again in "
    "an hour."
)

LOGIN: tuple[Row, ...] = (
    row(
        "",
        "not_pre_authorised",
        "The app does not let this user in: nobody approved the app for it.",
        "Set the app's policy Permitted Users to Admin approved users are pre-authorized, and look "
        "whether a permission set that grants the app is assigned to the user. Then test again.",
        ADMIN,
        text=r"hasn.t approved this consumer",
    ),
    row(
        "",
        "not_pre_authorised",
        "The app admits approved users only, and this user is not among them.",
        "Look whether a permission set that grants the app (SetupEntityAccess) is assigned to the "
        "user, then test again.",
        ADMIN,
        text=r"not admin approved",
    ),
    row(
        "invalid_app_access oauth_app_access_denied",
        "not_pre_authorised",
        "The app does not admit this user.",
        "Look whether a permission set that grants the app (SetupEntityAccess) is assigned to the "
        "user, then test again.",
        ADMIN,
    ),
    row(
        "app_not_found oauth_ec_app_not_found",
        "app_not_installed",
        "The app of this consumer key is not installed in this org.",
        "Create or deploy the external client app in this very org (a refreshed sandbox loses "
        "it), then test again. If it is there, ask the operator of the bot to compare "
        "consumer_key, my_domain_url and audience in the configuration.",
        ADMIN,
    ),
    row(
        "invalid_client_id",
        "unknown_client",
        "The org does not know the consumer key of this app.",
        "Ask a Salesforce admin for the consumer key of the app (Setup, External Client App "
        "Manager), and compare it with consumer_key in the configuration. After a change of the "
        "app wait ten minutes, then test again.",
        OPERATOR,
    ),
    row(
        "invalid_grant",
        "wrong_audience",
        "The audience of the login does not fit this org.",
        "Remove audience from the configuration of this org, or set it to its My Domain address, "
        "https://login.salesforce.com (production) or https://test.salesforce.com (sandbox). "
        "Restart the bot, then test again.",
        OPERATOR,
        text=r"audience is invalid|audience validation failed",
    ),
    row(
        "invalid_grant",
        "key_mismatch",
        "The signature does not fit the certificate of the app, or the certificate has expired.",
        "Have a Salesforce admin upload a valid certificate of this private key to the app (RSA, "
        "at least 2048 bits), or point the configuration to the right key. Deploying an app "
        "without it removes it. Then test again.",
        OPERATOR,
        text=r"invalid assertion|couldn.t validate jwt",
    ),
    row(
        titles.KEY_UNUSABLE,
        titles.KEY_UNUSABLE,
        "The private key cannot be used.",
        "Put an RSA key without a passphrase where the configuration names it, readable by the bot "
        "alone. integration-user-bot check shows whether it will do. Then test again.",
        OPERATOR,
    ),
    row(
        "invalid_grant",
        "clock_skew",
        "Salesforce takes our login for expired.",
        "Set the clock of the bot's machine (NTP, UTC), then test again.",
        OPERATOR,
        text=r"expired authorization code|assertion expired",
    ),
    row(
        "inactive_user",
        "user_inactive",
        "The user is deactivated or frozen, or has another username.",
        "Activate or unfreeze the user in Setup, and look whether its username was changed. Then "
        "test again.",
        ADMIN,
    ),
    row(
        "invalid_grant",
        "user_inactive",
        "The user is deactivated or frozen, or has another username.",
        "Activate or unfreeze the user in Setup, and look whether its username was changed. Then "
        "test again.",
        ADMIN,
        text=r"inactive user|user is inactive",
    ),
    row(
        "inactive_org",
        "org_inactive",
        "The org is locked, closed or suspended.",
        "Ask Salesforce support to open it again; an expired trial must be extended. Then test "
        "again.",
        Who.SUPPORT,
    ),
    row(
        "invalid_grant",
        "ip_restricted",
        "The user's profile does not allow a login from this address, or at this hour.",
        "Add the address of the bot to the Login IP Ranges of the user's profile and look at its "
        "Login Hours, then test again. Relaxing IP restrictions on the app does not help a JWT "
        "login.",
        ADMIN,
        text=r"ip restricted",
    ),
    row(
        "unsupported_grant_type",
        "wrong_token_address",
        "The token address does not speak OAuth.",
        "Set my_domain_url to the https://….my.salesforce.com address, not to a Lightning address, "
        "and restart the bot. Then test again.",
        OPERATOR,
    ),
    row(
        "invalid_request",
        "bad_token_request",
        "Salesforce did not accept the form of the token request.",
        "Set my_domain_url to an https address, restart the bot, and look whether a proxy changes "
        "requests. Then test again.",
        OPERATOR,
    ),
    row(
        "invalid_scope",
        "scope_refused",
        "The scope asked for does not exist in this app.",
        "The bot asks for no scope: look whether a proxy changes requests, and ask a Salesforce "
        "admin to look at the app's OAuth scopes. Then test again.",
        OPERATOR,
    ),
    row(
        "",
        "scope_refused",
        "The app lacks the scope refresh_token.",
        "Add the scope Perform requests at any time (refresh_token, offline_access) to the app, "
        "then test again.",
        ADMIN,
        text=r"refresh_token scope is required",
    ),
    *(
        row(errors, "login_rate", _TOO_OFTEN, remedy, who, text=text, own=own)
        for errors, text in (
            ("rate_limit_exceeded login_rate_exceeded", None),
            ("", r"login rate exceeded|number of logins exceeded"),
        )
        for own, remedy, who in ((True, _ANOTHER, OPERATOR), (False, _KEEP_IT, Who.OWNER))
    ),
    row(
        "invalid_client",
        "app_uninstalled",
        "The connected app is used, but not installed in this org.",
        "Install it in Setup, Connected Apps OAuth Usage, or use an external client app. Then test "
        "again.",
        ADMIN,
        text=r"must be installed",
    ),
    row(
        "invalid_client",
        "client_refused",
        "The app's own credentials were refused.",
        "Ask a Salesforce admin for the app's consumer key and the org's My Domain, and compare "
        "consumer_key and my_domain_url in the configuration. Restart the bot, then test again.",
        OPERATOR,
    ),
    row(
        "invalid_grant",
        "client_refused",
        "The app has no Run As user for the client credentials flow.",
        "Set the Run As user in the app's policies, or log in by JWT as this bot does. Then test "
        "again.",
        ADMIN,
        text=r"no client credentials user",
    ),
    row(
        "invalid_grant",
        "wrong_token_address",
        "This kind of login is not served at this address.",
        "Set my_domain_url to the org's own https://….my.salesforce.com address and restart the "
        "bot. Then test again.",
        OPERATOR,
        text=r"not supported on this domain",
    ),
    row(
        "oauth_app_blocked oauth_approval_error_generic oauth_authorization_blocked",
        "app_blocked",
        "The app is blocked in this org, or was never installed in it.",
        "Unblock or install it in Setup, Connected Apps OAuth Usage, then test again.",
        ADMIN,
    ),
)
