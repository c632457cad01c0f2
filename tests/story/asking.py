"""Requests that stories send: one that meets every rule of a grant, and one of a given size."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bot.sandbox.orgs import Switches
from bot.sandbox.orgs.positions import moved
from tests.story.house import House

Access = Mapping[str, Any]

EVERYTHING: Access = {
    "perm:Invoice_Line__c": ["read", "create", "edit"],
    "fields:Invoice_Line__c": ["Total__c", "Note__c"],
    "edit_fields:Invoice_Line__c": ["Note__c"],
    "perm:Account": ["read"],
    "fields:Account": ["Industry", "BillingAddress", "Open_Invoices__c"],
    "perm:Case": ["read", "view_all"],
    "fields:Case": ["*"],
}
"""A detail whose master is added, a compound, two formulas, an edit, View All and all fields."""

EVERYTHING_OBJECTS = ["Invoice_Line__c", "Account", "Case"]

SIX: Mapping[str, list[str]] = {
    "Account": [
        "AccountNumber",
        "Type",
        "Industry",
        "AnnualRevenue",
        "NumberOfEmployees",
        "Phone",
        "Fax",
        "Website",
        "Description",
        "Site",
        "Sic",
        "TickerSymbol",
        "Rating",
        "ParentId",
        "BillingAddress",
    ],
    "Contact": [
        "AccountId",
        "Email",
        "Phone",
        "MobilePhone",
        "Title",
        "Department",
        "Birthdate",
        "HasOptedOutOfEmail",
        "AssistantName",
        "Description",
        "ReportsToId",
        "MailingAddress",
    ],
    "Opportunity": [
        "AccountId",
        "Amount",
        "Probability",
        "Type",
        "NextStep",
        "LeadSource",
        "Description",
        "CampaignId",
        "Discount__c",
        "ExpectedRevenue",
    ],
    "Case": [
        "AccountId",
        "ContactId",
        "Priority",
        "Origin",
        "Subject",
        "Description",
        "Reason",
    ],
    "Order": ["Description", "EndDate", "Type", "PoNumber", "BillingAddress", "ShippingAddress"],
    "Invoice__c": [
        "Account__c",
        "Status__c",
        "Due_Date__c",
        "Net__c",
        "Gross__c",
        "Reference__c",
        "Disputed__c",
    ],
}
"""Six objects and most of the sixty fields; `SIXTY` adds the rest."""

SIXTY: Access = {
    **{f"perm:{name}": ["read", "edit"] for name in SIX},
    **{f"fields:{name}": fields for name, fields in SIX.items()},
    "fields:Account": [*SIX["Account"], "ShippingAddress", "External_Key__c", "Open_Invoices__c"],
    "edit_fields:Account": ["Phone", "External_Key__c"],
}


def fields_asked(access: Access) -> int:
    """How many fields an access names."""
    return sum(len(fields) for block, fields in access.items() if block.startswith("fields:"))


async def everything(house: House, number: int = 1, **details: Any) -> None:
    """Rae asks for everything that has a rule, and Ada approves."""
    await house.ask(EVERYTHING, objects=EVERYTHING_OBJECTS, **details)
    await house.approve(number)


def grants_of(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """The comparable part of a snapshot that must not depend on a switch: no names of profiles."""
    users = {
        name: {key: value for key, value in user.items() if key != "Profile"}
        for name, user in snapshot["users"].items()
    }
    return {**snapshot, "users": users}


def positions(alone: Collection[str], *, together: int = 3) -> dict[str, Switches]:
    """Every other position of every switch, under a name that says which are moved.

    Those of `alone` are moved alone, the others a few at a time; never two of one switch.
    """
    named = {f"{name}={value}": {name: value} for name, value in moved()}
    others = [one for one in named if one not in alone]
    count = -(-len(others) // together)
    groups = [*([one] for one in named if one in alone), *(others[n::count] for n in range(count))]
    return {
        ",".join(group): Switches(**{k: v for one in group for k, v in named[one].items()})
        for group in groups
    }
