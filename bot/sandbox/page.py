"""A page to look at: what people read in the make-believe Slack, and what changed in Salesforce."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.sandbox.orgs import SalesforceSandbox
from bot.sandbox.workspace import Channel, Message, SlackWorkspace

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; background: #f6f4f1; color: #1d1c1d; }
header { background: #3f0e40; color: #fff; padding: 12px 24px; }
header p { margin: 0; opacity: .85; }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(360px, 1fr)); gap: 16px;
       padding: 16px 24px; align-items: start; }
section { background: #fff; border: 1px solid #ddd8d2; border-radius: 8px; padding: 12px 16px; }
h2 { font-size: 15px; margin: 0 0 8px; }
article { border-top: 1px solid #eee; padding: 8px 0; }
article.reply { margin-left: 20px; border-left: 3px solid #ddd; border-top: 0; padding-left: 10px; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: 0; }
.buttons span { display: inline-block; border: 1px solid #bbb; border-radius: 4px; padding: 1px 8px;
                margin: 6px 6px 0 0; font-size: 13px; }
li { overflow-wrap: anywhere; }
code { background: #f3f1ee; border-radius: 3px; padding: 0 3px; }
"""


class Page:
    """`async with Page(slack, salesforce) as page:` serves it on `page.url`; it renews itself."""

    def __init__(self, slack: SlackWorkspace, salesforce: SalesforceSandbox) -> None:
        self._slack = slack
        self._salesforce = salesforce
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/", self._show)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _show(self, _request: web.Request) -> web.Response:
        return web.Response(text=self.html(), content_type="text/html")

    def html(self) -> str:
        """The page as it stands now."""
        channels = [one for one in self._slack.channels.values() if one.messages]
        parts = [_channel(self._name(one), one, self._slack.world.named) for one in channels]
        for org in (self._salesforce.sandbox, self._salesforce.production):
            changes = "".join(f"<li>{escape(sentence)}</li>" for sentence in org.changes)
            body = f"<ol>{changes}</ol>" if changes else "<p>Nothing has changed here.</p>"
            parts.append(f"<section><h2>Salesforce, {escape(org.label)}</h2>{body}</section>")
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta http-equiv="refresh" content="5"><title>Integration users: the sandbox</title>'
            f"<style>{_STYLE}</style></head><body><header><strong>Integration users</strong>"
            "<p>A make-believe Slack and Salesforce, on this machine only.</p></header>"
            f"<main>{''.join(parts)}</main></body></html>"
        )

    def _name(self, channel: Channel) -> str:
        if channel.dm_with is None:
            return f"#{channel.name}"
        return f"Direct message to {self._slack.people[channel.dm_with].real_name}"


def _channel(name: str, channel: Channel, named: Callable[[str], str]) -> str:
    shown = "".join(
        _message(message, named)
        + "".join(_message(reply, named, reply=True) for reply in message.replies)
        for message in channel.messages
    )
    return f"<section><h2>{escape(name)}</h2>{shown}</section>"


def _message(message: Message, named: Callable[[str], str], *, reply: bool = False) -> str:
    buttons = "".join(f"<span>{escape(action)}</span>" for action in message.buttons)
    kind = ' class="reply"' if reply else ""
    return (
        f"<article{kind}><pre>{_formatted(named(message.readable()))}</pre>"
        f'<div class="buttons">{buttons}</div></article>'
    )


def _formatted(text: str) -> str:
    """Bold and code as Slack shows them; everything else stays text."""
    bold = re.sub(r"(?m)(?<![\w*])\*([^*\n]+)\*(?![\w*])", r"<strong>\1</strong>", escape(text))
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", bold)
