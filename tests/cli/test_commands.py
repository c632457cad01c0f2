"""Which commands and options there are, what they say, and how they exit."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bot import cli
from bot.__main__ import main
from bot.sandbox.orgs.keys import key_pair
from tests.cli.conftest import Type
from tests.config.written import org, write

ROOT = Path(__file__).parents[2]
BAD = '[slack]\ncolour = "red"\n[approval]\nrequired = 0\n'


def test_help_names_what_there_is_and_nothing_that_is_not_built(typed: Type) -> None:
    said = typed("--help")
    assert said.exit_code == 0
    for command in ("run", "demo", "migrate", "requests"):
        assert f"\n  {command} " in said.stdout
    for command in cli._NOT_BUILT:
        assert f"\n  {command} " not in said.stdout


@pytest.mark.parametrize("name", cli._NOT_BUILT)
def test_a_command_that_is_promised_and_not_built_says_so(typed: Type, name: str) -> None:
    said = typed(name, "--json")
    assert said.exit_code == 2
    assert said.stderr == f"{name} is not built yet\n"


def test_a_command_that_nobody_knows_is_refused(typed: Type) -> None:
    said = typed("dance")
    assert said.exit_code == 2
    assert "dance" in said.stderr


def test_the_module_and_the_console_script_are_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], cwd=ROOT, capture_output=True, check=True
    )
    assert b"Usage: integration-user-bot" in done.stdout
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert scripts == {"integration-user-bot": f"{main.__module__}:{main.__name__}"}


@pytest.mark.parametrize(
    "words",
    [
        ("--config", "other.toml", "migrate", "--check"),
        ("migrate", "--config", "other.toml", "--check"),
        ("--config", "absent.toml", "migrate", "--check", "--config", "other.toml"),
        ("requests", "--config", "other.toml"),
        ("--config", "other.toml", "requests", "show", "1"),
        ("requests", "show", "1", "--config", "other.toml"),
        ("requests", "--config", "other.toml", "show", "1"),
    ],
    ids=" ".join,
)
def test_the_configuration_is_named_before_or_after_the_command(
    typed: Type, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "other.toml").write_text(BAD)
    said = typed(*words)
    assert said.exit_code == 2
    assert "slack.colour" in said.stderr
    assert "approval.required" in said.stderr


def test_every_problem_of_a_bad_configuration_is_told_at_once(typed: Type, tmp_path: Path) -> None:
    (tmp_path / "integration-users.toml").write_text(BAD)
    said = typed("run")
    assert said.exit_code == 2
    for problem in ("slack.colour", "approval.required", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        assert problem in said.stderr
    assert not list(tmp_path.glob("*.db*"))


@pytest.mark.parametrize("words", [("run",), ("job", "digest"), ("check",), ("check", "--json")])
@pytest.mark.parametrize("key", ["private_key_env", "private_key_file"])
def test_a_key_written_in_the_place_of_its_name_is_not_printed(
    typed: Type, tmp_path: Path, words: tuple[str, ...], key: str
) -> None:
    pem = key_pair("provisioner").private_key_pem
    for secret in (pem, "".join(pem.splitlines()[1:-1]), pem.splitlines()[1]):
        text = org(my_domain_url='"https://127.0.0.1:1"')
        wrong = text.replace('private_key_file = "keys/uat.pem"', f'{key} = """{secret}"""')
        write(tmp_path, wrong)
        said = typed(*words)
        assert said.exit_code == (1 if words[0] == "check" else 2)
        assert f"orgs.uat.{key}" in said.output
        assert not [one for one in pem.splitlines()[1:-1] if one in said.output]
