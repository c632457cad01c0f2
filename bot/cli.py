"""The commands of the contract, with its exit codes."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from bot import logs, outputs
from bot.app import App, CannotListen
from bot.by_hand import command as by_hand
from bot.config import ConfigError, Settings, load
from bot.core.command import parse_id
from bot.doctor import command as doctor
from bot.engine import SchemaMissing, engine_schema_ok, migrate_engine
from store.database import AlreadyRunning, BadDatabaseUrl, Database, lock_file
from store.schema import SchemaNewer, current_ok, upgrade

_FAILED = 1
_BAD_CONFIG = 2
_OLD_SCHEMA = 3
_NOT_BUILT = ("audit", "policy")
_MIGRATE = "The database's tables are missing or old. Run: integration-user-bot migrate"
Result = TypeVar("Result")
Command = TypeVar("Command", bound=Callable[..., Any])


class _Commands(click.Group):
    """A command that is promised and not there yet is refused by name, and stands in no help."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] in _NOT_BUILT:
            click.echo(f"{args[0]} is not built yet", err=True)
            ctx.exit(_BAD_CONFIG)
        return super().resolve_command(ctx, args)


def _keep(ctx: click.Context, option: click.Parameter, value: object) -> None:
    """Keep an option for the command, whether it was written before its name or after."""
    if value is not None:
        ctx.meta[f"{__name__}.{option.name}"] = value


def _everywhere(command: Command) -> Command:
    """Give a command the options that every command takes."""
    command = click.option(
        "--log-format",
        type=click.Choice(["json", "console"]),
        expose_value=False,
        callback=_keep,
        help="How the log on stderr is written; json unless said otherwise.",
    )(command)
    return click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        expose_value=False,
        callback=_keep,
        help="The TOML file; else $INTEGRATION_USERS_CONFIG, else integration-users.toml here.",
    )(command)


def _option(name: str) -> Any:
    return click.get_current_context().meta.get(f"{__name__}.{name}")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@_everywhere
@click.version_option(package_name="integration-user-bot")
def cli() -> None:
    """Give every integration its own least-privilege, API-only Salesforce user."""


def _settings(*, running: bool = False) -> Settings:
    """Load the configuration; every problem is printed, then exit 2."""
    logs.configure(_option("log_format") or "json")
    try:
        return load(_option("config"), os.environ, running=running)
    except ConfigError as error:
        click.echo("The configuration cannot be used:", err=True)
        for problem in error.problems:
            click.echo(f"  - {logs.redact(problem)}", err=True)
        raise SystemExit(_BAD_CONFIG) from None


def _end(sentence: str, code: int) -> SystemExit:
    """Say why it ends, without anything that looks like a secret."""
    click.echo(logs.redact(sentence), err=True)
    return SystemExit(code)


@contextmanager
def _told(schema: int = _OLD_SCHEMA) -> Iterator[None]:
    """Turn what can be wrong outside of us into one sentence and the contract's exit code.

    `schema` is the code for tables that are not as they should be.
    """
    try:
        yield
    except ConfigError as error:
        raise _end("\n".join(error.problems), _BAD_CONFIG) from None
    except (AlreadyRunning, BadDatabaseUrl) as error:
        raise _end(str(error), _BAD_CONFIG) from None
    except SchemaMissing:
        raise _end(_MIGRATE, schema) from None
    except SchemaNewer as newer:
        raise _end(str(newer), schema) from None
    except CannotListen as error:
        raise _end(str(error), _FAILED) from None
    except SQLAlchemyError as error:
        raise _end(f"The database cannot be used: {_reason(error)}.", _FAILED) from None


