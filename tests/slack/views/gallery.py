"""Every surface in every state, built of one vocabulary: believable words, or hostile ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.core import digest as weeks
from bot.core import plan
from bot.core.diagnosis import explain, not_proven, sees_nothing, undo_incomplete
from bot.core.outage import Outage
from bot.core.policy import Actor
from bot.core.stale import Look
from bot.slack.views import (
    card,
    digest,
    dm,
    form,
    lost,
    reminder,
    replies,
    rich,
    stale,
    stale_answer,
)
from bot.slack.views.moved import Moved
from bot.slack.views.parts import Payload
from bot.slack.views.shown import Prices, Shown
from store.records import (
    Asked,
    Draft,
    Finding,
    Grant,
    JournalLine,
    PermissionSetRef,
    Preflight,
    Request,
    SeatCount,
    Seats,
    Source,
    State,
    Tier,
    Verb,
    Vote,
    Wanted,
    WantedSet,
)
from tests.core.cast import BEA, NOON, OLU, RAE, a_request, an_asked
from tests.slack.views import stale_gallery

R, C, E, D, V = Verb.READ, Verb.CREATE, Verb.EDIT, Verb.DELETE, Verb.VIEW_ALL
DOMAIN = "https://acme--uat.sandbox.my.salesforce.com"
USERNAME = "warehouse-sync@integrations.acme.example.uat"


@dataclass(frozen=True, kw_only=True)
class Words:
    """What people and orgs wrote; `hostile` puts one text everywhere."""

    name: str = "Warehouse sync"
    purpose: str = "Keep stock levels equal.\nToday a person copies them by hand, twice a day."
    system: str = "Warehouse"
    ticket: str = "https://tickets.acme.example/OPS-1712"
    email: str = "warehouse@acme.example"
    username: str = USERNAME
    org: str = "UAT sandbox"
    app: str = "Warehouse sync app"
    reason: str = "Delete on invoices is not needed.\nPlease ask without it."
    said: str = "Invoice_Line__c is shared privately: without a role it sees only its own records."
    object: str = "Invoice_Line__c"
    field: str = "Unit_Price__c"
    currency: str = "USD"
    option: str = "UAT sandbox"

    @classmethod
    def hostile(cls, text: str) -> Words:
        names = [name for name in cls.__dataclass_fields__ if name != "option"]
        return cls(**dict.fromkeys(names, text), option=text or "?")


def an_integration(words: Words) -> Asked:
    return an_asked(
        name=words.name,
        purpose=words.purpose,
        system=words.system,
        ticket=words.ticket,
        email=words.email,
    )


def grants(words: Words) -> tuple[Grant, ...]:
    return (
        Grant(
            object="Account",
            verbs=(R,),
            read_fields=("AccountNumber", "Stock_Level__c"),
            because=(f"Read on Account, because {words.object} is a detail of it.",),
        ),
        Grant(
            object=words.object,
            verbs=(R, C, E),
            read_fields=("Quantity__c", "Total__c", words.field),
            edit_fields=("Quantity__c", words.field),
            because=(f"Reading {words.field} on {words.object}, because editing needs it.",),
        ),
        Grant(object="Case", verbs=(R, E, D), all_fields=True, edit_fields=("Status",)),
    )


def a_wanted(words: Words) -> Wanted:
    one = WantedSet(
        name="Integration_17_Warehouse_sync",
        label=f"Integration: {words.name} (IU-17)",
        description=words.system,
        licensed=False,
        grants=grants(words),
        app_id="0CiAPP",
    )
    return Wanted(
        org_id="00DUAT",
        user={"Username": words.username, "LastName": words.name},
        sets=(one,),
        objects_order=("Account", words.object, "Case"),
        app_key="warehouse",
        app_kind="external_client_app",
        app_name="Warehouse_Sync",
    )


def a_preflight(words: Words, **changes: Any) -> Preflight:
    wanted = a_wanted(words)
    found = Preflight(
        at=NOON,
        wanted=wanted,
        plan=plan.say_all(wanted),
        risks=(words.said, f"The app {words.app} lets every user authorise it by themselves."),
        problems=(),
        license_seats=Seats(total=5, used=2, reserved=1),
        psl_seats=Seats(total=5, used=5, reserved=1),
        tier=Tier.HIGH,
    )
    return replace(found, **changes)


def a_finding(words: Words, code: str = "missing_right") -> Finding:
    return Finding(code=code, cause=words.said, remedy=words.reason, who="Salesforce admin")


def a_vote(who: str, minutes: int, **changes: Any) -> Vote:
    at = NOON + timedelta(minutes=minutes)
    return replace(Vote(who=who, decision="approve", at=at, wanted_hash="hash-2"), **changes)


def checked(words: Words, **changes: Any) -> Request:
    request = a_request(
        asked=an_integration(words), preflight=a_preflight(words), wanted_hash="hash-2"
    )
    return replace(request, **changes)


def decided(words: Words, **changes: Any) -> Request:
    sets = (PermissionSetRef(name="Integration_17_Warehouse_sync", id="0PSIU"),)
    request = checked(
        words,
        state=State.APPROVED,
        votes=(a_vote("U0ADA", 5), a_vote("U0BEN", 9)),
        approved_at=NOON + timedelta(minutes=9),
        user_id="005IU",
        permission_sets=sets,
    )
    return replace(request, **changes)


def shown(request: Request, words: Words, **changes: Any) -> Shown:
    found = Shown(
        request=request,
        org_label=words.org,
        my_domain_url=DOMAIN,
        app_label=words.app,
        required=2,
        prices=Prices(currency=words.currency, full=165, integration=10),
        approvers=("S0SALESFORCE", "U0ADA"),
    )
    return replace(found, **changes)


def steps(words: Words, first: int) -> frozenset[str]:
    return frozenset(plan.say_all(a_wanted(words))[:first])


def undecided(words: Words) -> dict[str, Request]:
    """Before anybody decided."""
    return {
        "being checked": a_request(asked=an_integration(words)),
        "problems": checked(
            words,
            preflight=a_preflight(
                words, wanted=None, plan=(), problems=(a_finding(words), a_finding(words, "gone"))
            ),
            wanted_hash="",
        ),
        "waiting 0 of 2": checked(words),
        "waiting 1 of 2": checked(
            words, votes=(a_vote("U0BEN", 1, wanted_hash="hash-1"), a_vote("U0ADA", 5))
        ),
    }


def being_made(words: Words) -> dict[str, Request]:
    """Approved, up to the test."""
    tested = {"state": State.PROVISIONED, "proof_until": NOON + timedelta(minutes=20)}
    return {
        "approved": decided(words),
        "withdrawing": decided(words, withdrawing=True),
        "withdrawing before": decided(words, withdrawing=True, finding=a_finding(words)),
        "testing": decided(words, **tested, next_try_at=NOON),
        "waiting for propagation": decided(
            words, **tested, next_try_at=NOON + timedelta(seconds=30), tries=2
        ),
        "org away": decided(words, **tested, next_try_at=NOON + timedelta(seconds=30)),
        "calls used up": decided(
            words,
            **tested,
            next_try_at=NOON + timedelta(minutes=5),
            finding=explain("REQUEST_LIMIT_EXCEEDED", words.said, login=False),
        ),
        "not proven": decided(
            words, state=State.PROVISIONED, finding=not_proven(app_label=words.app)
        ),
    }


def made(words: Words) -> dict[str, Request]:
    """Live or blocked."""
    blocked = {"state": State.BLOCKED}
    return {
        "live": decided(words, state=State.LIVE),
        "live by hand": decided(words, state=State.LIVE),
        "live, last test failed": decided(
            words, state=State.LIVE, finding=sees_nothing([words.object])
        ),
        "blocked while set up": decided(words, **blocked, finding=a_finding(words)),
        "blocked by the test": decided(words, **blocked, finding=sees_nothing([words.object])),
        "blocked, reason unknown": decided(words, **blocked),
        "undo incomplete": decided(
            words,
            **blocked,
            finding=undo_incomplete((f"Deactivate the user {words.username}",), None),
        ),
    }


def ended(words: Words) -> dict[str, Request]:
    """Rejected, withdrawn or expired."""
    return {
        "rejected": checked(
            words,
            state=State.REJECTED,
            votes=(a_vote("U0ADA", 5, decision="reject", reason=words.reason),),
        ),
        "rejected silently": checked(
            words, state=State.REJECTED, votes=(a_vote("U0ADA", 5, decision="reject"),)
        ),
        "rejected by nobody known": checked(words, state=State.REJECTED),
        "withdrawn": checked(words, state=State.WITHDRAWN),
        "withdrawn after approval": decided(words, state=State.WITHDRAWN),
        "withdrawn before anything was made": decided(words, state=State.WITHDRAWN, user_id=None),
        "expired": checked(words, state=State.EXPIRED),
        "expired, not mended": replace(undecided(words)["problems"], state=State.EXPIRED),
    }


def requests(words: Words) -> dict[str, Shown]:
    """One request in each of its states."""
    found = undecided(words) | being_made(words) | made(words) | ended(words)
    done = {
        "blocked by the test": steps(words, 99),
        "approved": steps(words, 2),
        "blocked while set up": steps(words, 3),
    }
    away = {
        "org away": Outage(since=NOON, why=f"The org does not answer ({words.said})"),
        "calls used up": Outage(since=NOON, why=words.said, quota=True),
    }
    return {
        state: shown(
            request,
            words,
            done=done.get(state, frozenset()),
            by_hand=state == "live by hand",
            away=away.get(state),
            expires_at=NOON + timedelta(days=3) if state == "problems" else None,
        )
        for state, request in found.items()
    }


def journal(words: Words, lines: int = 12) -> list[JournalLine]:
    actors = ("U0RAE", "engine", "operator")
    return [
        JournalLine(
            at=NOON + timedelta(minutes=number),
            actor=actors[number % 3],
            source=Source.ENGINE,
            event="intent" if number == 1 else "done",
            detail=f"{number} {words.said}",
        )
        for number in range(lines)
    ]


def a_draft(words: Words) -> Draft:
    asked = replace(
        an_integration(words),
        grants=(Grant(object="Account", verbs=()), Grant(object="Invoice_Line__c", verbs=())),
    )
    return Draft(id="draft-1", owner="U0RAE", asked=asked, created_at=NOON)


def filled(words: Words) -> Draft:
    """A draft of somebody who sent step 2 and went back."""
    draft = a_draft(words)
    before = (
        Grant(object="Account", verbs=(R, E), all_fields=True, edit_fields=("Fax", "Phone")),
        Grant(object="Invoice_Line__c", verbs=(R, D), read_fields=("A__c",), edit_all=True),
    )
    asked = replace(draft.asked, grants=before, username=words.username)
    return replace(draft, asked=asked)


def wide(words: Words, objects: int, fields: int) -> Request:
    """A request for many objects with many fields each."""
    names = tuple(f"Field_Number_{number:03}__c" for number in range(fields))
    many = tuple(
        Grant(
            object=f"Invoice_Line_Number_{number:02}__c",
            verbs=(R, C, E),
            read_fields=(*names, words.field),
            edit_fields=names[: fields // 2],
        )
        for number in range(objects)
    )
    wanted = a_wanted(words)
    wanted = replace(wanted, sets=(replace(wanted.sets[0], grants=many),))
    found = a_preflight(words, wanted=wanted, plan=plan.say_all(wanted))
    return checked(words, preflight=found)


def views(words: Words) -> dict[str, Payload]:
    orgs = [
        form.OrgOption(key="uat", label=words.option, free=2, total=5),
        form.OrgOption(key="prod", label="Production", free=-1, total=3),
        form.OrgOption(key="dev", label="Developer org", free=None, total=None),
    ]
    waiting = requests(words)["waiting 0 of 2"]
    unseen = requests(words)["being checked"]
    return {
        "form step 1": form.details(orgs, "uat"),
        "form step 1, other org": form.details(orgs, "prod", reset="prod-1"),
        "form step 1, unknown org": form.details(orgs, "gone", reset="gone-1"),
        "form step 1, cleared": form.details(
            orgs,
            "prod",
            reset="prod-2",
            moved=Moved(left=words.option, shown="Production", cleared=True, refusal=words.said),
        ),
        "form step 1, org gone": form.details(
            orgs,
            "uat",
            reset="uat-1",
            moved=Moved(left=words.org, shown=words.option, gone=f"Old {words.org}", cleared=True),
        ),
        "form step 2": form.access(a_draft(words), words.username or "proposal"),
        "form step 2, filled before": form.access(filled(words), "proposal"),
        "details": replies.request_view(waiting),
        "details before the check": replies.request_view(unseen),
        "details, 300 fields": replies.request_view(shown(wide(words, 1, 300), words)),
        "details, 10 objects of 800 fields": replies.request_view(
            shown(wide(words, 10, 800), words)
        ),
        "reject": replies.reject_view(waiting.request, "hash-2"),
        "note": replies.note_view("Not done", "Nothing was changed.", "note"),
    }


def answers(words: Words) -> dict[str, Payload]:
    known = requests(words)
    listed = [(one.request, words.org) for one in known.values()]
    plain = shown(checked(words), words, app_label=None)
    return {
        "help": replies.help_text(),
        "unknown command": replies.help_text(words.name, "list"),
        "unknown command, no guess": replies.help_text(words.name),
        "sentence": replies.sentence("IU-17 goes on now."),
        "list": replies.listing(listed[:4]),
        "long list": replies.listing(listed),
        "empty list": replies.listing([]),
        "brief": replies.brief(known["live"]),
        "whole": replies.whole(known["blocked by the test"], journal(words), RAE),
        "whole, not proven, for the backup owner": replies.whole(
            known["not proven"], journal(words, 3), BEA
        ),
        "whole, testing": replies.whole(known["testing"], journal(words, 3), BEA),
        "whole, new": replies.whole(known["being checked"], [], OLU),
        "card, no app": card.card(plain),
        "card, no approvers known": card.card(replace(plain, approvers=())),
        "card, wide": card.card(shown(wide(words, 10, 40), words)),
    }


def a_week(words: Words, *, used: int = 3, counted: bool = True, first: bool = False) -> Payload:
    """A digest; `first` = there is nothing to compare with."""
    return digest.digest(week(words, used=used, counted=counted, first=first), words.org)


def week(words: Words, *, used: int = 3, counted: bool = True, first: bool = False) -> weeks.Digest:
    now = SeatCount(
        org="uat",
        slot="2026-W48",
        since=NOON - timedelta(weeks=1),
        at=NOON,
        licenses=Seats(total=5, used=used, reserved=1),
        psls=Seats(total=5, used=used),
        counted_at=NOON if counted else None,
        refusal="" if used < 5 and counted else words.said,
    )
    before = replace(
        now,
        slot="2026-W47",
        at=NOON - timedelta(weeks=1),
        licenses=Seats(total=4, used=2, reserved=1),
        psls=Seats(total=5, used=3),
        counted_at=NOON,
    )
    every = [one.request for one in requests(words).values()]
    numbered = [replace(one, id=number) for number, one in enumerate(every, 1)]
    moved = frozenset() if first else frozenset(range(1, 21))
    prices = weeks.Prices(currency=words.currency, full=Decimal(165), integration=Decimal("9.50"))
    return weeks.digest(now, None if first else before, [] if first else numbered, moved, prices)


def busy(words: Words) -> weeks.Digest:
    """A day on which more went on than a message names, at prices that save nothing."""
    found = week(words)
    many = tuple(replace(one, id=number) for number in range(1, 13) for one in found.live[:1])
    money = found.money and replace(found.money, saved=Decimal(0))
    return replace(found, slot="2026-11-25", live=many, money=money, weeks_left=0)


def asked_again(words: Words) -> dict[str, Payload]:
    """A request whose approval was too old: while it is checked, and after a second thought."""
    wanted = a_wanted(words)
    before = decided(words, state=State.REQUESTED, votes=(), pinned=wanted)
    checking = shown(replace(before, preflight=None, wanted_hash=""), words)
    no = a_vote("U0BEN", 5, decision="reject", reason=words.reason)
    rejected = shown(replace(before, state=State.WITHDRAWN, votes=(no,)), words)
    return {
        "card, asked again": card.card(shown(before, words)),
        "old card": card.replaced(checking),
        "dm, asked again": dm_of(checking),
        "dm, rejected when asked again": dm_of(rejected),
        "end, rejected when asked again": end_of(rejected),
        **not_decided_again(words, before),
    }


def not_decided_again(words: Words, before: Request) -> dict[str, Payload]:
    """Asked again and not decided in time: while it is undone, and after."""
    undoing = shown(replace(before, withdrawing=True), words, ran_out=True)
    undone = shown(replace(before, state=State.WITHDRAWN), words, ran_out=True)
    return {
        "dm, expired when asked again, being undone": dm_of(undoing),
        "dm, expired when asked again": dm_of(undone),
        "end, expired when asked again": end_of(undone),
        "card, expired when asked again": card.card(undone),
    }


def of_the_clock(words: Words) -> dict[str, Payload]:
    """What the clock posts, and what shows the same on demand."""
    waiting = shown(checked(words), words, expires_at=NOON + timedelta(days=3))
    blocked = decided(words, state=State.BLOCKED, finding=a_finding(words))
    return {
        "dm, blocked for so long that a retry asks again": dm_of(
            shown(blocked, words, too_old="14 days")
        ),
        "digest that failed": lost.lost("digest", words.org, "2026-W47"),
        "stale alert that failed": lost.lost("stale", words.org, "2026-11-25"),
        "digest": a_week(words),
        "digest, the first": a_week(words, first=True),
        "digest, no seat": a_week(words, used=5),
        "digest, never counted": a_week(words, counted=False),
        **looks_at_users(words),
        "licenses": digest.licenses([(week(words), words.org), (week(words, used=5), words.org)]),
        "reminder": reminder.reminder(waiting),
        **nobody_can(waiting),
        "digest, a busy day": digest.digest(busy(words), words.org),
        **asked_again(words),
        "reminder, no approvers known": reminder.reminder(
            replace(waiting, approvers=(), required=3, expires_at=None)
        ),
    }


def nobody_can(waiting: Shown) -> dict[str, Payload]:
    """What a reminder finds out when the approvers left, and how it goes on."""
    why = (
        "IU-17 needs 1 approval, but no approver can decide about it: nobody decides about a"
        " request that they made, own or back up. An admin can name more approvers, or choose"
        " other owners in a new request."
    )
    stuck = replace(waiting, undecidable=why, admins=("S0ADMINS", "U0MAX"))
    return {
        "reminder, the approvers left": reminder.reminder(stuck),
        "word to the channel for problems, nobody can decide": reminder.undecidable(stuck),
        "word to the channel for problems, somebody can again": reminder.undecidable(waiting),
        "dm, nobody can decide": dm_of(stuck),
    }


def dm_of(one: Shown, reader: Actor = OLU) -> Payload:
    """The living message to the owner, or to another reader."""
    return dm.dm(one, reader)


def end_of(one: Shown, reader: Actor = OLU) -> Payload:
    """The line in the thread of that message."""
    return dm.end(one, reader)


SURFACES: dict[str, Callable[[Shown], Payload]] = {
    "card": card.card,
    "dm": dm_of,
    "end": end_of,
}


def looks_at_users(words: Words) -> dict[str, Payload]:
    """The stale alert: to the channel, to an owner, on demand."""
    found = stale_gallery.looks(words)
    told: dict[str, Payload] = {
        f"stale, {name}": stale.channel(one, org_label=words.org)
        for name, one in found.items()
        if one.worth_saying
    }
    for name in ("known", "unknown"):
        alert = stale.dm(found[name], "U0OLU", org_label=words.org)
        assert alert is not None
        told[f"stale dm, {name}"] = alert
    failing = stale.dm(found["known"], "U0BEA", org_label=words.org)
    assert failing is not None
    looks = [Look(org="uat", label=words.org, report=one) for one in (*found.values(), None)]
    later = NOON + timedelta(hours=5)
    return {
        **told,
        "stale dm, failing": failing,
        "stale on demand": stale_answer.answer(looks, following=later, now=later),
        "stale on demand, one org": stale_answer.answer(looks[:1], following=later, now=later),
    }


def messages(words: Words) -> dict[str, Payload]:
    known = requests(words)
    found = {
        f"{surface}, {state}": view(one)
        for surface, view in SURFACES.items()
        for state, one in known.items()
    }
    found |= {
        "dm to the requester, not proven": dm_of(known["not proven"], RAE),
        "end to the requester, not proven": end_of(known["not proven"], RAE),
    }
    return found | answers(words) | of_the_clock(words) | in_rich_blocks(words)


def in_rich_blocks(words: Words) -> dict[str, Payload]:
    """What has a plan block or a table where the workspace takes them."""
    known = {**requests(words), "wide": shown(wide(words, 10, 40), words)}
    weeks_of = {"": week(words), ", no seat": week(words, used=5), ", busy": busy(words)}
    uncounted = week(words, counted=False)
    return {
        **{f"rich card, {state}": card.card(one, rich.ALL) for state, one in known.items()},
        **{
            f"rich digest{name}": digest.digest(one, words.org, rich.ALL)
            for name, one in {**weeks_of, ", never counted": uncounted}.items()
        },
    }
