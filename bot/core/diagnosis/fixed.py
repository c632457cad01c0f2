"""Findings that the bot makes itself, from what it looked at and compared."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.diagnosis import titles
from bot.core.diagnosis.next_step import remedy_for
from bot.core.diagnosis.quote import quote
from bot.core.diagnosis.rows import Who
from store.records import Finding, State

_NAME = 120
_FEW = 10


def _finding(code: str, cause: str, remedy: str, who: Who) -> Finding:
    return Finding(code=code, cause=cause, remedy=remedy, who=str(who))


def _listed(words: Sequence[str]) -> str:
    clean = [quote(word, _NAME) for word in words]
    return " and ".join([", ".join(clean[:-1]), clean[-1]] if len(clean) > 1 else clean)


def not_proven(
    *, app_label: str | None, username: str = "USERNAME", address: str = "MY_DOMAIN"
) -> Finding:
    """The login could not be tried: there is no app, or the bot has no key of it.

    The remedy holds the command to test by hand, for this `username` at this My Domain `address`.
    """
    if app_label is None:
        cause = "No app was chosen for this integration, so the bot could not log in as the user."
    else:
        cause = f"The bot has no private key of the app {app_label}, so it could not log in."
    remedy = (
        "Log in once as the new user with the integration itself, or by hand with sf org login jwt "
        f"--client-id KEY --jwt-key-file FILE --username {username} --instance-url {address}, then "
        "let the owner, the backup owner or an admin press Confirm live."
    )
    return _finding(titles.NOT_PROVEN, cause, remedy, Who.OWNER)


def sees_nothing(objects: Sequence[str]) -> Finding:
    """The user has the right to read, and sees none of the records that exist."""
    return _finding(
        titles.SEES_NOTHING,
        f"The user may read {_listed(objects)}, but sees no record, although there are some.",
        "Share the records with it (sharing rule, role or group), or ask again with View All. Then "
        "test again.",
        Who.ADMIN,
    )


def sees_too_much(name: str, detail: str) -> Finding:
    """An object that nothing grants answered."""
    said = f" The org answered: {quote(detail)}" if detail else ""
    return _finding(
        titles.SEES_TOO_MUCH,
        f"The user can use {quote(name, _NAME)}, which nobody granted to it.{said}",
        "Look in Setup which profile, permission set or group gives this user the object, take it "
        "away, then test again.",
        Who.ADMIN,
    )


def wrong_identity(what: str, wanted: str, seen: str | None) -> Finding:
    """The token belongs to another org or user (`what`) than the one that was made."""
    return _finding(
        titles.WRONG_IDENTITY,
        f"The login ended in the {what} {quote(seen or 'unknown', _NAME)}, not in {wanted}.",
        "Look which org my_domain_url of the configuration leads to, and ask a Salesforce admin "
        "whether the username was moved to another user. Then test again.",
        Who.OPERATOR,
    )


def no_seat(license_name: str, org_label: str, total: int, used: int, reserved: int) -> Finding:
    """No seat of a licence is free, counted live, without the request itself."""
    return _finding(
        titles.NO_SEAT,
        f"{org_label} has no free seat of the {license_name}: {total} in all, {used} in use, "
        f"{reserved} reserved by other requests.",
        "Deactivate an unused integration user, withdraw another request, or buy a seat. Then "
        "check again.",
        Who.ADMIN,
    )


def wrong_kind(problem: str) -> Finding:
    """The org is of another kind than the configuration says; `problem` is the sentence."""
    return _finding(
        titles.KIND_MISMATCH,
        problem,
        "Correct kind or my_domain_url of this org in the configuration and restart the bot, then "
        "check again.",
        Who.OPERATOR,
    )


def other_org(known: str, now: str) -> Finding:
    """Another org answers at the address than the one that was known."""
    return _finding(
        "org_changed",
        f"Another org answers at this address: it is {quote(now, _NAME)}, not "
        f"{quote(known, _NAME)}. A refreshed sandbox gets a new id.",
        "If that is right, accept it with integration-user-bot check --accept-org ORG, withdraw "
        "this request and ask again. Else correct my_domain_url, restart the bot and press Retry. "
        "Until then nothing is written there.",
        Who.OPERATOR,
    )


def missing_right(labels: Sequence[str]) -> Finding:
    """The bot's own user lacks permissions, named by their labels."""
    return _finding(
        titles.MISSING_RIGHT,
        f"The bot's user in the org lacks {_listed(labels)}.",
        "Give it these permissions with a permission set (docs/salesforce-setup.md), then check "
        "again.",
        Who.ADMIN,
    )


def missing_license(what: str) -> Finding:
    """The org has no integration `profile`, or no permission set licence (`psl`)."""
    if what == "profile":
        cause = "The org has no profile of the Salesforce Integration licence."
    else:
        cause = "The org has no permission set licence Salesforce API Integration."
    remedy = (
        "Look in Setup, Company Information, whether the org has the licence; Enterprise and "
        "higher editions bring five. If it is missing, ask Salesforce support, then check again."
    )
    return _finding("license_missing", cause, remedy, Who.ADMIN)


