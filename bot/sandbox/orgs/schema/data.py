"""Standard objects with customers' data: sales and service."""

from __future__ import annotations

from dataclasses import replace

from bot.sandbox.orgs.schema.fields import FieldDef, ObjectDef, choice, flag, lookup, text
from bot.sandbox.orgs.schema.kinds import (
    address,
    data_object,
    day,
    formula,
    granted,
    money,
    named,
    numbered,
    person,
)


def standard() -> tuple[ObjectDef, ...]:
    """The sales and service objects."""
    return (*_customers(), *_sales(), *_service())


def _account() -> tuple[FieldDef, ...]:
    return granted(
        text("AccountNumber", "Account Number", 40),
        choice("Type", "Account Type", "Customer", "Partner"),
        choice("Industry", "Industry", "Energy", "Retail"),
        money("AnnualRevenue", "Annual Revenue"),
        FieldDef(name="NumberOfEmployees", label="Employees", type="int"),
        text("Phone", "Phone", 40, type="phone"),
        text("Fax", "Fax", 40, type="phone"),
        text("Website", "Website", type="url"),
        text("Description", "Description", 32000, type="textarea"),
        text("Site", "Account Site", 80),
        text("Sic", "SIC Code", 20),
        text("TickerSymbol", "Ticker Symbol", 20),
        choice("Rating", "Account Rating", "Hot", "Warm", "Cold"),
        lookup("ParentId", "Account", relationship="Parent", label="Parent Account"),
        *address("Billing", "Billing"),
        *address("Shipping", "Shipping"),
        text("External_Key__c", "External Key", 40),
        formula("Open_Invoices__c", "Open Invoices"),
    )


def _contact() -> tuple[FieldDef, ...]:
    return granted(
        lookup("AccountId", "Account", label="Account"),
        text("Email", "Email", 80, type="email"),
        text("Phone", "Business Phone", 40, type="phone"),
        text("MobilePhone", "Mobile Phone", 40, type="phone"),
        text("Title", "Title", 128),
        text("Department", "Department", 80),
        day("Birthdate", "Birthdate"),
        flag("HasOptedOutOfEmail", "Email Opt Out"),
        text("AssistantName", "Assistant", 40),
        text("Description", "Contact Description", 32000, type="textarea"),
        lookup("ReportsToId", "Contact", relationship="ReportsTo", label="Reports To"),
        *address("Mailing", "Mailing"),
    )


def _lead() -> tuple[FieldDef, ...]:
    return granted(
        text("Email", "Email", 80, type="email"),
        text("Phone", "Phone", 40, type="phone"),
        choice("LeadSource", "Lead Source", "Web", "Phone"),
        choice("Rating", "Rating", "Hot", "Cold"),
        text("Title", "Title", 128),
        text("Website", "Website", type="url"),
    )


def _lead_required() -> tuple[FieldDef, ...]:
    return (
        text("Company", "Company", required=True, nillable=False),
        choice("Status", "Lead Status", "New", "Working", required=True, nillable=False),
    )


def _customers() -> tuple[ObjectDef, ...]:
    return (
        data_object("Account", "Account", "Accounts", "001", named("Account Name"), *_account()),
        data_object("Contact", "Contact", "Contacts", "003", *person(), *_contact()),
        data_object(
            "Lead",
            "Lead",
            "Leads",
            "00Q",
            *person(),
            *_lead_required(),
            *_lead(),
            sharing="Private",
        ),
    )


def _opportunity() -> tuple[FieldDef, ...]:
    return granted(
        lookup("AccountId", "Account", label="Account"),
        money("Amount", "Amount"),
        FieldDef(name="Probability", label="Probability (%)", type="percent"),
        choice("Type", "Opportunity Type", "New", "Renewal"),
        text("NextStep", "Next Step"),
        choice("LeadSource", "Lead Source", "Web", "Phone"),
        text("Description", "Description", 32000, type="textarea"),
        lookup("CampaignId", "Campaign", label="Campaign"),
        money("Discount__c", "Discount"),
        formula("ExpectedRevenue", "Expected Amount"),
    )


