"""The rules of the house, held by looking at the house itself."""

import ast
import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from importlinter.application.use_cases import read_user_options
from importlinter.configuration import configure

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "store", "migrations")
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
NAMELESS = {"utils", "util", "helpers", "helper", "common", "models", "services", "misc"}
HOST = re.compile(r"\b(pypi\.org|pythonhosted\.org|[\w.-]*artifactory[\w.-]*|[\w.-]*nexus[\w-]*\.)")
SAY_THE_RULE = {"test_house.py", "test_docs.py"}
MACHINE = re.compile(r"(?<![\w.~>-])/(?:root|home/\w+|opt|mnt|srv|Users/\w+)/")


def code(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def tracked() -> list[Path]:
    """Every text that is, or would be, in the repository."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.fail("This needs a checkout and git, to know which files are the project's.")
    listed = subprocess.run(
        [git, "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "app-manifest.yml").read_text("utf-8"))
    return loaded


def test_no_file_grows_past_what_one_can_read() -> None:
    too_long = {
        str(file.relative_to(ROOT)): lines
        for file in code(*ROOMS)
        if (lines := len(file.read_text("utf-8").splitlines())) > LONGEST_FILE
    }
    assert not too_long


def test_no_function_is_longer_than_a_page() -> None:
    too_long = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
        for file in code(*ROOMS, "tests")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not too_long


def test_every_file_is_named_after_what_it_does() -> None:
    assert not [file for file in code(*ROOMS, "tests") if file.stem in NAMELESS]
    assert not [file for file in code(*ROOMS) if file.parent.name in NAMELESS]


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(file.relative_to(ROOT))
        for file in code(*ROOMS)
        if not ast.get_docstring(ast.parse(file.read_text("utf-8")))
    ]
    assert not silent


def test_every_room_has_an_import_contract() -> None:
    """`bot.cli`, `bot.demo` and `bot.__main__` may import everything."""
    configure()
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    sources = {contract["source"] for contract in tools["importlinter"]["contracts"]}
    rooms = {
        f"bot.{path.stem}"
        for path in (ROOT / "bot").iterdir()
        if path.stem != "__init__" and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    assert rooms - {"bot.cli", "bot.demo", "bot.__main__"} <= sources
    assert "store" in sources
    assert read_user_options(config_filename=str(ROOT / "pyproject.toml")).contracts_options


def test_requirements_are_pinned_by_hash_and_name_no_index_and_no_machine() -> None:
    for file in sorted((ROOT / "requirements").glob("*.txt")):
        text = file.read_text("utf-8")
        assert not re.search(r"https?:|file:|^-|@ ", text, re.MULTILINE), file.name
        pins = [line for line in text.splitlines() if not line.startswith(" ")]
        assert pins, file.name
        assert all(re.match(r"[a-z0-9.-]+(\[[a-z]+\])?==\S+ .*\\$", pin) for pin in pins), file.name
        assert text.count("--hash=sha256:") >= len(pins), file.name


def test_what_runs_is_pinned_the_same_where_it_is_tested() -> None:
    def pins(name: str) -> set[str]:
        lines = (ROOT / "requirements" / name).read_text("utf-8").splitlines()
        return {line.split(" ")[0] for line in lines if not line.startswith(" ")}

    assert pins("run.txt") <= pins("dev.txt")
    backend = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]
    assert set(backend["requires"]) <= pins("build.txt")


def test_no_text_names_a_package_index_or_a_place_on_somebodys_machine() -> None:
    found = []
    for file in tracked():
        if file.name in SAY_THE_RULE or file.suffix in {".png", ".ico"}:
            continue
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if HOST.search(line) or MACHINE.search(line):
                found.append(f"{file.relative_to(ROOT)}:{number}")
    assert not found


def test_whatever_is_left_out_says_why() -> None:
    """An ignored warning or type, and a skipped test, has its reason on the line."""
    bare = re.compile(
        r"# type: ignore(\[[\w,\- ]*\])?\s*$|# noqa(: ?[A-Z0-9, ]+)?\s*$|no cover\s*$"
        r"|pytest\.(skip|xfail)\(\)|mark\.(skip|xfail)(\(\))?\s*$"
    )
    assert not [
        f"{file.relative_to(ROOT)}:{number}"
        for file in tracked()
        if file.suffix == ".py"
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if bare.search(line)
    ]


def test_no_private_key_is_kept_here() -> None:
    """Only words that look like one, made up for tests: none is long enough to be a key."""
    whole = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/=]{60}")
    assert not [file for file in tracked() if whole.search(file.read_text("utf-8", "replace"))]


@pytest.fixture
def stub_make(tmp_path: Path) -> Path:
    """A folder with a `make` that tells where it was called and with what; `FAIL` makes it fail."""
    stub = tmp_path / "bin/make"
    stub.parent.mkdir()
    stub.write_text('#!/bin/sh\necho "$(pwd -P) $*"\ntest "$*" != "$FAIL"\n')
    stub.chmod(0o755)
    return stub.parent


def ci(stub: Path, *, fail: str = "") -> tuple[int, list[str]]:
    """Run it by its whole path from a folder that is not the project's."""
    elsewhere = stub.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    environ = {"PATH": f"{stub}{os.pathsep}{os.environ['PATH']}", "FAIL": fail}
    ran = subprocess.run(
        [ROOT / ".ci/run"], cwd=elsewhere, env=environ, check=False, capture_output=True, text=True
    )
    return ran.returncode, ran.stdout.splitlines()


def test_ci_run_from_anywhere_tests_and_then_lints_the_project(stub_make: Path) -> None:
    here = ROOT.resolve()
    assert ci(stub_make) == (0, [f"{here} test", f"{here} lint"])


def test_ci_fails_when_the_tests_or_the_checks_fail(stub_make: Path) -> None:
    code, ran = ci(stub_make, fail="test")
    assert code != 0
    assert len(ran) == 1
    code, ran = ci(stub_make, fail="lint")
    assert code != 0
    assert len(ran) == 2


def test_make_without_a_target_lists_every_target() -> None:
    make = shutil.which("make")
    assert make, "make is needed"
    environ = {"PATH": os.environ["PATH"]}
    shown = subprocess.run(
        [make], cwd=ROOT, env=environ, check=True, capture_output=True, text=True
    )
    text = (ROOT / "Makefile").read_text("utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    for target in phony.split():
        assert f"make {target} " in shown.stdout


def test_the_manifest_is_one_that_slack_takes() -> None:
    schema = json.loads((ROOT / "tests/data/slack-manifest-schema.json").read_text("utf-8"))
    jsonschema.Draft7Validator(schema).validate(manifest())


def test_the_manifest_asks_for_few_scopes_and_says_why() -> None:
    scopes = manifest()["oauth_config"]["scopes"]
    assert scopes == {"bot": ["commands", "chat:write", "users:read", "usergroups:read"]}
    text = (ROOT / "app-manifest.yml").read_text("utf-8")
    setup = (ROOT / "docs/slack-setup.md").read_text("utf-8")
    for scope in scopes["bot"]:
        assert re.search(rf"^ +- {scope} +# \S", text, re.MULTILINE), scope
        assert f"`{scope}`" in setup, scope


def test_the_manifest_offers_the_command_and_the_shortcut_over_socket_mode() -> None:
    loaded = manifest()
    (command,) = loaded["features"]["slash_commands"]
    assert command["command"] == "/integration-user"
    assert command["should_escape"] is True
    (shortcut,) = loaded["features"]["shortcuts"]
    assert (shortcut["type"], shortcut["callback_id"]) == ("global", "integration_user_new")
    assert loaded["settings"]["socket_mode_enabled"] is True
    assert loaded["settings"]["interactivity"] == {"is_enabled": True}
    assert loaded["features"]["app_home"] == {
        "home_tab_enabled": False,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": True,
    }