def username_taken(names: Sequence[str]) -> Finding:
    """The username that was typed, or the proposal with all its variants, exists already."""
    variants = ", and so are the variants of it" if len(names) > 1 else ""
    return _finding(
        titles.USERNAME_TAKEN,
        f"The username {quote(names[0], _NAME)} is taken{variants}.",
        "Press Take another username: the bot takes the next free one and checks again. Or "
        "withdraw this request and ask with a name of your own.",
        Who.REQUESTER,
    )


def no_set_name() -> Finding:
    """Every variant of the permission set's name exists already."""
    return _finding(
        "set_name_taken",
        "Permission sets of all the names that the bot would use exist already in the org.",
        "Delete or rename the old ones in Setup, then check again. Or withdraw this request and "
        "ask again with another name.",
        Who.ADMIN,
    )


def app_missing(label: str, kind: str, name: str, said: str = "") -> Finding:
    """The request's app is not in the org; `name` is what the configuration calls it there.

    `said` is the org's answer when apps could not be looked up at all.
    """
    where = "external client app" if kind == "external_client_app" else "connected app"
    field = "developer name" if kind == "external_client_app" else "name"
    if said:
        return _finding(
            "app_missing",
            f"The org does not let the bot look up the {where} {quote(name, _NAME)} "
            f"({quote(label, _NAME)}). Salesforce said: {quote(said)}",
            "Give the bot's user the right to see these apps (docs/salesforce-setup.md). Then "
            "check again.",
            Who.ADMIN,
        )
    return _finding(
        "app_missing",
        f"The org has no {where} with the {field} {quote(name, _NAME)} ({quote(label, _NAME)}).",
        "Create or deploy it in this org, or have the operator of the bot correct its name in the "
        "configuration. Then check again.",
        Who.ADMIN,
    )


def object_gone(name: str) -> Finding:
    """An object that was asked for is not among those that the org lets be granted."""
    return _finding(
        "object_gone",
        f"The object {quote(name, _NAME)} cannot be granted in this org: it was deleted, or no "
        "permission set can hold it.",
        titles.WITHOUT_IT,
        Who.REQUESTER,
    )


def fields_gone(object_name: str, fields: Sequence[str]) -> Finding:
    """Fields that were asked for are not among those that the org lets be granted."""
    few = [*fields[:_FEW], *([f"{len(fields) - _FEW} more"] if len(fields) > _FEW else [])]
    noun, they = ("field", "it was") if len(fields) == 1 else ("fields", "they were")
    return _finding(
        titles.FIELD_REFUSED,
        f"The {noun} {_listed(few)} of {quote(object_name, _NAME)} cannot be granted in this org: "
        f"{they} deleted, or Salesforce shows such fields to everybody, or to nobody.",
        titles.WITHOUT_IT if len(fields) == 1 else titles.WITHOUT_THEM,
        Who.REQUESTER,
    )


def too_few_approvers(sentence: str) -> Finding:
    """More approvals are required than people who may give them; `sentence` says so."""
    return _finding(
        "too_few_approvers",
        sentence,
        "Add approvers in the configuration or in the Slack group, then check again.",
        Who.OPERATOR,
    )


def foreign(what: str, who: str) -> Finding:
    """Something of a wanted name is not ours; it is left as it is."""
    return _finding(
        titles.FOREIGN_OBJECT,
        f"{quote(what, _NAME)} already exists. {quote(who, _NAME)} created it, not this request, "
        "so the bot leaves it alone.",
        "Rename or remove it in Setup and press Retry, or withdraw and ask again under another "
        "name.",
        Who.ADMIN,
    )


def other_license(name: str, *, licensed: bool) -> Finding:
    """A set that this request made has another licence than was approved (`licensed`, the PSL)."""
    kinds = ("None", "Salesforce API Integration")
    return _finding(
        titles.OTHER_LICENSE,
        f"The permission set {quote(name, _NAME)}, which this request made earlier, has the "
        f"License {kinds[not licensed]}; approved is {kinds[licensed]}. Salesforce never changes "
        "the licence of a permission set.",
        "Delete this permission set in Setup, then press Retry: the bot makes it again as "
        "approved. Or withdraw the request.",
        Who.ADMIN,
    )


def undo_incomplete(left: Sequence[str], why: Finding | None) -> Finding:
    """Undo could not finish; `left` are the sentences of what is still to be done, `why` if known.

    Pressing Withdraw again goes on from what is there; Retry would make it all again.
    """
    before = remedy_for(why, State.BLOCKED, withdrawing=True).remedy if why else ""
    todo = f" Still to do: {'; '.join(quote(one) for one in left)}." if left else ""
    remedy = "Do what is named by hand in Setup, or correct the cause; then press Withdraw again."
    return _finding(
        titles.UNDO_INCOMPLETE,
        f"Not everything could be taken away.{todo}" + (f" {why.cause}" if why else ""),
        f"{before} {remedy}".strip(),
        Who.ADMIN,
    )


def run_failed(run: str) -> Finding:
    """A run ended in an error that nobody foresaw; what it did is kept and is looked at again."""
    return _finding(
        titles.RUN_FAILED,
        f"The bot's run {quote(run, _NAME)} broke off for a reason that is in its log.",
        "Look the run up in the bot's log, then press Retry: what is done already is not repeated.",
        Who.OPERATOR,
    )
