"""Clicks on cards and messages: authority now, one transaction, a small answer when refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.core import form
from bot.core.lifecycle import Refusal
from bot.core.policy import Action, Actor, may
from bot.flows import deciding, reading, renaming, requests
from bot.flows.context import Context
from bot.slack import ids
from bot.slack.answering import Afterwards, sorry, view_answer
from bot.slack.payloads import Body, door_of, team_of
from bot.slack.people import People
from bot.slack.rendering import load
from bot.slack.views import buttons, replies
from bot.slack.voice import Voice
from store import outbox
from store.records import Message, Request

_log = structlog.get_logger(__name__)
Care = Callable[[Context, int, Actor], Awaitable[Request]]
Work = Callable[[ids.Target, Actor], Awaitable[str | None]]
"""What a click does; what to say where no living message of the person shows it."""

_CARE: Mapping[str, Care] = {
    ids.RECHECK: requests.recheck,
    ids.WITHDRAW: requests.withdraw,
    ids.RETRY: requests.retry,
    ids.CONFIRM_LIVE: requests.confirm_live,
    ids.NEW_USERNAME: renaming.rename,
}


class Actions:
    """Listeners of buttons, and of the modal that asks for a reason."""

    def __init__(self, ctx: Context, people: People, voice: Voice, afterwards: Afterwards) -> None:
        self._ctx = ctx
        self._people = people
        self._voice = voice
        self._afterwards = afterwards

    def register(self, app: AsyncApp) -> None:
        """Hang the listeners into the app."""
        app.action(ids.APPROVE)(self.on_approve)
        app.action(ids.REJECT)(self.on_reject)
        app.action(ids.DETAILS)(self.on_details)
        app.view(ids.VIEW_REJECT)(self.on_reason)
        for action in _CARE:
            app.action(action)(self.on_care)

    async def on_approve(self, ack: AsyncAck, body: Body) -> None:
        """Approve exactly what the card showed."""

        async def work(target: ids.Target, actor: Actor) -> None:
            await deciding.decide(
                self._ctx,
                request_id=target.request,
                wanted_hash=target.wanted,
                actor=actor,
                approve=True,
            )

        await self._click(ack, body, work)

    async def on_reject(self, ack: AsyncAck, body: Body) -> None:
        """Ask for the reason, unless this person could not reject anyway."""

        async def work(target: ids.Target, actor: Actor) -> None:
            request = await deciding.before_deciding(
                self._ctx, request_id=target.request, wanted_hash=target.wanted, actor=actor
            )
            view = replies.reject_view(request, target.wanted)
            await self._voice.open(trigger=str(body["trigger_id"]), user=actor.user, view=view)

        await self._click(ack, body, work)

    async def on_details(self, ack: AsyncAck, body: Body) -> None:
        """Open everything about a request, read only."""

        async def work(target: ids.Target, actor: Actor) -> None:
            seen = await reading.one(self._ctx, target.request, actor)
            if not seen.whole:
                raise Refusal(may(Action.SHOW, actor, seen.request).reason)
            async with self._ctx.database.read() as conn:
                shown = await load(self._ctx.settings, conn, seen.request)
            view = replies.request_view(shown)
            await self._voice.open(trigger=str(body["trigger_id"]), user=actor.user, view=view)

        await self._click(ack, body, work)

    async def on_reason(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """The reason is given: reject."""

        async def work() -> None:
            target = ids.Target.read(view["private_metadata"])
            reason = form.read_reason(view["state"]["values"])
            if isinstance(reason, dict):
                await ack(response_action="errors", errors=reason)
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

        await view_answer(ack, "reject", work, under=ids.REASON)

    async def on_care(self, ack: AsyncAck, body: Body) -> None:
        """Recheck, withdraw, retry or confirm: whichever button it was, wherever it stood."""
        action = str(body["actions"][0]["action_id"])

        async def work(target: ids.Target, actor: Actor) -> str:
            request = await _CARE[action](self._ctx, target.request, actor)
            return buttons.done(Action(action), request)

        await self._click(ack, body, work)

    async def _click(self, ack: AsyncAck, body: Body, work: Work) -> None:
        """Do what a click asks for; what is refused is told to the person who clicked, only."""
        done, refused = None, ""
        try:
            target = ids.Target.read(str(body["actions"][0]["value"]))
            actor = await self._people.actor(str(body["user"]["id"]), team_of(body))
            done = await work(target, actor)
        except Exception as error:  # noqa: BLE001 - told to the person and logged
            refused = sorry(error, f"button {str(body['actions'][0]['action_id'])[:40]!r}")
        self._afterwards.do(self._tell(body, done or "", refused))
        await ack()

    async def _tell(self, body: Body, done: str, refused: str) -> None:
        """Say what was refused, and where the living message is when an old copy was clicked.

        The answer to `show` does not change by itself: what was done stands in its place then.
        """
        user = str(body["user"]["id"])
        if (body.get("container") or {}).get("is_ephemeral"):
            url = door_of(body)
            await self._voice.answer(url, user, refused or done, instead=not refused)
            return
        living = await self._living(body, user)
        if not refused and living is None:
            return
        words = [refused or done or "Done."]
        if living is not None:
            words.append(await self._where(living))
        channel = str((body.get("channel") or {}).get("id") or user)
        await self._voice.whisper(channel, user, " ".join(words), url=door_of(body))

    async def _living(self, body: Body, user: str) -> Message | None:
        """The remembered message, when the one that was clicked is an extra copy of it.

        None too while the database does not answer.
        """
        clicked, channel = body.get("message"), body.get("channel")
        if not isinstance(clicked, Mapping) or not isinstance(channel, Mapping):
            return None
        try:
            number = ids.Target.read(str(body["actions"][0]["value"])).request
        except ValueError:
            return None
        try:
            async with self._ctx.database.read() as conn:
                known = [
                    await outbox.find(conn, number, "card"),
                    await outbox.find(conn, number, "dm", target=user),
                ]
        except Exception as error:  # noqa: BLE001 - the person hears what happened all the same
            _log.warning("slack.living", request_id=f"IU-{number}", error=type(error).__name__)
            return None
        here = [one for one in known if one and one.channel == channel["id"] and one.ts]
        if any(one.ts == clicked.get("ts") for one in here):
            return None
        return here[0] if here else None

    async def _where(self, living: Message) -> str:
        link = await self._voice.link(str(living.channel), str(living.ts))
        newest = f"<{link}|the newest one>" if link else "the newest one in this conversation"
        return f"This is an old copy of the message; please go on with {newest}."
