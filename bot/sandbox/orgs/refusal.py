"""How does the make-believe org say no, and on which fact does each refusal rest?

Every refusal is a `Refused` that carries its `Fact`. The server turns it into the shape of the
call it happened in (salesforce-provisioning 2.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Fact(StrEnum):
    """The chapter a refusal rests on, with what it says. [U] = unconfirmed text or code."""

    NOT_THERE = "salesforce-provisioning 2.2 NOT_FOUND: what the org does not know is 404"
    BAD_METHOD = "salesforce-provisioning 2.1: 405 for a method that a resource does not have"
    BAD_JSON = "salesforce-provisioning 2.1 [U]: a body that is no JSON"
    SESSION = "salesforce-provisioning 2.2 INVALID_SESSION_ID: expired, revoked or other host"
    API_DISABLED = "salesforce-provisioning 2.2 API_DISABLED_FOR_ORG: user lacks API Enabled"
    HIDDEN_OBJECT = "auth-and-monitoring 1.4 INVALID_TYPE: no object permission"
    HIDDEN_FIELD = "auth-and-monitoring 1.4 INVALID_FIELD: field-level security"
    NEEDS_FILTER = "salesforce-provisioning 5.3 [U code]: some objects need narrow filters"
    NO_SUCH_ROW = "salesforce-provisioning 2.2 NOT_FOUND: a row that is not there"
    ROW_DELETED = "salesforce-provisioning 5.2 ENTITY_IS_DELETED: deleted before"
    NO_SUCH_CALL = "salesforce-provisioning 1.1-1.13: the object does not support the call"
    NOT_WRITABLE = "salesforce-provisioning 1.12, 7.7 [U code]: field not createable or updateable"
    NO_SUCH_COLUMN = "salesforce-provisioning 2.2 INVALID_FIELD: no such column"
    MISSING = "salesforce-provisioning 2.2 REQUIRED_FIELD_MISSING"
    TOO_LONG = "salesforce-provisioning 2.2 STRING_TOO_LONG"
    PICKLIST = "salesforce-provisioning 2.2 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    BAD_ID = "salesforce-provisioning 2.2 MALFORMED_ID"
    CROSS_REFERENCE = "salesforce-provisioning 2.2 INVALID_CROSS_REFERENCE_KEY"
    RIGHTS = "salesforce-provisioning 3.4: rights that a write needs"
    DATA_RIGHTS = "salesforce-provisioning 2.2 INSUFFICIENT_ACCESS: object permission for a write"
    USERNAME_SHAPE = "salesforce-provisioning 1.5, 7.3 [U code]: a username looks like an e-mail"
    USERNAME_CASE = "salesforce-provisioning 1.5: a username is all lower case"
    USERNAME_TAKEN = "salesforce-provisioning 2.2 DUPLICATE_USERNAME: unique across all orgs"
    NICKNAME_TAKEN = "salesforce-provisioning 1.5 DUPLICATE_COMM_NICKNAME"
    EMAIL = "salesforce-provisioning 2.1 INVALID_EMAIL_ADDRESS"
    SEAT = "salesforce-provisioning 2.2 LICENSE_LIMIT_EXCEEDED: active users per licence"
    FEATURE_SEAT = "salesforce-provisioning 1.5: Marketing User needs a spare feature licence"
    PSL_SEAT = "salesforce-provisioning 2.2 [U code]: the PSL's rows are seats"
    TRIGGER = "salesforce-provisioning 1.5, 2.2: a trigger of the org rolls a user back"
    USER_FOREVER = "salesforce-provisioning 1.5: users can never be deleted"
    LOCKED_OUT = "salesforce-provisioning 5.2: IsPasswordLocked can only be set to false"
    SET_NAME = "salesforce-provisioning 1.6: the shape of a permission set's API name"
    SET_NAME_TAKEN = "salesforce-provisioning 2.2 [U code]: permission set name in use"
    SET_OF_PROFILE = "salesforce-provisioning 1.6: sets owned by profiles cannot be modified"
    SET_ASSIGNED = "salesforce-provisioning 1.6: only an unassigned set can be deleted"
    SYSTEM_DEPENDS = "salesforce-provisioning 1.6: system permissions depend on others"
    OBJECT_ALL_FALSE = "salesforce-provisioning 1.8: a row with all permissions false cannot be"
    OBJECT_DEPENDS = "salesforce-provisioning 1.8: create needs read, delete needs read and edit …"
    MASTER_DEPENDS = "salesforce-provisioning 1.8: a detail's Read needs its master's Read"
    ACROSS_DEPENDS = "salesforce-provisioning 1.8: Read All Asset needs Read All Account"
    OBJECT_TWICE = "salesforce-provisioning 1.8 [U code]: one row per set and object"
    VIRTUAL_ROW = "salesforce-provisioning 1.8: rows of Modify All Data cannot be changed"
    LICENSE_OBJECT = "salesforce-provisioning 1.7: Salesforce Integration holds no standard object"
    PSL_HOLDS = (
        "salesforce-provisioning 1.2, 1.7 [U text]: a set of the PSL holds only what is in it"
    )
    FIELD_PICKLIST = "salesforce-provisioning 1.9: a field that is not permissionable"
    FIELD_PREFIX = "salesforce-provisioning 1.9, 7.6: Field is <SobjectType>.<field>"
    FIELD_ALL_FALSE = "salesforce-provisioning 1.9: a field row with all false cannot be"
    FIELD_EDIT_READ = "salesforce-provisioning 1.9: edit requires read"
    FIELD_READ_ONLY = "salesforce-provisioning 1.9: formulas and auto-numbers are read only"
    FIELD_TWICE = "salesforce-provisioning 1.9 [U code]: one row per set and field"
    FIELD_OBJECT = "salesforce-provisioning 1.9 [U]: whether a field needs its object"
    VIEW_ALL_FIELDS = "salesforce-provisioning 1.8: read cannot go while View All Fields is on"
    ASSIGNED_TWICE = "salesforce-provisioning 2.2: Duplicate PermissionSetAssignment"
    ASSIGN_ONE = "salesforce-provisioning 1.10: exactly one of set and group"
    ASSIGN_LICENSE = "salesforce-provisioning 1.10: a set's user licence is the profile's"
    ASSIGN_NEEDS_PSL = "salesforce-provisioning 2.2: user license doesn't allow the permission"
    PSL_TWICE = "salesforce-provisioning 2.2: duplicate value found, for a PSL row"
    PSL_IN_USE = "salesforce-provisioning 5.2 [U]: a PSL that a set needs cannot be taken away"
    APP_TWICE = "salesforce-provisioning 1.12 [U]: the app is on the set already"
    APP_ON_PSL_SET = "auth-and-monitoring 2.4: a PSL-licensed set holds no app access"
    APP_RIGHTS = "salesforce-provisioning 1.12 [U]: app access needs two more rights"
    COMPOSITE_LIMITS = "salesforce-provisioning 3: 25 subrequests, 5 collections or queries"
    COMPOSITE_SHAPE = "salesforce-provisioning 3: referenceId, headers, methods of a subrequest"
    COMPOSITE_PATH = "salesforce-provisioning 3: which resources a composite takes"
    COLLECTION_LIMITS = "salesforce-provisioning 3: 200 records a collection"
    COLLECTION_TYPES = "salesforce-provisioning 3: one type a collection with setup objects"
    MIXED_DML = "salesforce-provisioning 2.3: setup and non-setup in one transaction"
    LOGIN_METHOD = "auth-and-monitoring 1.4 invalid_request: the token endpoint takes POST only"
    LOGIN_GRANT = "auth-and-monitoring 1.4 unsupported_grant_type: grant_type missing or garbled"
    LOGIN_SCOPE = "auth-and-monitoring 1.1, 1.4 invalid_scope: scope cannot be requested"
    LOGIN_ASSERTION = "auth-and-monitoring 1.4: no JWT, not RS256, or not the app's certificate"
    LOGIN_CERTIFICATE = "auth-and-monitoring 1.6 [C]: the certificate of the app has expired"
    LOGIN_OTHER_ORG = "auth-and-monitoring 1.4 app_not_found: key of another org's app"
    LOGIN_UNKNOWN_APP = "auth-and-monitoring 1.4 invalid_client_id: unknown consumer key"
    LOGIN_EXPIRED = "auth-and-monitoring 1.4: exp in the past"
    LOGIN_AUDIENCE = "auth-and-monitoring 1.2, 2.4: aud does not fit the app's kind"
    LOGIN_INACTIVE = "auth-and-monitoring 1.4 [U code]: inactive, frozen or unknown user"
    LOGIN_BLOCKED = "auth-and-monitoring 1.5: IP ranges or login hours of the profile"
    LOGIN_RATE = "auth-and-monitoring 1.4: 3,600 logins per user and hour"
    LOGIN_NOT_GRANTED = "auth-and-monitoring 1.4 invalid_app_access: app not granted to the user"
    LOGIN_NOT_APPROVED = "auth-and-monitoring 1.4: self-authorise, and the user never approved"
    LOGIN_PROPAGATION = "auth-and-monitoring 1.5: app changes take minutes to arrive"
    NO_SUCH_GRANT = "auth-and-monitoring 1.3 [U text]: revoking what is no token"
    DEMANDED = "a fault that a test or the demo asked for"


class Refused(Exception):  # noqa: N818 - the word of the architecture
    """The org says no: HTTP status, errorCode, message, fields, and the fact behind it."""

    def __init__(
        self,
        fact: Fact,
        code: str,
        message: str,
        *,
        status: int = 400,
        fields: Sequence[str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.fact = fact
        self.code = code
        self.message = message
        self.status = status
        self.fields = None if fields is None else tuple(fields)

    def row(self) -> dict[str, object]:
        """One element of a REST error body; `fields` only for errors of a write."""
        body: dict[str, object] = {"message": self.message, "errorCode": self.code}
        if self.fields is not None:
            body["fields"] = list(self.fields)
        return body

    def collected(self) -> dict[str, object]:
        """One error of a collection's row: `statusCode`, not `errorCode` (7.9)."""
        return {
            "statusCode": self.code,
            "message": self.message,
            "fields": list(self.fields or ()),
        }


def hidden_object(sobject: str) -> Refused:
    """The answer to everything that the caller may not see, or that does not exist."""
    return Refused(
        Fact.HIDDEN_OBJECT, "INVALID_TYPE", f"sObject type '{sobject}' is not supported."
    )


def not_there(fact: Fact = Fact.NOT_THERE) -> Refused:
    """The answer to a resource or row that the org does not know."""
    return Refused(fact, "NOT_FOUND", "The requested resource does not exist", status=404)
