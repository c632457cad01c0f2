"""Which permission must stand beside which other? On one object, and from one object to another.

Nothing is switched on by itself: what is missing is an error of the org (salesforce-provisioning
1.8). Dependencies on masters are facts of each org and are not here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from store.records import Verb

_NEEDS: Final[dict[Verb, frozenset[Verb]]] = {
    Verb.READ: frozenset(),
    Verb.CREATE: frozenset({Verb.READ}),
    Verb.EDIT: frozenset({Verb.READ}),
    Verb.DELETE: frozenset({Verb.READ, Verb.EDIT}),
    Verb.VIEW_ALL: frozenset({Verb.READ}),
    Verb.MODIFY_ALL: frozenset({Verb.READ, Verb.EDIT, Verb.DELETE, Verb.VIEW_ALL}),
}

ELSEWHERE: Final[Mapping[tuple[str, Verb], tuple[str, Verb]]] = {
    ("MessagingSession", Verb.READ): ("MessagingEndUser", Verb.READ),
    ("ServiceTerritory", Verb.VIEW_ALL): ("OperatingHours", Verb.VIEW_ALL),
    ("Contract", Verb.VIEW_ALL): ("Account", Verb.VIEW_ALL),
    ("Asset", Verb.VIEW_ALL): ("Account", Verb.VIEW_ALL),
}
"""The dependencies between standard objects that are known (1.8; "Read All" there is View All).

Salesforce publishes no list, so there are others: the refusal names them, and the finding does.
"""


def needs(verb: Verb) -> frozenset[Verb]:
    """Say which verbs must stand beside this one on the same object, all the way down (1.8)."""
    return _NEEDS[verb]


def elsewhere(name: str, verbs: Collection[Verb]) -> Iterator[tuple[Verb, str, Verb]]:
    """Say which of the verbs on this object need what on another: verb, other object, its verb."""
    for verb in verbs:
        if (name, verb) in ELSEWHERE:
            yield verb, *ELSEWHERE[name, verb]


def companions(name: str) -> frozenset[str]:
    """Name the other objects that some verb on this one needs."""
    return frozenset(other for (one, _), (other, _) in ELSEWHERE.items() if one == name)
