"""Every error that the chapters list, with what it means and for whom: one list for all tests.

That no line of the product's table is without an error here is tested beside it (test_diagnosis).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.core.diagnosis.api import API
from bot.core.diagnosis.login import LOGIN
from bot.core.diagnosis.rows import Row

ADMIN, OPERATOR, OWNER = "Salesforce admin", "bot operator", "owner"
REQUESTER, SUPPORT = "requester", "Salesforce support"

WHOLE = ""
"""Struck where the whole call is refused, not one object of it."""
UNDO = "undo"
PASSES = "passes"
AWAY = "away"
ITSELF = "itself"
"""Raised by the bot's own client about what it read."""


@dataclass(frozen=True, slots=True)
class LoginError:
    """An error of the token endpoint (salesforce-auth-and-monitoring 1.4, provisioning 2.4).

    `who` can do something when it is the new user's login; `own` when it is the bot's own.
    """

    error: str
    description: str
    finding: str
    who: str
    own_who: str = ""

    @property
    def own(self) -> str:
        """Who can do something about it at the bot's own login."""
        return self.own_who or self.who

    @property
    def line(self) -> int:
        """Which line of the product's table is about it, at the new user's login."""
        return _line(LOGIN, self.error, self.description, own=False)

    @property
    def own_line(self) -> int:
        """Which line of the product's table is about it, at the bot's own login."""
        return _line(LOGIN, self.error, self.description, own=True)


@dataclass(frozen=True, slots=True)
class ApiError:
    """An error of the API (salesforce-provisioning 2.2); `at` is the object whose call meets it."""

    status: int
    error: str
    message: str
    finding: str
    who: str
    at: str

    @property
    def body(self) -> object:
        """What the org answers; a status alone comes with a page."""
        if self.error.startswith("HTTP_"):
            return "<html>a page</html>"
        return [{"errorCode": self.error, "message": self.message}]

    @property
    def line(self) -> int:
        """Which line of the product's table is about it."""
        return _line(API, self.error, self.message, own=True, at=self.at)


def _line(rows: Sequence[Row], error: str, text: str, *, own: bool, at: str = "") -> int:
    lines = enumerate(rows)
    return next((n for n, row in lines if row.matches(error, text, own=own, sobject=at)), -1)


def first_of_each_line(errors: Sequence[ApiError]) -> Iterator[ApiError]:
    """One error for each line of the product's table, and those that it does not know."""
    seen: set[int] = set()
    for one in errors:
        if one.line not in seen:
            yield one
            seen.add(one.line)


