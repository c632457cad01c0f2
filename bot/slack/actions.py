"""Clicks on cards and messages: authority now, one transaction, a small answer when refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.lifecycle import Refusal
from bot.core.policy import Action, Actor, may
from bot.flows import deciding, reading, requests
from bot.flows.context import Context
from bot.slack import ids
from bot.slack.answering import Afterwards, sorry, view_answer
from bot.slack.modals import team_of
from bot.slack.people import People
from bot.slack.rendering import load
from bot.slack.views import replies
from store import outbox
from store.records import Request

Body = Mapping[str, Any]
Care = Callable[[Context, int, Actor], Awaitable[Request]]

_CARE: Mapping[str, Care] = {
    ids.RECHECK: requests.recheck,
    ids.WITHDRAW: requests.withdraw,
    ids.RETRY: requests.retry,
    ids.CONFIRM_LIVE: requests.confirm_live,
}


class Actions:
    """Listeners of buttons, and of the modal that asks for a reason."""

    def __init__(self, ctx: Context, people: People, afterwards: Afterwards) -> None:
        self._ctx = ctx
        self._people = people
        self._afterwards = afterwards

    def register(self, app: AsyncApp) -> None:
        """Hang the listeners into the app."""
        app.action(ids.APPROVE)(self.on_approve)
        app.action(ids.REJECT)(self.on_reject)
        app.action(ids.DETAILS)(self.on_details)
        app.view(ids.VIEW_REJECT)(self.on_reason)
        for action in _CARE:
            app.action(action)(self.on_care)

    async def on_approve(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Approve exactly what the card showed."""

        async def work(target: ids.Target, actor: Actor) -> None:
            await deciding.decide(
                self._ctx,
                request_id=target.request,
                wanted_hash=target.wanted,
                actor=actor,
                approve=True,
            )

        await self._click(ack, body, client, work)

    async def on_reject(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Ask for the reason, unless this person could not reject anyway."""

        async def work(target: ids.Target, actor: Actor) -> None:
            seen = await reading.one(self._ctx, target.request, actor)
            decision = may(Action.REJECT, actor, seen.request)
            if not decision.allowed:
                raise Refusal(decision.reason)
            requests.undecided(seen.request)
            view = replies.reject_view(seen.request, target.wanted)
            await client.views_open(trigger_id=str(body["trigger_id"]), view=view)

        await self._click(ack, body, client, work)

    async def on_details(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open everything about a request, read only."""

        async def work(target: ids.Target, actor: Actor) -> None:
            seen = await reading.one(self._ctx, target.request, actor)
            if not seen.whole:
                raise Refusal(may(Action.SHOW, actor, seen.request).reason)
            async with self._ctx.database.read() as conn:
                shown = await load(self._ctx.settings, conn, seen.request)
            view = replies.request_view(shown)
            await client.views_open(trigger_id=str(body["trigger_id"]), view=view)

        await self._click(ack, body, client, work)

    async def on_reason(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """The reason is given: reject."""

        async def work() -> None:
            target = ids.Target.read(view["private_metadata"])
            element = next(iter(view["state"]["values"][ids.REASON].values()))
            reason = str(element.get("value") or "").strip()
            if not reason:
                sentence = "Please say why: the requester reads it."
                await ack(response_action="errors", errors={ids.REASON: sentence})
                return
            await deciding.decide(
                self._ctx,
                request_id=target.request,
                wanted_hash=target.wanted,
                actor=await self._people.actor(str(body["user"]["id"]), team_of(body)),
                approve=False,
                reason=reason,
            )
            await ack()

        await view_answer(ack, "reject", work)

    async def on_care(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Recheck, withdraw, retry or confirm: whichever button it was."""
        care = _CARE[str(body["actions"][0]["action_id"])]

        async def work(target: ids.Target, actor: Actor) -> None:
            await care(self._ctx, target.request, actor)

        await self._click(ack, body, client, work)

    async def _click(
        self,
        ack: AsyncAck,
        body: Body,
        client: AsyncWebClient,
        work: Callable[[ids.Target, Actor], Awaitable[None]],
    ) -> None:
        """Do what a click asks for; what is refused is told to the person who clicked, only."""
        user = str(body["user"]["id"])
        try:
            target = ids.Target.read(str(body["actions"][0]["value"]))
            await work(target, await self._people.actor(user, team_of(body)))
            text = await self._living(body, target)
        except Exception as error:  # noqa: BLE001 - told to the person and logged
            text = sorry(error, str(body["actions"][0]["action_id"]))
        if text:
            channel = str(body["channel"]["id"])
            self._afterwards.do(client.chat_postEphemeral(channel=channel, user=user, text=text))
        await ack()

    async def _living(self, body: Body, target: ids.Target) -> str | None:
        """A click on a message that is not the remembered one: say where the living one is."""
        clicked = body.get("message")
        if not isinstance(clicked, Mapping):
            return None
        async with self._ctx.database.read() as conn:
            known = [await outbox.find(conn, target.request, surface) for surface in ("card", "dm")]
        here = [one for one in known if one and one.channel == body["channel"]["id"] and one.ts]
        if not here or any(one.ts == clicked.get("ts") for one in here):
            return None
        return "Done. This is an old copy of the message; the newest one moves on from here."
