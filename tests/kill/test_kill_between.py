"""kill -9 at every other moment of a request's life: the next process goes on from the rows."""

from __future__ import annotations

import pytest

from bot.sandbox.workspace import Said
from tests.kill.conftest import Fresh
from tests.kill.dying import End, Moment, die_at, end_of, starts_again
from tests.story.house import House
from tests.story.process import running, world

pytestmark = pytest.mark.slow


async def lives(house: House, undisturbed: End) -> None:
    """The next process ends the work, and nothing shows that there was another one."""
    async with starts_again(house):
        await house.ends("live")
        await house.told()
    assert end_of(house) == undisturbed
    assert len(house.slack.channel("C0APPROVE").messages) == 1


async def test_killed_while_it_looks_at_the_org_the_card_comes_later(
    fresh_sqlite: Fresh, undisturbed: End
) -> None:
    async with world(*fresh_sqlite("preflight")) as house:
        async with running(house) as bot:
            moment = Moment(after=True, path="composite", user=house.org.provisioner.username)
            await die_at(house, bot, moment, house.ask)
        async with starts_again(house):
            await house.slack.connected(timeout=house.patience)
            await house.approve()
            await house.ends("live")
            await house.told()
        assert end_of(house) == undisturbed
        assert len(house.slack.channel("C0APPROVE").messages) == 1


async def test_killed_between_approval_and_its_run_the_approval_holds(fresh_sqlite: Fresh) -> None:
    """The run of IU-2 waits behind that of IU-1, because an org is written by one at a time."""
    async with world(*fresh_sqlite("approval")) as house:
        async with running(house) as bot:
            await house.ask()
            await house.ask(name="Billing sync", email="billing@acme.example")
            await house.card(2)

            async def approve_both() -> None:
                await house.approve(1)
                await house.approve(2)

            await die_at(house, bot, Moment(after=False, sobject="PermissionSet"), approve_both)
        assert (await house.request(2)).state == "approved"
        async with starts_again(house):
            for number in (1, 2):
                await house.ends("live", number=number)
            await house.told()
        votes = [vote.who for vote in (await house.request(2)).votes]
        assert votes == ["U0ADA"]


async def test_killed_during_the_smoke_test_the_test_is_made_again(
    fresh_sqlite: Fresh, undisturbed: End
) -> None:
    async with world(*fresh_sqlite("smoke")) as house:
        async with running(house) as bot:
            await house.ask()
            await house.card()
            username = "warehouse-sync@integrations.acme.example.uat"
            await die_at(house, bot, Moment(after=True, method="GET", user=username), house.approve)
        assert (await house.request()).state == "provisioned"
        await lives(house, undisturbed)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_killed_during_undo_everything_is_undone_once(
    fresh_sqlite: Fresh, *, after: bool
) -> None:
    async with world(*fresh_sqlite(f"undo-{after}")) as house:
        before = house.org.snapshot()
        async with running(house) as bot:
            await house.ask()
            await house.card()
            last = house.org.faults.hold(sobject="PermissionSetAssignment", method="POST")
            await house.approve()
            await last.reached(house.patience)
            rae = house.person("rae")

            async def withdraw() -> None:
                await rae.click(rae.dm[0], "withdraw")
                last.release()

            await die_at(house, bot, Moment(after=after, method="PATCH", sobject="User"), withdraw)
        async with starts_again(house):
            request = await house.ends("withdrawn", "blocked")
            await house.told()
        assert request.state == "withdrawn", request.finding
        left = house.org.snapshot()
        user = house.org.user(request.username or "")
        assert user is not None
        assert not user["IsActive"]
        assert {key: left[key] for key in ("sets", "psl", "assignments")} == {
            key: before[key] for key in ("sets", "psl", "assignments")
        }


async def test_killed_between_post_and_commit_there_is_one_message_more_at_most(
    fresh_sqlite: Fresh,
) -> None:
    """The one window in which a message may be there twice; the extra card leads to the living."""
    async with world(*fresh_sqlite("post")) as house:
        async with running(house) as bot:
            posted = []

            def die(said: Said) -> None:
                if "IU-1 " in said.text and "approv" in said.where and not posted:
                    posted.append(said)
                    bot.process.kill()

            house.slack.on_said(die)
            await house.ask()
            await bot.gone()
        assert len(posted) == 1
        async with starts_again(house):
            await house.slack.connected(timeout=house.patience)
            await house.until_async(lambda: _remembered(house))
            await house.told()
            cards = house.slack.channel("C0APPROVE").messages
            assert len(cards) == 2
            await house.person("ada").click(cards[1], "approve")
            await house.ends("live")
            await house.told()
        assert "live" in cards[1].text
        assert len(house.slack.channel("C0APPROVE").messages) == 2


async def _remembered(house: House) -> bool:
    return len(house.slack.channel("C0APPROVE").messages) == 2
