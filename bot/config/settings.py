"""What can be configured: the tables of the file and the variables of the environment.

Each key's description says what to write; error messages and docs/configuration.md are held to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.config import values
from bot.config.keys import read_key
from bot.config.values import At


def key(what: str, default: Any = ..., **limits: Any) -> Any:
    """One key: what to write there, and what holds when it is left out."""
    return Field(default, description=what, **limits)


SLACK_API_URL = "https://slack.com/api/"
PORT = {"ge": 0, "le": 65535, "strict": True}
DURATION = 'a number and s, m, h, d or w, such as "10m"'
TIME = '"daily HH:MM" or "mon HH:MM", such as "mon 09:00"'
ZONE = 'a time zone such as "Europe/Berlin"'
CHANNEL = 'a channel id such as "C0APPROVE" (at the end of "Open channel details" in Slack)'
PEOPLE = 'ids of users (U…, W…) and user groups (S…), such as ["S0SALESFORCE", "U0ADA"]'
KEY_FILE = "the path of a PEM file that only its owner can read"
KEY_ENV = "the name of the environment variable that holds the PEM text"


class Table(BaseModel):
    """A table of the file: unknown keys are errors, values are not changed once loaded."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Slack(Table):
    """`[slack]`."""

    mode: Literal["socket", "http"] = key('"socket" or "http"', "socket")
    host: values.Host = key("an address to listen on", "127.0.0.1")
    port: int = key("a port, or 0 for any", 3000, **PORT)
    approvals_channel: values.Channel | None = key(CHANNEL, None)
    digest_channel: values.Channel | None = key(CHANNEL, None)
    ops_channel: values.Channel | None = key(CHANNEL, None)
    admins: tuple[values.People, ...] = key(PEOPLE, ())


class Health(Table):
    """`[health]`."""

    host: values.Host = key("an address to listen on", "127.0.0.1")
    port: int = key("a port, or 0 for any", 3001, **PORT)


class DatabaseTable(Table):
    """`[database]`. A password belongs in DATABASE_URL or a password file of the server's own."""

    url: values.DatabaseUrl = key(
        '"sqlite:///FILE", or "postgresql://USER@HOST/NAME" without a password '
        "(an address with a password goes into DATABASE_URL or DATABASE_URL_FILE)",
        "sqlite:///integration-users.db",
    )


class App(Table):
    """`[orgs.ORG.apps.APP]`: an app that integrations log in through."""

    label: values.Title = key("the name that people read")
    kind: Literal["external_client_app", "connected_app"] = key(
        '"external_client_app" or "connected_app"'
    )
    name: values.Title = key("the DeveloperName (external client app) or Name (connected app)")
    consumer_key: values.Word = key("the consumer key from the app's OAuth settings")
    private_key_file: values.FilePath | None = key(KEY_FILE, None)
    private_key_env: values.Variable | None = key(KEY_ENV, None)

    @property
    def has_key(self) -> bool:
        """Tell whether the login of a new user can be tried through this app."""
        return self.private_key_file is not None or self.private_key_env is not None


class Org(Table):
    """`[orgs.ORG]`: one Salesforce org."""

    label: values.Title = key('the name that people read, such as "UAT sandbox"')
    kind: Literal["sandbox", "production", "developer", "scratch"] = key(
        '"sandbox", "production", "developer" or "scratch"'
    )
    my_domain_url: values.MyDomain = key(
        'the org\'s own address, such as "https://acme--uat.sandbox.my.salesforce.com"'
    )
    audience: values.Audience | None = key(
        'an https:// URL such as "https://test.salesforce.com", or leave it out', None
    )
    username: values.Username = key("the username of the bot's own user in this org")
    consumer_key: values.Word = key("the consumer key of the bot's own app")
    private_key_file: values.FilePath | None = key(KEY_FILE, None)
    private_key_env: values.Variable | None = key(KEY_ENV, None)
    api_version: values.ApiVersion = key('a version from "63.0" on, such as "66.0"', "66.0")
    username_domain: values.Domain = key(
        'the domain of new usernames, such as "integrations.acme.example"'
    )
    email_domains: tuple[values.Domain, ...] = key('domains such as ["acme.example"]', ())
    time_zone: values.Zone = key(ZONE, "Europe/Berlin")
    locale: values.Locale = key('a locale such as "en_US"', "en_US")
    permission_sets: Literal["unlicensed", "psl"] = key('"unlicensed" or "psl"', "unlicensed")
    apps: dict[values.Key, App] = key(
        "tables [orgs.ORG.apps.NAME], the name of letters, digits, - and _", {}
    )


