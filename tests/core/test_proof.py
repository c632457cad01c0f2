from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import diagnosis, proof
from bot.core.proof import Look, Observation, Verdict

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
UNTIL = NOON + timedelta(minutes=10)
ORG = "00DORG000000001AAA"
USER = "005NEW000000001AAA"
FULL = Look(described=True, rows=1)

GOOD = Observation(
    at=NOON,
    org_id=ORG,
    user_id=USER,
    objects={"Account": FULL, "Case": FULL},
    forbidden=("Lead", True, "INVALID_TYPE: sObject type 'Lead' is not supported."),
    revoked=True,
)
NOT_YET = ("invalid_grant", "user hasn't approved this consumer", "https://acme.example")


def judged(
    seen: Observation = GOOD,
    *,
    bot_sees: dict[str, bool | None] | None = None,
    taken_away: str | None = None,
    now: datetime = NOON,
    proof_until: datetime | None = UNTIL,
) -> Verdict:
    return proof.judge(
        seen,
        wanted_org_id=ORG,
        wanted_user_id=USER,
        granted=("Account", "Case"),
        bot_sees={"Account": True, "Case": True} if bot_sees is None else bot_sees,
        taken_away=taken_away,
        now=now,
        proof_until=proof_until,
    )


def refused(error: str, description: str = "") -> Observation:
    return Observation(at=NOON, login_error=(error, description, "https://acme.example"))


def looked(**looks: Look) -> Observation:
    return replace(GOOD, objects={**GOOD.objects, **looks})


def test_a_login_that_sees_what_was_granted_and_nothing_else_proves_the_user() -> None:
    assert judged() == Verdict(
        outcome="proven",
        lines=(
            "The login worked; org and user are the right ones.",
            "Account can be described and its records read.",
            "Case can be described and its records read.",
            "Lead, which was not granted, was refused as it should be.",
            "The access token was revoked.",
        ),
    )


def test_ids_of_15_characters_are_the_same_identity() -> None:
    assert judged(replace(GOOD, org_id=ORG[:15], user_id=USER[:15])).outcome == "proven"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"org_id": "00DOTHER0000001AAA"}, "org"),
        ({"org_id": None}, "org"),
        ({"user_id": "005OTHER0000001AAA"}, "user"),
        ({"user_id": None}, "user"),
    ],
)
def test_a_login_as_somebody_else_proves_nothing(changes: dict[str, str | None], what: str) -> None:
    verdict = judged(replace(GOOD, **changes))  # type: ignore[arg-type]  # fields of the record
    assert verdict.outcome == "blocked"
    assert verdict.finding
    assert verdict.finding.code == diagnosis.WRONG_IDENTITY
    assert f"the {what} " in verdict.finding.cause
    assert "The access token was revoked." in verdict.lines


def test_a_granted_object_that_is_refused_blocks_and_is_named() -> None:
    no = Look(described=False, refusal="INVALID_TYPE: sObject type 'Case' is not supported.")
    verdict = judged(looked(Case=no))
    assert verdict.outcome == "blocked"
    assert verdict.finding
    assert verdict.finding.code == "object_not_visible"
    assert "Case" in verdict.finding.cause
    assert "Case was refused." in verdict.lines


REFUSED_QUERIES = [
    ("INSUFFICIENT_ACCESS", "no", "missing_right"),
    ("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights", "missing_right"),
    ("INSUFFICIENT_ACCESS_ON_SOMETHING_NEW", "no", "refused"),
    ("INVALID_TYPE", "sObject type 'Case' is not supported.", "object_not_visible"),
    ("INVALID_FIELD", "No such column 'Id' on entity 'Case'.", "field_not_visible"),
    ("INVALID_SESSION_ID", "Session expired or invalid", "session_refused"),
    ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", "api_quota"),
    ("API_DISABLED_FOR_ORG", "API is not enabled", "api_disabled"),
    ("MALFORMED_QUERY", "Implementation restriction: Case requires a filter", None),
    ("INVALID_QUERY_FILTER_OPERATOR", "a filter on a reified column is required", None),
    ("INVALID_TYPE_FOR_OPERATION", "entity type Case does not support query", None),
    ("OPERATION_TOO_LARGE", "exceeded 100000 distinct who/what's", None),
    ("EXTERNAL_OBJECT_EXCEPTION", "the other system is away", None),
    ("SOMETHING_NEW", "never seen", None),
    ("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access", "org_busy"),
    ("QUERY_TIMEOUT", "Your query request was running for too long.", None),
    ("UNKNOWN_EXCEPTION", "An unexpected error occurred.", None),
]
LATE = {"QUERY_TIMEOUT", "UNKNOWN_EXCEPTION"}


