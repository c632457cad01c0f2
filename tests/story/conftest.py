"""A living house on SQLite for every story, whichever way Slack reaches it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from tests.modes import EACH_WITH_A_DATABASE, Mode
from tests.story.house import Build, House, living_house


@pytest.fixture
def build(tmp_path: Path, sqlite_url: str, mode: Mode) -> Build:
    """For stories that say themselves what is special about their house."""
    return partial(living_house, tmp_path, sqlite_url, mode=mode)


@pytest.fixture
async def house(build: Build) -> AsyncIterator[House]:
    async with build() as living:
        yield living


@pytest.fixture(params=EACH_WITH_A_DATABASE, ids=" ".join)
def any_build(request: pytest.FixtureRequest, tmp_path: Path) -> Build:
    """On both databases."""
    url, mode = request.param
    return partial(living_house, tmp_path, request.getfixturevalue(url), mode=mode)


@pytest.fixture
async def any_house(any_build: Build) -> AsyncIterator[House]:
    async with any_build() as living:
        yield living
