"""The API's errors (salesforce-provisioning 2.2, salesforce-auth-and-monitoring 1.4)."""

from __future__ import annotations

from bot.core.diagnosis import titles
from bot.core.diagnosis.org import ORG
from bot.core.diagnosis.rows import Row, Who, row

ADMIN, OPERATOR, REQUESTER = Who.ADMIN, Who.OPERATOR, Who.REQUESTER
_PICKLIST = "invalid_or_null_for_restricted_picklist"
_ON_SETS = "PermissionSet ObjectPermissions FieldPermissions PermissionSetAssignment"

_NAMES: tuple[Row, ...] = (
    row(
        "duplicate_username",
        "username_taken",
        "The username is taken, in this org or in any other Salesforce org.",
        "Press Take another username: the bot takes the next free one and the approvers are asked "
        "again. Or withdraw this request.",
        REQUESTER,
    ),
    row(
        "duplicate_developer_name",
        "set_name_taken",
        "A permission set of this name exists already.",
        "Rename or delete the other one in Setup, then press Retry.",
        ADMIN,
    ),
    row(
        "duplicate_value",
        "already_there",
        "The org says that this exists already.",
        "Press Retry: the bot looks again and goes on from what is there. If it comes back, ask a "
        "Salesforce admin to look in Setup for what its words name.",
        REQUESTER,
    ),
    row(
        "duplicate_comm_nickname",
        "already_there",
        "Another user has the nickname that Salesforce chose for this one.",
        "Change the nickname of the other user in Setup, then press Retry.",
        ADMIN,
    ),
)

_FORBIDDEN = r"license doesn.t allow the permissions?: *(?P<what>[^\n]{1,200})"

_LICENSES: tuple[Row, ...] = (
    *(
        row(
            codes,
            "no_seat",
            "No seat of the licence is free any more.",
            "Deactivate an unused integration user or buy a seat, then press Retry.",
            ADMIN,
            text=text,
        )
        for codes, text in (
            ("license_limit_exceeded", ""),
            ("field_integrity_exception", r"license limit exceeded"),
        )
    ),
    row(
        "field_integrity_exception",
        "license_forbids",
        "The permission set licence Salesforce API Integration does not include this permission: "
        "{what}.",
        "Withdraw this request and ask again without this permission. Only if its user was set up "
        "before and has lost its licence since, press Retry first.",
        REQUESTER,
        text=rf"^(?!.*assigned to a user).*?{_FORBIDDEN}",
        at="ObjectPermissions FieldPermissions",
    ),
    row(
        "field_integrity_exception",
        "license_forbids",
        "The licence of the user does not allow this permission: {what}.",
        "Press Retry: the bot gives the user its permission set licence again, should that be "
        "missing. If the same comes back, withdraw this request and ask again without this "
        "permission.",
        REQUESTER,
        text=_FORBIDDEN,
    ),
    *(
        row(
            codes,
            "profile_refused",
            "The integration profile was not accepted for this user.",
            "Look whether the profile of the Salesforce Integration licence was changed or "
            "deleted, and put it right. Then press Retry.",
            ADMIN,
            text=text,
        )
        for codes, text in (
            ("invalid_profile", ""),
            ("field_integrity_exception", r"profiles that are compatible"),
        )
    ),
)

