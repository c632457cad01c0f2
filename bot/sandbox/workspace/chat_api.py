"""chat.* and what a posted message has to obey (slack-platform 1.2 and 2.2)."""

import json

from bot.sandbox.workspace import payload_rules, readable
from bot.sandbox.workspace.facts import Fact
from bot.sandbox.workspace.refusals import Refused
from bot.sandbox.workspace.stacks import settle
from bot.sandbox.workspace.world import BOT_USER, Channel, Json, Message, World

MOST_TEXT = 40_000


def place(world: World, target: object) -> Channel:
    """The channel that a message goes to; a user id opens the DM (slack-platform 2.2).

    Raises Refused channel_not_found.
    """
    if not isinstance(target, str) or not target:
        raise Refused(Fact.NO_CHANNEL, "channel_not_found")
    if target in world.channels:
        return world.channels[target]
    user = world.users.get(target)
    if user is None:
        raise Refused(Fact.NO_CHANNEL, "channel_not_found")
    if user.deleted or user.is_bot or user.is_stranger:
        raise Refused(Fact.UNREACHABLE, "channel_not_found")
    if not world.switches.dm_by_user_id:
        raise Refused(Fact.DM_BY_USER, "channel_not_found")
    return world.dm(target)


def content(world: World, arguments: Json) -> tuple[str, list[Json]]:
    """Text and settled blocks of a message.

    Raises Refused no_text, msg_too_long, invalid_blocks (messages name the block),
    msg_blocks_too_long.
    """
    text = str(arguments.get("text") or "")
    blocks = arguments.get("blocks") or []
    if not text.strip() and not blocks and not arguments.get("attachments"):
        raise Refused(Fact.NO_TEXT, "no_text")
    if payload_rules.length(text, world.switches) > MOST_TEXT:
        raise Refused(Fact.TEXT_LENGTH, "msg_too_long")
    if not isinstance(blocks, list):
        raise Refused(Fact.BLOCKS_FORMAT, "invalid_blocks_format")
    problems = payload_rules.message(blocks, switches=world.switches)
    if problems:
        raise Refused(
            Fact.BLOCKS_INVALID, "invalid_blocks", messages=[str(problem) for problem in problems]
        )
    if len(json.dumps(blocks)) > payload_rules.MESSAGE_BYTES:
        raise Refused(Fact.BLOCKS_BYTES, "msg_blocks_too_long")
    if blocks and not text.strip():
        world.complain(Fact.PHONES, "a message has blocks and no text: phones would show nothing")
    return text, settle(blocks)


def _bot_is_in(channel: Channel) -> None:
    if BOT_USER not in channel.members:
        if channel.is_private:
            raise Refused(Fact.PRIVATE, "channel_not_found")
        raise Refused(Fact.NOT_MEMBER, "not_in_channel")


def post_message(world: World, arguments: Json) -> Json:
    """chat.postMessage."""
    channel = place(world, arguments.get("channel"))
    if channel.dm_with is not None and not world.messages_tab:
        raise Refused(Fact.TAB_OFF, "messages_tab_disabled")
    if "chat:write.public" not in world.bot_scopes or channel.is_private:
        _bot_is_in(channel)
    if channel.is_archived:
        raise Refused(Fact.ARCHIVED, "is_archived")
    text, blocks = content(world, arguments)
    parent = _parent(world, channel, arguments.get("thread_ts"))
    message = Message(
        channel=channel.id,
        ts=world.next_ts(),
        user=BOT_USER,
        text=text,
        blocks=blocks,
        thread_ts=parent.ts if parent else None,
        metadata=arguments.get("metadata"),
    )
    (parent.replies if parent else channel.messages).append(message)
    where = world.place_name(channel) + (" (thread)" if parent else "")
    world.say("posted", where, message.readable())
    return {"channel": channel.id, "ts": message.ts, "message": message.as_json()}


def _parent(world: World, channel: Channel, thread_ts: object) -> Message | None:
    if not thread_ts:
        return None
    for message in channel.messages:
        if message.deleted and world.switches.deleted_parent_refused:
            continue
        if thread_ts == message.ts or any(reply.ts == thread_ts for reply in message.replies):
            return message
    raise Refused(Fact.NO_THREAD, "thread_not_found")


def update(world: World, arguments: Json) -> Json:
    """chat.update: the D… id for a DM; text without blocks removes the blocks (2.2)."""
    channel = world.channels.get(str(arguments.get("channel")))
    if channel is None:
        raise Refused(Fact.NO_CHANNEL, "channel_not_found")
    _bot_is_in(channel)
    if channel.is_archived:
        raise Refused(Fact.ARCHIVED, "is_archived")
    message = find(channel, arguments.get("ts"))
    if message.user != BOT_USER:
        raise Refused(Fact.NOT_OWN, "cant_update_message")
    text, blocks = content(world, arguments)
    rewrite(message, text=text, blocks=blocks)
    world.say("updated", world.place_name(channel), message.readable())
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message.as_json(),
    }


def rewrite(message: Message, *, text: str, blocks: list[Json]) -> None:
    """Replace what a message says; only one without blocks gets the (edited) mark (2.2)."""
    message.text, message.blocks = text, blocks
    message.edited = message.edited or not blocks
    message.updates += 1


def find(channel: Channel, ts: object) -> Message:
    """A message or reply by ts.

    Raises Refused message_not_found.
    """
    for message in channel.everything:
        if message.ts == ts and not message.deleted:
            return message
    raise Refused(Fact.NO_MESSAGE, "message_not_found")


def post_ephemeral(world: World, arguments: Json) -> Json:
    """chat.postEphemeral: only to somebody who is in the channel (2.2)."""
    channel = place(world, arguments.get("channel"))
    user = str(arguments.get("user"))
    _bot_is_in(channel)
    if channel.is_archived:
        raise Refused(Fact.ARCHIVED, "is_archived")
    if user not in channel.members:
        raise Refused(Fact.NOT_HERE, "user_not_in_channel")
    text, blocks = content(world, arguments)
    message = whisper(world, channel=channel, user=user, text=text, blocks=blocks)
    return {"message_ts": message.ts}


def whisper(world: World, *, channel: Channel, user: str, text: str, blocks: list[Json]) -> Message:
    """Show something to one person only."""
    message = Message(
        channel=channel.id, ts=world.next_ts(), user=BOT_USER, text=text, blocks=blocks
    )
    world.ephemerals.append((user, channel.id, message))
    where = f"{world.place_name(channel)}, only to {world.users[user].real_name}"
    world.say("ephemeral", where, readable.message(text, blocks))
    return message


def get_permalink(world: World, arguments: Json) -> Json:
    """chat.getPermalink."""
    channel = world.channels.get(str(arguments.get("channel")))
    if channel is None:
        raise Refused(Fact.NO_CHANNEL, "channel_not_found")
    message = find(channel, arguments.get("message_ts"))
    link = f"https://acme.slack.example/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}
