from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import diagnosis
from bot.core.diagnosis.api import API
from bot.core.diagnosis.login import LOGIN
from bot.core.diagnosis.rows import Who
from store.records import Finding, State, Wanted, WantedSet
from tests.core.errors import API_ERRORS, KEY_UNUSABLE, LOGIN_ERRORS, ApiError, LoginError

EVERY_LOGIN_ERROR = [*LOGIN_ERRORS, KEY_UNUSABLE]
RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"


@pytest.mark.parametrize("one", EVERY_LOGIN_ERROR, ids=lambda one: f"{one.error} {one.description}")
@pytest.mark.parametrize("own", [True, False], ids=["the bot's own", "the new user's"])
def test_every_known_login_error_is_explained(one: LoginError, *, own: bool) -> None:
    finding = diagnosis.explain(one.error, one.description, login=True, own=own)
    assert (finding.code, finding.who) == (one.finding, one.own if own else one.who)
    assert finding.remedy
    assert ("The bot itself" in finding.cause) == own


@pytest.mark.parametrize("one", API_ERRORS, ids=lambda one: f"{one.error} {one.message}")
def test_every_known_api_error_is_explained(one: ApiError) -> None:
    finding = diagnosis.explain(one.error, one.message, login=False, sobject=one.at)
    assert (finding.code, finding.who) == (one.finding, one.who)
    assert finding.remedy


def test_no_line_of_the_table_is_dead() -> None:
    """A new line without an error in the list, which the client's tests strike, fails here."""
    lines = {line for one in EVERY_LOGIN_ERROR for line in (one.line, one.own_line)}
    assert lines - {-1} == set(range(len(LOGIN)))
    assert {one.line for one in API_ERRORS} - {-1} == set(range(len(API)))


PICKLIST = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
_BAD = "bad value for restricted picklist field"


@pytest.mark.parametrize(
    ("sobject", "message", "code", "words"),
    [
        (
            "ObjectPermissions",
            f"X: {_BAD}: Invoice_Line__c",
            "object_gone",
            "object Invoice_Line__c",
        ),
        (
            "FieldPermissions",
            f"X: {_BAD}: Invoice_Line__c",
            "object_gone",
            "object Invoice_Line__c",
        ),
        ("ObjectPermissions", f"Objekttyp: {_BAD}: Account", "object_gone", "The object Account"),
        ("ObjectPermissions", "", "object_gone", "An object cannot be granted"),
        (
            "FieldPermissions",
            f"X: {_BAD}: A__c.B__c",
            "field_refused",
            "The field A__c.B__c cannot",
        ),
        ("FieldPermissions", "", "field_refused", "A field cannot be granted"),
        ("", f"X: {_BAD}: A__c.B__c", "field_refused", "The field A__c.B__c cannot"),
        ("User", f"Time Zone: {_BAD}: Mars/Olympus", "locale_refused", "time zone or the locale"),
        ("User", f"Locale: {_BAD}: en_XX", "locale_refused", "time zone or the locale"),
        ("PermissionSet", f"X: {_BAD}: Y", "refused", "does not know"),
        ("", f"X: {_BAD}: en_XX", "refused", "does not know"),
    ],
)
def test_a_value_that_is_not_listed_is_an_object_a_field_or_what_the_configuration_says(
    sobject: str, message: str, code: str, words: str
) -> None:
    """What was written decides, not only the words: an org may speak any language (2.2)."""
    finding = diagnosis.explain(PICKLIST, message, login=False, sobject=sobject)
    assert finding.code == code
    assert words in finding.cause
    anew = {"object_gone", "field_refused"}
    assert finding.who == ("requester" if code in anew else finding.who)
    assert ("time_zone" in finding.remedy) == (code == "locale_refused")
    assert finding.remedy.startswith("Withdraw this request") == (code in anew)


@pytest.mark.parametrize("sobject", ["User", "PermissionSetLicenseAssign", "SetupEntityAccess", ""])
def test_a_refusal_that_names_no_right_is_not_laid_on_who_asked(sobject: str) -> None:
    words = "words that nobody confirmed"
    found = diagnosis.explain("FIELD_INTEGRITY_EXCEPTION", words, login=False, sobject=sobject)
    assert (found.code, found.who) == ("refused", Who.ADMIN)


