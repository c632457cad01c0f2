"""The commands of the contract, with its exit codes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import click

from bot import logs, outputs
from bot.app import App
from bot.config import ConfigError, Settings, load
from bot.core.command import parse_id
from bot.engine import SchemaMissing, engine_schema_ok, migrate_engine
from store.database import AlreadyRunning, BadDatabaseUrl, Database, lock_file
from store.schema import current_ok, upgrade

_BAD_CONFIG = 2
_OLD_SCHEMA = 3
_NOT_BUILT = ("check", "job", "audit", "policy")
Result = TypeVar("Result")


class _Commands(click.Group):
    """A command that is promised and not there yet is refused by name, and stands in no help."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] in _NOT_BUILT:
            click.echo(f"{args[0]} is not built yet", err=True)
            ctx.exit(_BAD_CONFIG)
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The TOML file; else $INTEGRATION_USERS_CONFIG, else integration-users.toml here.",
)
@click.option(
    "--log-format", type=click.Choice(["json", "console"]), default="json", show_default=True
)
@click.version_option(package_name="integration-user-bot")
@click.pass_context
def cli(ctx: click.Context, config: Path | None, log_format: logs.Format) -> None:
    """Give every integration its own least-privilege, API-only Salesforce user."""
    ctx.obj = config
    if ctx.invoked_subcommand != "demo":
        logs.configure(log_format)


def _settings(config: Path | None, *, running: bool = False) -> Settings:
    """Load the configuration; every problem is printed, then exit 2."""
    try:
        return load(config, os.environ, running=running)
    except ConfigError as error:
        click.echo("The configuration cannot be used:", err=True)
        for problem in error.problems:
            click.echo(f"  - {problem}", err=True)
        raise SystemExit(_BAD_CONFIG) from None


@cli.command()
@click.pass_obj
def run(config: Path | None) -> None:
    """Run the bot: Slack, engine, clock. SIGTERM finishes what is in hand and ends it."""
    settings = _settings(config, running=True)
    url = settings.database_url.get_secret_value()
    with ExitStack() as held:
        try:
            file = Database.open(url).file
            if file is not None:
                held.enter_context(lock_file(file))
            asyncio.run(_serve(settings))
        except AlreadyRunning as error:
            click.echo(str(error), err=True)
            raise SystemExit(_BAD_CONFIG) from None
        except ConfigError as error:
            click.echo("\n".join(error.problems), err=True)
            raise SystemExit(_BAD_CONFIG) from None
        except SchemaMissing:
            click.echo(
                "The database's tables are missing or old. Run: integration-user-bot migrate",
                err=True,
            )
            raise SystemExit(_OLD_SCHEMA) from None


async def _serve(settings: Settings) -> None:
    """Start, wait for a signal, stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    app = App(settings, os.environ)
    await app.start()
    failed = asyncio.create_task(app.wait_failed())
    stopped = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait({failed, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        await app.stop()
    if failed in done:
        failed.result()
    failed.cancel()


@cli.command()
@click.option("--check", is_flag=True, help="Only tell whether something is to do.")
@click.pass_obj
def migrate(config: Path | None, *, check: bool) -> None:
    """Bring our tables and the engine's to their newest revision."""
    url = _settings(config).database_url.get_secret_value()
    try:
        if not check:
            upgrade(url)
            migrate_engine(url)
        ours, engines = current_ok(url), engine_schema_ok(url)
    except BadDatabaseUrl as error:
        click.echo(str(error), err=True)
        raise SystemExit(_BAD_CONFIG) from None
    click.echo(f"tables: {_word(done=ours)}; engine: {_word(done=engines)}")
    raise SystemExit(0 if ours and engines else 1)


def _word(*, done: bool) -> str:
    return "newest revision" if done else "missing or old"


@cli.command()
@click.option("--script", is_flag=True, help="End after the story; 0 only if it ended live.")
def demo(*, script: bool) -> None:
    """Play the whole story against a make-believe Slack and Salesforce on this machine."""
    from bot.demo import play  # noqa: PLC0415 - the sandbox is loaded for the demo only

    raise SystemExit(asyncio.run(play(script=script)))


@cli.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.pass_context
def requests(ctx: click.Context, *, as_json: bool) -> None:
    """List the requests, newest first."""
    if ctx.invoked_subcommand is None:
        found = _read(ctx.obj, outputs.listing)
        click.echo(json.dumps(found, indent=2) if as_json else outputs.table(found))


@requests.command("show")
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.pass_obj
def show(config: Path | None, number: str, *, as_json: bool) -> None:
    """Show one request: IU-17, iu-17 or 17."""
    wanted = parse_id(number)
    found: dict[str, Any] | None = None
    if wanted is not None:
        found = _read(config, lambda database: outputs.one(database, wanted))
    if found is None:
        click.echo(f"There is no request {number}.", err=True)
        raise SystemExit(1)
    click.echo(json.dumps(found, indent=2) if as_json else outputs.page(found))


def _read(config: Path | None, question: Callable[[Database], Awaitable[Result]]) -> Result:
    """Ask the store one question, beside a running bot."""
    url = _settings(config).database_url.get_secret_value()
    if not current_ok(url):
        click.echo("The database's tables are missing or old. Run: migrate", err=True)
        raise SystemExit(1)

    async def ask() -> Result:
        database = Database.open(url)
        try:
            return await question(database)
        finally:
            await database.dispose()

    return asyncio.run(ask())
