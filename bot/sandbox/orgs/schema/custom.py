"""The org's own objects: masters and details, formulas, auto-numbers, required fields."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.sandbox.orgs.schema.fields import FieldDef, ObjectDef, choice, flag, lookup, text
from bot.sandbox.orgs.schema.kinds import (
    data_object,
    day,
    formula,
    granted,
    master,
    money,
    named,
    numbered,
)


def _invoice() -> tuple[FieldDef, ...]:
    return granted(
        lookup("Account__c", "Account", label="Account"),
        choice("Status__c", "Status", "Draft", "Sent", "Paid"),
        day("Due_Date__c", "Due Date"),
        money("Net__c", "Net"),
        formula("Gross__c", "Gross"),
        text("Reference__c", "Reference", 80),
        flag("Disputed__c", "Disputed"),
    )


def _number() -> FieldDef:
    return replace(
        text("Number__c", "Number", 30, auto_number=True, data_type="Auto Number").read_only(),
        permissionable=True,
    )


def _currency() -> FieldDef:
    return text("Currency_Code__c", "Currency Code", 3, required=True, nillable=False)


def _line() -> tuple[FieldDef, ...]:
    return granted(
        FieldDef(name="Quantity__c", label="Quantity", type="double", data_type="Number(16, 2)"),
        money("Unit_Price__c", "Unit Price"),
        formula("Total__c", "Total"),
        lookup("Product__c", "Product2", label="Product"),
        text("Note__c", "Note"),
    )


def _tax() -> tuple[FieldDef, ...]:
    return granted(money("Amount__c", "Amount"), text("Rate_Code__c", "Rate Code", 20))


def _shipment() -> tuple[FieldDef, ...]:
    return granted(
        lookup("Order__c", "Order", label="Order"),
        text("Tracking_Code__c", "Tracking Code", 80),
        day("Shipped_On__c", "Shipped On"),
        choice("Carrier__c", "Carrier", "Fast", "Slow"),
    )


def custom() -> tuple[ObjectDef, ...]:
    """The org's own objects: a master, its detail, the detail's detail, and a lookup child."""
    detail: dict[str, Any] = {"owned": False, "sharing": "ControlledByParent"}
    return (
        data_object(
            "Invoice__c", "Invoice", "Invoices", "a00", named(), _number(), _currency(), *_invoice()
        ),
        data_object(
            "Invoice_Line__c",
            "Invoice Line",
            "Invoice Lines",
            "a01",
            numbered("Line Number"),
            master("Invoice__c", "Invoice"),
            *_line(),
            **detail,
        ),
        data_object(
            "Invoice_Line_Tax__c",
            "Invoice Line Tax",
            "Invoice Line Taxes",
            "a02",
            numbered("Tax Number"),
            master("Invoice_Line__c", "Invoice Line"),
            *_tax(),
            **detail,
        ),
        data_object(
            "Shipment__c", "Shipment", "Shipments", "a03", named("Shipment Name"), *_shipment()
        ),
    )
