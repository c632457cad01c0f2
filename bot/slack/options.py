"""What the pickers offer, from the cached catalogue only: never a round trip to an org.

A picker knows its org from private_metadata and its object from its block_id, never from other
inputs' state, which Slack does not send here (slack-platform 2).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.flows import picking
from bot.flows.context import Context
from bot.slack import ids
from bot.slack.answering import sorry
from bot.slack.payloads import Body
from bot.slack.views.parts import OPTION_MAX, fit

_MOST = 100
_VALUE_MAX = 150


class Options:
    """Listeners of external selects."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def register(self, app: AsyncApp) -> None:
        """Hang the listeners into the app."""
        app.options(re.compile(f"^{ids.APP_ACTION}"))(self.on_app)
        app.options(re.compile(f"^{ids.OBJECTS_ACTION}"))(self.on_objects)
        app.options(ids.FIELDS_ACTION)(self.on_fields)

    async def on_app(self, ack: AsyncAck, body: Body) -> None:
        """Apps of the org that the form shows."""
        org, text = _asked(body)
        await _answer(ack, picking.apps(self._ctx, org, text))

    async def on_objects(self, ack: AsyncAck, body: Body) -> None:
        """Objects that can be granted, by label or API name."""
        org, text = _asked(body)
        await _answer(ack, picking.objects(self._ctx, org, text))

    async def on_fields(self, ack: AsyncAck, body: Body) -> None:
        """Fields of the block's object; all of them first."""
        org, text = _asked(body)
        kind, _, name = str(body["block_id"]).partition(":")
        await _answer(ack, picking.fields(self._ctx, org, name, text, edit=kind == "edit_fields"))


async def _answer(ack: AsyncAck, found: Awaitable[picking.Choices]) -> None:
    """Answer what was found; a failure is loud in the log and shows as an empty list.

    A picker has no place for words (slack-platform 2).
    """
    try:
        options = _options(await found)
    except Exception as error:  # noqa: BLE001 - logged with a reference
        sorry(error, "options")
        options = []
    await ack(options=options)


def _asked(body: Body) -> tuple[str, str]:
    return ids.FormState.read(body["view"]["private_metadata"]).org, str(body.get("value") or "")


def _options(found: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {"text": {"type": "plain_text", "text": fit(label, OPTION_MAX)}, "value": value}
        for value, label in [one for one in found if len(one[0]) <= _VALUE_MAX][:_MOST]
    ]
