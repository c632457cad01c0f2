"""The wheel holds everything: from an empty environment, `migrate` works in any folder."""

import os
import sqlite3
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that has nothing of this process's environment but the path."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), "PIP_NO_INDEX": "1"},
        check=False,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it with the pinned backend, without an index."""
    out = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
        "--wheel-dir", out, ROOT, cwd=out,
    )  # fmt: skip
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it; the libraries come from this one, by a path file.

    A path file adds the folder and runs no path files in it, so that the editable install, which is
    one, does not lend its sources. It lends more than the wheel asks for: that nothing is imported
    which is not asked for is held by tests/test_dependencies.py.
    """
    folder = tmp_path_factory.mktemp("empty") / "env"
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    run(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel,
        cwd=folder,
    )  # fmt: skip
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(run(python, "-c", where, cwd=folder).stdout.strip())
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "lent.pth").write_text("\n".join(sorted(lent)))
    return python


def test_the_wheel_holds_the_packages_and_the_migrations(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "bot/cli.py" in names
    assert "store/ledger.py" in names
    assert "store/_migrations/env.py" in names
    assert any(name.startswith("store/_migrations/versions/0001") for name in names)
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"bot", "store"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pem", ".db"))]


def test_migrate_works_from_a_folder_that_knows_nothing_of_the_checkout(
    python: Path, tmp_path: Path
) -> None:
    said = run(python, "-c", "import bot, store; print(bot.__file__, store.__file__)", cwd=tmp_path)
    assert str(ROOT) not in said.stdout
    script = python.parent / "integration-user-bot"
    run(script, "migrate", cwd=tmp_path)
    with sqlite3.connect(tmp_path / "integration-users.db") as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    assert {"request", "journal", "workflow_status"} <= tables
    run(python, "-m", "bot", "migrate", "--check", cwd=tmp_path)
