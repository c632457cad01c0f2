"""What is read from the environment, and which of its variables would reach us unasked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from pathlib import Path

from pydantic import SecretStr

from bot.config import values
from bot.config.settings import SLACK_API_URL, Environment

CONFIG = "INTEGRATION_USERS_CONFIG"

_PREFIXES = ("SLACK_", "DBOS_", "PG")
_NAMES = frozenset({
    CONFIG, "DATABASE_URL", "DATABASE_URL_FILE",
    "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY",
})  # fmt: skip


def forget(environ: MutableMapping[str, str]) -> None:
    """Take away what would reach us or our libraries from the caller's environment.

    The demo and the tests bring their own world and must not be moved by the caller's.
    """
    for name in list(environ):
        if name.upper() in _NAMES or name.upper().startswith(_PREFIXES):
            del environ[name]


def read_secret(name: str, environ: Mapping[str, str], problems: list[str]) -> str | None:
    """Read a secret from `name`, or from the file that `name`_FILE names; empty is not set."""
    value, file = environ.get(name) or None, environ.get(f"{name}_FILE") or None
    if value and file:
        problems.append(f"{name} and {name}_FILE are both set: leave one out.")
        return None
    if file is None:
        return value
    try:
        value = (Path.cwd() / Path(file).expanduser()).read_text(encoding="utf-8").strip()
    except OSError as error:
        problems.append(f"{name}_FILE: the file cannot be read ({error.strerror}).")
        return None
    except ValueError:
        problems.append(f"{name}_FILE: the file holds no text.")
        return None
    if not value:
        problems.append(f"{name}_FILE: the file is empty.")
    return value or None


def read_environment(
    environ: Mapping[str, str], variables: Iterable[str], problems: list[str]
) -> Environment:
    """Read what the environment says, and the keys in `variables` that the file names."""
    keys = {name: read_secret(name, environ, problems) for name in sorted(set(variables))}
    return Environment(
        slack_bot_token=_token("SLACK_BOT_TOKEN", "xoxb-", environ, problems),
        slack_app_token=_token("SLACK_APP_TOKEN", "xapp-", environ, problems),
        slack_signing_secret=_token("SLACK_SIGNING_SECRET", "", environ, problems),
        slack_api_url=_api_url(environ, problems),
        keys={name: SecretStr(text) for name, text in keys.items() if text},
    )


def read_database_url(environ: Mapping[str, str], problems: list[str]) -> SecretStr | None:
    """Read DATABASE_URL, an SQLite file being relative to the working folder; None if not set."""
    url = read_secret("DATABASE_URL", environ, problems)
    if url is None:
        return None
    try:
        return SecretStr(values.placed(url, Path.cwd()))
    except ValueError as error:
        problems.append(
            f"DATABASE_URL {error}: write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME."
        )
        return None


def _token(
    name: str, begins: str, environ: Mapping[str, str], problems: list[str]
) -> SecretStr | None:
    text = read_secret(name, environ, problems)
    if text is None:
        return None
    if any(c.isspace() for c in text):
        problems.append(f"{name} has a space or a line break in it: copy it again.")
    elif not text.startswith(begins):
        problems.append(f"{name} is another kind of token: write the one that begins {begins}")
    return SecretStr(text)


def _api_url(environ: Mapping[str, str], problems: list[str]) -> str:
    url = environ.get("SLACK_API_URL")
    if not url:
        return SLACK_API_URL
    try:
        return values.api_url(url)
    except ValueError as error:
        problems.append(f"SLACK_API_URL {error}: write a URL such as https://slack.com/api/.")
        return SLACK_API_URL