_ACCESS: tuple[Row, ...] = (
    row(
        "field_integrity_exception",
        "needs_other_right",
        "A permission needs another one first: {what}.",
        "Withdraw this request and ask again with that permission as well; the bot did not know of "
        "this dependency.",
        REQUESTER,
        text=r"(?P<what>Permissions? [^\n]{1,250}depends on permission\(s\): *[^\n]{1,250})",
    ),
    row(
        "field_integrity_exception",
        "all_fields_needed",
        "View All Fields is on, so no field of the object can be hidden.",
        "Press Retry: the bot looks again; it must switch View All Fields off first.",
        REQUESTER,
        text=r"read permission is required",
    ),
    row(
        "field_integrity_exception",
        "rights_do_not_fit",
        "The org refused this combination of rights, licence or profile.",
        "Withdraw this request and ask again without what its words name.",
        REQUESTER,
        at=_ON_SETS,
    ),
    row(
        "nothing_listed",
        "nothing_listed",
        "The org does not list which objects can be granted: the picklist Object Type Name of "
        "ObjectPermissions is empty.",
        "Look whether the bot's user has View Setup and Configuration. If it has, this org cannot "
        "be served: the bot offers nothing that it cannot check. Then check again.",
        ADMIN,
    ),
    row(
        _PICKLIST,
        "field_refused",
        "The field {what} cannot be granted in this org: it was deleted, or Salesforce shows it to "
        "everybody, or to nobody.",
        titles.WITHOUT_IT,
        REQUESTER,
        text=r"picklist field: *(?P<what>[A-Za-z]\w*\.[A-Za-z]\w*)",
    ),
    row(
        _PICKLIST,
        "object_gone",
        "The object {what} cannot be granted in this org: it was deleted, or no permission set can "
        "hold it.",
        titles.WITHOUT_IT,
        REQUESTER,
        text=r"picklist field: *(?P<what>[A-Za-z]\w*)\W*$",
        at="ObjectPermissions FieldPermissions",
    ),
    row(
        _PICKLIST,
        "object_gone",
        "An object cannot be granted in this org: it was deleted, or no permission set can hold "
        "it.",
        titles.WITHOUT_IT,
        REQUESTER,
        at="ObjectPermissions",
    ),
    row(
        _PICKLIST,
        "field_refused",
        "A field cannot be granted in this org: it was deleted, or Salesforce shows it to "
        "everybody, or to nobody.",
        titles.WITHOUT_IT,
        REQUESTER,
        at="FieldPermissions",
    ),
    row(
        _PICKLIST,
        "locale_refused",
        "The org does not know the time zone or the locale that the configuration gives to new "
        "users.",
        "Ask a Salesforce admin what Setup, Company Information says, correct time_zone and locale "
        "of this org in the configuration and restart the bot. What was approved keeps the old "
        "ones, so withdraw this request then and ask again.",
        OPERATOR,
        at="User",
    ),
    row(
        "insufficient_access",
        "missing_right",
        "The bot's user may not use the Metadata API.",
        "Give the bot's user Modify Metadata Through Metadata API Functions, then press Retry.",
        ADMIN,
        text=r"metadata api",
    ),
    row(
        "insufficient_access insufficient_access_or_readonly "
        "insufficient_access_on_cross_reference_entity",
        "missing_right",
        "The bot's user may not do this in the org.",
        "Compare its permissions with the list in docs/salesforce-setup.md, then press Retry.",
        ADMIN,
    ),
    row(
        "invalid_type",
        "object_not_visible",
        "The object {what} is not visible to the user.",
        "Look whether it was deleted, whether the permission set grants it and whether the "
        "permission set licence covers it: many industry cloud objects do not work with this "
        "licence. Then press Retry.",
        ADMIN,
        text=r"sobject type '?(?P<what>[A-Za-z]\w*)'? is not supported",
    ),
    row(
        "invalid_type invalid_type_for_operation",
        "object_not_visible",
        "An object is not visible to the user, or not usable in this way.",
        "Look whether it was deleted, whether the permission set grants it and whether the "
        "permission set licence covers it. Then press Retry.",
        ADMIN,
    ),
    row(
        "invalid_field invalid_field_for_insert_update",
        "field_not_visible",
        "A field does not exist, is hidden from the user, or cannot be written.",
        "Look at the field-level security of the field that its words name, then press Retry.",
        ADMIN,
    ),
)

_VALUES: tuple[Row, ...] = (
    row(
        "required_field_missing",
        "value_missing",
        "The org demands a value that the bot does not send: {what}.",
        "Give the field a default value in Setup, or make it optional, then press Retry.",
        ADMIN,
        text=r"missing: *\[(?P<what>[^\]]{1,200})\]",
    ),
    row(
        "required_field_missing",
        "value_missing",
        "The org demands a value that the bot does not send.",
        "Give the field a default value in Setup, or make it optional, then press Retry.",
        ADMIN,
    ),
    row(
        "string_too_long invalid_email_address",
        "value_refused",
        "The org did not accept a value.",
        "Withdraw this request and ask again with another value for what its words name.",
        REQUESTER,
    ),
    row(
        "invalid_cross_reference_key malformed_id",
        "reference_invalid",
        "An id does not exist in this org, or the bot's user may not see it.",
        "Press Retry: the bot reads all ids again. If it happens again, ask a Salesforce admin to "
        "compare the rights of the bot's user with docs/salesforce-setup.md.",
        REQUESTER,
    ),
    row(
        "not_found entity_is_deleted",
        "gone",
        "What the bot wanted to use does not exist any more.",
        "Press Retry: the bot looks again and makes what is missing. If it happens again, tell the "
        "operator of the bot.",
        REQUESTER,
    ),
    row(
        "cannot_insert_update_activate_entity cannot_execute_flow_trigger "
        "field_custom_validation_exception duplicates_detected",
        "org_automation",
        "A trigger, flow, validation or duplicate rule of the org stopped the change.",
        "Correct it, or let it leave out users of the integration profile, then press Retry.",
        ADMIN,
    ),
    row(
        "mixed_dml_operation",
        "mixed_dml",
        "A trigger or flow of the org writes data in the same transaction as the user.",
        "Let that automation run later (a future or queueable job), then press Retry.",
        ADMIN,
    ),
    row(
        "cannot_disable_last_admin dependency_exists user_owns_portal_account_exception "
        "inactive_owner_or_user",
        "cannot_deactivate",
        "The user or permission set is still used elsewhere in the org, so it must stay.",
        "Take it out of there (default owner, assignment rule, alert recipient, custom "
        "hierarchy), or freeze the user, then withdraw again.",
        ADMIN,
    ),
)

API: tuple[Row, ...] = _NAMES + _LICENSES + _ACCESS + _VALUES + ORG
