"""A key that is torn or gone while the bot runs: a sentence for people, and a way to go on."""

from __future__ import annotations

import pytest

from store import catalogue
from tests.story.house import House


@pytest.mark.parametrize("trouble", ["torn", "gone", "open to all"])
async def test_a_request_is_told_that_the_apps_key_cannot_be_used_and_goes_on_when_it_can(
    house: House, trouble: str
) -> None:
    file = house.folder / "keys/uat-warehouse.pem"
    pem = file.read_text("utf-8")
    if trouble == "torn":
        file.write_text(pem[:200], encoding="utf-8")
    elif trouble == "gone":
        file.unlink()
    else:
        file.chmod(0o644)
    await house.ask()
    await house.approve()
    request = await house.ends("blocked")
    assert request.finding is not None
    assert request.finding.code == "key_unusable"
    assert request.finding.who == "bot operator"
    assert "Salesforce said" not in request.finding.cause
    assert "PRIVATE KEY" not in request.finding.cause
    file.write_text(pem, encoding="utf-8")
    file.chmod(0o600)
    await house.told()
    message = house.person("olu").dm[0]
    await house.person("olu").click(message, "retry")
    assert str((await house.ends("live")).state) == "live"


async def test_an_org_whose_own_key_is_gone_is_refused_with_the_reason(house: House) -> None:
    file = house.folder / "keys/uat-bot.pem"
    pem = file.read_text("utf-8")
    file.unlink()
    house.org.expire_sessions()
    await house.refresh()
    async with house.app.database.read() as conn:
        facts = await catalogue.org(conn, "uat")
    assert facts is not None
    assert "The private key cannot be used" in facts.refusal
    file.write_text(pem, encoding="utf-8")
    file.chmod(0o600)
    await house.refresh()
    async with house.app.database.read() as conn:
        facts = await catalogue.org(conn, "uat")
    assert facts is not None
    assert facts.refusal == ""
