"""Will Slack let the bot do its work? Tokens, scopes, people and channels; nothing is posted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Settings
from bot.doctor.asking import Asking, Question
from bot.doctor.report import Line, Page, ok, problem, warning
from bot.slack import refusals

SCOPES: Mapping[str, str] = {
    "commands": "nobody can ask",
    "chat:write": "nobody is told",
    "users:read": "nobody can be checked, so nobody may ask or decide",
    "usergroups:read": "approvers and admins in user groups are not known",
}
"""Scopes that the bot uses, and what does not work without (docs/slack-setup.md)."""

OPTIONAL = frozenset({"channels:read", "groups:read"})
"""Only this doctor uses them: to look at the channels (slack-platform 4)."""

_GROUPS = "usergroups:read"
_AWAY = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, ValueError)
_AGAIN = "Install the app again and copy the token"
_REMEDIES = {
    "invalid_auth": "Copy the token again from the app's pages",
    "not_authed": "Set the token",
    "not_allowed_token_type": "SLACK_BOT_TOKEN begins xoxb- and SLACK_APP_TOKEN begins xapp-",
    "missing_scope": "Make an app-level token with connections:write",
    "account_inactive": _AGAIN,
    "token_revoked": _AGAIN,
    "token_expired": _AGAIN,
}
"""What to do about a refused token (slack-platform 2.2)."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What the tokens open: `team` is the workspace; None = nothing more can be asked of Slack."""

    lines: tuple[Line, ...]
    team: str | None


async def enter(settings: Settings, client: AsyncWebClient, ask: Asking) -> Entered:
    """Look at both tokens and at the scopes of the bot's."""
    if settings.environment.slack_bot_token is None:
        text = "People and channels were not looked at: there is no bot token."
        remedy = "Set SLACK_BOT_TOKEN, then run check again"
        return Entered((warning("slack-token", text, remedy, Page.NOT_LOOKED),), None)
    try:
        answer = await ask(client.auth_test)
    except _AWAY as error:
        return Entered((_refused("slack-token", "SLACK_BOT_TOKEN", error),), None)
    who = ok("slack-token", f"{answer.get('user')} in the workspace {answer.get('team')}.")
    scopes, delivery = _scopes(settings, answer.headers), await _delivery(settings, client, ask)
    return Entered((who, *scopes, delivery), str(answer["team_id"]))


def _refused(name: str, variable: str, error: Exception) -> Line:
    code = refusals.code(error) if isinstance(error, SlackApiError) else ""
    if isinstance(error, SlackApiError) and refusals.limited(error):
        text = f"Slack was asked too much and wants silence ({code or 'HTTP 429'})"
        return problem(name, text, "Wait some minutes, then run check again", Page.SLACK_AWAY)
    if not code or code not in _REMEDIES:
        said = code or type(error).__name__
        return problem(
            name,
            f"Slack does not answer as it should: {said}",
            "Look at the network, HTTPS_PROXY and REQUESTS_CA_BUNDLE, or try again later",
            Page.SLACK_AWAY,
        )
    text = f"Slack refuses {variable} ({code})"
    return problem(name, text, _REMEDIES[code], Page.TOKEN)


def _scopes(settings: Settings, headers: Mapping[str, str]) -> Iterator[Line]:
    """Compare the answer's header with what the bot needs (slack-platform 4)."""
    said = next((v for k, v in headers.items() if k.lower() == "x-oauth-scopes"), None)
    if said is None:
        yield warning(
            "slack-scopes",
            "Slack did not say which scopes the token has",
            "Compare OAuth & Permissions with app-manifest.yml",
            Page.NOT_LOOKED,
        )
        return
    held = {scope.strip() for scope in said.split(",") if scope.strip()}
    needed = set(SCOPES) if _groups(settings) else set(SCOPES) - {_GROUPS}
    missing = sorted(needed - held)
    more = sorted(held - set(SCOPES) - OPTIONAL)
    if missing:
        effects = "; ".join(f"without {scope} {SCOPES[scope]}" for scope in missing)
        yield problem(
            "slack-scopes",
            f"The token lacks {', '.join(missing)}: {effects}",
            "Add them under OAuth & Permissions, then Reinstall the app",
            Page.SCOPE_MISSING,
        )
    if more:
        yield warning(
            "slack-scopes",
            f"The token also has {', '.join(more)}, which the bot never uses",
            "Remove them under OAuth & Permissions, then Reinstall the app",
            Page.SCOPE_MORE,
        )
    if not missing and not more:
        yield ok("slack-scopes", f"The token has what the bot needs: {', '.join(sorted(held))}.")


