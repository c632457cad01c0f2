"""The server that the tests start finds a place for its socket, whatever TMPDIR says."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.postgres import PREFIX, SOCKET_PATH, short_folder


def fits(folder: Path) -> bool:
    return len(os.fsencode(folder / f"{PREFIX}12345678/data/.s.PGSQL.5432")) <= SOCKET_PATH


def test_it_goes_where_all_temporary_files_go(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(prefix="t-", dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        assert short_folder() == Path(folder)


def test_with_a_long_tmpdir_it_goes_to_a_short_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    long = tmp_path / ("x" * 115)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    assert not fits(long)
    assert fits(short_folder())
    tempfile.TemporaryFile(dir=short_folder()).close()


def test_without_any_short_folder_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(RuntimeError, match="set TMPDIR to a short folder"):
        short_folder()
