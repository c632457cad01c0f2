"""The cast and a plain request, for tests of the store."""

from datetime import UTC, datetime

from store.records import (
    Asked,
    Finding,
    Grant,
    JournalLine,
    Preflight,
    Seats,
    Source,
    Tier,
    Verb,
    Wanted,
    WantedSet,
)

RAE, ADA, BEN, OLU, BEA, SAM = "U0RAE", "U0ADA", "U0BEN", "U0OLU", "U0BEA", "U0SAM"
NOW = datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)

ACCOUNT = Grant(
    object="Account",
    verbs=(Verb.READ, Verb.EDIT),
    read_fields=("Industry", "Phone"),
    edit_fields=("Phone",),
    because=("Contact needs it",),
)


def asked(**other: object) -> Asked:
    plain: dict[str, object] = {
        "org": "uat",
        "name": "Warehouse",
        "purpose": "Nightly stock levels",
        "system": "Snowflake",
        "ticket": "OPS-1",
        "owner": OLU,
        "backup_owner": BEA,
        "email": "warehouse@acme.example",
        "app": "warehouse",
        "grants": (ACCOUNT,),
    }
    return Asked(**{**plain, **other})  # type: ignore[arg-type]  # fields of the record


def preflight(username: str = "warehouse@integrations.acme.example.uat") -> Preflight:
    one = WantedSet(
        name="Integration_Warehouse_IU1",
        label="Integration Warehouse",
        description="IU-1",
        licensed=False,
        grants=(ACCOUNT,),
        app_id="0Ho1",
    )
    wanted = Wanted(
        org_id="00D1",
        user={"Username": username, "LastName": "Warehouse"},
        sets=(one,),
        objects_order=("Account",),
        app_key="warehouse",
        app_kind="connected_app",
        app_name="Warehouse",
    )
    return Preflight(
        at=NOW,
        wanted=wanted,
        plan=("Create the set",),
        risks=("Private sharing",),
        problems=(finding(),),
        license_seats=Seats(total=5, used=3, reserved=1),
        psl_seats=None,
        tier=Tier.MEDIUM,
    )


def finding() -> Finding:
    return Finding(code="no_seat", cause="No seat", remedy="Free one", who="an admin")


def line(event: str = "requested", **other: object) -> JournalLine:
    plain: dict[str, object] = {
        "at": NOW,
        "actor": RAE,
        "source": Source.SLACK,
        "event": event,
        "detail": "Asked for it",
    }
    return JournalLine(**{**plain, **other})  # type: ignore[arg-type]  # fields of the record