@pytest.mark.parametrize(("code", "message", "found"), REFUSED_QUERIES)
def test_a_refused_query_of_a_described_object_blocks_only_for_access_or_for_every_call(
    code: str, message: str, found: str | None
) -> None:
    verdict = judged(looked(Case=Look(described=True, refusal=f"{code}: {message}")))
    if found:
        assert verdict.outcome == "blocked"
        assert verdict.finding
        assert verdict.finding.code == found
        assert "Case was refused." in verdict.lines
    else:
        assert verdict.outcome == "proven"
        assert "Case can be described." in verdict.lines
        (line,) = verdict.not_tested
        assert line.startswith("records of Case: ")
        assert f"{code}: {message}" in line


@pytest.mark.parametrize("code", [code for code, _, _ in REFUSED_QUERIES])
def test_a_refused_describe_blocks_unless_the_org_did_not_get_to_an_answer(code: str) -> None:
    verdict = judged(looked(Case=Look(described=False, refusal=f"{code}: no")))
    assert verdict.outcome == ("proven" if code in LATE else "blocked")
    assert ("Case: the org did not get to" in " ".join(verdict.not_tested)) == (code in LATE)
    assert not any("Case can be described" in line for line in verdict.lines)


def test_a_granted_object_that_was_not_looked_at_is_no_proof() -> None:
    missing = replace(GOOD, objects={"Account": FULL})
    assert judged(missing).outcome == "blocked"
    assert judged(looked(Case=Look(described=False))).outcome == "blocked"


def test_no_rows_where_the_bot_sees_some_is_sees_nothing() -> None:
    none = Look(described=True, rows=0)
    verdict = judged(looked(Account=none, Case=none))
    assert verdict.outcome == "blocked"
    assert verdict.finding
    assert verdict.finding.code == diagnosis.SEES_NOTHING
    assert "Account and Case" in verdict.finding.cause


@pytest.mark.parametrize(
    ("bot_sees", "why"),
    [({"Case": False}, "sees none itself"), ({"Case": None}, "cannot look"), ({}, "cannot look")],
)
def test_no_rows_that_the_bot_cannot_judge_are_said_not_to_be_tested(
    bot_sees: dict[str, bool | None], why: str
) -> None:
    verdict = judged(looked(Case=Look(described=True, rows=0)), bot_sees=bot_sees)
    assert verdict.outcome == "proven"
    (line,) = verdict.not_tested
    assert "Case" in line
    assert why in line


@pytest.mark.parametrize(
    ("look", "why"),
    [
        (
            Look(described=True, refusal="MALFORMED_QUERY: Case requires a filter by Status"),
            "MALFORMED_QUERY: Case requires a filter by Status",
        ),
        (Look(described=True, queryable=False), "cannot simply be queried"),
        (Look(described=True, rows=None), "cannot simply be queried"),
    ],
)
def test_what_cannot_be_queried_is_only_described_and_said_so(look: Look, why: str) -> None:
    verdict = judged(looked(Case=look))
    assert verdict.outcome == "proven"
    assert "Case can be described." in verdict.lines
    assert why in verdict.not_tested[0]


def test_a_forbidden_object_that_answers_blocks_before_anything_else() -> None:
    none = Look(described=True, rows=0)
    seen = replace(looked(Account=none), forbidden=("Lead", False, "1 record"))
    verdict = judged(seen)
    assert verdict.outcome == "blocked"
    assert verdict.finding
    assert verdict.finding.code == diagnosis.SEES_TOO_MUCH
    assert "Lead" in verdict.finding.cause


def test_without_a_forbidden_object_the_refusal_is_not_tested_and_said_so() -> None:
    verdict = judged(replace(GOOD, forbidden=None))
    assert verdict.outcome == "proven"
    assert verdict.not_tested == (
        "a refusal: no object was found that nothing grants to the user.",
    )


@pytest.mark.parametrize(
    "detail",
    [
        "REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.",
        "INVALID_SESSION_ID: gone",
        "MALFORMED_QUERY: Lead requires a filter",
        "SOMETHING_NEW: never seen",
    ],
)
def test_an_error_that_is_not_about_the_object_does_not_count_as_its_refusal(detail: str) -> None:
    verdict = judged(replace(GOOD, forbidden=("Lead", True, detail)))
    assert verdict.outcome == "proven"
    assert "another reason" in verdict.not_tested[0]
    assert not any("Lead" in line for line in verdict.lines)


def test_a_token_that_could_not_be_revoked_is_said() -> None:
    verdict = judged(replace(GOOD, revoked=False))
    assert verdict.outcome == "proven"
    assert "could not be revoked" in verdict.lines[-1]


