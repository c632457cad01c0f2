"""How the file and the environment become settings, all problems being told at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from bot.config import network, values
from bot.config.environment import CONFIG, read_database_url, read_environment
from bot.config.keys import read_key, readable_by_others
from bot.config.problems import ConfigError, say, spell
from bot.config.settings import Environment, Settings, Tables

DEFAULT_FILE = "integration-users.toml"


def load(path: Path | None, environ: Mapping[str, str], *, running: bool = False) -> Settings:
    """Load the settings from a file and the environment, which wins.

    `path` is what `--config` says; without it $INTEGRATION_USERS_CONFIG names the file, else it is
    integration-users.toml in the working folder, which may be missing. `running` demands besides
    what the bot cannot run without: the file, an org, a channel, approvers, tokens, readable keys.

    Raises ConfigError with every problem that was found.
    """
    problems: list[str] = []
    file = _which(path, environ, problems, running=running)
    raw = _read(file, problems)
    folder = file.parent if file else Path.cwd()
    tables = _validate(raw, folder, problems)
    problems += _across(raw, folder)
    environment = read_environment(environ, _variables(raw), problems)
    database_url = read_database_url(environ, problems)
    if running:
        problems += _needs(raw, folder, environment)
        problems += network.problems(environ)
    if problems or tables is None:
        raise ConfigError(list(dict.fromkeys(problems)))
    return Settings(
        database_url=database_url or SecretStr(values.placed(tables.database.url, folder)),
        environment=environment,
        file=file,
        **{name: getattr(tables, name) for name in Tables.model_fields if name != "database"},
    )


def _which(
    path: Path | None, environ: Mapping[str, str], problems: list[str], *, running: bool
) -> Path | None:
    """Find the file; None when none is there and none was asked for."""
    named = str(path or environ.get(CONFIG) or "")
    file = Path.cwd() / Path(named or DEFAULT_FILE).expanduser()
    if file.is_file():
        return file
    if named and not file.exists():
        problems.append(f"There is no file {file}: name another with --config or {CONFIG}.")
    elif named or file.exists():
        problems.append(f"{file} is not a file: name one with --config or {CONFIG}.")
    elif running:
        problems.append(f"There is no {DEFAULT_FILE} here: write one, or name it with --config.")
    return None


def _read(file: Path | None, problems: list[str]) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{file} is not TOML: {_where(error)}.")
    except UnicodeDecodeError:
        problems.append(f"{file} is not a text in UTF-8.")
    except OSError as error:
        problems.append(f"{file} cannot be read ({error.strerror}).")
    return {}


def _where(error: tomllib.TOMLDecodeError) -> str:
    """Tell where it is, not what stands there."""
    _, bracket, place = str(error).rpartition("(at ")
    return f"look at {place.rstrip(')')}" if bracket else "look at its quotes and brackets"


def _validate(raw: dict[str, Any], folder: Path, problems: list[str]) -> Tables | None:
    slack = raw.get("slack")
    if isinstance(slack, dict) and "approvals_channel" in slack:
        own = {"ops_channel": slack["approvals_channel"], **slack}
        given = {**raw, "slack": own}
    else:
        given = raw
    try:
        return Tables.model_validate(given, context={"folder": folder})
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    problems += [
        say(each["loc"], each["type"], each.get("ctx", {}), Tables)
        for each in found
        if not _copied(each["loc"], raw)
    ]
    return None


def _copied(place: tuple[int | str, ...], raw: dict[str, Any]) -> bool:
    """Tell what is only wrong because it was copied from another key, which is told itself."""
    return place[:2] == ("slack", "ops_channel") and "ops_channel" not in raw["slack"]


def _holders(raw: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every table that may name a key, as it stands: orgs and their apps."""
    for org, table in _named_tables(raw.get("orgs")):
        yield ("orgs", org), table
        for app, inner in _named_tables(table.get("apps")):
            yield ("orgs", org, "apps", app), inner


