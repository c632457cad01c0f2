"""What did the form say? Slack's values become records, or sentences under their fields.

Everything that comes in is hostile: text is cleaned or refused, chosen values must be ones that
could be chosen. Values are read by block, whatever the action is called (slack-platform 2).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.core import naming, typed
from store.records import Asked, Grant, Verb

Values = Mapping[str, Any]
Errors = dict[str, str]

OBJECTS_MAX: Final = 10
LENGTHS: Final[Mapping[str, int]] = {
    "name": 60,
    "purpose": 1000,
    "system": 80,
    "ticket": 500,
    "email": 128,
    "username": naming.USERNAME_MAX,
    "reason": 1000,
}
"""Most characters of a text by its block; e-mail and username as Salesforce has them (1.5)."""

_PARAGRAPHS: Final = frozenset({"purpose", "reason"})
_EMPTY: Final[dict[str, str]] = {
    "org": "Please choose an org.",
    "name": "Please give the integration a name.",
    "purpose": "Please say what the integration is for.",
    "system": "Please name the other system.",
    "owner": "Please choose an owner.",
    "backup_owner": "Please choose a backup owner.",
    "email": "Please give a mailbox that outlives people, such as a team's address.",
    "objects": "Please choose at least one object.",
    "reason": "Please say why: the requester reads it.",
}
_CLEAR: Final = "Please clear it, or type it by hand."
_BACK: Final = "Please press Back and change it there; nothing that you filled in here is lost."
_LATER: Final = "Press Back to choose another org, or send this again later: it stays as it is."
_SAME_OWNER: Final = "Please choose somebody else: the backup owner steps in for the owner."
_LINK: Final = re.compile(
    r"https://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?(?:[/?#][^\s<>|\"'`]*)?", re.ASCII
)
_API_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}")
ALL: Final = "*"
"""Stands for all fields of an object, in both pickers of fields."""

EVERY_FIELD: Final[Mapping[bool, str]] = {
    False: "All fields, future ones too",
    True: "Every editable field",
}
"""What that is called: by whether it is about editing."""

_STEP_1: Final[Mapping[str, str]] = {
    "org": "Salesforce org",
    "owner": "Owner",
    "backup_owner": "Backup owner",
    "email": "Mailbox",
    "app": "App",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What Slack says of somebody who was named in the form."""

    is_bot: bool = False
    is_guest: bool = False
    is_deactivated: bool = False
    is_foreign: bool = False


def read_details(values: Values) -> Asked | Errors:
    """Read step 1; `grants` name the chosen objects and allow nothing yet.

    Answers every problem that can be seen without facts, by block.
    """
    errors: Errors = {}
    text = {block: _text(values, block, errors) for block in ("name", "purpose", "system", "email")}
    ticket = _text(values, "ticket", errors, optional=True)
    chosen = {block: _one(values, block) for block in ("org", "owner", "backup_owner")}
    errors |= {block: _EMPTY[block] for block, value in chosen.items() if not value}
    if chosen["owner"] and chosen["owner"] == chosen["backup_owner"]:
        errors["backup_owner"] = _SAME_OWNER
    objects = tuple(dict.fromkeys(_many(values, "objects")))
    if not objects:
        errors["objects"] = _EMPTY["objects"]
    elif len(objects) > OBJECTS_MAX:
        errors["objects"] = f"Please choose at most {OBJECTS_MAX} objects for one integration."
    if "email" not in errors and (problem := typed.mailbox_problem(text["email"])):
        errors["email"] = problem
    if errors:
        return errors
    return Asked(
        org=chosen["org"],
        name=text["name"],
        purpose=text["purpose"],
        system=text["system"],
        ticket=ticket,
        owner=chosen["owner"],
        backup_owner=chosen["backup_owner"],
        email=text["email"],
        app=_one(values, "app") or None,
        grants=tuple(Grant(object=name, verbs=()) for name in objects),
    )


def read_org(values: Values) -> str:
    """Read which org is chosen in step 1; empty when none is."""
    return _one(values, "org")


def picks_of_org(values: Values) -> bool:
    """Say whether step 1 holds something that belongs to its org: an app or objects."""
    return bool(_one(values, "app") or _many(values, "objects"))


def problems_details(
    asked: Asked,
    *,
    people: Mapping[str, Person],
    apps: Collection[str],
    email_domains: Sequence[str],
    known_objects: Collection[str],
) -> Errors:
    """Find what is wrong with step 1 by the facts of the chosen org and of Slack.

    `people` holds those named whom Slack knows. Empty `email_domains` allow every mailbox. The org
    itself and its seats are judged by the caller, for they need the store.
    """
    errors = {
        block: sentence
        for block, user in (("owner", asked.owner), ("backup_owner", asked.backup_owner))
        if (sentence := _unfit(people.get(user)))
    }
    if asked.owner == asked.backup_owner:
        errors["backup_owner"] = _SAME_OWNER
    domain = asked.email.rpartition("@")[2].lower()
    if email_domains and domain not in {one.lower() for one in email_domains}:
        errors["email"] = (
            f"Please use a mailbox at {' or '.join(email_domains)}: this org takes no others."
        )
    if asked.app is not None and asked.app not in apps:
        errors["app"] = (
            "This app does not belong to the chosen org. Please choose one from the list, or none."
        )
    strange = [grant.object for grant in asked.grants if grant.object not in known_objects]
    if strange:
        errors["objects"] = (
            f"{_shown(strange)} cannot be granted in the chosen org."
            " Please leave that out and choose from the list."
        )
    return errors


