"""The command line as somebody types it, in this process; the log is put back afterwards."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from bot.cli import cli

Type = Callable[..., Result]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Type]:
    """Type a command in an empty folder, with these variables."""
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def type_(*words: str, **environ: str) -> Result:
        return CliRunner().invoke(cli, words, env=environ, prog_name="integration-user-bot")

    yield type_
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