def _needed() -> tuple[FieldDef, ...]:
    return (
        choice("StageName", "Stage", "Prospecting", "Closed Won", required=True, nillable=False),
        replace(day("CloseDate", "Close Date"), required=True, nillable=False),
    )


def _campaign() -> tuple[FieldDef, ...]:
    return granted(
        choice("Type", "Type", "Email", "Event"),
        choice("Status", "Status", "Planned", "Completed"),
        day("StartDate", "Start Date"),
        day("EndDate", "End Date"),
        flag("IsActive", "Active"),
        money("BudgetedCost", "Budgeted Cost"),
    )


def _product() -> tuple[FieldDef, ...]:
    return granted(
        text("ProductCode", "Product Code"),
        text("Description", "Product Description", 4000, type="textarea"),
        choice("Family", "Product Family", "Hardware", "Service"),
        flag("IsActive", "Active"),
        text("StockKeepingUnit", "Product SKU", 180),
    )


def _order() -> tuple[FieldDef, ...]:
    return granted(
        text("Description", "Description", 32000, type="textarea"),
        day("EndDate", "Order End Date"),
        choice("Type", "Order Type", "Web", "Phone"),
        text("PoNumber", "PO Number", 80),
        *address("Billing", "Billing"),
        *address("Shipping", "Shipping"),
    )


def _order_required() -> tuple[FieldDef, ...]:
    return (
        lookup("AccountId", "Account", label="Account", required=True, nillable=False),
        choice("Status", "Status", "Draft", "Activated", required=True, nillable=False),
    )


def _sales() -> tuple[ObjectDef, ...]:
    return (
        data_object(
            "Opportunity",
            "Opportunity",
            "Opportunities",
            "006",
            named(),
            *_needed(),
            *_opportunity(),
        ),
        data_object(
            "Campaign", "Campaign", "Campaigns", "701", named("Campaign Name"), *_campaign()
        ),
        data_object(
            "Product2",
            "Product",
            "Products",
            "01t",
            named("Product Name"),
            *_product(),
            owned=False,
            sharing="Read",
        ),
        data_object(
            "Order",
            "Order",
            "Orders",
            "801",
            numbered("Order Number"),
            *_order_required(),
            *_order(),
        ),
    )


def _asset() -> tuple[FieldDef, ...]:
    return granted(
        lookup("AccountId", "Account", label="Account"),
        lookup("Product2Id", "Product2", label="Product"),
        text("SerialNumber", "Serial Number", 80),
        choice("Status", "Status", "Shipped", "Installed"),
        day("InstallDate", "Install Date"),
    )


def _service() -> tuple[ObjectDef, ...]:
    case = granted(
        lookup("AccountId", "Account", label="Account"),
        lookup("ContactId", "Contact", label="Contact"),
        choice("Priority", "Priority", "High", "Low"),
        choice("Origin", "Case Origin", "Email", "Web"),
        text("Subject", "Subject"),
        text("Description", "Description", 32000, type="textarea"),
        choice("Reason", "Case Reason", "Damage", "Question"),
    )
    number = text("CaseNumber", "Case Number", 30, name_field=True, auto_number=True).read_only()
    status = choice("Status", "Status", "New", "Closed", required=True, nillable=False)
    article = granted(text("Summary", "Summary", 1000), text("UrlName", "URL Name"))
    return (
        data_object("Case", "Case", "Cases", "500", number, status, *case, sharing="Private"),
        data_object("Asset", "Asset", "Assets", "02i", named("Asset Name"), *_asset()),
        data_object(
            "Knowledge__kav",
            "Knowledge",
            "Knowledge",
            "ka0",
            text("Title", "Title", name_field=True, required=True, nillable=False),
            choice("PublishStatus", "Publication Status", "Draft", "Online", nillable=False),
            *article,
            filter_on="PublishStatus",
        ),
    )
