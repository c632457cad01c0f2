"""The few shapes that every surface is built of; user text is escaped and cut here, and only here.

Slack expands `&<>` before it counts (slack-platform 1.2), so cutting happens after escaping and
never in the middle of an escape.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import slackblocks as kit

Blocks = list[kit.Block]
Payload = dict[str, Any]

SECTION_MAX = 3000
"""Characters of a section's text (slack-platform 1.2)."""

MESSAGE_TEXT_MAX = 3000
OPTION_MAX = 75


def esc(text: str) -> str:
    """Escape user text, so that it can be neither a mention nor a link nor formatting control."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(_DISARMED.get(one, one) for one in plain)


_DISARMED = {"*": "\u2217", "~": "\u223c", "`": "\u02cb", "\u202e": "", "\u202d": ""}


def cut(text: str, limit: int) -> str:
    """Cut escaped text to `limit` characters, with an ellipsis, never inside an escape."""
    if len(text) <= limit:
        return text
    short = text[: limit - 1]
    opened = short.rfind("&")
    if opened > short.rfind(";"):
        short = short[:opened]
    return short + "…"


def plain(text: str, limit: int = OPTION_MAX) -> kit.Text:
    """Plain text, cut; needs no escaping because Slack formats nothing in it."""
    return kit.Text(cut(text, limit), type_=kit.TextType.PLAINTEXT)


def section(text: str) -> kit.Block:
    """A paragraph of mrkdwn whose user parts are escaped already."""
    return kit.SectionBlock(text=kit.Text(cut(text, SECTION_MAX)))


def context(text: str) -> kit.Block:
    """Small grey words below something."""
    return kit.ContextBlock(elements=[kit.Text(cut(text, SECTION_MAX))])


def header(text: str) -> kit.Block:
    """A bold first line."""
    return kit.HeaderBlock(text=cut(text, 150))


def bullets(lines: Iterable[str]) -> str:
    """Lines as a list."""
    return "\n".join(f"• {line}" for line in lines)


def button(
    text: str,
    action: str,
    value: str,
    *,
    style: Literal["primary", "danger"] | None = None,
    confirm: tuple[str, str, str] | None = None,
) -> kit.Button:
    """A button; `confirm` is (title, text, word on the button that goes on)."""
    dialogue = None
    if confirm:
        title, words, go = confirm
        dialogue = kit.ConfirmationDialogue(
            title=plain(title, 100),
            text=plain(words, 300),
            confirm=plain(go, 30),
            deny=plain("Not now", 30),
        )
    return kit.Button(
        text=plain(text),
        action_id=action,
        value=value,
        style=style,
        confirm=dialogue,
    )


def actions(buttons: Sequence[kit.Button]) -> kit.Block:
    """A row of buttons."""
    return kit.ActionsBlock(elements=list(buttons))


def message(text: str, blocks: Blocks) -> Payload:
    """A message: `text` stands alone (mobile reads only it), blocks get stable ids."""
    if not blocks:
        return {"text": cut(text, MESSAGE_TEXT_MAX)}
    built = kit.Message(channel="C", text=cut(text, MESSAGE_TEXT_MAX), blocks=blocks).to_dict()
    named = [{**block, "block_id": f"b{number}"} for number, block in enumerate(built["blocks"])]
    return {"text": built["text"], "blocks": named}


def modal(
    title: str,
    blocks: Blocks,
    *,
    callback: str,
    metadata: str = "",
    submit: str | None = None,
    close: str = "Close",
) -> Payload:
    """A modal view; the title has at most 24 characters."""
    view = kit.ModalView(
        title=plain(title, 24),
        blocks=blocks,
        close=plain(close, 24),
        submit=plain(submit, 24) if submit else None,
        private_metadata=metadata or None,
        callback_id=callback,
    ).to_dict()
    for number, block in enumerate(view["blocks"]):
        if block["type"] != "input":
            block["block_id"] = f"b{number}"
    return dict(view)