def test_an_org_that_does_not_answer_is_not_said_to_have_spoken() -> None:
    finding = diagnosis.explain("NXDOMAIN", "the name of its host is not known (DNS)", login=False)
    assert (finding.code, finding.who) == ("no_such_host", Who.OPERATOR)
    assert "name of its host is not known" in finding.cause
    assert "Salesforce said" not in finding.cause


@pytest.mark.parametrize(
    ("error", "message", "named"),
    [
        (
            "FIELD_INTEGRITY_EXCEPTION",
            (
                'Can\'t assign permission set "X". The user license doesn\u2019t allow the '
                "permission: Create Leads."
            ),
            "permission: Create Leads.",
        ),
        (
            "FIELD_INTEGRITY_EXCEPTION",
            (
                "Permission Convert Leads depends on permission(s): Create Account; "
                "Permission Read All Asset depends on permission(s): Read All Account"
            ),
            "Permission Read All Asset depends on permission(s): Read All Account",
        ),
        (
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Field Name: bad value for restricted picklist field: Order.Status",
            "The field Order.Status cannot",
        ),
        ("REQUIRED_FIELD_MISSING", "Required fields are missing: [Region__c]", "Region__c"),
        ("INVALID_TYPE", "sObject type 'Store__c' is not supported.", "The object Store__c is"),
    ],
)
def test_what_the_message_is_about_is_named(error: str, message: str, named: str) -> None:
    assert named in diagnosis.explain(error, message, login=False).cause


BEYOND = "The user license doesn't allow the permission: Read Case"
ASSIGNED = "Can't save permission set X, which is assigned to a user with user license Y. "


@pytest.mark.parametrize(
    ("written", "message", "remedy"),
    [
        ("ObjectPermissions", BEYOND, "Withdraw this request"),
        ("FieldPermissions", BEYOND.replace("user", "permission set"), "Withdraw this request"),
        ("ObjectPermissions", f"{ASSIGNED}{BEYOND}", "Press Retry"),
        ("PermissionSetAssignment", BEYOND, "Press Retry"),
    ],
)
def test_what_a_licence_forbids_is_said_by_whether_a_user_may_lack_it(
    written: str,
    message: str,
    remedy: str,
) -> None:
    code = "FIELD_INTEGRITY_EXCEPTION"
    found = diagnosis.explain(code, message, login=False, sobject=written)
    assert (found.code, found.who) == ("license_forbids", Who.REQUESTER)
    assert found.remedy.startswith(remedy)
    assert "this permission: Read Case." in found.cause
    assert ("of the user" in found.cause) == (remedy == "Press Retry")


def test_an_unknown_error_is_quoted_with_its_code() -> None:
    for login, code in ((True, "login_refused"), (False, "refused")):
        finding = diagnosis.explain("brand_new", "the moon is full", login=login)
        assert finding.code == code
        assert "brand_new: the moon is full" in finding.cause
        assert finding.remedy


def test_an_error_without_words_is_said_to_have_none() -> None:
    assert "gave no reason" in diagnosis.explain("", "", login=False).cause


def test_unconfirmed_words_never_decide_over_a_code_that_is_unknown() -> None:
    assert diagnosis.explain("x", "client identifier invalid", login=True).code == "login_refused"
    assert diagnosis.explain("x", "License Limit Exceeded", login=False).code == "refused"


def test_the_bots_own_login_is_told_from_the_new_users() -> None:
    own = diagnosis.explain("invalid_grant", "invalid assertion", login=True)
    new = diagnosis.explain("invalid_grant", "invalid assertion", login=True, own=False)
    assert own.cause.startswith("The bot itself could not log in.")
    assert "The bot itself" not in new.cause


def test_the_step_is_named_when_it_is_known() -> None:
    finding = diagnosis.explain(
        "DUPLICATE_USERNAME", "", login=False, context="Create the user sync@acme.example"
    )
    assert "It happened here: Create the user sync@acme.example." in finding.cause


JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIzTVZHOSJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
SECRETS = [
    JWT,
    "00D000000000001!AQEAQNcharactersofasession.id",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEvQIBADANBg",
    "Bearer abcdef123456",
    "assertion=abcdef123456",
    'access_token":"abcdef123456',
    "client_secret=abcdef123456",
    "password: abcdef123456",
    "A1" * 40,
]


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_is_ever_quoted(secret: str) -> None:
    finding = diagnosis.explain("X", f"refused {secret} today", login=True, context=secret)
    text = "".join(finding.to_json().values())
    assert "[removed]" in text
    for part in re.findall(r"[\w.-]{12,}", secret):
        assert part not in text or part in ("client_secret", "access_token")


