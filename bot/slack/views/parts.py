"""The few shapes that every surface is built of: paragraphs, lists, buttons, messages, modals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import slackblocks as kit

from bot.slack.views.text import (
    MESSAGE_TEXT_MAX,
    OPTION_MAX,
    SECTION_MAX,
    cut,
    esc,
    fit,
    pack,
)

Blocks = list[kit.Block]
Payload = dict[str, Any]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
"""Blocks of a message and of a view (slack-platform 1.2)."""

__all__ = [
    "OPTION_MAX",
    "SECTION_MAX",
    "Blocks",
    "Payload",
    "actions",
    "bullets",
    "button",
    "context",
    "cut",
    "esc",
    "fit",
    "message",
    "modal",
    "plain",
    "section",
    "sections",
]


def plain(text: str, limit: int = OPTION_MAX) -> kit.Text:
    """Plain text, cut; needs no escaping because Slack formats nothing in it."""
    return kit.Text(fit(text, limit), type_=kit.TextType.PLAINTEXT)


def mrkdwn(text: str) -> kit.Text:
    """Text in Slack's markup. Verbatim: names of channels and people in it stay mere words."""
    return kit.Text(cut(text, SECTION_MAX), verbatim=True)


def section(text: str) -> kit.Block:
    """A paragraph of mrkdwn whose foreign parts are escaped already."""
    return kit.SectionBlock(text=mrkdwn(text))


def context(text: str) -> kit.Block:
    """Small grey words below something."""
    return kit.ContextBlock(elements=[mrkdwn(text)])


def sections(lines: Iterable[str], *, most: int = MESSAGE_BLOCKS, more: str = "") -> Blocks:
    """Lines in as many sections as they need, at most `most`.

    What does not fit is counted and never silently cut; `more` says where the rest can be read.
    """
    texts = pack(lines)
    blocks: Blocks = [section("\n".join(piece for _, piece in text)) for text in texts[:most]]
    left = len({number for text in texts[most:] for number, _ in text})
    if left:
        blocks.append(context(f"and {left} more{more and f': {more}'}"))
    return blocks


def bullets(lines: Iterable[str]) -> list[str]:
    """Lines of a list."""
    return [f"• {one}" for one in lines]


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
    """A message: `text` stands alone (mobile reads only it), blocks get stable ids.

    The last block is kept when there are too many, because it holds what people can do.
    """
    words = cut(text, MESSAGE_TEXT_MAX)
    if not blocks:
        return {"text": words}
    kept = _within(blocks, MESSAGE_BLOCKS)
    built = kit.Message(channel="C", text=words, blocks=kept).to_dict()
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
        blocks=_within(blocks, VIEW_BLOCKS),
        close=plain(close, 24),
        submit=plain(submit, 24) if submit else None,
        private_metadata=metadata or None,
        callback_id=callback,
    ).to_dict()
    for number, block in enumerate(view["blocks"]):
        if block["type"] != "input":
            block["block_id"] = f"b{number}"
    return dict(view)


def _within(blocks: Blocks, most: int) -> Blocks:
    """Keep a surface within its number of blocks, and say so when that leaves something out."""
    if len(blocks) <= most:
        return blocks
    left = len(blocks) - most + 1
    return [*blocks[: most - 2], context(f"and {left} more paragraphs"), blocks[-1]]
