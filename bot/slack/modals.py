"""The form: opened by command or shortcut, submitted in two steps."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.core import form
from bot.core.lifecycle import Refusal
from bot.core.policy import Action, may
from bot.flows import intake
from bot.flows.context import Context
from bot.slack import ids
from bot.slack.answering import Afterwards, sorry, view_answer
from bot.slack.people import People
from bot.slack.views import form as views
from store.records import Asked

Body = Mapping[str, Any]


class Modals:
    """Listeners of the form."""

    def __init__(self, ctx: Context, people: People, afterwards: Afterwards) -> None:
        self._ctx = ctx
        self._people = people
        self._afterwards = afterwards

    def register(self, app: AsyncApp) -> None:
        """Hang the listeners into the app."""
        app.shortcut(ids.SHORTCUT)(self.on_shortcut)
        app.action(ids.ORG_ACTION)(self.on_org)
        app.view(ids.VIEW_DETAILS)(self.on_details)
        app.view(ids.VIEW_ACCESS)(self.on_access)

    async def open(self, client: AsyncWebClient, body: Body, user: str) -> None:
        """Open step 1; raises `Refusal` for who may not ask, or when no org can be offered."""
        decision = may(Action.NEW, await self._people.actor(user, team_of(body)), None)
        if not decision.allowed:
            raise Refusal(decision.reason)
        orgs = await self._orgs()
        if not orgs:
            raise Refusal(
                "No Salesforce org can be chosen right now. An admin finds the reason in the log."
            )
        await client.views_open(
            trigger_id=str(body["trigger_id"]), view=views.details(orgs, orgs[0].key)
        )

    async def on_shortcut(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """The global shortcut opens the form; a refusal comes as a DM."""
        user = str(body["user"]["id"])
        try:
            await self.open(client, body, user)
        except Exception as error:  # noqa: BLE001 - told to the person and logged
            text = sorry(error, "shortcut")
            self._afterwards.do(client.chat_postMessage(channel=user, text=text))
        await ack()

    async def on_org(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Another org: the pickers that depend on it are reset, everything else stays."""
        await ack()
        chosen = str(body["actions"][0]["selected_option"]["value"])
        view = views.details(await self._orgs(), chosen, reset=f"{chosen}-{secrets.token_hex(3)}")
        self._afterwards.do(
            client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)
        )

    async def on_details(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """Step 1: errors under their fields, or step 2 is pushed."""

        async def work() -> None:
            read = form.read_details(view["state"]["values"])
            if not isinstance(read, Asked):
                await ack(response_action="errors", errors=read)
                return
            user = str(body["user"]["id"])
            try:
                draft = await intake.start(
                    self._ctx,
                    actor=await self._people.actor(user, team_of(body)),
                    asked=read,
                    people=await self._people.named([read.owner, read.backup_owner]),
                )
            except intake.FormErrors as wrong:
                await ack(response_action="errors", errors=wrong.errors)
                return
            proposal = await intake.proposal(self._ctx, draft)
            await ack(response_action="push", view=views.access(draft, proposal))

        await view_answer(ack, "step 1", work)

    async def on_access(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """Step 2: errors under their fields, or the request is made and the form closes."""

        async def work() -> None:
            state = ids.FormState.read(view["private_metadata"])
            values = view["state"]["values"]
            errors = await self._submit(state, values, str(body["user"]["id"]), team_of(body))
            if errors:
                await ack(response_action="errors", errors=placed(errors, values))
            else:
                await ack(response_action="clear")

        await view_answer(ack, "step 2", work)

    async def _submit(
        self, state: ids.FormState, values: Body, user: str, team: str | None
    ) -> dict[str, str]:
        """Make the request; answers errors by block, or nothing when it is made."""
        objects = await intake.objects_of(self._ctx, state.draft)
        grants, username = form.read_access(values, objects), form.read_username(values)
        errors: dict[str, str] = {}
        for read in (grants, username):
            if isinstance(read, dict):
                errors |= read
        if errors or isinstance(grants, dict) or isinstance(username, dict):
            return errors
        try:
            await intake.submit(
                self._ctx,
                draft_id=state.draft,
                grants=grants,
                username=username,
                actor=await self._people.actor(user, team),
            )
        except intake.FormErrors as wrong:
            return wrong.errors
        return {}

    async def _orgs(self) -> list[views.OrgOption]:
        return [
            views.OrgOption(
                key=one.key,
                label=one.label,
                free=min(one.seats.free, one.psl_seats.free)
                if one.seats and one.psl_seats
                else None,
                total=one.seats.total if one.seats else None,
            )
            for one in await intake.choices(self._ctx)
        ]


def placed(errors: Mapping[str, str], values: Body) -> dict[str, str]:
    """Errors under blocks that the view has; one of step 1 goes under the first block."""
    first = next(iter(values), "username")
    found: dict[str, str] = {}
    for block, sentence in errors.items():
        at = block if block in values else first
        found[at] = f"{found[at]} {sentence}" if at in found else sentence
    return found


def team_of(body: Body) -> str | None:
    """The workspace that the person belongs to, as far as the payload says."""
    user = body.get("user")
    team = user.get("team_id") if isinstance(user, Mapping) else body.get("team_id")
    return str(team) if team else None
