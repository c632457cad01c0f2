"""What the app registers with Slack is what its listeners hear and its calls need: nothing more."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot.core import command
from bot.doctor import slack as doctor
from bot.slack import bolt, manifest
from bot.slack.hearing import HearingApp
from store.database import Database
from tests.modes import Mode
from tests.slack.house import living_slack

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "tests/data/slack-manifest-schema.json").read_text("utf-8"))
FILES = {
    "app-manifest.yml": None,
    "docs/app-manifest-http.yml": manifest.EXAMPLE,
}
BOTH = pytest.mark.parametrize("url", FILES.values(), ids=["socket", "http"])

NEEDS: dict[str, str | None] = {
    "auth_test": None,
    "apps_connections_open": None,  # the app-level token's
    "views_open": None,
    "views_update": None,
    "chat_postMessage": "chat:write",
    "chat_update": "chat:write",
    "chat_postEphemeral": "chat:write",
    "chat_getPermalink": None,
    "conversations_open": None,  # would need im:write: not asked for, tried where nothing else does
    "users_info": "users:read",
    "usergroups_users_list": "usergroups:read",
}
"""What each method that the bot calls needs (slack-platform 2.2)."""

WEB_API = (
    "api_", "apps_", "auth_", "bookmarks_", "canvases_", "chat_", "conversations_", "dialog_",
    "files_", "pins_", "reactions_", "reminders_", "search_", "team_", "usergroups_", "users_",
    "views_",
)  # fmt: skip


class Recording(HearingApp):
    """Bolt's app, remembering what is registered."""

    heard: ClassVar[dict[str, list[Any]]] = {}

    def command(self, name: Any, *more: Any, **named: Any) -> Any:
        self.heard.setdefault("command", []).append(name)
        return super().command(name, *more, **named)

    def shortcut(self, name: Any, *more: Any, **named: Any) -> Any:
        self.heard.setdefault("shortcut", []).append(name)
        return super().shortcut(name, *more, **named)

    def event(self, name: Any, *more: Any, **named: Any) -> Any:
        self.heard.setdefault("event", []).append(name)
        return super().event(name, *more, **named)

    def message(self, *more: Any, **named: Any) -> Any:
        self.heard.setdefault("event", []).append("message")
        return super().message(*more, **named)

    def function(self, name: Any, *more: Any, **named: Any) -> Any:
        self.heard.setdefault("function", []).append(name)
        return super().function(name, *more, **named)

    def action(self, name: Any, *more: Any, **named: Any) -> Any:
        self.heard.setdefault("action", []).append(name)
        return super().action(name, *more, **named)

    def view(self, name: Any, *more: Any, **named: Any) -> Any:
        self.heard.setdefault("view", []).append(name)
        return super().view(name, *more, **named)

    def options(self, name: Any, *more: Any, **named: Any) -> Any:
        self.heard.setdefault("options", []).append(name)
        return super().options(name, *more, **named)


@pytest.fixture
async def heard(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str, sqlite: Database
) -> dict[str, list[Any]]:
    """What the listeners of the real app hear, by kind."""
    monkeypatch.setattr(Recording, "heard", {})
    monkeypatch.setattr(bolt, "HearingApp", Recording)
    async with living_slack(sqlite_url, sqlite, deliver=False):
        return Recording.heard


def called() -> set[str]:
    """The Web API methods that the running bot calls, by the library's names."""
    found = set()
    for file in (ROOT / "bot/slack").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr.startswith(WEB_API):
                found |= set() if passes_on(node) else {node.attr}
    return {name for name in found if hasattr(AsyncWebClient, name)}


def passes_on(node: ast.Attribute) -> bool:
    """Whether it is `super().…`: the client itself, which hands on what somebody else calls."""
    return isinstance(node.value, ast.Call) and ast.unparse(node.value) == "super()"