def test_quotes_are_short_and_on_one_line() -> None:
    said = diagnosis.quote("a\r\nb\tc\x00d\u202ee <br>f " + "word " * 100)
    assert said.startswith("a b c de f word")
    assert len(said) == 300 or said.endswith("…")
    assert len(said) <= 300


@given(st.text(), st.text(), st.booleans())
def test_whatever_the_org_says_the_finding_is_short_and_clean(
    code: str,
    message: str,
    login: bool,  # noqa: FBT001 - drawn from a table
) -> None:
    finding = diagnosis.explain(code, message, login=login)
    assert finding.code in diagnosis.TITLES
    assert len(finding.cause) < 1000
    assert not re.search(r"[\x00-\x1f\x7f]", finding.cause)


def test_which_errors_may_be_propagation() -> None:
    assert diagnosis.may_be_propagation("invalid_client_id", "")
    assert diagnosis.may_be_propagation("x", "user is not admin approved to access this app")
    assert diagnosis.may_be_propagation("invalid_grant", "user hasn't approved this consumer")
    assert not diagnosis.may_be_propagation("invalid_grant", "audience is invalid")


def test_which_errors_pass_by_themselves() -> None:
    assert diagnosis.is_passing("UNABLE_TO_LOCK_ROW")
    assert diagnosis.is_passing("X", "Could not acquire lock")
    assert diagnosis.is_passing("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded.")
    assert diagnosis.is_passing("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    assert not diagnosis.is_passing("DUPLICATE_USERNAME")


def test_calls_that_are_used_up_for_hours_are_told_from_too_many_at_once() -> None:
    assert diagnosis.is_quota("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    assert not diagnosis.is_quota("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded.")
    assert not diagnosis.is_quota("UNABLE_TO_LOCK_ROW", "")


def test_which_errors_may_mean_that_it_was_written_already() -> None:
    assert diagnosis.may_be_there("DUPLICATE_USERNAME")
    assert diagnosis.may_be_there("DUPLICATE_VALUE")
    assert diagnosis.may_be_there("FIELD_INTEGRITY_EXCEPTION")
    assert not diagnosis.may_be_there("STRING_TOO_LONG")


REFUSED = Finding(code="gone", cause="It is gone.", remedy="Look again.", who="Salesforce admin")
FIXED = [
    (diagnosis.not_proven(app_label=None), "not_proven", "No app was chosen"),
    (diagnosis.not_proven(app_label="Warehouse"), "not_proven", "private key of the app Warehouse"),
    (diagnosis.sees_nothing(["Account"]), "sees_nothing", "may read Account,"),
    (diagnosis.sees_too_much("Lead", ""), "sees_too_much", "use Lead, which nobody granted"),
    (diagnosis.sees_too_much("Lead", "1 row"), "sees_too_much", "answered: 1 row"),
    (diagnosis.wrong_identity("user", "005A", None), "wrong_identity", "the user unknown, not"),
    (diagnosis.no_seat("licence", "UAT", 5, 4, 1), "no_seat", "5 in all, 4 in use, 1 reserved"),
    (diagnosis.wrong_kind("It is a sandbox."), "kind_mismatch", "It is a sandbox."),
    (diagnosis.other_org("00DA", "00DB"), "org_changed", "it is 00DB, not 00DA"),
    (diagnosis.missing_right(["Manage Users", "View Setup"]), "missing_right", "and View Setup"),
    (diagnosis.missing_license("profile"), "license_missing", "no profile"),
    (diagnosis.missing_license("psl"), "license_missing", "no permission set licence"),
    (diagnosis.username_taken(["a@b.example"]), "username_taken", "a@b.example"),
    (diagnosis.no_set_name(), "set_name_taken", "exist already"),
    (
        diagnosis.app_missing("Warehouse", "external_client_app", "Warehouse_Sync"),
        "app_missing",
        "external client app with the developer name Warehouse_Sync",
    ),
    (
        diagnosis.app_missing("Warehouse", "connected_app", "Warehouse Sync"),
        "app_missing",
        "connected app with the name Warehouse Sync",
    ),
    (diagnosis.object_gone("Case"), "object_gone", "The object Case"),
    (diagnosis.fields_gone("Case", ["A__c"]), "field_refused", "The field A__c of Case cannot"),
    (diagnosis.fields_gone("Case", ["A", "B"]), "field_refused", "The fields A and B of Case"),
    (diagnosis.fields_gone("Case", ["A"] * 99), "field_refused", "A and 89 more of Case"),
    (diagnosis.too_few_approvers("Only one."), "too_few_approvers", "Only one."),
    (diagnosis.foreign("The set X", "Max"), "foreign_object", "Max created it"),
    (
        diagnosis.other_license("Set_X", licensed=True),
        "other_license",
        "Set_X, which this request made earlier, has the License None; approved is Salesforce API",
    ),
    (
        diagnosis.other_license("Set_X", licensed=False),
        "other_license",
        "has the License Salesforce API Integration; approved is None.",
    ),
    (diagnosis.undo_incomplete((), None), "undo_incomplete", "could be taken away."),
    (diagnosis.undo_incomplete(("Delete X",), REFUSED), "undo_incomplete", "Delete X. It is gone."),
]


@pytest.mark.parametrize(("finding", "code", "words"), FIXED)
def test_what_the_bot_finds_out_itself_is_worded_for_people(
    finding: Finding, code: str, words: str
) -> None:
    assert finding.code == code
    assert words in finding.cause
    assert finding.remedy.endswith(".")
    assert finding.who in list(Who)


def test_the_command_to_test_by_hand_names_user_and_address() -> None:
    finding = diagnosis.not_proven(
        app_label="Warehouse", username="sync@acme.example", address="https://acme.example"
    )
    assert "--username sync@acme.example --instance-url https://acme.example" in finding.remedy


def test_the_remedy_of_a_refused_undo_begins_with_the_remedy_of_its_cause() -> None:
    assert diagnosis.undo_incomplete((), REFUSED).remedy.startswith("Look again. ")


def test_the_runbook_explains_every_finding_under_its_title() -> None:
    text = RUNBOOK.read_text(encoding="utf-8")
    found = re.findall(r"^### (.+)\n\n`(\w+)`", text, re.MULTILINE)
    assert {code: title for title, code in found} == dict(diagnosis.TITLES)
    assert len(found) == len(diagnosis.TITLES)


def test_every_finding_has_a_title() -> None:
    codes = {row.finding for row in (*LOGIN, *API)} | {code for _, code, _ in FIXED}
    assert codes <= set(diagnosis.TITLES)
    assert len(set(diagnosis.TITLES.values())) == len(diagnosis.TITLES)


EVERY_REMEDY = [
    *{(one.finding, one.remedy, str(one.who)): None for one in (*LOGIN, *API)},
    *((found.code, found.remedy, found.who) for found, _, _ in FIXED),
    *(
        (found.code, found.remedy, found.who)
        for found in (diagnosis.explain("x", "y", login=login) for login in (True, False))
    ),
]
IN_THE_ORG = re.compile(r"\bSetup\b|Login History|OAuth scopes|docs/salesforce-setup")
IN_THE_BOT = re.compile(
    r"configuration|my_domain_url|api_version|consumer_key|\baudience\b|bot's log"
)


@pytest.mark.parametrize(("code", "remedy", "who"), EVERY_REMEDY)
def test_nobody_is_told_to_do_what_only_another_can(code: str, remedy: str, who: str) -> None:
    """Who asked has no Setup, an operator neither; an admin of the org has no configuration.

    A sentence may say to whom to turn. `check` belongs to the operator.
    """
    for sentence in re.split(r"(?<=[.:]) (?=[A-Z])", remedy):
        if who in {Who.REQUESTER, Who.OPERATOR} and IN_THE_ORG.search(sentence):
            assert re.search(r"[Aa]sk a Salesforce admin|Have a Salesforce admin", sentence), code
        if who in {Who.REQUESTER, Who.ADMIN} and IN_THE_BOT.search(sentence):
            assert "the operator of the bot" in sentence, code


@pytest.mark.parametrize(("code", "remedy", "who"), EVERY_REMEDY)
def test_every_remedy_ends_in_a_step_that_its_reader_has(code: str, remedy: str, who: str) -> None:
    told = diagnosis.remedy_for(replace(REFUSED, remedy=remedy), State.BLOCKED).remedy
    steps = ("ress Retry", "Withdraw", "withdraw", "Take another username", "Confirm live")
    assert any(one in told for one in steps) or "by itself" in told, (code, who)


@pytest.mark.parametrize(("code", "remedy", "who"), EVERY_REMEDY)
def test_what_is_wrong_with_the_request_is_never_mended_by_a_retry_alone(
    code: str, remedy: str, who: str
) -> None:
    """Retry does the same again; only what somebody changed in the org makes a difference."""
    if code in diagnosis.ANEW:
        before, _, _ = remedy.partition("press Retry")
        assert "ithdraw this request" in before, (code, who)
        assert "ask again" in before
        assert "press Retry" not in remedy or "ask a Salesforce admin to restore" in before
    elif who == Who.REQUESTER and code != "license_forbids":
        assert "ask again" not in remedy.replace("and ask again under", ""), code


NEXT = [
    (State.REQUESTED, "Mend it, then press Check again. Press Check again."),
    (State.PROVISIONED, "Mend it, then press Retry. Press Retry."),
    (State.BLOCKED, "Mend it, then press Retry. Press Retry."),
    (State.LIVE, "Mend it, then test again. Test again."),
    (State.REJECTED, None),
    (State.WITHDRAWN, None),
]


@pytest.mark.parametrize(("state", "remedy"), NEXT)
@pytest.mark.parametrize("step", ["press Retry", "test again", "check again", "press Check again"])
def test_each_state_is_told_the_step_that_it_has(
    state: State, remedy: str | None, step: str
) -> None:
    told = f"Mend it, then {step}. {step[0].upper()}{step[1:]}."
    once = diagnosis.remedy_for(replace(REFUSED, remedy=told), state)
    assert once.remedy == (remedy or told)
    assert diagnosis.remedy_for(once, state) == once


@pytest.mark.parametrize("state", [State.LIVE, State.REQUESTED])
def test_no_remedy_of_the_tables_names_a_retry_where_there_is_none(state: State) -> None:
    for one in (*LOGIN, *API):
        finding = replace(REFUSED, remedy=one.remedy)
        assert "Retry" not in diagnosis.remedy_for(finding, state).remedy, one
        assert "Retry" not in diagnosis.undo_incomplete((), finding).remedy, one


def test_who_runs_check_is_told_to_run_it_again_and_of_no_button() -> None:
    for one in (*LOGIN, *API):
        told = diagnosis.remedy_at_check(replace(REFUSED, remedy=one.remedy))
        told = re.sub("[Rr]un check again", "", told)
        assert not re.search("press Retry|test again|check again", told, re.IGNORECASE), one


def test_about_a_whole_org_nobody_is_told_of_a_button_but_that_the_bot_looks_again() -> None:
    for one in (*LOGIN, *API):
        told = diagnosis.remedy_without_request(replace(REFUSED, remedy=one.remedy))
        assert not re.search("press Retry|test again|check again", told, re.IGNORECASE), one
    step = replace(REFUSED, remedy="Correct the key. Then press Retry.")
    told = diagnosis.remedy_without_request(step)
    assert told == "Correct the key. Then the bot looks again by itself."


WANTED = Wanted(
    org_id="00D",
    user={"Username": "iu.sync@acme.example"},
    sets=(
        WantedSet(name="IU_1", label="Sync", description="", licensed=True, grants=(), app_id=None),
        WantedSet(
            name="IU_1_App", label="Sync app", description="", licensed=False, grants=(), app_id="x"
        ),
    ),
    objects_order=(),
    app_key="warehouse",
    app_kind="external_client_app",
    app_name="Warehouse",
)


@pytest.mark.parametrize(
    ("state", "kind", "words", "never"),
    [
        (State.PROVISIONED, "connected_app", "press Retry to put it back.", "by hand"),
        (State.BLOCKED, "external_client_app", "press Retry to put it back.", "Setup"),
        (
            State.LIVE,
            "external_client_app",
            "to iu.sync@acme.example again, and let the app Warehouse admit Sync app (Policies,",
            "Retry",
        ),
        (State.LIVE, "connected_app", "admit Sync app (Manage Permission Sets).", "Retry"),
    ],
)
def test_what_was_taken_away_comes_back_by_retry_or_by_hand_where_there_is_none(
    state: State, kind: str, words: str, never: str
) -> None:
    told = diagnosis.put_back(replace(WANTED, app_kind=kind), state)
    assert words in told
    assert never not in told
