"""Which users and permission sets in the org are this request's own, and are they as approved?

Ours is what the bot's user created *and* whose intent was journaled before the call; both are
asked, and nothing else is ever touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bot.core.plan.found import Found, FoundAssignment, FoundSet, FoundUser, same_id
from store.records import Wanted, WantedSet

_SET = "set:"


class Foreign(Exception):  # noqa: N818 - a fact about the org, not a mistake
    """A name that the plan needs belongs to something we did not make; it is never touched."""

    def __init__(self, what: str, who: str) -> None:
        super().__init__(f"{what} already exists; it was created by {who}, not by this bot")
        self.what = what
        self.who = who


class OtherLicense(Exception):  # noqa: N818 - a fact about the org, not a mistake
    """Our set `name` is there with another licence than approved (`licensed` = with the PSL).

    No set's licence can be changed after its creation (salesforce-provisioning 1.6).
    """

    def __init__(self, name: str, *, licensed: bool) -> None:
        super().__init__(f"the permission set {name} has another licence than was approved")
        self.name = name
        self.licensed = licensed


def set_names(wanted: Wanted, ours: Collection[str]) -> tuple[str, ...]:
    """Names to look for: the wanted sets, then those that the request set out to make before.

    The latter are there when what is wanted changed after a run, such as the licence of the sets.
    """
    names = tuple(one.name for one in wanted.sets)
    known = {name.lower() for name in names}
    return (*names, *(name for name in made_before(ours) if name.lower() not in known))


def made_before(ours: Collection[str]) -> tuple[str, ...]:
    """The names of sets whose intent was journaled."""
    return tuple(sorted(key.removeprefix(_SET) for key in ours if key.startswith(_SET)))


def check_user(
    wanted: Wanted, found: Found, *, ours: Collection[str], bot_user_id: str
) -> FoundUser | None:
    """Give our user, or None; raise `Foreign` when the username is somebody else's."""
    user = found.user
    if user is None:
        return None
    key = f"user:{wanted.username}"
    if key not in ours or not same_id(user.created_by, bot_user_id):
        raise Foreign(f"The username {user.username}", user.created_by_name)
    return user


def check_set(
    name: str, found: Found, *, ours: Collection[str], bot_user_id: str
) -> FoundSet | None:
    """Give our permission set of this name, or None; raise `Foreign` when it is not ours."""
    there = found.set_named(name)
    if there is None:
        return None
    if f"{_SET}{name}" not in ours or not same_id(there.created_by, bot_user_id):
        raise Foreign(f"The permission set {there.name}", there.created_by_name)
    return there


def check_license(one: WantedSet, there: FoundSet, psl_id: str | None) -> None:
    """Raise `OtherLicense` when a set is bound to the PSL and should not be, or the other way."""
    if not fits(there.license_id, licensed=one.licensed, psl_id=psl_id):
        raise OtherLicense(there.name, licensed=one.licensed)


def fits(license_id: str | None, *, licensed: bool, psl_id: str | None) -> bool:
    """Say whether a set of this LicenseId is what is wanted: bound to the PSL, or to nothing."""
    if not licensed:
        return license_id is None
    return bool(license_id and psl_id and same_id(license_id, psl_id))


def sets_of_ours(
    names: Collection[str], found: Found, *, ours: Collection[str], bot_user_id: str
) -> Iterator[FoundSet]:
    """Give those of the named sets that are there and ours."""
    for name in names:
        try:
            there = check_set(name, found, ours=ours, bot_user_id=bot_user_id)
        except Foreign:
            continue
        if there:
            yield there


def held_by(there: FoundSet, user: FoundUser) -> bool:
    """Say whether our user holds the set."""
    return any(same_id(row.user_id, user.id) for row in there.assignments)


def others(there: FoundSet, user: FoundUser | None) -> tuple[FoundAssignment, ...]:
    """Give the assignments of the set to anybody but our user."""
    return tuple(
        row for row in there.assignments if user is None or not same_id(row.user_id, user.id)
    )
