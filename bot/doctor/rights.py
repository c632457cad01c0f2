"""May the bot's own user do what it must, and how much more than that? A pure judgement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from bot.core import identity
from bot.doctor.report import Line, Page, ok, problem, warning
from bot.salesforce.inspection import Rights

_NEEDED: Final = frozenset(
    {
        "ApiEnabled",
        "AssignPermissionSets",
        "CustomizeApplication",
        "ManageProfilesPermissionsets",
        "ManageUsers",
        "ModifyAllData",
        "MonitorLoginHistory",
        "ViewSetup",
    }
)
_TOO_MUCH: Final[Mapping[str, tuple[str, str]]] = {
    "ModifyAllData": ("Modify All Data", "it can change and delete every record"),
    "ViewAllData": ("View All Data", "it can read every record"),
    "AuthorApex": ("Author Apex", "it can run any code as the system"),
    "ModifyMetadata": (
        "Modify Metadata Through Metadata API Functions",
        "it can change the org's set-up, its own rights included",
    ),
    "CanApproveUninstalledApps": (
        "Approve Uninstalled Connected Apps",
        "it can log in through apps that nobody installed",
    ),
    "UseAnyApiClient": ("Use Any API Client", "it passes by the policy of every app"),
    "ManageEncryptionKeys": ("Manage Encryption Keys", "it can replace keys of encrypted data"),
}
"""What no part of the bot uses: label, and why it matters (auth-and-monitoring 2.1, 5.4)."""

ASKED: Final = _NEEDED | frozenset(_TOO_MUCH)
"""Every right that is looked at; what an org does not know is left out of the answer."""


def judge(rights: Rights, *, apps: bool) -> Iterator[Line]:
    """Say what is missing and what is too much; `apps` = integrations log in through apps."""
    yield _missing(rights)
    if rights.held:
        yield from _for_stale(rights)
    if apps:
        yield from _for_apps(rights)
    yield _too_much(rights, apps=apps)


def _missing(rights: Rights) -> Line:
    missing = identity.missing_rights(rights.held, app=False)
    if not rights.held:
        missing = identity.missing_rights({"nothing"}, app=False)
    if missing:
        return problem(
            "rights",
            f"The bot's user lacks {', '.join(missing)}",
            "Assign it the permission set Integration User Bot (docs/salesforce-setup.md, step 2)",
            Page.RIGHTS,
        )
    return ok("rights", "The bot's user has the five rights that its work needs.")


def _for_stale(rights: Rights) -> Iterator[Line]:
    """Without them others' logins and tokens are not shown, and nobody says so (4.1, 4.2)."""
    if not rights.held & {"ManageUsers", "MonitorLoginHistory"}:
        yield warning(
            "stale-logins",
            "The stale alert cannot read the login history: the bot's user lacks Manage Users and "
            "Monitor Login History. It calls quiet users unknown, never unused",
            "Assign it the permission set Integration User Bot (docs/salesforce-setup.md, step 2)",
            Page.STALE,
        )
    if "CustomizeApplication" in rights.held:
        yield ok("stale-tokens", "The stale alert can read when OAuth tokens were used.")
        return
    yield warning(
        "stale-tokens",
        "The stale alert cannot read OAuth tokens: the bot's user lacks Customize Application. "
        "It calls every quiet user unknown, never unused",
        "Decide whether the alert is worth that right; then assign the permission set Integration "
        "User Bot Stale Alert (docs/salesforce-setup.md, step 2)",
        Page.STALE,
    )


def _for_apps(rights: Rights) -> Iterator[Line]:
    """Documented for app access, and not confirmed for the insert that we make (3.4)."""
    lacking = [
        one
        for one in identity.missing_rights(rights.held | {"nothing"}, app=True)
        if one not in identity.missing_rights(rights.held | {"nothing"}, app=False)
    ]
    if lacking:
        yield warning(
            "app-rights",
            f"The bot's user lacks {' and '.join(lacking)}. Salesforce's documentation asks for "
            "both before app access may be granted; whether orgs insist on it is not confirmed",
            "Leave it so until an org refuses that step; then assign Integration User Bot App "
            "Access",
            Page.APP_RIGHTS,
        )
    else:
        yield ok("app-rights", "It has the two that are documented for granting app access.")


def _too_much(rights: Rights, *, apps: bool) -> Line:
    found = [f"{label}: {why}" for name, (label, why) in _TOO_MUCH.items() if name in rights.held]
    if not found:
        return ok("powers", "The bot's user has none of the rights that would be too much.")
    remedy = "Take away what is not needed: look at its profile and permission sets"
    if apps and "ModifyAllData" in rights.held:
        remedy += (
            ". Modify All Data is documented for granting app access only: take it away and see "
            "whether this org still grants"
        )
    return warning(
        "powers",
        f"The bot's user holds more than it needs. {'; '.join(found)}",
        remedy,
        Page.POWERS,
    )