@pytest.mark.parametrize("file", FILES)
def test_the_files_are_what_the_one_source_writes(file: str) -> None:
    assert (ROOT / file).read_text("utf-8") == manifest.text(FILES[file]), (
        f"run: python -m bot.slack.manifest {FILES[file] or ''} > {file}"
    )


@BOTH
def test_the_text_says_exactly_what_the_source_says(url: str | None) -> None:
    assert yaml.safe_load(manifest.text(url)) == manifest.manifest(url)


@BOTH
def test_slack_would_take_the_manifest(url: str | None) -> None:
    jsonschema.validate(manifest.manifest(url), SCHEMA)


@BOTH
def test_commands_shortcuts_and_events_are_those_that_somebody_hears(
    heard: dict[str, list[Any]], url: str | None
) -> None:
    made = manifest.manifest(url)
    features, settings = made["features"], made["settings"]
    assert [one["command"] for one in features["slash_commands"]] == heard.get("command", [])
    assert [one["callback_id"] for one in features["shortcuts"]] == heard.get("shortcut", [])
    events = settings.get("event_subscriptions", {}).get("bot_events", [])
    assert events == heard.get("event", [])
    assert features["app_home"]["home_tab_enabled"] == ("app_home_opened" in events)
    assert "functions" not in made
    assert "function" not in heard


@BOTH
def test_interactivity_is_on_since_clicks_forms_and_pickers_are_heard(
    heard: dict[str, list[Any]], url: str | None
) -> None:
    interactivity = manifest.manifest(url)["settings"]["interactivity"]
    assert interactivity["is_enabled"]
    assert heard["action"]
    assert heard["view"]
    assert heard["options"]
    assert ("message_menu_options_url" in interactivity) == (url is not None)


@BOTH
def test_the_scopes_are_those_that_the_calls_need_and_no_more(url: str | None) -> None:
    methods = called()
    assert methods == set(NEEDS), "say in NEEDS which scope a new call needs"
    needed = {scope for name in methods if (scope := NEEDS[name])}
    scopes = manifest.manifest(url)["oauth_config"]["scopes"]
    assert set(scopes) == {"bot"}
    assert set(scopes["bot"]) == {"commands", *needed}


def test_every_scope_stands_with_its_reason_in_files_page_and_doctor() -> None:
    page = (ROOT / "docs/slack-setup.md").read_text("utf-8")
    assert set(doctor.SCOPES) == set(manifest.SCOPES)
    for scope, reason in manifest.SCOPES.items():
        assert f"| `{scope}` |" in page
        for file in FILES:
            assert f"- {scope} # {reason}\n" in (ROOT / file).read_text("utf-8")


def test_the_two_variants_differ_only_in_how_slack_reaches_the_bot() -> None:
    socket, http = manifest.manifest(), manifest.manifest("https://bot.example.com/")
    posts_to = "https://bot.example.com/slack/events"
    assert http["features"]["slash_commands"][0].pop("url") == posts_to
    interactivity = http["settings"]["interactivity"]
    assert interactivity.pop("request_url") == posts_to
    assert interactivity.pop("message_menu_options_url") == posts_to
    assert http["settings"].pop("socket_mode_enabled") is False
    assert socket["settings"].pop("socket_mode_enabled") is True
    assert http == socket


def test_the_hint_names_every_command_and_where_a_number_goes() -> None:
    hint = manifest.manifest()["features"]["slash_commands"][0]["usage_hint"]
    words = hint.split(" | ")
    assert [word.partition(" ")[0] for word in words] == list(command.COMMANDS)
    assert "show IU-17" in words
    assert "new" in words


async def test_with_the_scopes_of_the_manifest_a_request_is_asked_and_decided(
    sqlite_url: str, sqlite: Database, mode: Mode
) -> None:
    async with living_slack(sqlite_url, sqlite, scopes=manifest.SCOPES, mode=mode) as house:
        card = await house.asked()
        await house.person("ada").click(card, "approve")
        await house.told()
        refused = [call for call in house.ws.calls if call.error == "missing_scope"]
        assert refused == []
        assert house.ws.complaints == []