NOT_APPROVED = "user hasn't approved this consumer"
NOT_ADMIN_APPROVED = "user is not admin approved to access this app"
LOGIN_ERRORS = [
    LoginError("invalid_grant", NOT_APPROVED, "not_pre_authorised", ADMIN),
    LoginError("invalid_app_access", NOT_ADMIN_APPROVED, "not_pre_authorised", ADMIN),
    LoginError("OAUTH_APP_ACCESS_DENIED", "", "not_pre_authorised", ADMIN),
    LoginError("other", NOT_ADMIN_APPROVED, "not_pre_authorised", ADMIN),
    LoginError(
        "app_not_found",
        "External client app is not installed in this org",
        "app_not_installed",
        ADMIN,
    ),
    LoginError("OAUTH_EC_APP_NOT_FOUND", "", "app_not_installed", ADMIN),
    LoginError("invalid_client_id", "client identifier invalid", "unknown_client", OPERATOR),
    LoginError("invalid_client_id", "words that nobody confirmed", "unknown_client", OPERATOR),
    LoginError(
        "invalid_grant", "audience is invalid [audience=a login=b]", "wrong_audience", OPERATOR
    ),
    LoginError("invalid_grant", "Audience validation failed", "wrong_audience", OPERATOR),
    LoginError("invalid_grant", "invalid assertion", "key_mismatch", OPERATOR),
    LoginError("invalid_grant", "Failed: : Couldn't validate jwt token.", "key_mismatch", OPERATOR),
    LoginError("invalid_grant", "expired authorization code", "clock_skew", OPERATOR),
    LoginError("invalid_grant", "assertion expired", "clock_skew", OPERATOR),
    LoginError("invalid_grant", "inactive user", "user_inactive", ADMIN),
    LoginError("invalid_grant", "user is inactive", "user_inactive", ADMIN),
    LoginError("inactive_user", "user is inactive", "user_inactive", ADMIN),
    LoginError(
        "inactive_org", "organization is locked, closed, or suspended", "org_inactive", SUPPORT
    ),
    LoginError("invalid_grant", "ip restricted", "ip_restricted", ADMIN),
    LoginError("invalid_grant", "IP restricted or invalid login hours", "ip_restricted", ADMIN),
    LoginError(
        "unsupported_grant_type", "grant type not supported", "wrong_token_address", OPERATOR
    ),
    LoginError("invalid_request", "must use HTTP POST", "bad_token_request", OPERATOR),
    LoginError("invalid_request", "HTTPS required", "bad_token_request", OPERATOR),
    LoginError(
        "invalid_scope",
        "requested scope is invalid, unknown, or malformed",
        "scope_refused",
        OPERATOR,
    ),
    LoginError("invalid_grant", "refresh_token scope is required", "scope_refused", ADMIN),
    LoginError(
        "rate_limit_exceeded", "number of logins exceeded", "login_rate", OWNER, own_who=OPERATOR
    ),
    LoginError("LOGIN_RATE_EXCEEDED", "", "login_rate", OWNER, own_who=OPERATOR),
    LoginError("invalid_grant", "login rate exceeded", "login_rate", OWNER, own_who=OPERATOR),
    LoginError("invalid_client", "app must be installed into org", "app_uninstalled", ADMIN),
    LoginError("invalid_client", "invalid client credentials", "client_refused", OPERATOR),
    LoginError("invalid_grant", "no client credentials user enabled", "client_refused", ADMIN),
    LoginError(
        "invalid_grant", "request not supported on this domain", "wrong_token_address", OPERATOR
    ),
    LoginError("OAUTH_APP_BLOCKED", "this app is blocked by admin", "app_blocked", ADMIN),
    LoginError("OAUTH_APPROVAL_ERROR_GENERIC", "", "app_blocked", ADMIN),
    LoginError("OAUTH_AUTHORIZATION_BLOCKED", "", "app_blocked", ADMIN),
    LoginError("something_new", "nobody knows it", "login_refused", ADMIN),
]
"""What the token endpoint answers."""

KEY_UNUSABLE = LoginError(
    "key_unusable", "orgs.uat.private_key_file: the file is gone.", "key_unusable", OPERATOR
)
"""Raised by the bot's own client before anything is sent."""

_SESSION = "Session expired or invalid"
_NO_REST = "This session is not valid for use with the REST API"
_BUSY = "Group membership operation already in progress"
_LONG_CALLS = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
_MIXED = "DML operation on setup object is not permitted after you have updated a non-setup object"
_ROLLED_BACK = "The transaction was rolled back since another operation failed."
_BAD = "Name: bad value for restricted picklist field"
PICKLIST = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
FIELD_INTEGRITY = "FIELD_INTEGRITY_EXCEPTION"
CROSS_REFERENCE = "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"

