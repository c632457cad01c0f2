"""What requester, approver and owner can read off their surfaces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core import command
from bot.slack.views import card, form, replies
from bot.slack.views.parts import Payload
from bot.slack.views.shown import Shown
from store.records import Draft, Grant, Seats, Verb
from tests.core.cast import NOON, RAE, an_asked
from tests.slack.views.gallery import (
    DOMAIN,
    USERNAME,
    Words,
    a_preflight,
    a_wanted,
    checked,
    decided,
    dm_of,
    end_of,
    requests,
    shown,
    views,
    wide,
)
from tests.slack.views.readers import read

WORDS = Words()
STATES = requests(WORDS)


def lines_with(text: str, part: str) -> list[str]:
    return [one for one in text.splitlines() if part in one]


def test_approver_sees_who_asks_why_and_for_which_system() -> None:
    said = read(card.card(STATES["waiting 0 of 2"]))
    for part in ("*Asked by* @U0RAE", "*System* Warehouse", "> Keep stock levels equal."):
        assert part in said


def test_approver_sees_how_many_approvals_are_there_and_who_may_decide() -> None:
    payload = card.card(STATES["waiting 1 of 2"])
    said = read(payload)
    assert "*Approvals* 1 of 2" in said
    assert "S0SALESFORCE, @U0ADA can decide, but not the requester" in said
    assert "waiting for approval, 1 of 2" in payload["text"]


def test_approval_of_an_earlier_plan_does_not_count_and_says_so() -> None:
    said = read(card.card(STATES["waiting 1 of 2"]))
    [old] = lines_with(said, "@U0BEN")
    assert "does not count" in old


def test_approver_sees_what_makes_it_dangerous() -> None:
    said = read(card.card(STATES["waiting 0 of 2"]))
    assert "*Danger* high: Delete on Case, all fields of Case (future ones too)" in said


def test_seats_that_are_overbooked_show_as_none_left() -> None:
    assert "Salesforce API Integration 0 of 5 free" in read(card.card(STATES["waiting 0 of 2"]))
    option = views(WORDS)["form step 1"]["blocks"][1]["element"]["options"][1]
    assert option["text"]["text"] == "Production: 0 of 3 seats left"


def test_seats_stay_readable_behind_a_long_label() -> None:
    org = form.OrgOption(key="uat", label="Q&A " * 30, free=2, total=5)
    [option] = form.details([org], "uat")["blocks"][1]["element"]["options"]
    assert option["text"]["text"].endswith("…: 2 of 5 seats left")


def test_cost_names_cents_only_where_there_are_some() -> None:
    one = STATES["waiting 0 of 2"]
    said = read(card.card(replace(one, prices=replace(one.prices, integration=9.5))))
    assert "one more seat is 9.50 USD" in said
    assert "a full licence: 165 USD" in said


def test_seats_that_were_not_counted_are_not_made_up() -> None:
    preflight = a_preflight(WORDS, psl_seats=None)
    assert "*Seats" not in read(card.card(shown(checked(WORDS, preflight=preflight), WORDS)))
    known = a_preflight(WORDS, psl_seats=Seats(total=3, used=0))
    said = read(card.card(shown(checked(WORDS, preflight=known), WORDS)))
    assert "Salesforce API Integration 2 of 3 free" in said


def test_no_risk_means_no_warning() -> None:
    preflight = a_preflight(WORDS, risks=())
    said = read(card.card(shown(checked(WORDS, preflight=preflight), WORDS)))
    assert "Please consider" not in said


def test_plan_says_of_each_step_how_far_it_is() -> None:
    marks = [
        one.rpartition(" — ")[2]
        for one in read(card.card(STATES["approved"])).splitlines()
        if " — " in one
    ]
    assert marks == ["done ✓", "done ✓", "*doing now*", *["to do"] * 9]


def test_plan_that_stopped_shows_where() -> None:
    said = read(card.card(STATES["blocked while set up"]))
    assert "4. Allow Read, Create and Edit on Invoice_Line__c — *stopped here*" in said
    assert said.count("— not done") == 8


@pytest.mark.parametrize(
    ("state", "mark"),
    [
        ("testing", "*doing now*"),
        ("not proven", "*waits for a person*"),
        ("live", "done ✓"),
        ("live by hand", "confirmed by hand ✓"),
        ("blocked by the test", "*failed*"),
        ("blocked while set up", "not done"),
        ("approved", "to do"),
    ],
)
def test_test_of_the_login_is_the_last_step_of_the_plan(state: str, mark: str) -> None:
    [last] = lines_with(read(card.card(STATES[state])), "Log in as the new user and")
    assert last.endswith(f" — {mark}")


@pytest.mark.parametrize(
    "state", ["withdrawing", "withdrawn after approval", "undo incomplete", "rejected"]
)
def test_plan_that_was_taken_back_claims_no_step_as_done(state: str) -> None:
    assert "done ✓" not in read(card.card(STATES[state]))


def test_next_try_stands_on_card_and_message_while_grants_spread() -> None:
    for view in (card.card, dm_of):
        said = read(view(STATES["waiting for propagation"]))
        assert "*Next try* 2026-11-25 12:00:30 UTC. It stops trying at" in said
        assert "nobody has to do anything" in said


def test_org_that_is_away_is_named_as_the_cause_with_its_own_deadline() -> None:
    for view in (card.card, dm_of):
        said = read(view(STATES["org away"]))
        assert "The org does not answer" in said
        assert "nobody has to do anything" in said
        assert "The login does not work yet" not in said
        assert "2026-11-25 12:00:30 UTC. It stops trying at 2026-11-25 13:00:00 UTC." in said


def test_calls_that_are_used_up_are_a_wait_and_nothing_for_a_person_to_confirm() -> None:
    one = STATES["calls used up"]
    for view in (card.card, dm_of):
        said = read(view(one))
        assert "set up, being tested" in said
        assert "*What is wrong* The API calls of this org are used up" in said
        assert "It stops trying at 2026-11-26 13:00:00 UTC." in said
        assert "onfirm" not in said
        assert "Hand-over" not in said
    assert "waits. The API calls" in read(end_of(one))


def test_new_test_of_a_live_request_shows_as_under_way() -> None:
    one = STATES["live"]
    testing = replace(one, request=replace(one.request, next_try_at=one.request.created_at))
    assert "The bot logs in as the new user now" in read(dm_of(testing))


def test_requester_sees_every_problem_that_keeps_approvers_from_being_asked() -> None:
    said = read(dm_of(STATES["problems"]))
    assert len(lines_with(said, "*What to do*")) == 2
    assert "press Check again" in said
    assert "[Check again] [Withdraw]" in said


def test_requester_sees_what_was_added_to_the_wish() -> None:
    said = read(dm_of(STATES["waiting 0 of 2"]))
    assert "• Read on Account, because Invoice_Line__c is a detail of it." in said
    assert "0 of 2 have approved" in said


def test_hand_over_says_how_to_log_in_and_holds_no_secret() -> None:
    said = read(dm_of(STATES["live"]))
    for part in (USERNAME, f"`{DOMAIN}`", f"`{DOMAIN}/services/oauth2/token`", "RS256"):
        assert part in said
    assert "*App* Warehouse sync app" in said
    assert "• Invoice_Line__c: Read, Create, Edit" in said
    assert "There is no password." in said


def test_hand_over_waits_until_there_is_something_to_try() -> None:
    for state in ("approved", "testing", "waiting for propagation", "blocked by the test"):
        assert "Hand-over" not in read(dm_of(STATES[state]))
    assert "Hand-over" in read(dm_of(STATES["not proven"]))


def test_hand_over_without_an_app_says_what_is_missing() -> None:
    said = read(dm_of(replace(STATES["not proven"], app_label=None)))
    assert "*App* none was chosen: a Salesforce admin lets the permission set use one" in said


def test_finding_names_the_person_who_can_act() -> None:
    assert "*Who can do it* owner @U0OLU" in read(card.card(STATES["not proven"]))
    assert "*Who can do it* Salesforce admin" in read(card.card(STATES["blocked while set up"]))


def test_live_by_hand_is_not_told_as_tested_by_the_bot() -> None:
    assert "the bot logged in" in read(dm_of(STATES["live"]))
    by_hand = read(dm_of(STATES["live by hand"]))
    assert "a person tested the login" in by_hand
    assert "the bot logged in" not in by_hand


def test_owner_is_asked_to_confirm_what_the_bot_could_not_test_and_hears_who_else_can() -> None:
    others = "@U0BEA or an admin can confirm, too, with `/integration-user show IU-17`."
    for view in (dm_of, end_of):
        said = read(view(STATES["not proven"]))
        assert f"Please test it, then press Confirm live. {others}" in said
    said = read(card.card(STATES["not proven"]))
    assert "The owner finds Confirm live" in said
    assert others in said


def test_requester_who_may_not_confirm_hears_who_can_and_has_no_button() -> None:
    for view in (dm_of, end_of):
        payload = view(STATES["not proven"], RAE)
        said = read(payload)
        assert "@U0OLU, @U0BEA or an admin can confirm that it works" in said
        assert "`/integration-user show IU-17`" in said
        assert "[Confirm live]" not in said
        assert "please test it" not in said.lower()


def test_requester_hears_until_when_a_problem_can_be_mended() -> None:
    assert "It expires 2026-11-28 12:00:00 UTC if nobody mends it." in read(
        dm_of(STATES["problems"])
    )


@pytest.mark.parametrize("view", [dm_of, end_of, card.card])
def test_what_expired_after_it_was_asked_again_is_not_told_as_taken_back(
    view: Callable[[Shown], Payload],
) -> None:
    one = STATES["withdrawn after approval"]
    again = replace(one.request, votes=(), pinned=a_wanted(WORDS))
    said = read(view(replace(one, request=again, ran_out=True)))
    assert "nobody approved it again in time" in said
    assert "taken back" not in said
    assert "nobody approved it again" not in read(view(replace(one, request=again)))


def test_withdrawn_request_says_what_is_left_of_it() -> None:
    assert "Nothing was made in the org." in read(end_of(STATES["withdrawn"]))
    assert "Its user is deactivated" in read(end_of(STATES["withdrawn after approval"]))
    untouched = STATES["withdrawn before anything was made"]
    assert "Nothing of it is left in the org." in read(dm_of(untouched))


def test_incomplete_undo_offers_withdraw_and_never_retry() -> None:
    said = read(dm_of(STATES["undo incomplete"]))
    assert "press Withdraw again" in said
    assert "Retry" not in said
    assert "Retry" not in read(card.card(STATES["undo incomplete"]))


def test_blocked_request_says_on_the_card_who_has_the_buttons() -> None:
    said = read(card.card(STATES["blocked while set up"]))
    assert "Requester and owner find Retry and Withdraw" in said
    assert "/integration-user retry IU-17" in said


def test_reason_of_a_rejection_reaches_the_requester() -> None:
    assert "> Please ask without it." in read(dm_of(STATES["rejected"]))
    assert "“Delete on invoices is not needed." in read(end_of(STATES["rejected"]))


def test_details_show_every_one_of_three_hundred_fields() -> None:
    said = read(replies.request_view(shown(wide(WORDS, 1, 300), WORDS)))
    for number in range(300):
        assert said.count(f"Field_Number_{number:03}__c") == 1
    assert "more paragraphs" not in said
    assert "and 1 more" not in said


def test_details_that_do_not_fit_say_so() -> None:
    said = read(replies.request_view(shown(wide(WORDS, 20, 1200), WORDS)))
    assert "more paragraphs" in said
    assert "An approval holds for exactly this" in said


def test_long_lists_on_the_card_say_where_the_rest_is() -> None:
    words = Words(said="A risk that takes many words to be told. " * 14)
    preflight = a_preflight(words, risks=(words.said,) * 20)
    waiting = read(card.card(shown(checked(words, preflight=preflight), words)))
    assert lines_with(waiting, "more: see Details")
    later = read(card.card(shown(decided(words, preflight=preflight), words)))
    assert lines_with(later, "more: `/integration-user show IU-17`")


def test_long_purpose_is_shown_whole_and_stays_a_quotation() -> None:
    purpose = "& " * 499 + "end"
    one = shown(checked(WORDS, asked=an_asked(purpose=purpose)), WORDS)
    said = [line for line in read(card.card(one)).splitlines() if "&" in line]
    assert all(line.startswith("> ") for line in said)
    assert "".join(line.removeprefix("> ") for line in said).count("&") == 499


def test_grant_of_every_editable_field_is_told_before_it_is_resolved() -> None:
    one = STATES["being checked"]
    grants = tuple(replace(grant, edit_all=True) for grant in one.request.asked.grants)
    asked = replace(one.request.asked, grants=grants)
    said = read(replies.request_view(replace(one, request=replace(one.request, asked=asked))))
    assert "Edits every field that can be edited" in said


@pytest.mark.parametrize("state", ["being checked", "waiting 0 of 2"])
def test_object_without_named_fields_says_what_can_be_seen(state: str) -> None:
    one: Shown = STATES["being checked"]
    said = read(replies.request_view(one))
    assert "Only the fields that Salesforce always shows" in said


def test_form_says_first_who_should_not_ask_and_what_to_do_instead() -> None:
    first = views(WORDS)["form step 1"]["blocks"][0]
    said = first["elements"][0]["text"]
    assert len(said.splitlines()) == 3
    for part in ("UI", "Visualforce", "Knowledge", "industry cloud", "CPQ", "Account Engagement"):
        assert part in said
    assert "full licence instead" in said


def test_another_org_resets_only_what_depends_on_it() -> None:
    before, after = (
        views(WORDS)[name]["blocks"] for name in ("form step 1", "form step 1, other org")
    )
    moved = {
        one["block_id"]
        for one, two in zip(before, after, strict=True)
        if one["type"] == "input" and one["element"]["action_id"] != two["element"]["action_id"]
    }
    assert moved == {"app", "objects"}
    assert after[1]["element"]["initial_option"]["value"] == "prod"


def test_form_has_the_blocks_of_the_contract() -> None:
    def inputs(name: str) -> list[str]:
        blocks = views(WORDS)[name]["blocks"]
        return [one["block_id"] for one in blocks if one["type"] == "input"]

    assert inputs("form step 1") == (
        [
            *("org", "name", "purpose", "system", "ticket"),
            *("owner", "backup_owner", "email", "app", "objects"),
        ]
    )
    assert inputs("form step 2") == [
        "username",
        *(f"{kind}:Account" for kind in ("perm", "fields", "edit_fields")),
        *(f"{kind}:Invoice_Line__c" for kind in ("perm", "fields", "edit_fields")),
    ]
    assert inputs("reject") == ["reason"]


def test_fields_that_a_picker_cannot_hold_again_are_counted() -> None:
    names = tuple(f"Field_{number:03}__c" for number in range(130))
    grant = Grant(object="Account", verbs=(Verb.READ,), read_fields=names)
    draft = Draft(id="d", owner="U0RAE", asked=an_asked(grants=(grant,)), created_at=NOON)
    [block] = [
        one for one in form.access(draft, "p")["blocks"] if one["block_id"] == "fields:Account"
    ]
    assert len(block["element"]["initial_options"]) == 100
    assert block["hint"]["text"].startswith("Only 100 of your 130 fields are here again")


def test_list_shows_strangers_only_name_org_owner_and_state() -> None:
    for payload in (
        replies.listing([(STATES["live"].request, "UAT sandbox")]),
        replies.brief(STATES["live"]),
    ):
        said = read(payload)
        assert "@U0OLU" in said
        for hidden in (USERNAME, "stock", "Account", "@U0RAE", "OPS-1712"):
            assert hidden not in said


def test_help_names_every_command() -> None:
    said = read(replies.help_text())
    for name in command.COMMANDS:
        assert f"/integration-user {name}" in said