def _groups(settings: Settings) -> bool:
    ids = (*settings.slack.admins, *settings.approval.approvers)
    return any(one.startswith("S") for one in ids)


async def _delivery(settings: Settings, client: AsyncWebClient, ask: Asking) -> Line:
    """How Slack reaches us: an app token that opens a connection, or a signing secret."""
    if settings.slack.mode == "http":
        if settings.environment.slack_signing_secret is None:
            return problem(
                "slack-signing-secret",
                "SLACK_SIGNING_SECRET is not set: no request of Slack's can be told from a fake",
                "Copy it from the app's Basic Information",
                Page.SIGNING_SECRET,
            )
        text = "SLACK_SIGNING_SECRET is set; whether it is right shows with the first request."
        return ok("slack-signing-secret", text)
    token = settings.environment.slack_app_token
    if token is None:
        return problem("slack-app-token", "SLACK_APP_TOKEN is not set", "Set it", Page.TOKEN)
    try:
        await ask(lambda: client.apps_connections_open(app_token=token.get_secret_value()))
    except _AWAY as error:
        return _refused("slack-app-token", "SLACK_APP_TOKEN", error)
    return ok("slack-app-token", "Slack opens a Socket Mode connection for it.")


async def channels(settings: Settings, client: AsyncWebClient, ask: Asking) -> tuple[Line, ...]:
    """Look whether the bot can post in each channel, without posting."""
    named = {
        "approvals_channel": settings.slack.approvals_channel,
        "digest_channel": settings.slack.digest_channel,
        "ops_channel": settings.slack.ops_channel,
    }
    by_id: dict[str, list[str]] = {}
    for key, channel in named.items():
        if channel is not None:
            by_id.setdefault(channel, []).append(key)
    looked = [await _channel(client, ask, one, keys) for one, keys in by_id.items()]
    return (*looked, *_digest(settings.slack.digest_channel))


def _digest(channel: str | None) -> Iterator[Line]:
    """Without a channel the clock makes no digest, and the stale alert reaches owners only."""
    if channel is None:
        yield warning(
            "channel:digest_channel",
            "slack.digest_channel is not set: there is no weekly digest, and no channel hears of "
            "unused or failing users",
            "Write the id of a channel, which may be that of approvals_channel, and invite the bot",
            Page.NO_DIGEST,
        )


async def _channel(client: AsyncWebClient, ask: Asking, channel: str, keys: list[str]) -> Line:
    name, what = f"channel:{keys[0]}", f"{channel} ({', '.join(keys)})"
    answer = await _asked(ask, lambda: client.conversations_info(channel=channel))
    if isinstance(answer, str):
        return _no_channel(name, what, answer)
    found = answer["channel"]
    label = f"#{found.get('name')}, {what}"
    if found.get("is_archived"):
        remedy = "Unarchive it, or write another channel"
        return problem(name, f"{label}: it is archived", remedy, Page.CHANNEL)
    if not found.get("is_member"):
        remedy = "Type /invite and the bot's name in the channel"
        return problem(name, f"{label}: the bot is not in it", remedy, Page.CHANNEL)
    return ok(name, f"{label}: the bot is in it.")


def _no_channel(name: str, what: str, error: str) -> Line:
    if error == "missing_scope":
        return warning(
            name,
            f"{what}: cannot be verified without channels:read (a private one: groups:read)",
            "Look whether the bot is in the channel, or give the app that scope for this check",
            Page.CHANNEL_UNSEEN,
        )
    if error == "channel_not_found":
        return problem(
            name,
            f"{what}: there is no such channel, or it is private and the bot is not in it",
            "Correct the id, or invite the bot",
            Page.CHANNEL,
        )
    text = f"{what}: could not be looked at ({error})"
    return warning(name, text, "Run check again", Page.NOT_LOOKED)


async def _asked(ask: Asking, question: Question) -> Any:
    """Slack's answer, or its error code as text."""
    try:
        return await ask(question)
    except SlackApiError as error:
        return refusals.code(error) or f"HTTP {refusals.status(error)}"
    except _AWAY as error:
        return type(error).__name__
