"""Can the configuration be used, and who else can read or write the files that it trusts?"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.config import ConfigError, Settings, load
from bot.doctor.report import Line, Page, ok, problem, warning
from store.database import BadDatabaseUrl, parse_url

_READABLE = "everybody on this machine may read"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings as far as they can be used; None = not at all."""

    settings: Settings | None
    lines: tuple[Line, ...]


def examine(path: Path | None, environ: Mapping[str, str]) -> Loaded:
    """Load the configuration as `run` would, telling every problem as a line of its own.

    What `run` alone needs (tokens, keys, channel) does not keep the rest from being looked at.
    """
    try:
        settings = load(path, environ, running=True)
    except ConfigError as error:
        lines = [_told(one) for one in error.problems]
    else:
        text = f"{settings.file} can be used: {_orgs(settings)}."
        return Loaded(settings, (ok("configuration", text), *_files(settings, environ)))
    try:
        settings = load(path, environ)
    except ConfigError:
        unseen = warning(
            "rest",
            "Database, Slack and orgs were not looked at: the configuration cannot be used.",
            "Mend the configuration first, then run check again",
            Page.NOT_LOOKED,
        )
        return Loaded(None, (*lines, unseen))
    return Loaded(settings, (*lines, *_files(settings, environ)))


def _orgs(settings: Settings) -> str:
    number = len(settings.orgs)
    return f"{number} org{'' if number == 1 else 's'} ({', '.join(settings.orgs)})"


def _told(sentence: str) -> Line:
    """A problem's sentence says what to write; a key that others read is told as a secret."""
    if _READABLE in sentence:
        return problem("secret-files", sentence, "Run chmod 600 on the file", Page.SECRETS)
    again = "Change it as the text says, then run check again"
    return problem("configuration", sentence, again, Page.CONFIGURATION)


def _files(settings: Settings, environ: Mapping[str, str]) -> Iterator[Line]:
    """Rights of secret files, and of what decides who may approve: the file and the database."""
    secrets = dict(_secret_files(settings, environ))
    seen = tuple(_secrets_seen(secrets))
    count = f"{len(secrets)} file{'' if len(secrets) == 1 else 's'} with secrets"
    yield from seen or (ok("secret-files", f"{count}: not everybody reads them; groups may."),)
    database = _sqlite(settings)
    trusted = dict(_trusted(settings, secrets, database))
    open_files = (*_writable(trusted), *_replaceable(trusted), *_database_seen(database))
    fine = "Nobody else writes the configuration, keys or database file, or replaces them."
    yield from open_files or (ok("file-rights", fine),)


def _secrets_seen(secrets: Mapping[str, Path]) -> Iterator[Line]:
    for name, file in secrets.items():
        if _mode(file) & stat.S_IROTH:
            text = f"{name}: everybody on this machine may read {file}"
            yield problem("secret-files", text, f"Run chmod 600 {file}", Page.SECRETS)


def _trusted(
    settings: Settings, secrets: Mapping[str, Path], database: Path | None
) -> Iterator[tuple[str, Path]]:
    """Who writes these approves, or logs in, in other people's names."""
    yield from secrets.items()
    if settings.file is not None:
        yield "The configuration", settings.file
    if database is not None:
        yield "The database", database


def _writable(trusted: Mapping[str, Path]) -> Iterator[Line]:
    for name, file in trusted.items():
        if _mode(file) & stat.S_IWOTH:
            text = f"{name}: everybody on this machine may write {file}"
            yield problem("file-rights", text, f"Run chmod o-w {file}", Page.WRITABLE)


def _replaceable(trusted: Mapping[str, Path]) -> Iterator[Line]:
    """Who writes a folder puts another file in the place of one that only its owner may write.

    So does who writes a folder further up, or one that a link leads through. The sticky bit, as on
    /tmp, keeps everybody's files to their owners.
    """
    inside: dict[Path, list[str]] = {}
    for name, file in trusted.items():
        above = dict.fromkeys((*file.absolute().parents, *file.resolve().parents))
        for folder in above:
            if _mode(folder) & (stat.S_IWOTH | stat.S_ISVTX) == stat.S_IWOTH:
                inside.setdefault(folder, []).append(name)
    for folder, names in inside.items():
        text = (
            f"Everybody on this machine may write the folder {folder}, and so replace what is "
            f"below it: {', '.join(names)}"
        )
        yield problem("file-rights", text, f"Run chmod o-w {folder}", Page.WRITABLE)


def _database_seen(database: Path | None) -> Iterator[Line]:
    if database is not None and _mode(database) & stat.S_IROTH:
        text = f"Everybody on this machine may read {database}: who asked for which access, and why"
        remedy = f"Run chmod 600 {database}, if that is not meant"
        yield warning("file-rights", text, remedy, Page.SECRETS)


def _secret_files(settings: Settings, environ: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    for key, org in settings.orgs.items():
        if org.private_key_file is not None:
            yield f"orgs.{key}.private_key_file", org.private_key_file
        for name, app in org.apps.items():
            if app.private_key_file is not None:
                yield f"orgs.{key}.apps.{name}.private_key_file", app.private_key_file
    for name in sorted(_variables(settings)):
        if environ.get(f"{name}_FILE"):
            yield f"{name}_FILE", Path.cwd() / Path(environ[f"{name}_FILE"]).expanduser()


def _variables(settings: Settings) -> set[str]:
    """Variables that hold secrets; each also exists with `_FILE` (contract section 2)."""
    names = {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DATABASE_URL"}
    for org in settings.orgs.values():
        named = (org.private_key_env, *(app.private_key_env for app in org.apps.values()))
        names.update(name for name in named if name is not None)
    return names


def _sqlite(settings: Settings) -> Path | None:
    try:
        parsed = parse_url(settings.database_url.get_secret_value())
    except BadDatabaseUrl:
        return None
    return Path(str(parsed.database)) if parsed.drivername == "sqlite" else None


def _mode(file: Path) -> int:
    """The file's rights; 0 when it is not there: that is told elsewhere."""
    try:
        return file.stat().st_mode
    except OSError:
        return 0