def overtaken(
    asked: Asked, wrong: Mapping[str, str], *, known_objects: Collection[str]
) -> dict[str, str]:
    """Say in step 2 what became wrong with step 1 while step 2 was filled in.

    `wrong` are the errors of step 1 by block. An object is named under its own block; the rest has
    none in step 2 and makes one paragraph under `step_1`.
    """
    found = {
        f"perm:{grant.object}": (
            f"{_shown([grant.object])} of step 1 cannot be granted any more. {_BACK}"
        )
        for grant in asked.grants
        if "objects" in wrong and grant.object not in known_objects
    }
    said = [f"{label}: {wrong[block]}" for block, label in _STEP_1.items() if block in wrong]
    go_on = _LATER if "org" in wrong else _BACK
    return found | ({"step_1": " ".join(["In step 1,", *said, go_on])} if said else {})


def read_access(values: Values, objects: Sequence[str]) -> tuple[Grant, ...] | Errors:
    """Read step 2 for the objects of the draft: one grant each, as asked, nothing added yet.

    `*` among named fields wins and makes the names superfluous. Blocks of other objects, and values
    that no option has, are errors. What can never be granted is found by `access.check`.
    """
    errors: Errors = {}
    grants = [_grant(values, name, errors) for name in objects]
    foreign = [
        block
        for block in values
        if block.partition(":")[0] in {"perm", "fields", "edit_fields"}
        and block.partition(":")[2] not in objects
    ]
    for block in foreign:
        errors[block] = "This object was not chosen. Please go back and choose it first."
    return errors or tuple(grants)


def read_username(values: Values) -> str | Errors:
    """Read the username of step 2; empty means that the proposal is taken."""
    errors: Errors = {}
    username = _text(values, "username", errors, optional=True)
    return errors or username


def read_reason(values: Values) -> str | Errors:
    """Read why a request is rejected."""
    errors: Errors = {}
    reason = _text(values, "reason", errors)
    return errors or reason


def is_link(ticket: str) -> bool:
    """Say whether a ticket may be shown as a link: one https address that hides nothing."""
    return _LINK.fullmatch(ticket) is not None


def _grant(values: Values, name: str, errors: Errors) -> Grant:
    ticked = _many(values, f"perm:{name}")
    if not ticked:
        errors[f"perm:{name}"] = f"Please tick at least one thing that may be done with {name}."
    elif not set(ticked) <= set(Verb):
        errors[f"perm:{name}"] = "Please tick only what is offered here."
    read = _fields(values, f"fields:{name}", errors)
    edit = _fields(values, f"edit_fields:{name}", errors)
    return Grant(
        object=name,
        verbs=tuple(verb for verb in Verb if verb in ticked),
        read_fields=() if ALL in read else read,
        edit_fields=() if ALL in edit else edit,
        all_fields=ALL in read,
        edit_all=ALL in edit,
    )


def _fields(values: Values, block: str, errors: Errors) -> tuple[str, ...]:
    chosen = _many(values, block)
    if any(one != ALL and not _API_NAME.fullmatch(one) for one in chosen):
        errors[block] = "Please choose fields from the list."
    return tuple(sorted(set(chosen)))


def _unfit(person: Person | None) -> str | None:
    if person is None:
        return "This person is not known in this workspace. Please choose somebody else."
    if person.is_bot:
        return "A bot cannot own an integration. Please choose a person."
    if person.is_deactivated:
        return "This account is deactivated. Please choose somebody who is here."
    if person.is_guest:
        return "A guest cannot own an integration. Please choose a full member."
    if person.is_foreign:
        return "This person belongs to another workspace. Please choose a colleague."
    return None


def _text(values: Values, block: str, errors: Errors, *, optional: bool = False) -> str:
    raw = _element(values, block).get("value")
    raw = raw if isinstance(raw, str) else ""
    text, problem = typed.clean(raw, one_line=block not in _PARAGRAPHS)
    limit = LENGTHS[block]
    if problem:
        errors[block] = problem
    elif len(text) > limit:
        errors[block] = f"Please shorten this to {limit} characters; it has {len(text)}."
    elif not text and raw.strip():
        errors[block] = f"{typed.UNSEEN} {_CLEAR if optional else _EMPTY[block]}"
    elif not text and not optional:
        errors[block] = _EMPTY[block]
    return text


def _element(values: Values, block: str) -> Mapping[str, Any]:
    """Find the one element of a block, whatever its action_id."""
    state = values.get(block)
    elements = list(state.values()) if isinstance(state, Mapping) else []
    return elements[0] if elements and isinstance(elements[0], Mapping) else {}


def _one(values: Values, block: str) -> str:
    element = _element(values, block)
    option = element.get("selected_option")
    chosen = option.get("value") if isinstance(option, Mapping) else element.get("selected_user")
    return chosen if isinstance(chosen, str) else ""


def _many(values: Values, block: str) -> list[str]:
    options = _element(values, block).get("selected_options")
    found: Iterable[Any] = options if isinstance(options, list) else ()
    chosen = [one.get("value") for one in found if isinstance(one, Mapping)]
    return [one for one in chosen if isinstance(one, str)]


def _shown(names: Sequence[str]) -> str:
    plain = [re.sub(r"[^A-Za-z0-9_]", "?", name)[:80] for name in names[:3]]
    return ", ".join(plain) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