class Approval(Table):
    """`[approval]`."""

    approvers: tuple[values.People, ...] = key(PEOPLE, ())
    required: int = key(
        "how many different people must approve, 1 to 20", 1, ge=1, le=20, strict=True
    )
    expires_after: values.SomeTime = key(DURATION, timedelta(days=3))
    remind_after: tuple[values.SomeTime, ...] = key(
        'durations such as ["4h", "1d"]', (timedelta(hours=4), timedelta(days=1))
    )
    valid_for: values.SomeTime = key(DURATION, timedelta(days=14))


class Schedule(Table):
    """`[schedule]`: times are read in its zone."""

    time_zone: values.Zone = key(ZONE, "Europe/Berlin")
    tick: values.SomeTime = key(DURATION, timedelta(minutes=1))
    catalogue: values.SomeTime = key(DURATION, timedelta(hours=1))
    digest: values.TimeOfDay = key(TIME, At(weekday=0, hour=9, minute=0))
    stale: values.TimeOfDay = key(TIME, At(weekday=None, hour=7, minute=30))

    @property
    def zone(self) -> ZoneInfo:
        """The zone that `digest` and `stale` are read in."""
        return ZoneInfo(self.time_zone)


class Smoke(Table):
    """`[smoke]`."""

    propagation_wait: values.Duration = key(f'{DURATION}; "0s" tries once', timedelta(minutes=10))


class Stale(Table):
    """`[stale]`."""

    warn_after: values.SomeTime = key(DURATION, timedelta(days=30))
    alert_after: values.SomeTime = key(DURATION, timedelta(days=60))
    never_used_after: values.SomeTime = key(DURATION, timedelta(days=14))
    grace: values.SomeTime = key(DURATION, timedelta(days=14))


Price = Annotated[Decimal, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class Prices(Table):
    """`[prices]`: for one licence and month."""

    currency: values.Currency = key('three letters such as "USD"', "USD")
    full_license_month: Price = key("a price per month, such as 165", Decimal(165))
    integration_license_month: Price = key("a price per month, such as 10", Decimal(10))


class Tables(Table):
    """The whole file."""

    slack: Slack = key("a table", Slack())
    health: Health = key("a table", Health())
    database: DatabaseTable = key("a table", DatabaseTable())
    orgs: dict[values.Key, Org] = key(
        "tables [orgs.NAME], the name of letters, digits, - and _", {}
    )
    approval: Approval = key("a table", Approval())
    schedule: Schedule = key("a table", Schedule())
    smoke: Smoke = key("a table", Smoke())
    stale: Stale = key("a table", Stale())
    prices: Prices = key("a table", Prices())


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What came from the environment, or from the files that its `…_FILE` variables name."""

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = SLACK_API_URL
    keys: dict[str, SecretStr] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that is configured; neither repr nor str shows a secret."""

    slack: Slack
    health: Health
    database_url: SecretStr
    orgs: dict[str, Org]
    approval: Approval
    schedule: Schedule
    smoke: Smoke
    stale: Stale
    prices: Prices
    environment: Environment
    file: Path | None

    def private_key(self, org: str, app: str | None = None) -> SecretStr:
        """Read the PEM text of an org's own key, or of one of its apps, now.

        Raises ConfigError naming the key, the file or variable, and what to do.
        """
        holder: Org | App = self.orgs[org] if app is None else self.orgs[org].apps[app]
        name = f"orgs.{org}" if app is None else f"orgs.{org}.apps.{app}"
        return read_key(
            name,
            file=holder.private_key_file,
            variable=holder.private_key_env,
            keys=self.environment.keys,
        )
