"""The slash command: text in, words out, seen by the person who typed it."""

from __future__ import annotations

from typing import assert_never

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.core import command as said
from bot.core import policy
from bot.core.lifecycle import Refusal
from bot.core.policy import Action, Actor
from bot.flows import digest, reading, requests, stale
from bot.flows.context import Context
from bot.slack import ids
from bot.slack.answering import command_answer
from bot.slack.modals import Modals
from bot.slack.payloads import Body, team_of
from bot.slack.people import People
from bot.slack.rendering import load
from bot.slack.views import buttons, replies, stale_answer
from bot.slack.views import digest as digest_view
from bot.slack.views.parts import Payload


class Commands:
    """The listener of `/integration-user`."""

    def __init__(self, ctx: Context, people: People, modals: Modals) -> None:
        self._ctx = ctx
        self._people = people
        self._modals = modals

    def register(self, app: AsyncApp) -> None:
        """Hang the listener into the app."""
        app.command(ids.COMMAND)(self.on_command)

    async def on_command(self, ack: AsyncAck, body: Body) -> None:
        """Parse, do one thing, answer."""
        text = str(body.get("text") or "")
        await command_answer(ack, f"command {text[:40]!r}", self._answer(text, body))

    async def _answer(self, text: str, body: Body) -> Payload | None:
        asked = said.parse(text)
        user = str(body["user_id"])
        match asked:
            case said.Help(unknown=unknown, suggestion=suggestion):
                return replies.help_text(unknown, suggestion)
            case said.New():
                await self._modals.open(body, user)
                return None
            case said.List():
                return replies.listing(await reading.listing(self._ctx))
            case said.Licenses():
                return await self._licenses(await self._people.actor(user, team_of(body)))
            case said.Stale(org=org):
                return await self._stale(org, await self._people.actor(user, team_of(body)))
            case said.Show(id=number):
                return await self._show(number, await self._people.actor(user, team_of(body)))
            case said.Test() | said.Retry() | said.Withdraw():
                return await self._act(asked, await self._people.actor(user, team_of(body)))
            case _:
                assert_never(asked)

    async def _licenses(self, actor: Actor) -> Payload:
        decision = policy.may(Action.LICENSES, actor)
        if not decision.allowed:
            raise Refusal(decision.reason)
        return digest_view.licenses(await digest.standing(self._ctx))

    async def _show(self, number: int, actor: Actor) -> Payload:
        seen = await reading.one(self._ctx, number, actor)
        async with self._ctx.database.read() as conn:
            shown = await load(self._ctx.settings, conn, seen.request)
        return replies.whole(shown, seen.journal, actor) if seen.whole else replies.brief(shown)

    async def _stale(self, org: str, actor: Actor) -> Payload:
        found = await stale.latest(self._ctx, actor, org)
        return stale_answer.answer(found.looks, following=found.following, now=found.now)

    async def _act(self, asked: said.Test | said.Retry | said.Withdraw, actor: Actor) -> Payload:
        match asked:
            case said.Test(id=number):
                await requests.test(self._ctx, number, actor)
                words = f"IU-{number} is being tested now; its messages say how it went."
            case said.Retry(id=number):
                words = buttons.done(Action.RETRY, await requests.retry(self._ctx, number, actor))
            case said.Withdraw(id=number):
                words = buttons.done(
                    Action.WITHDRAW, await requests.withdraw(self._ctx, number, actor)
                )
            case _:
                assert_never(asked)
        return replies.sentence(words)
