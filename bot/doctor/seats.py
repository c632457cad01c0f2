"""Are both licences there with seats, and which profile would integration users get?"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.wording import sentence_start
from bot.doctor.report import Line, Page, ok, problem, warning
from bot.salesforce.inspection import License, Licenses, Profiles
from bot.salesforce.reads import LICENSE, PROFILES

_PSL = "Salesforce API Integration"


def licenses(found: Licenses) -> Iterator[Line]:
    """Both licences by name, with their seats (salesforce-provisioning 1.1, 1.2)."""
    yield _license("licence", "user licence", LICENSE, found.user)
    yield _license("psl", "permission set licence", _PSL, found.psl)


def _license(name: str, kind: str, label: str, found: License | None) -> Line:
    if found is None:
        return problem(
            name,
            f"The org has no {kind} {label}",
            "Look in Setup, Company Information; if it is missing, ask Salesforce",
            Page.LICENSE,
        )
    free = found.total - found.used
    counted = f"{kind} {found.name}: {found.total} in all, {found.used} used, {max(free, 0)} free"
    if found.status != "Active":
        text = f"The {counted}; but it is {found.status}"
        return problem(name, text, "Ask Salesforce to activate it", Page.LICENSE)
    if free <= 0:
        remedy = "Deactivate integration users that nobody needs, or buy seats"
        return warning(name, f"The {counted}: nobody can ask for one", remedy, Page.LICENSE)
    return ok(name, f"{sentence_start(counted)}.")


def profile(found: Profiles) -> Line:
    """The profile that new users get: the newer name, the older one, or a clone (1.4)."""
    if found.chosen is None:
        return problem(
            "profile",
            "The org has no profile of the Salesforce Integration licence",
            "Look in Setup, Profiles; if none is there, ask Salesforce",
            Page.PROFILE,
        )
    newer, older = PROFILES
    if found.chosen == newer:
        return ok("profile", f"New users get {newer}.")
    if found.chosen == older:
        return ok("profile", f"New users get {older}; this org has no {newer}.")
    return warning(
        "profile",
        f"New users get {found.chosen}: the org has neither {newer} nor {older}",
        "Look what that profile grants, for every new user gets it",
        Page.PROFILE,
    )
