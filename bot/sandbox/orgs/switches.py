"""Which facts about Salesforce are settings here, because nobody could confirm them?

Every field has a default (what we believe) and another position (what might be true instead); the
bot has to work in both, or to end in a finding. `positions.docs()` lists them for
docs/sandbox-switches.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


def _switch(default: T, other: T, fact: str, text: str, *more: T) -> T:
    metadata = {"other": other, "others": (other, *more), "fact": fact, "text": text}
    made: Any = field(default=default, metadata=metadata)
    return made  # type: ignore[no-any-return]  # a field, typed as its default


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Positions of the unconfirmed facts. What each means: `positions.docs()`."""

    psl_and_set_in_one_composite: bool = _switch(
        default=True,
        other=False,
        fact="salesforce-provisioning 3.1",
        text="A PSL row inserted in the same composite counts for a set assignment in it.",
    )
    setup_objects_in_one_composite: bool = _switch(
        default=True,
        other=False,
        fact="salesforce-provisioning 2.3, 3.2",
        text="All or nothing of several setup objects, a user and its PSL row too; else only rows "
        "below a set mix.",
    )
    references_in_collections: bool = _switch(
        default=True,
        other=False,
        fact="salesforce-provisioning 3",
        text="`@{ref.id}` is resolved inside the records of a collection.",
    )
    masters_in_same_collection: bool = _switch(
        default=True,
        other=False,
        fact="salesforce-provisioning 3.2",
        text="A detail's Read sees its master's Read that stands earlier in the same collection.",
    )
    psl_lacks_text: str = _switch(
        default="user license",
        other="permission set license",
        fact="salesforce-provisioning 1.7",
        text="`The … doesn't allow the permission: …`, of what the PSL does not include, on a set "
        "that is bound to it.",
    )
    psl_auto_assigned: bool = _switch(
        default=True,
        other=False,
        fact="salesforce-provisioning 1.7",
        text="Assigning a PSL-licensed set through REST assigns the PSL too.",
    )
    psl_auto_removed: bool = _switch(
        default=True,
        other=False,
        fact="salesforce-provisioning 5.2",
        text="Unassigning the last PSL-licensed set removes the user's PSL row.",
    )
    psl_removal_refused_in_use: bool = _switch(
        default=False,
        other=True,
        fact="salesforce-provisioning 5.2",
        text="A PSL row cannot be deleted while an assigned set needs it.",
    )
    inactive_user_keeps_psl_seat: bool = _switch(
        default=True,
        other=False,
        fact="salesforce-provisioning 9.7",
        text="PSL rows of inactive users count against the PSL's seats.",
    )
    used_licenses_lag: bool = _switch(
        default=False,
        other=True,
        fact="salesforce-provisioning 1.1, 1.2",
        text="UsedLicenses shows the count of the day before.",
    )
    psl_exhausted_code: str = _switch(
        default="LICENSE_LIMIT_EXCEEDED",
        other="FIELD_INTEGRITY_EXCEPTION",
        fact="salesforce-provisioning 2.2",
        text="The errorCode when the PSL has no seat left.",
    )
    duplicate_object_row_code: str = _switch(
        default="DUPLICATE_VALUE",
        other="FIELD_INTEGRITY_EXCEPTION",
        fact="salesforce-provisioning 1.8",
        text="The errorCode for a second row of one set and object, or set and field.",
    )
    duplicate_set_name_code: str = _switch(
        default="DUPLICATE_DEVELOPER_NAME",
        other="DUPLICATE_VALUE",
        fact="salesforce-provisioning 2.2",
        text="The errorCode for a permission set name that is in use.",
    )
    duplicate_app_grant_code: str = _switch(
        default="DUPLICATE_VALUE",
        other="FIELD_INTEGRITY_EXCEPTION",
        fact="salesforce-provisioning 1.12",
        text="The errorCode for an app that is on the set already.",
    )
    app_on_psl_set_code: str = _switch(
        default="FIELD_INTEGRITY_EXCEPTION",
        other="INVALID_CROSS_REFERENCE_KEY",
        fact="auth-and-monitoring 2.4",
        text="The errorCode for app access on a PSL-licensed set.",
    )
    username_shape_code: str = _switch(
        default="INVALID_EMAIL_ADDRESS",
        other="FIELD_INTEGRITY_EXCEPTION",
        fact="salesforce-provisioning 7.3",
        text="The errorCode for a username that does not look like an e-mail address.",
    )
    uppercase_username_refused: bool = _switch(
        default=False,
        other=True,
        fact="salesforce-provisioning 1.5",
        text="A username with capitals is refused; else it is stored in lower case.",
    )
    all_offending_listed: bool = _switch(
        default=True,
        other=False,
        fact="salesforce-provisioning 2.2",
        text="`The user license doesn't allow …` lists every permission, not only the first.",
    )
    plural_nouns: bool = _switch(
        default=False,
        other=True,
        fact="salesforce-provisioning 1.8",
        text="Messages name an object by its plural label (`Read Accounts`), not by API name.",
    )
    view_all_fields_needs_read: bool = _switch(
        default=True,
        other=False,
        fact="salesforce-provisioning 1.8",
        text="PermissionsViewAllFields requires Read on the object.",
    )
    field_needs_object_read: bool = _switch(
        default=False,
        other=True,
        fact="salesforce-provisioning 1.9",
        text="FieldPermissions require Read on the object in the same set.",
    )
    field_edit_needs_object_edit: bool = _switch(
        default=False,
        other=True,
        fact="salesforce-provisioning 1.9",
        text="Edit on a field requires Edit or Create on the object in the same set.",
    )
    app_grant_needs_modify_all: bool = _switch(
        default=False,
        other=True,
        fact="salesforce-provisioning 3.4",
        text="SetupEntityAccess needs Customize Application and Modify All Data.",
    )
    picklists_list_grantable: bool = _switch(
        default=True,
        other=False,
        fact="salesforce-provisioning 6",
        text="Describe of ObjectPermissions and FieldPermissions lists in picklists what can be "
        "granted; else they are empty.",
    )
    relationship_order_marks_master: bool = _switch(
        default=True,
        other=False,
        fact="salesforce-provisioning 1.8",
        text="Describe marks a master-detail field by `relationshipOrder`; else by "
        "`cascadeDelete` only.",
    )
    sharing_model_visible: bool = _switch(
        default=True,
        other=False,
        fact="salesforce-provisioning 1.0a",
        text="EntityDefinition has InternalSharingModel.",
    )
    definitions_answer: bool = _switch(
        default=True,
        other=False,
        fact="salesforce-provisioning 6",
        text="EntityDefinition and FieldDefinition answer to View Setup; else only to admins.",
    )
    data_type_words: str = _switch(
        "english",
        "german",
        "salesforce-provisioning 6, 1.9",
        "FieldDefinition.DataType speaks as the English interface does (`Master-Detail(Invoice)`), "
        "in the language of the bot's user, or as the API does (`reference`).",
        "api",
    )
    needs_filter_code: str = _switch(
        default="MALFORMED_QUERY",
        other="INVALID_QUERY_FILTER_OPERATOR",
        fact="salesforce-provisioning 5.3",
        text="The errorCode for a query without the filter that an object demands.",
    )
    external_apps_readable: bool = _switch(
        default=True,
        other=False,
        fact="auth-and-monitoring 2.5",
        text="ExternalClientApplication answers queries (it is 'for internal use only').",
    )
    profiles: str = _switch(
        "new",
        "old",
        "salesforce-provisioning 1.4, 7.2",
        "Which profiles of the integration licence exist: `new`, `old`, `both`, or a `clone`.",
        "both",
        "clone",
    )
    login_row_before_login: bool = _switch(
        default=False,
        other=True,
        fact="salesforce-provisioning 5.2",
        text="A UserLogin row exists before the first login.",
    )
    jwt_sets_last_login: bool = _switch(
        default=True,
        other=False,
        fact="salesforce-provisioning 1.5",
        text="A JWT login writes User.LastLoginDate.",
    )
    connected_app_audience: str = _switch(
        default="both",
        other="generic",
        fact="auth-and-monitoring 1.2",
        text="A connected app takes My Domain and login/test (`both`), or login/test only.",
    )
    wrong_audience_text: str = _switch(
        default="audience is invalid",
        other="Audience validation failed",
        fact="auth-and-monitoring 1.4",
        text="What invalid_grant says of an audience that does not fit.",
    )
    wrong_audience_external: str = _switch(
        default="app_not_found",
        other="invalid_grant",
        fact="salesforce-provisioning 2.4",
        text="The error when an external client app is asked for with login/test as audience.",
    )
    unknown_app_error: str = _switch(
        default="invalid_client_id",
        other="app_not_found",
        fact="auth-and-monitoring 1.4",
        text="The error for a consumer key that the org does not know.",
    )
    not_granted_error: str = _switch(
        "invalid_app_access",
        "invalid_grant",
        "auth-and-monitoring 1.4",
        "The error for an admin-approved app that is not granted; with `invalid_grant` it says "
        "`user hasn't approved this consumer`, else `user is not admin approved …`.",
        "OAUTH_APP_ACCESS_DENIED",
    )
    frozen_error: str = _switch(
        default="invalid_grant",
        other="inactive_user",
        fact="auth-and-monitoring 1.4",
        text="The error for an inactive or frozen user, or one that the org does not know.",
    )
    expired_certificate_refused: bool = _switch(
        default=False,
        other=True,
        fact="auth-and-monitoring 1.6",
        text="A login through an app whose certificate has expired is refused.",
    )
    jwt_access_tokens: bool = _switch(
        default=False,
        other=True,
        fact="auth-and-monitoring 1.3, 8",
        text="An access token is a JSON Web Token (`eyJ…`); else opaque (`00D…!…`).",
    )
