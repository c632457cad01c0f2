"""Every code that a finding can carry, and the title under which the runbook explains it."""

from __future__ import annotations

from collections.abc import Mapping

NOT_PROVEN = "not_proven"
SEES_NOTHING = "sees_nothing"
SEES_TOO_MUCH = "sees_too_much"
NOT_PRE_AUTHORISED = "not_pre_authorised"
NO_SEAT = "no_seat"
KIND_MISMATCH = "kind_mismatch"
MISSING_RIGHT = "missing_right"
FOREIGN_OBJECT = "foreign_object"
OTHER_LICENSE = "other_license"
UNDO_INCOMPLETE = "undo_incomplete"
USERNAME_TAKEN = "username_taken"
WRONG_IDENTITY = "wrong_identity"
KEY_UNUSABLE = "key_unusable"
RUN_FAILED = "run_failed"
FIELD_REFUSED = "field_refused"

WITHOUT_IT = (
    "Withdraw this request and ask again without it. If it was deleted by mistake, ask a "
    "Salesforce admin to restore it, then press Retry."
)
WITHOUT_THEM = (
    "Withdraw this request and ask again without them. If they were deleted by mistake, ask a "
    "Salesforce admin to restore them, then press Retry."
)
"""What to do about an object or fields that cannot be granted; a deleted one can come back."""
ANEW = frozenset(
    {
        "object_gone",
        FIELD_REFUSED,
        "locale_refused",
        "needs_other_right",
        "rights_do_not_fit",
        "value_refused",
    }
)
"""What is wrong with the request itself: nothing goes on while it asks for the same."""

TITLES: Mapping[str, str] = {
    # What the bot finds out itself.
    NOT_PROVEN: "The login was not proven",
    SEES_NOTHING: "The user sees no records",
    SEES_TOO_MUCH: "The user sees more than was granted",
    NO_SEAT: "No free seat",
    KIND_MISMATCH: "The org is of another kind than configured",
    MISSING_RIGHT: "The bot lacks a right in the org",
    FOREIGN_OBJECT: "Something of this name already exists",
    OTHER_LICENSE: "A permission set has another licence than approved",
    UNDO_INCOMPLETE: "The undo could not finish",
    WRONG_IDENTITY: "The login ended in another org or user",
    "org_changed": "The org is not the one that was configured",
    "license_missing": "The org has no integration licence",
    USERNAME_TAKEN: "The username is taken",
    "set_name_taken": "The permission set name is taken",
    "app_missing": "The app is not in the org",
    "object_gone": "An object cannot be granted",
    "too_few_approvers": "Not enough approvers can be reached",
    RUN_FAILED: "A run of the bot broke off",
    "not_converging": "The org does not keep what is written",
    # The login.
    NOT_PRE_AUTHORISED: "The app does not let this user in",
    "app_not_installed": "The app is not installed in the org",
    "unknown_client": "The consumer key is not known",
    "wrong_audience": "The audience does not fit the org",
    "key_mismatch": "The key does not fit the app's certificate",
    KEY_UNUSABLE: "The private key cannot be used",
    "clock_skew": "The clocks do not agree",
    "user_inactive": "The user is inactive or frozen",
    "org_inactive": "The org is locked or closed",
    "ip_restricted": "The address is not allowed to log in",
    "wrong_token_address": "The token address is wrong",
    "bad_token_request": "The token request was not accepted",
    "scope_refused": "The app's scopes do not fit",
    "login_rate": "Too many logins",
    "app_uninstalled": "The app must be installed first",
    "client_refused": "The app's own credentials were refused",
    "app_blocked": "The app is blocked",
    "no_such_host": "The address of the org leads nowhere",
    "login_refused": "The login was refused",
    # The API.
    "license_forbids": "The licence does not allow a permission",
    "needs_other_right": "A permission needs another one first",
    "all_fields_needed": "A field cannot be hidden under View All Fields",
    "rights_do_not_fit": "The rights do not fit together",
    "nothing_listed": "The org does not list what can be granted",
    FIELD_REFUSED: "A field cannot be granted",
    "locale_refused": "The time zone or locale is not known",
    "already_there": "It already exists",
    "mixed_dml": "Automation in the org mixes setup and data",
    "org_busy": "The org is busy",
    "api_quota": "The org's API calls are used up",
    "session_refused": "The session was not accepted",
    "reference_invalid": "An id does not exist or is not visible",
    "org_automation": "Automation in the org stopped the change",
    "value_missing": "A required value is missing",
    "value_refused": "A value was not accepted",
    "object_not_visible": "An object is not visible",
    "field_not_visible": "A field is not visible",
    "gone": "It does not exist any more",
    "api_disabled": "The API is switched off",
    "api_retired": "The API version is not available",
    "cannot_deactivate": "The user cannot be deactivated",
    "profile_refused": "The profile was not accepted",
    "rolled_back": "Rolled back with another change",
    "refused": "The org said no",
}
"""Codes of the contract keep their name; the others may change (contract, section 1)."""
