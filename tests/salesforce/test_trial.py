"""What does a login conclude from an object whose plain query the org refuses?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from bot.core import proof
from bot.salesforce import trial
from bot.salesforce.gateway import Refused, Unavailable
from bot.salesforce.rest import Rest
from bot.sandbox.orgs import SalesforceSandbox, Switches
from tests.salesforce.reading import NOW, client_of


async def judged(objects: tuple[str, ...], switches: Switches) -> proof.Verdict:
    """Try the objects as a user that may see Knowledge and nothing else."""
    async with SalesforceSandbox(switches, bot_sees=["Knowledge__kav"]) as sandbox:
        client = client_of(sandbox.sandbox)
        who = await client.identity()
        seen = await client._threads.call(
            lambda: trial.observe(client._rest, objects=objects, forbidden="Lead", now=NOW)
        )
        return proof.judge(
            trial.with_revocation(seen, revoked=True),
            wanted_org_id=who.org_id,
            wanted_user_id=who.bot_user_id,
            granted=objects,
            bot_sees={},
            taken_away=None,
            now=NOW,
            proof_until=None,
        )


@pytest.mark.parametrize("code", ["MALFORMED_QUERY", "INVALID_QUERY_FILTER_OPERATOR"])
async def test_an_object_that_demands_a_filter_is_not_tested_whatever_the_code(code: str) -> None:
    verdict = await judged(("Knowledge__kav",), Switches(needs_filter_code=code))
    assert verdict.outcome == "proven"
    assert "Knowledge__kav can be described." in verdict.lines
    assert "Lead, which was not granted, was refused as it should be." in verdict.lines
    (line,) = verdict.not_tested
    assert line.startswith("records of Knowledge__kav: the org takes no plain query of it")
    assert code in line


async def test_an_object_without_access_blocks_beside_one_that_demands_a_filter() -> None:
    verdict = await judged(("Knowledge__kav", "Case"), Switches())
    assert verdict.outcome == "blocked"
    assert "Case was refused." in verdict.lines


LATE = Refused("QUERY_TIMEOUT", "Your query request was running for too long.")
LOST = Refused("UNKNOWN_EXCEPTION", "An unexpected error occurred.")
LOCKED = Refused("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
SPENT = Refused("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
BARRED = Refused("INVALID_TYPE", "sObject type 'Lead' is not supported.")
KNOWN = {"queryable": True}


class Answers:
    """An org that answers what a test says, in order: describes first, then queries."""

    token = None

    def __init__(self, described: Sequence[object], queried: Sequence[object]) -> None:
        self._described, self._queried = described, queried

    def describes(self, _names: Sequence[str]) -> list[Any]:
        return list(self._described)

    def queries(self, _soqls: Sequence[str], *, keep_late: bool) -> list[Any]:
        assert keep_late, "a large object may run out of time, and that is told"
        return list(self._queried)


def tried(
    described: Sequence[object], queried: Sequence[object], *, forbidden: str | None
) -> proof.Look:
    """What a look concludes about a big object that is granted beside others."""
    rest = cast("Rest", Answers(described, queried))
    objects = ("Big__b", "Account", "Case")[: len(described)]
    seen = trial.observe(rest, objects=objects, forbidden=forbidden, now=NOW)
    return seen.objects["Big__b"]


@pytest.mark.parametrize(
    ("described", "queried", "forbidden"),
    [
        ([KNOWN, KNOWN], [LATE, [{}], BARRED], "Lead"),
        ([KNOWN, KNOWN], [LOST, [], BARRED], "Lead"),
        ([KNOWN], [LATE, BARRED], "Lead"),
        ([KNOWN], [LATE], None),
        ([KNOWN, KNOWN], [LATE, [{}], LOST], "Lead"),
        ([LOST, KNOWN], [[{}], BARRED], "Lead"),
    ],
)
def test_one_question_that_ran_out_of_time_is_kept_with_the_orgs_words(
    described: Sequence[object], queried: Sequence[object], forbidden: str | None
) -> None:
    look = tried(described, queried, forbidden=forbidden)
    assert (look.refusal or "").partition(": ")[0] in {"QUERY_TIMEOUT", "UNKNOWN_EXCEPTION"}


@pytest.mark.parametrize(
    ("described", "queried", "forbidden"),
    [
        ([LOST, LATE], [], None),
        ([KNOWN], [LATE, LATE], "Lead"),
        ([KNOWN, KNOWN], [LATE, LOST, LATE], "Lead"),
        ([KNOWN, KNOWN], [LOCKED, [{}], BARRED], "Lead"),
        ([KNOWN, KNOWN], [[{}], SPENT, BARRED], "Lead"),
        ([KNOWN], [[{}], LOCKED], "Lead"),
        ([SPENT, KNOWN], [[{}], BARRED], "Lead"),
    ],
)
def test_an_org_that_answers_nothing_or_is_busy_as_a_whole_is_away(
    described: Sequence[object], queried: Sequence[object], forbidden: str | None
) -> None:
    with pytest.raises(Unavailable):
        tried(described, queried, forbidden=forbidden)