def _named_tables(tables: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(tables, dict):
        yield from ((name, table) for name, table in tables.items() if isinstance(table, dict))


def _variables(raw: dict[str, Any]) -> Iterator[str]:
    for _, table in _holders(raw):
        variable = _key_variable(table)
        if variable is not None:
            yield variable


def _key_variable(table: dict[str, Any]) -> str | None:
    """None also for what is no variable's name: that is told by the table's own check, unquoted."""
    named = table.get("private_key_env")
    return named if isinstance(named, str) and values.is_variable(named) else None


def _key_file(table: dict[str, Any], folder: Path) -> Path | None:
    named = table.get("private_key_file")
    if not isinstance(named, str) or not named or "\0" in named or "-----" in named:
        return None
    return folder / Path(named).expanduser()


def _across(raw: dict[str, Any], folder: Path) -> Iterator[str]:
    """What no single value shows: it is looked at as it stands, whatever else may be wrong."""
    seen: dict[str, str] = {}
    for place, table in _holders(raw):
        name = spell(place)
        file, variable = "private_key_file" in table, "private_key_env" in table
        if file and variable:
            yield f"{name} has private_key_file and private_key_env: leave one out."
        if not file and not variable and len(place) == 2:
            yield f"{name} names no key: write private_key_file or private_key_env."
        path = _key_file(table, folder)
        problem = path and readable_by_others(f"{name}.private_key_file", path)
        if problem:
            yield problem
        url = table.get("my_domain_url")
        if isinstance(url, str):
            first = seen.setdefault(url.lower().rstrip("/"), name)
            if first != name:
                yield f"{name}.my_domain_url is that of {first} too: keep one table per org."
    yield from _approval(raw.get("approval"))


def _approval(table: Any) -> Iterator[str]:
    if not isinstance(table, dict):
        return
    people, required = table.get("approvers"), table.get("required")
    if not isinstance(people, list) or not isinstance(required, int) or not people:
        return
    alone = all(isinstance(one, str) and one[:1] in {"U", "W"} for one in people)
    if alone and required > len(set(people)):
        yield (
            "approval.required is more than there are approvers: "
            f"write at most {len(set(people))}, or add approvers."
        )


def _how_slack_reaches_us(raw: dict[str, Any], environment: Environment) -> Iterator[str]:
    slack = raw.get("slack")
    http = isinstance(slack, dict) and slack.get("mode") == "http"
    if http and environment.slack_signing_secret is None:
        yield (
            "SLACK_SIGNING_SECRET is not set: write the signing secret from the app's "
            "Basic Information"
        )
    if not http and environment.slack_app_token is None:
        yield "SLACK_APP_TOKEN is not set: write the app-level token, which begins xapp-"


def _needs(raw: dict[str, Any], folder: Path, environment: Environment) -> Iterator[str]:
    """What only a running bot needs."""

    def has(table: str, name: str) -> bool:
        return isinstance(raw.get(table), dict) and bool(raw[table].get(name))

    if not has("slack", "approvals_channel"):
        yield 'slack.approvals_channel is missing: write a channel id such as "C0APPROVE".'
    if not has("approval", "approvers"):
        yield 'approval.approvers is missing: write ids such as ["S0SALESFORCE", "U0ADA"].'
    if not raw.get("orgs"):
        yield "There is no org: write a table [orgs.NAME]; docs/salesforce-setup.md shows one."
    if environment.slack_bot_token is None:
        yield "SLACK_BOT_TOKEN is not set: write the bot token, which begins xoxb-"
    yield from _how_slack_reaches_us(raw, environment)
    for place, table in _holders(raw):
        variable, path = _key_variable(table), _key_file(table, folder)
        if path is None and variable is None:
            continue
        try:
            read_key(spell(place), file=path, variable=variable, keys=environment.keys)
        except ConfigError as error:
            yield from error.problems