PROPAGATION = [
    ("invalid_client_id", "client identifier invalid"),
    ("app_not_found", "External client app is not installed in this org"),
    ("invalid_grant", "user hasn't approved this consumer"),
    ("invalid_app_access", "user is not admin approved to access this app"),
    ("OAUTH_APP_ACCESS_DENIED", "user is not admin approved to access this app"),
]
FINAL = [
    ("invalid_grant", "audience is invalid"),
    ("invalid_grant", "invalid assertion"),
    ("invalid_grant", "expired authorization code"),
    ("invalid_grant", "ip restricted"),
    ("inactive_user", ""),
    ("something_new", "never seen"),
]


@pytest.mark.parametrize(("error", "description"), PROPAGATION)
def test_a_refused_login_that_may_pass_is_waited_for(error: str, description: str) -> None:
    verdict = judged(refused(error, description), now=UNTIL - timedelta(seconds=1))
    assert verdict.outcome == "wait"
    assert verdict.finding is None
    assert "https://acme.example" in verdict.lines[0]


@pytest.mark.parametrize(("error", "description"), PROPAGATION)
def test_after_the_last_try_the_wait_ends_in_a_finding(error: str, description: str) -> None:
    for until in (UNTIL, None):
        verdict = judged(refused(error, description), now=UNTIL, proof_until=until)
        assert verdict.outcome == "blocked"
        assert verdict.finding
        assert "time to wait is over" in verdict.lines[-1]
    assert judged(Observation(at=NOON, login_error=NOT_YET), now=UNTIL).finding is not None


def test_the_finding_of_an_unapproved_user_is_not_pre_authorised() -> None:
    for error, description in PROPAGATION[2:]:
        verdict = judged(refused(error, description), now=UNTIL)
        assert verdict.finding
        assert verdict.finding.code == diagnosis.NOT_PRE_AUTHORISED
        assert "The bot itself" not in verdict.finding.cause


@pytest.mark.parametrize(("error", "description"), PROPAGATION)
def test_nothing_is_waited_for_when_our_grant_is_gone(error: str, description: str) -> None:
    verdict = judged(refused(error, description), taken_away="Somebody took it away.")
    assert verdict.outcome == "blocked"
    assert verdict.finding
    assert verdict.finding.remedy.startswith("Somebody took it away. ")


@pytest.mark.parametrize(("error", "description"), FINAL)
def test_other_login_errors_end_at_once(error: str, description: str) -> None:
    verdict = judged(refused(error, description))
    assert verdict.outcome == "blocked"
    assert verdict.finding
    assert verdict.finding.remedy


def test_a_login_error_without_audience_is_said_without_one() -> None:
    seen = Observation(at=NOON, login_error=("inactive_user", "user is inactive", ""))
    assert "audience" not in judged(seen).lines[0]


def waits(limit: timedelta) -> list[timedelta]:
    now, until, tries = NOON, NOON + limit, []
    while (at := proof.next_try(len(tries), now, until)) is not None:
        tries.append(at - now)
        now = at
    assert now == until
    return tries


def test_waits_double_and_the_last_try_is_exactly_at_the_end() -> None:
    seconds = [int(wait.total_seconds()) for wait in waits(timedelta(minutes=10))]
    assert seconds == [15, 30, 60, 120, 240, 135]


def test_no_wait_is_one_try() -> None:
    assert waits(timedelta(0)) == []
    assert proof.next_try(0, NOON, None) is None


@given(st.integers(min_value=1, max_value=14 * 24 * 3600))
def test_whatever_the_limit_the_last_try_is_at_it(seconds: int) -> None:
    tries = waits(timedelta(seconds=seconds))
    assert sum(tries, timedelta()) == timedelta(seconds=seconds)
    assert tries[:-1] == [timedelta(seconds=15) * 2**n for n in range(len(tries) - 1)]


def test_the_forbidden_object_is_a_well_known_one_then_a_custom_one() -> None:
    known = ("Individual", "Zone__c", "Aisle__c", "Lead", "Case")
    assert proof.pick_forbidden(known, {"Account"}) == "Case"
    assert proof.pick_forbidden(known, {"case"}) == "Lead"
    assert proof.pick_forbidden(known, {"Case", "Lead"}) == "Aisle__c"
    assert proof.pick_forbidden(("Individual",), set()) is None


def test_observations_and_verdicts_survive_json() -> None:
    for seen in (GOOD, Observation(at=NOON, login_error=NOT_YET)):
        assert Observation.from_json(seen.to_json()) == seen
    for verdict in (
        judged(),
        judged(refused("inactive_user")),
        judged(looked(Case=Look(described=True, rows=0)), bot_sees={}),
    ):
        assert Verdict.from_json(verdict.to_json()) == verdict
