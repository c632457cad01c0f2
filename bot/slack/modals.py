"""The form: opened by command or shortcut, submitted in two steps."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.core import form
from bot.core.lifecycle import Refusal
from bot.core.policy import Action, may
from bot.flows import intake, sending
from bot.flows.context import Context
from bot.slack import ids
from bot.slack.answering import Afterwards, Unsure, click_answer, view_answer
from bot.slack.payloads import Body, errors_placed, keep, team_of
from bot.slack.people import People
from bot.slack.views import form as views
from bot.slack.views.moved import Moved
from bot.slack.views.parts import Payload
from bot.slack.voice import Voice
from store.records import Asked


class Modals:
    """Listeners of the form."""

    def __init__(self, ctx: Context, people: People, voice: Voice, afterwards: Afterwards) -> None:
        self._ctx = ctx
        self._people = people
        self._voice = voice
        self._afterwards = afterwards

    def register(self, app: AsyncApp) -> None:
        """Hang the listeners into the app."""
        app.shortcut(ids.SHORTCUT)(self.on_shortcut)
        app.action(re.compile(f"^{ids.ORG_ACTION}(:|$)"))(self.on_org)
        app.view(ids.VIEW_DETAILS)(self.on_details)
        app.view(ids.VIEW_ACCESS)(self.on_access)

    async def open(self, body: Body, user: str) -> None:
        """Open step 1; raises `Refusal` for who may not ask, or when no org can be offered."""
        actor, orgs = await asyncio.gather(self._people.member(user, team_of(body)), self._orgs())
        decision = may(Action.NEW, actor, None)
        if not decision.allowed:
            raise Refusal(decision.reason)
        view = self._step_1(orgs, next(iter(orgs.values())))
        await self._voice.open(trigger=str(body["trigger_id"]), user=user, view=view)

    async def on_shortcut(self, ack: AsyncAck, body: Body) -> None:
        """The global shortcut opens the form; a refusal comes as a DM."""
        user = str(body["user"]["id"])
        await click_answer(
            ack,
            "shortcut",
            lambda: self.open(body, user),
            lambda text: self._voice.write(user, text),
            self._afterwards,
        )

    async def on_org(self, ack: AsyncAck, body: Body) -> None:
        """Another org: the pickers that depend on it are reset, everything else stays."""
        user = str(body["user"]["id"])

        async def work() -> None:
            chosen = str(body["actions"][0]["selected_option"]["value"])
            self._voice.change(body["view"], await self._moved(chosen, body["view"]))

        await click_answer(
            ack, "org", work, lambda text: self._voice.write(user, text), self._afterwards
        )

    async def on_details(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """Step 1: errors under their fields, or step 2 is pushed."""

        async def work() -> None:
            chosen = form.read_org(view["state"]["values"])
            if chosen and chosen != ids.FormState.read(view["private_metadata"]).org:
                # the change of the view was lost: its pickers still offer another org's objects
                await ack(response_action="update", view=await self._moved(chosen, view))
                return
            errors, step_2 = await self._details(view, str(body["user"]["id"]), team_of(body))
            if step_2 is None:
                await ack(response_action="errors", errors=errors_placed(errors, view, "org"))
            else:
                await ack(response_action="push", view=step_2)

        await view_answer(ack, "step 1", work, under="name")

    async def _details(
        self, view: Body, user: str, team: str | None
    ) -> tuple[dict[str, str], Payload | None]:
        """Errors by block, or the view of step 2."""
        values = view["state"]["values"]
        read = form.read_details(values)
        if not isinstance(read, Asked):
            closed = await intake.org_errors(self._ctx, form.read_org(values))
            if closed:
                read.pop("objects", None)  # there is nothing to choose from
            return read | closed, None
        actor, named = await asyncio.gather(
            self._people.member(user, team), self._people.named([read.owner, read.backup_owner])
        )
        try:
            draft = await intake.start(
                self._ctx, actor=actor, asked=read, people=named, view=str(view["id"])
            )
        except intake.FormErrors as wrong:
            return wrong.errors, None
        return {}, views.access(draft, await intake.proposal(self._ctx, draft))

    async def on_access(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """Step 2: errors under their fields, or the request is made and the form closes."""

        async def work() -> None:
            errors = await self._submit(view, str(body["user"]["id"]), team_of(body))
            if errors:
                placed = errors_placed(errors, view, "username")
                await ack(response_action="errors", errors=placed)
            else:
                await ack(response_action="clear")

        await view_answer(ack, "step 2", work, under="username")

    async def _submit(self, view: Body, user: str, team: str | None) -> dict[str, str]:
        """Make the request; answers errors by block, or nothing when it is made."""
        name, values = ids.FormState.read(view["private_metadata"]).draft, view["state"]["values"]
        draft = await sending.draft_of(self._ctx, name)
        grants = form.read_access(values, [grant.object for grant in draft.asked.grants])
        username = form.read_username(values)
        if isinstance(grants, dict) or isinstance(username, dict):
            wrong: dict[str, str] = {}
            for one in (grants, username):
                wrong |= one if isinstance(one, dict) else {}
            return wrong
        actor, named = await asyncio.gather(
            self._people.member(user, team),
            self._people.named([draft.asked.owner, draft.asked.backup_owner]),
        )
        try:
            await sending.submit(
                self._ctx,
                draft_id=name,
                grants=grants,
                username=username,
                actor=actor,
                people=named,
            )
        except intake.FormErrors as errors:
            return errors.errors
        return {}

    async def _moved(self, wanted: str, view: Body) -> Payload:
        """Step 1 for another org, with everything else as it was typed, and what was cleared."""
        orgs = await self._orgs()
        org = orgs.get(wanted) or next(iter(orgs.values()))
        moved = Moved(
            left=self._ctx.org_label(ids.FormState.read(view["private_metadata"]).org),
            shown=org.label,
            gone="" if wanted in orgs else self._ctx.org_label(wanted),
            cleared=form.picks_of_org(view["state"]["values"]),
            refusal=org.refusal,
        )
        return keep(self._step_1(orgs, org, moved), view["state"]["values"])

    async def _orgs(self) -> dict[str, intake.OrgChoice]:
        orgs = {one.key: one for one in await intake.choices(self._ctx)}
        if not orgs:
            raise Unsure(
                "No Salesforce org can be chosen right now. Please try again in some minutes; if it"
                " stays so, ask an admin, who finds the reason in the bot's log."
            )
        return orgs

    def _step_1(
        self,
        orgs: Mapping[str, intake.OrgChoice],
        org: intake.OrgChoice,
        moved: Moved | None = None,
    ) -> Payload:
        """Step 1; its pickers get new action ids when the org `moved`, which resets them.

        Where an org cannot be chosen, nothing can be picked either: `objects` is not demanded, so
        that the form can be sent and says under `org` why.
        """
        reset = f"{org.key}-{secrets.token_hex(3)}" if moved else ""
        options = [_option(one) for one in orgs.values()]
        view = views.details(options, org.key, reset=reset, moved=moved)
        for block in view["blocks"]:
            if org.refusal and block.get("block_id") == "objects":
                block["optional"] = True
        return view


def _option(one: intake.OrgChoice) -> views.OrgOption:
    return views.OrgOption(
        key=one.key,
        label=one.label,
        free=min(one.seats.free, one.psl_seats.free) if one.seats and one.psl_seats else None,
        total=min(one.seats.total, one.psl_seats.total) if one.seats and one.psl_seats else None,
    )