API_ERRORS = [
    # Whatever is called.
    ApiError(404, "HTTP_404", "", "no_such_host", OPERATOR, WHOLE),
    ApiError(410, "HTTP_410", "", "api_retired", OPERATOR, WHOLE),
    ApiError(404, "UNSUPPORTED_API_VERSION", "", "api_retired", OPERATOR, WHOLE),
    ApiError(401, "INVALID_SESSION_ID", _SESSION, "session_refused", ADMIN, WHOLE),
    ApiError(401, "INVALID_SESSION_ID", _NO_REST, "scope_refused", ADMIN, WHOLE),
    ApiError(403, "API_DISABLED_FOR_ORG", "API is not enabled", "api_disabled", ADMIN, WHOLE),
    ApiError(403, "API_CURRENTLY_DISABLED", "API is disabled", "api_disabled", ADMIN, WHOLE),
    ApiError(403, "PASSWORD_LOCKOUT", "user is locked out", "user_inactive", ADMIN, WHOLE),
    ApiError(403, "INVALID_LOGIN", "Invalid username", "user_inactive", ADMIN, WHOLE),
    # A permission set and its rows.
    ApiError(
        400,
        "DUPLICATE_DEVELOPER_NAME",
        "The permission set API Name you entered is already in use",
        "set_name_taken",
        ADMIN,
        "PermissionSet",
    ),
    ApiError(
        403, "INSUFFICIENT_ACCESS", "insufficient access", "missing_right", ADMIN, "PermissionSet"
    ),
    ApiError(
        403,
        "INSUFFICIENT_ACCESS",
        "use of the Metadata API requires a user with the ModifyMetadata permission",
        "missing_right",
        ADMIN,
        "PermissionSet",
    ),
    ApiError(
        400, "ALL_OR_NONE_OPERATION_ROLLED_BACK", "", "rolled_back", REQUESTER, "PermissionSet"
    ),
    ApiError(400, "PROCESSING_HALTED", _ROLLED_BACK, "rolled_back", REQUESTER, "PermissionSet"),
    ApiError(
        400,
        "INVALID_CROSS_REFERENCE_KEY",
        "invalid cross reference id",
        "reference_invalid",
        REQUESTER,
        "SetupEntityAccess",
    ),
    ApiError(
        400,
        FIELD_INTEGRITY,
        "The user license doesn't allow the permission: Read Lead",
        "license_forbids",
        REQUESTER,
        "ObjectPermissions",
    ),
    ApiError(
        400,
        FIELD_INTEGRITY,
        "Permission A depends on permission(s): B",
        "needs_other_right",
        REQUESTER,
        "ObjectPermissions",
    ),
    ApiError(
        400,
        "INVALID_TYPE",
        "sObject type 'Case' is not supported.",
        "object_not_visible",
        ADMIN,
        "ObjectPermissions",
    ),
    ApiError(
        400,
        "INVALID_TYPE_FOR_OPERATION",
        "cannot insert",
        "object_not_visible",
        ADMIN,
        "ObjectPermissions",
    ),
    ApiError(400, "INVALID_TYPE", "", "object_not_visible", ADMIN, "ObjectPermissions"),
    ApiError(400, PICKLIST, f"{_BAD}: Account", "object_gone", REQUESTER, "ObjectPermissions"),
    ApiError(400, PICKLIST, "bad value", "object_gone", REQUESTER, "ObjectPermissions"),
    ApiError(400, PICKLIST, f"{_BAD}: Order__c", "object_gone", REQUESTER, "FieldPermissions"),
    ApiError(
        400, PICKLIST, f"{_BAD}: Account.Industry", "field_refused", REQUESTER, "FieldPermissions"
    ),
    ApiError(400, PICKLIST, "bad value", "field_refused", REQUESTER, "FieldPermissions"),
    ApiError(
        400,
        FIELD_INTEGRITY,
        "Read permission is required for it",
        "all_fields_needed",
        REQUESTER,
        "FieldPermissions",
    ),
    ApiError(
        400, "INVALID_FIELD", "No such column 'X'", "field_not_visible", ADMIN, "FieldPermissions"
    ),
    ApiError(
        400,
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "Unable to write",
        "field_not_visible",
        ADMIN,
        "FieldPermissions",
    ),
    # The user.
    ApiError(
        400,
        "DUPLICATE_USERNAME",
        "Duplicate Username.<br>The username already exists in another Salesforce organization.",
        "username_taken",
        REQUESTER,
        "User",
    ),
    ApiError(400, "LICENSE_LIMIT_EXCEEDED", "License Limit Exceeded", "no_seat", ADMIN, "User"),
    ApiError(
        400,
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "UserGuard: execution of BeforeInsert caused by: no cost centre",
        "org_automation",
        ADMIN,
        "User",
    ),
    ApiError(
        400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Ask Max first", "org_automation", ADMIN, "User"
    ),
    ApiError(400, "CANNOT_EXECUTE_FLOW_TRIGGER", "It failed", "org_automation", ADMIN, "User"),
    ApiError(400, "MIXED_DML_OPERATION", _MIXED, "mixed_dml", ADMIN, "User"),
    ApiError(
        400,
        "REQUIRED_FIELD_MISSING",
        "Required fields are missing: [Region__c]",
        "value_missing",
        ADMIN,
        "User",
    ),
    ApiError(400, "REQUIRED_FIELD_MISSING", "", "value_missing", ADMIN, "User"),
    ApiError(
        400, "STRING_TOO_LONG", "Alias: data value too large", "value_refused", REQUESTER, "User"
    ),
    ApiError(
        400, "INVALID_EMAIL_ADDRESS", "invalid email address", "value_refused", REQUESTER, "User"
    ),
    ApiError(
        400, "MALFORMED_ID", "id value of incorrect type", "reference_invalid", REQUESTER, "User"
    ),
    ApiError(400, "INVALID_PROFILE", "invalid profile", "profile_refused", ADMIN, "User"),
    ApiError(
        400,
        FIELD_INTEGRITY,
        "You can only assign profiles that are compatible with the user's license.",
        "profile_refused",
        ADMIN,
        "User",
    ),
    ApiError(400, FIELD_INTEGRITY, "words that nobody confirmed", "refused", ADMIN, "User"),
    ApiError(400, PICKLIST, f"{_BAD}: Mars/Olympus", "locale_refused", OPERATOR, "User"),
    ApiError(400, PICKLIST, f"{_BAD}: en_XX", "locale_refused", OPERATOR, "User"),
    ApiError(400, "DUPLICATE_COMM_NICKNAME", "Duplicate Nickname", "already_there", ADMIN, "User"),
    ApiError(
        400, "DUPLICATES_DETECTED", "Use one of these records?", "org_automation", ADMIN, "User"
    ),
    ApiError(400, "SOMETHING_NEW", "nobody knows it", "refused", ADMIN, "User"),
    # The licence and the assignments.
    ApiError(
        400,
        "DUPLICATE_VALUE",
        "duplicate value found: <unknown> duplicates value on record with id: <unknown>",
        "already_there",
        REQUESTER,
        "PermissionSetLicenseAssign",
    ),
    ApiError(
        400,
        FIELD_INTEGRITY,
        "License Limit Exceeded",
        "no_seat",
        ADMIN,
        "PermissionSetLicenseAssign",
    ),
    ApiError(
        400,
        CROSS_REFERENCE,
        "insufficient access rights on cross-reference id: 00e000000000001",
        "missing_right",
        ADMIN,
        "PermissionSetAssignment",
    ),
    ApiError(
        400,
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "insufficient access rights on object id",
        "missing_right",
        ADMIN,
        "PermissionSetAssignment",
    ),
    ApiError(
        400,
        "DUPLICATE_VALUE",
        "Duplicate PermissionSetAssignment. Assignee: 005; PermissionSet: 0PS",
        "already_there",
        REQUESTER,
        "PermissionSetAssignment",
    ),
    ApiError(
        400,
        FIELD_INTEGRITY,
        "The user license doesn't allow the permission: Create Lead",
        "license_forbids",
        REQUESTER,
        "PermissionSetAssignment",
    ),
    ApiError(
        400,
        FIELD_INTEGRITY,
        "The user license doesn't allow the permission: Read Lead, Create Lead",
        "license_forbids",
        REQUESTER,
        "PermissionSetAssignment",
    ),
    ApiError(
        400,
        FIELD_INTEGRITY,
        "Can't assign permission set",
        "rights_do_not_fit",
        REQUESTER,
        "PermissionSetAssignment",
    ),
    ApiError(
        400, "ENTITY_IS_DELETED", "entity is deleted", "gone", REQUESTER, "PermissionSetAssignment"
    ),
    ApiError(404, "NOT_FOUND", "It does not exist", "gone", REQUESTER, "PermissionSetAssignment"),
    # What undoing meets.
    ApiError(
        400,
        "CANNOT_DISABLE_LAST_ADMIN",
        "This user is the default case owner",
        "cannot_deactivate",
        ADMIN,
        UNDO,
    ),
    ApiError(400, "DEPENDENCY_EXISTS", "It is in use elsewhere", "cannot_deactivate", ADMIN, UNDO),
    ApiError(
        400,
        "USER_OWNS_PORTAL_ACCOUNT_EXCEPTION",
        "It owns a portal account",
        "cannot_deactivate",
        ADMIN,
        UNDO,
    ),
    ApiError(
        400,
        "INACTIVE_OWNER_OR_USER",
        "operation performed with inactive user",
        "cannot_deactivate",
        ADMIN,
        UNDO,
    ),
    # What passes by itself, and what is waited for.
    ApiError(400, "UNABLE_TO_LOCK_ROW", "unable to obtain access", "org_busy", REQUESTER, PASSES),
    ApiError(400, "QUERY_TIMEOUT", "x", "org_busy", REQUESTER, PASSES),
    ApiError(400, "UNKNOWN_EXCEPTION", "x", "org_busy", REQUESTER, PASSES),
    ApiError(503, "SERVER_UNAVAILABLE", "x", "org_busy", REQUESTER, PASSES),
    ApiError(400, "X", _BUSY, "org_busy", REQUESTER, PASSES),
    ApiError(400, "X", "could not acquire lock", "org_busy", REQUESTER, PASSES),
    ApiError(403, "REQUEST_LIMIT_EXCEEDED", _LONG_CALLS, "org_busy", REQUESTER, PASSES),
    ApiError(
        403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", "api_quota", ADMIN, PASSES
    ),
    ApiError(400, "NOTHING_LISTED", "", "nothing_listed", ADMIN, ITSELF),
    ApiError(420, "HTTP_420", "", "no_such_host", OPERATOR, AWAY),
]
