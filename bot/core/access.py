"""What does a wish for access really need, how dangerous is it, and what is never granted? Rules.

The rules are Salesforce's (salesforce-provisioning 1.8 and 1.9): nothing is switched on by itself,
so what a grant depends on is added here, each addition with the sentence why. What is not known
(None, or no facts at all) is not guessed: it passes, and the org itself will say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.core.prerequisites import elsewhere, needs
from store.records import FieldFact, Grant, ObjectFact, Tier, Verb

WORDS: Final[dict[Verb, str]] = {
    Verb.READ: "Read",
    Verb.CREATE: "Create",
    Verb.EDIT: "Edit",
    Verb.DELETE: "Delete",
    Verb.VIEW_ALL: "View All",
    Verb.MODIFY_ALL: "Modify All",
}
"""The verbs as Salesforce's own pages write them."""

_HIGH: Final = frozenset({Verb.DELETE, Verb.VIEW_ALL, Verb.MODIFY_ALL})
_MEDIUM: Final = frozenset({Verb.CREATE, Verb.EDIT})

Facts = Mapping[str, ObjectFact]


def close(grants: Iterable[Grant], facts: Facts) -> tuple[Grant, ...]:
    """Add what the grants depend on, so that the org accepts them; `because` says why.

    1. Two grants of one object become one.
    2. Per object: missing verbs; parts of a compound field become the compound; what may be
       edited may also be read, unless all fields may be read anyway.
    3. Reading a detail needs Read on its master, and on the master's master (1.8).
    4. Some verbs on standard objects need one on another object (1.8).

    Asked objects keep their order, added objects follow. Closing twice changes nothing more.
    """
    closed: dict[str, Grant] = {}
    for grant in grants:
        known = closed.get(grant.object)
        closed[grant.object] = _merge(known, grant) if known else grant
    closed = {name: _close_one(grant, facts.get(name)) for name, grant in closed.items()}
    open_ends = list(closed)
    for name in open_ends:  # grows while it is walked: a master may have a master
        for other, verb, why in _others(closed[name], facts):
            known = closed.get(other) or Grant(object=other, verbs=())
            if verb not in known.verbs:
                sentence = f"{WORDS[verb]} on {other}, because {why}."
                added = _add_verbs(known, {verb}, (sentence,))
                closed[other] = _close_one(added, facts.get(other))
                open_ends.append(other)
    return tuple(closed.values())


def resolve_edit_all(grants: Iterable[Grant], facts: Facts) -> tuple[Grant, ...]:
    """Replace "every editable field" by the fields known to be editable, and close again.

    A field of which it is not known whether it can be edited is left out, and that is said.
    """
    return close((_resolve_one(grant, facts.get(grant.object)) for grant in grants), facts)


def order(grants: Iterable[Grant], facts: Facts) -> tuple[str, ...]:
    """List the granted objects, each after those that it depends on, else as they stand (1.8)."""
    wanted = {grant.object: grant for grant in grants}
    placed: dict[str, None] = {}

    def place(name: str, above: frozenset[str]) -> None:
        needed = (other for _, other, _ in elsewhere(name, wanted[name].verbs))
        for other in (*_masters(name, facts), *needed):
            if other in wanted and other not in above:
                place(other, above | {other})
        placed.setdefault(name)

    for name in wanted:
        place(name, frozenset({name}))
    return tuple(placed)


def tier(grants: Iterable[Grant]) -> Tier:
    """Say how dangerous the strongest grant is: read low, create and edit medium, else high."""
    found = Tier.LOW
    for grant in grants:
        if grant.all_fields or not _HIGH.isdisjoint(grant.verbs):
            return Tier.HIGH
        if not _MEDIUM.isdisjoint(grant.verbs):
            found = Tier.MEDIUM
    return found


def check(grants: Iterable[Grant], facts: Facts) -> dict[str, str]:
    """Find what can never be granted: `perm:X`, `fields:X`, `edit_fields:X` -> sentence.

    The keys are the form's blocks. Meant for grants as they were asked, before `close`.
    """
    return {
        f"{block}:{grant.object}": sentence
        for grant in grants
        for block, sentence in _check_one(grant, facts.get(grant.object)).items()
    }


def sentences(grants: Iterable[Grant]) -> tuple[str, ...]:
    """Say each grant in one line, fields as counts: the matrix of the card."""
    return tuple(_say(grant) for grant in grants)


def columns(grant: Grant) -> tuple[str, str, str, str]:
    """Say one grant in parts: object, verbs, fields read, fields edited (may be empty)."""
    verbs = ", ".join(WORDS[verb] for verb in grant.verbs) or "nothing yet"
    if grant.all_fields:
        reading = "all fields readable"
    elif grant.read_fields:
        reading = f"{_count(len(grant.read_fields))} readable"
    else:
        reading = "only the fields that are always shown"
    if grant.edit_all:
        return grant.object, verbs, reading, "every editable field editable"
    count = len(grant.edit_fields)
    return grant.object, verbs, reading, f"{count} editable" if count else ""


def additions(grants: Iterable[Grant]) -> tuple[str, ...]:
    """List every sentence that says what was added, and because of what."""
    return tuple(sentence for grant in grants for sentence in grant.because)


def _masters(name: str, facts: Facts) -> tuple[str, ...]:
    fact = facts.get(name)
    return (fact.masters if fact else None) or ()


def _others(grant: Grant, facts: Facts) -> Iterator[tuple[str, Verb, str]]:
    """Say what a grant needs on other objects: object, verb, and why."""
    if Verb.READ in grant.verbs:
        for master in _masters(grant.object, facts):
            yield master, Verb.READ, f"{grant.object} is a detail of it"
    for verb, other, needed in elsewhere(grant.object, grant.verbs):
        yield other, needed, f"{WORDS[verb]} on {grant.object} needs it"


