"""A configuration that does: where values come from, which one wins, what paths are relative to."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.config import At, Settings, load
from bot.config.settings import Tables
from tests.config.written import PEM, TOKENS, WHOLE, org, write, write_key


def test_the_whole_documented_file_loads(tmp_path: Path) -> None:
    settings = load(write(tmp_path, WHOLE), {})
    uat = settings.orgs["uat"]
    assert uat.kind == "sandbox"
    assert uat.audience == "https://test.salesforce.com"
    assert uat.private_key_file == tmp_path / "keys/provisioner-uat.pem"
    assert uat.apps["warehouse"].name == "Warehouse_Sync"
    assert uat.apps["warehouse"].has_key
    assert settings.approval.approvers == ("S0SALESFORCE", "U0ADA")
    assert settings.approval.remind_after == (timedelta(hours=4), timedelta(days=1))
    assert settings.schedule.digest == At(weekday=0, hour=9, minute=0)
    assert settings.schedule.stale == At(weekday=None, hour=7, minute=30)
    assert settings.schedule.zone.key == "Europe/Berlin"
    assert settings.smoke.propagation_wait == timedelta(minutes=10)
    assert settings.prices.full_license_month == Decimal(165)
    assert settings.slack.ops_channel == "C0OPS"


def test_what_is_left_out_has_the_documented_value(tmp_path: Path) -> None:
    """The values that stand in the documented file are the defaults, where there is one."""
    shortest = load(write(tmp_path, org()), {})
    whole = load(write(tmp_path, WHOLE), {})
    assert shortest.health == whole.health
    assert shortest.schedule == whole.schedule
    assert shortest.smoke == whole.smoke
    assert shortest.stale == whole.stale
    assert shortest.prices == whole.prices
    assert shortest.approval.expires_after == whole.approval.expires_after
    assert shortest.approval.valid_for == whole.approval.valid_for
    assert shortest.orgs["uat"].api_version == "66.0"
    assert shortest.orgs["uat"].permission_sets == "unlicensed"
    assert shortest.orgs["uat"].audience is None
    assert shortest.environment.slack_api_url == "https://slack.com/api/"


def test_problems_of_the_bot_go_to_the_approvals_channel_unless_told_otherwise(
    tmp_path: Path,
) -> None:
    settings = load(write(tmp_path, '[slack]\napprovals_channel = "C0APPROVE"\n'), {})
    assert settings.slack.ops_channel == "C0APPROVE"


def test_nothing_at_all_is_enough_for_commands_that_only_need_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(None, {})
    assert settings.file is None
    assert database(settings) == f"sqlite:///{tmp_path}/integration-users.db"


def test_the_default_database_lies_beside_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    monkeypatch.chdir(here)
    file = write(there, org())
    assert database(load(file, {})) == f"sqlite:///{there}/integration-users.db"
    named = load(None, {"INTEGRATION_USERS_CONFIG": "../there/integration-users.toml"})
    assert Path(database(named).removeprefix("sqlite:///")).resolve() == (
        there / "integration-users.db"
    )


def test_the_environment_wins_and_its_paths_are_those_of_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    monkeypatch.chdir(here)
    file = write(there, '[database]\nurl = "sqlite:///mine.db"\n')
    assert database(load(file, {})) == f"sqlite:///{there}/mine.db"
    assert database(load(file, {"DATABASE_URL": "sqlite:///x.db"})) == f"sqlite:///{here}/x.db"
    address = "postgresql://bot:pw@db/bot"
    assert database(load(file, {"DATABASE_URL": address})) == address


def test_an_absolute_path_stays_where_it_is(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.db"
    settings = load(None, {"DATABASE_URL": f"sqlite:///{elsewhere}"})
    assert database(settings) == f"sqlite:///{elsewhere}"


@pytest.mark.parametrize(
    "name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DATABASE_URL"]
)
def test_every_secret_may_come_from_a_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    secret = {
        "SLACK_BOT_TOKEN": "xoxb-1-f",
        "SLACK_APP_TOKEN": "xapp-1-f",
        "DATABASE_URL": "postgresql://bot:pw@db/bot",
    }.get(name, "abcdef")
    (tmp_path / "secret").write_text(f"{secret}\n")
    settings = load(None, {f"{name}_FILE": "secret"})
    found = {
        "DATABASE_URL": settings.database_url,
        "SLACK_BOT_TOKEN": settings.environment.slack_bot_token,
        "SLACK_APP_TOKEN": settings.environment.slack_app_token,
        "SLACK_SIGNING_SECRET": settings.environment.slack_signing_secret,
    }[name]
    assert found is not None
    assert found.get_secret_value() == secret


def test_an_empty_variable_is_one_that_is_not_set(tmp_path: Path) -> None:
    settings = load(write(tmp_path, org()), {"DATABASE_URL": "", "SLACK_BOT_TOKEN": ""})
    assert settings.environment.slack_bot_token is None
    assert database(settings).startswith("sqlite:///")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://acme.my.salesforce.com/", "https://acme.my.salesforce.com"),
        ("https://ACME.my.salesforce.com", "https://acme.my.salesforce.com"),
        ("https://localhost:8443", "https://localhost:8443"),
        ("https://acme.develop.my.salesforce.com", "https://acme.develop.my.salesforce.com"),
    ],
)
def test_a_my_domain_is_kept_without_its_slash(written: str, kept: str, tmp_path: Path) -> None:
    settings = load(write(tmp_path, org(my_domain_url=f'"{written}"')), {})
    assert settings.orgs["uat"].my_domain_url == kept


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("0s", timedelta()),
        ("90s", timedelta(seconds=90)),
        ("10m", timedelta(minutes=10)),
        ("4h", timedelta(hours=4)),
        ("3d", timedelta(days=3)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_durations_are_a_number_and_a_unit(written: str, length: timedelta, tmp_path: Path) -> None:
    settings = load(write(tmp_path, f'[smoke]\npropagation_wait = "{written}"\n'), {})
    assert settings.smoke.propagation_wait == length


def test_a_running_bot_gets_its_keys_from_files_and_variables(tmp_path: Path) -> None:
    write_key(tmp_path / "keys/uat.pem", PEM + "uat")
    app = """
    [orgs.uat.apps.warehouse]
    label = "Warehouse"
    kind = "connected_app"
    name = "Warehouse"
    consumer_key = "3MVG9"
    private_key_env = "WAREHOUSE_KEY"
    """
    needed = (
        '[slack]\napprovals_channel = "C0APPROVE"\n[approval]\napprovers = ["U0ADA", "U0BEN"]\n'
    )
    settings = load(
        write(tmp_path, needed + org() + app), {**TOKENS, "WAREHOUSE_KEY": PEM}, running=True
    )
    assert settings.private_key("uat").get_secret_value() == PEM + "uat"
    assert settings.private_key("uat", "warehouse").get_secret_value() == PEM
    assert settings.orgs["uat"].apps["warehouse"].has_key


def test_every_key_of_the_tables_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs/configuration.md").read_text(encoding="utf-8")
    tables = [Tables]
    while tables:
        table = tables.pop()
        for name, field in table.model_fields.items():
            assert f"`{name}`" in text or f"[{name}" in text, name
            assert field.description, name
            tables += [
                inner
                for inner in [field.annotation, *getattr(field.annotation, "__args__", ())]
                if isinstance(inner, type) and issubclass(inner, Tables.__base__ or Tables)
            ]


def database(settings: Settings) -> str:
    return settings.database_url.get_secret_value()
