"""The nouns: what a request, a grant, a finding and a message are.

Frozen values without SQL, clock or network. Every other room speaks in these. What is stored as
JSON says here how it is written and read (`to_json`, `from_json`): no other room knows keys.
"""

from store.records.access import (
    Asked,
    Finding,
    Grant,
    PermissionSetRef,
    Seats,
    Source,
    State,
    Tier,
    Verb,
)
from store.records.facts import FieldFact, ObjectFact, OrgFacts
from store.records.plain import Json
from store.records.request import Draft, JournalLine, Message, Request, Vote
from store.records.usage import DueDate, SeatCount
from store.records.wanted import Preflight, Wanted, WantedSet

__all__ = [
    "Asked",
    "Draft",
    "DueDate",
    "FieldFact",
    "Finding",
    "Grant",
    "JournalLine",
    "Json",
    "Message",
    "ObjectFact",
    "OrgFacts",
    "PermissionSetRef",
    "Preflight",
    "Request",
    "SeatCount",
    "Seats",
    "Source",
    "State",
    "Tier",
    "Verb",
    "Vote",
    "Wanted",
    "WantedSet",
]
