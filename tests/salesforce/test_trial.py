"""What does a login conclude from an object whose plain query the org refuses?"""

from __future__ import annotations

import pytest

from bot.core import proof
from bot.salesforce import trial
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
            in_place=True,
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
