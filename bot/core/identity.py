"""Is the org what the configuration says, and may the bot do its work there? Two tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_LIKE: Final = frozenset({"sandbox", "scratch"})

_RIGHTS: Final[dict[str, str]] = {
    "apienabled": "API Enabled",
    "viewsetup": "View Setup and Configuration",
    "manageusers": "Manage Users",
    "assignpermissionsets": "Assign Permission Sets",
    "manageprofilespermissionsets": "Manage Profiles and Permission Sets",
}
READING: Final = (_RIGHTS["viewsetup"],)
"""The label of what it takes to read licences, profiles and permission sets (1.1)."""

_APP_RIGHTS: Final[dict[str, str]] = {
    "customizeapplication": "Customize Application",
    "modifyalldata": "Modify All Data",
}


def actual_kind(*, is_sandbox: bool, organization_type: str, has_trial_end: bool) -> str:
    """Say what kind of org this is: sandbox, scratch, developer or production.

    Rests on Organization (salesforce-provisioning 1.0a). That a sandbox with a trial end is a
    scratch org is not confirmed: `kind_problem` takes the two for each other.
    """
    if is_sandbox:
        return "scratch" if has_trial_end else "sandbox"
    return "developer" if organization_type == "Developer Edition" else "production"


def kind_problem(
    kind: str, *, is_sandbox: bool, organization_type: str, has_trial_end: bool
) -> tuple[str | None, str | None]:
    """Compare the configured `kind` with the org: (problem, warning), each a sentence or None.

    A problem keeps the org out of the form; a warning does not (1.0a).
    """
    actual = actual_kind(
        is_sandbox=is_sandbox, organization_type=organization_type, has_trial_end=has_trial_end
    )
    if kind == actual:
        return None, None
    sentence = (
        f"The configuration says that this is a {kind} org, but the org says that it is a "
        f"{actual} org ({organization_type})."
    )
    if {kind, actual} <= _LIKE:
        return None, f'{sentence} If that is right, write kind = "{actual}".'
    return (
        f'{sentence} Correct its `my_domain_url`, or write kind = "{actual}", and start again.',
        None,
    )


def missing_rights(rights: Iterable[str], *, app: bool) -> tuple[str, ...]:
    """List the rights that the bot's own user lacks, as Setup labels them (3.4).

    `rights` are API names of user permissions, with or without `Permissions` in front. None at all
    means that they could not be read, for nobody can ask without API Enabled: nothing is guessed
    then, and the refusal will say. Pre-authorising an `app` needs two more by the documentation.
    """
    held = {name.lower().removeprefix("permissions") for name in rights}
    if not held:
        return ()
    wanted = _RIGHTS | (_APP_RIGHTS if app else {})
    return tuple(label for name, label in wanted.items() if name not in held)