def _reason(error: Exception) -> str:
    """The driver's own words, without the statement."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return said[0].rstrip(".") if said else type(error).__name__


@cli.command()
@_everywhere
def run() -> None:
    """Run the bot: Slack, engine, clock. SIGTERM finishes what is in hand and ends it."""
    settings = _settings(running=True)
    with _told(), _alone(Database.open(settings.database_url.get_secret_value()).file):
        asyncio.run(_serve(settings))


@contextmanager
def _alone(file: Path | None) -> Iterator[None]:
    """Hold the lock beside an SQLite file; on Postgres several bots may run."""
    with ExitStack() as held:
        if file is not None:
            try:
                held.enter_context(lock_file(file))
            except OSError as error:
                raise _end(f"The database cannot be used: {_reason(error)}.", _FAILED) from None
        yield


async def _serve(settings: Settings) -> None:
    """Start, wait for a signal, stop."""
    stop = asyncio.Event()
    _on_signals(stop)
    app = App(settings, os.environ)
    await app.start()
    failed = asyncio.create_task(app.wait_failed())
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({failed, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        await app.stop()
        _handle_signals(signal.SIG_IGN)
    if failed.done():
        failed.result()
    failed.cancel()


def _on_signals(stop: asyncio.Event) -> None:
    """Let SIGTERM and SIGINT ask for an orderly end, however often they come.

    Not `add_signal_handler`: a closing loop takes its handlers away, and a second signal would
    kill the process on its last metres. At the very end, when Python itself drops handlers, both
    are ignored.
    """
    loop = asyncio.get_running_loop()

    def ask(*_: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)

    _handle_signals(ask)


def _handle_signals(handler: Callable[..., None] | signal.Handlers) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler)


@cli.command()
@click.option("--check", is_flag=True, help="Only tell whether something is to do.")
@_everywhere
def migrate(*, check: bool) -> None:
    """Bring our tables and the engine's to their newest revision."""
    url = _settings().database_url.get_secret_value()
    with _told(schema=_FAILED):
        if not check:
            upgrade(url)
            migrate_engine(url)
        ours, engines = current_ok(url), engine_schema_ok(url)
    click.echo(f"tables: {_word(done=ours)}; engine: {_word(done=engines)}")
    raise SystemExit(0 if ours and engines else _FAILED)


def _word(*, done: bool) -> str:
    return "newest revision" if done else "missing or old"


@cli.command("check")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--accept-org", metavar="ORG", help="Accept that another org answers for ORG now.")
@_everywhere
def check_all(*, as_json: bool, accept_org: str | None) -> None:
    """Look at everything the bot needs, on both sides; 1 on any problem."""
    logs.configure(_option("log_format") or "json", level=logging.WARNING)
    path = _option("config")
    shown, code = doctor.run(path, os.environ, json=as_json, accept=accept_org)
    click.echo(shown)
    raise SystemExit(code)


@cli.command()
@click.argument("name", metavar="NAME")
@click.option("--again", is_flag=True, help="Do it anew, although it was done for this slot.")
@click.option("--dry-run", is_flag=True, help="Only print what would be posted.")
@_everywhere
def job(name: str, *, again: bool, dry_run: bool) -> None:
    """Run one job of the clock now: digest, stale, reminders, expire or catalogue."""
    if name in by_hand.NOT_BUILT or name not in by_hand.NAMES:
        raise _end(by_hand.refusal(name), _BAD_CONFIG)
    settings = _settings(running=True)
    with _told():
        said = by_hand.preview if dry_run else by_hand.run
        well = said(settings, os.environ, name, click.echo, again=again)
    raise SystemExit(0 if well else _FAILED)


@cli.command()
@click.option("--script", is_flag=True, help="End after the story; 0 only if it ended live.")
@_everywhere
def demo(*, script: bool) -> None:
    """Play the whole story against a make-believe Slack and Salesforce on this machine."""
    from bot.demo import play  # noqa: PLC0415 - the sandbox is loaded for the demo only

    raise SystemExit(asyncio.run(play(script=script, log_format=_option("log_format"))))


@cli.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@_everywhere
@click.pass_context
def requests(ctx: click.Context, *, as_json: bool) -> None:
    """List the requests, newest first."""
    if ctx.invoked_subcommand is None:
        found = _read(outputs.listing)
        click.echo(json.dumps(found, indent=2) if as_json else outputs.table(found))


@requests.command("show")
@click.argument("number", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@_everywhere
def show(number: str, *, as_json: bool) -> None:
    """Show one request: IU-17, iu-17 or 17."""
    wanted = parse_id(number)
    found: dict[str, Any] | None = None
    if wanted is not None:
        found = _read(lambda database: outputs.one(database, wanted))
    if found is None:
        raise _end(f"There is no request {number}.", _FAILED)
    click.echo(json.dumps(found, indent=2) if as_json else outputs.page(found))


def _read(question: Callable[[Database], Awaitable[Result]]) -> Result:
    """Ask the store one question, beside a running bot."""
    url = _settings().database_url.get_secret_value()

    async def ask() -> Result:
        database = Database.open(url)
        try:
            return await question(database)
        finally:
            await database.dispose()

    with _told(schema=_FAILED):
        if not current_ok(url):
            raise SchemaMissing
        return asyncio.run(ask())
