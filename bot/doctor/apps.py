"""Can integrations log in through an app, and only those that it was granted to?"""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import App
from bot.core import diagnosis
from bot.doctor.database import Known
from bot.doctor.report import Line, Page, ok, problem, warning
from bot.salesforce.inspection import AppSeen

_POLICY = "Admin approved users are pre-authorized"


def judge(key: str, app: App, seen: AppSeen | None, known: Known) -> Iterator[Line]:
    """Is it there, whom does its policy let in, and how sure is its key?"""
    if seen is None:
        finding = diagnosis.app_missing(app.label, app.kind, app.name)
        yield problem(f"app:{key}", finding.cause, finding.remedy, Page.APP_MISSING)
        return
    yield ok(f"app:{key}", f"{app.label} is there ({app.kind}, {app.name}).")
    yield _policy(f"app-policy:{key}", app, seen)
    if seen.profiles:
        yield warning(
            f"app-policy:{key}",
            f"{app.label} is granted to whole profiles: {', '.join(seen.profiles)}. Every user who "
            "has one may log in through it",
            "Take the profiles off the app; the bot grants it to each integration's own set",
            Page.APP_OPEN,
        )
    yield _login(f"app-login:{key}", app, known.proven.get(key))


def _policy(name: str, app: App, seen: AppSeen) -> Line:
    """Pre-authorised, or open to everybody who approves it alone (auth-and-monitoring 2.5)."""
    if seen.admin_approved is None:
        return warning(
            name,
            f"The policy of {app.label} cannot be read ({seen.unreadable})",
            f"Look in Setup whether Permitted Users of the app is “{_POLICY}”",
            Page.APP_UNREADABLE,
        )
    if seen.admin_approved:
        return ok(name, f"{app.label} lets in pre-authorised users only.")
    return warning(
        name,
        f"{app.label} lets every user authorise it alone: its grants mean nothing, and a new "
        "integration's JWT login is refused until somebody approved it as that user",
        f"Set Permitted Users of the app to “{_POLICY}”; who uses it without a grant is then "
        "locked out, so grant first",
        Page.APP_OPEN,
    )


def _login(name: str, app: App, proven: str | None) -> Line:
    """Nobody can log in as nobody: only a test login shows whether key and app belong together."""
    if not app.has_key:
        return ok(name, "No key of it here: its logins are tried by hand, by the owners.")
    if proven:
        return ok(name, f"The bot's test login through it worked: {proven}.")
    return ok(
        name,
        "Whether the key fits shows with the test of the first request through it, for there is "
        "nobody yet to log in as; “invalid assertion” there means that it does not.",
    )