def _in_order(verbs: Iterable[Verb]) -> tuple[Verb, ...]:
    present = set(verbs)
    return tuple(verb for verb in Verb if verb in present)


def _union(*parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({one for part in parts for one in part}))


def _merge(one: Grant, two: Grant) -> Grant:
    return Grant(
        object=one.object,
        verbs=_in_order((*one.verbs, *two.verbs)),
        read_fields=_union(one.read_fields, two.read_fields),
        edit_fields=_union(one.edit_fields, two.edit_fields),
        all_fields=one.all_fields or two.all_fields,
        edit_all=one.edit_all or two.edit_all,
        because=tuple(dict.fromkeys((*one.because, *two.because))),
    )


def _add_verbs(grant: Grant, verbs: Iterable[Verb], because: tuple[str, ...]) -> Grant:
    return replace(
        grant, verbs=_in_order((*grant.verbs, *verbs)), because=(*grant.because, *because)
    )


def _close_one(grant: Grant, fact: ObjectFact | None) -> Grant:
    why: dict[Verb, str] = {}
    for verb in grant.verbs:
        for needed in needs(verb) - set(grant.verbs):
            why.setdefault(needed, WORDS[verb])
    if grant.all_fields and Verb.READ not in grant.verbs:
        why.setdefault(Verb.READ, "View All Fields")
    because = tuple(
        f"{WORDS[verb]} on {grant.object}, because {why[verb]} needs it."
        for verb in Verb
        if verb in why
    )
    return _close_fields(_add_verbs(grant, why, because), fact)


def _close_fields(grant: Grant, fact: ObjectFact | None) -> Grant:
    wholes = {one.name: one.compound_of for one in fact.fields if one.compound_of} if fact else {}
    parts = [name for name in _union(grant.read_fields, grant.edit_fields) if name in wholes]
    read = _union(wholes.get(name, name) for name in grant.read_fields)
    edit = _union(wholes.get(name, name) for name in grant.edit_fields)
    because = [
        f"{wholes[name]} on {grant.object}, because {name} is a part of it and only the whole "
        "can be granted."
        for name in parts
    ]
    unread = () if grant.all_fields else tuple(name for name in edit if name not in read)
    if unread:
        names = _and(unread)
        because.append(f"Reading {names} on {grant.object}, because editing needs it.")
    return replace(
        grant,
        read_fields=_union(read, unread),
        edit_fields=edit,
        because=(*grant.because, *because),
    )


def _resolve_one(grant: Grant, fact: ObjectFact | None) -> Grant:
    if not grant.edit_all:
        return grant
    fields = [one for one in fact.fields if not one.compound_of] if fact else []
    editable = [one.name for one in fields if one.editable]
    unknown = sum(one.editable is None and one.name not in grant.edit_fields for one in fields)
    because = [
        f"{_count(len(editable))} of {grant.object} editable, because all of them were asked for."
    ]
    if unknown:
        because.append(
            f"{_count(unknown)} of {grant.object} left out, because not known to be editable."
        )
    return replace(
        grant,
        edit_all=False,
        edit_fields=_union(grant.edit_fields, editable),
        because=(*grant.because, *because),
    )


def _check_one(grant: Grant, fact: ObjectFact | None) -> dict[str, str]:
    fields = {one.name: one for one in fact.fields} if fact else {}
    problems: dict[str, str] = {}
    if not grant.verbs:
        problems["perm"] = f"Tick at least one thing that may be done with {grant.object}."
    if fields:
        unfit = [name for name in grant.read_fields if name not in fields]
        if unfit:
            problems["fields"] = _cannot_be_granted(grant.object, unfit)
    edit_problem = _check_edit(grant, fields)
    if edit_problem:
        problems["edit_fields"] = edit_problem
    return problems


def _check_edit(grant: Grant, fields: Mapping[str, FieldFact]) -> str | None:
    if not grant.edit_fields and not grant.edit_all:
        return None
    if _MEDIUM.isdisjoint(grant.verbs):
        return f"To edit fields, tick Create or Edit for {grant.object}, or leave this empty."
    if grant.edit_all and fields and not any(one.editable for one in fields.values()):
        return f"No field of {grant.object} is known to be editable. Choose the fields by name."
    unfit = [name for name in grant.edit_fields if fields and name not in fields]
    if unfit:
        return _cannot_be_granted(grant.object, unfit)
    fixed = [name for name in grant.edit_fields if name in fields and _fixed(name, fields)]
    if fixed:
        return (
            f"{_and(fixed)} cannot be edited, only read: Salesforce fills formulas and "
            "auto-numbers itself. Leave out what is filled by itself."
        )
    return None


def _fixed(name: str, fields: Mapping[str, FieldFact]) -> bool:
    """Judge a part of a compound field by the whole: that is what will be granted."""
    whole = fields.get(fields[name].compound_of or name)
    return whole is not None and whole.editable is False


def _cannot_be_granted(object_name: str, names: Sequence[str]) -> str:
    return (
        f"{_and(names)} cannot be granted on {object_name}: such fields are always shown, or do "
        "not exist. Leave them out."
    )


def _say(grant: Grant) -> str:
    name, verbs, reading, editing = columns(grant)
    return f"{name}: {verbs}; {reading}{editing and f', {editing}'}"


def _count(number: int) -> str:
    return f"{number} field" if number == 1 else f"{number} fields"


def _and(names: Sequence[str], limit: int = 5) -> str:
    shown = list(names[:limit])
    rest = len(names) - len(shown)
    if rest:
        shown.append(f"{rest} more")
    *first, last = shown
    return f"{', '.join(first)} and {last}" if first else last
