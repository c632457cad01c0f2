"""What the code imports is what the project asks to be installed, and the other way round."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
OURS = ("bot", "store", "migrations")
UNSEEN = {
    "aiosqlite": "the driver in a database URL",
    "psycopg": "the driver in a database URL",
    "tzdata": "the time zones, where the machine has none",
}
"""Imported by a library on our behalf, so that no import of ours shows it."""


def plain(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> dict[str, set[str]]:
    """Every distribution that the project asks for itself, with the extras that it asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found = {}
    for line in project["dependencies"]:
        match = re.match(r"([\w.-]+)(?:\[([\w, -]+)\])?", line)
        assert match, line
        extras = (match[2] or "").split(",")
        found[plain(match[1])] = {extra.strip() for extra in extras} - {""}
    return found


def brought_by_extras() -> set[str]:
    """What the extras bring: asking for `pyjwt[crypto]` is asking for cryptography."""
    found = set()
    for name, extras in declared().items():
        for line in metadata.requires(name) or []:
            needed, _, marker = line.partition(";")
            if set(re.findall(r"extra == ['\"]([\w-]+)['\"]", marker)) & extras:
                found.add(plain(re.split(r"[^\w.-]", needed.strip())[0]))
    return found


def imports(file: Path) -> Iterator[str]:
    """The first part of every module that a file imports, wherever in it, but for its own kin."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name.partition(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def imported() -> dict[str, str]:
    """Every foreign module that what is shipped imports, and one file that does."""
    found: dict[str, str] = {}
    for folder in OURS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for name in imports(file):
                if name not in sys.stdlib_module_names and name not in OURS:
                    found.setdefault(name, str(file.relative_to(ROOT)))
    return found


def owners(module: str) -> set[str]:
    return {plain(name) for name in metadata.packages_distributions().get(module, [])}


def test_whatever_is_imported_is_asked_for_by_the_project_itself() -> None:
    asked = declared().keys() | brought_by_extras()
    found = imported()
    assert "sqlalchemy" in found
    assert {name: file for name, file in found.items() if not owners(name) & asked} == {}


def test_whatever_the_project_asks_for_is_used() -> None:
    used = {owner for module in imported() for owner in owners(module)}
    assert declared().keys() - used == UNSEEN.keys()


def test_what_has_no_import_of_ours_is_there_by_its_extra() -> None:
    """Without them the engines of both databases, and RS256, are missing at run time only."""
    assert {"greenlet", "psycopg-binary", "cryptography"} <= brought_by_extras()
