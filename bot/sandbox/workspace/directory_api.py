"""auth.test, users, user groups, conversations, team: who is who (slack-platform 2.2)."""

from bot.sandbox.workspace.facts import Fact
from bot.sandbox.workspace.refusals import Refused
from bot.sandbox.workspace.world import (
    BOT_ID,
    BOT_USER,
    TEAM_ID,
    Channel,
    Group,
    Json,
    User,
    World,
)


def auth_test(world: World, _arguments: Json) -> Json:
    """auth.test with the bot token."""
    return {
        "url": "https://acme.slack.example/",
        "team": "Acme",
        "user": world.users[BOT_USER].name,
        "team_id": TEAM_ID,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def users_info(world: World, arguments: Json) -> Json:
    """users.info; the email only with users:read.email."""
    user = world.users.get(str(arguments.get("user")))
    if user is None:
        raise Refused(Fact.NO_USER, "user_not_found")
    if user.is_stranger and not world.switches.foreigners_visible:
        raise Refused(Fact.FOREIGN, "user_not_visible")
    with_email = "users:read.email" in world.bot_scopes
    return {"user": _user_json(user, with_email=with_email)}


def _user_json(user: User, *, with_email: bool) -> Json:
    profile: Json = {"real_name": user.real_name, "display_name": user.name, "team": user.team_id}
    if with_email and user.email:
        profile["email"] = user.email
    shown: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "profile": profile,
        "is_bot": user.is_bot,
        "is_app_user": False,
    }
    if user.is_stranger:
        shown["is_stranger"] = True
    if not user.deleted:
        shown |= {
            "real_name": user.real_name,
            "tz": user.tz,
            "is_admin": user.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": user.is_restricted,
            "is_ultra_restricted": user.is_ultra_restricted,
        }
    return shown


def _plan_has_groups(world: World) -> None:
    if not world.switches.groups_in_plan:
        raise Refused(Fact.NO_GROUPS, "plan_upgrade_required")


def group_users(world: World, arguments: Json) -> Json:
    """usergroups.users.list."""
    _plan_has_groups(world)
    group = world.groups.get(str(arguments.get("usergroup")))
    if group is None:
        raise Refused(Fact.NO_GROUP, "no_such_subteam")
    return {"users": list(group.users)}


def groups_list(world: World, arguments: Json) -> Json:
    """usergroups.list; members only with include_users."""
    _plan_has_groups(world)
    with_users = str(arguments.get("include_users", "")).lower() in ("1", "true")
    return {"usergroups": [_group_json(g, with_users=with_users) for g in world.groups.values()]}


def _group_json(group: Group, *, with_users: bool) -> Json:
    shown: Json = {
        "id": group.id,
        "team_id": TEAM_ID,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "user_count": len(group.users),
        "date_delete": 0,
    }
    return shown | ({"users": list(group.users)} if with_users else {})


def conversation_info(world: World, arguments: Json) -> Json:
    """conversations.info; a private channel without the bot is not found."""
    channel = world.channels.get(str(arguments.get("channel")))
    if channel is None:
        raise Refused(Fact.NO_CHANNEL, "channel_not_found")
    if channel.is_private and BOT_USER not in channel.members:
        raise Refused(Fact.PRIVATE, "channel_not_found")
    return {"channel": _channel_json(channel)}


def _channel_json(channel: Channel) -> Json:
    if channel.dm_with is not None:
        return {"id": channel.id, "is_im": True, "user": channel.dm_with, "is_archived": False}
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_member": BOT_USER in channel.members,
    }


def conversation_open(world: World, arguments: Json) -> Json:
    """conversations.open with one person; their D… id."""
    users = [u for u in str(arguments.get("users") or "").split(",") if u]
    if len(users) != 1:
        code = "users_list_not_supplied" if not users else "method_not_supported"
        raise Refused(Fact.OPEN_ONE, code)
    user = world.users.get(users[0])
    if user is None:
        raise Refused(Fact.NO_USER, "user_not_found")
    if user.is_stranger:
        raise Refused(Fact.OPEN_WHOM, "user_not_found")
    if user.deleted:
        raise Refused(Fact.OPEN_WHOM, "user_disabled")
    if user.is_bot:
        raise Refused(Fact.OPEN_WHOM, "cannot_dm_bot")
    return {"channel": {"id": world.dm(user.id).id}}


def team_info(_world: World, _arguments: Json) -> Json:
    """team.info."""
    return {"team": {"id": TEAM_ID, "name": "Acme", "domain": "acme"}}
