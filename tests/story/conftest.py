"""A living house on SQLite for every story; on both databases where a story asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.story.house import House, living_house


@pytest.fixture
async def house(tmp_path: Path, sqlite_url: str) -> AsyncIterator[House]:
    async with living_house(tmp_path, sqlite_url) as living:
        yield living


@pytest.fixture
async def any_house(tmp_path: Path, database_url: str) -> AsyncIterator[House]:
    async with living_house(tmp_path, database_url) as living:
        yield living


@pytest.fixture(params=["socket", "http"])
async def either_house(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_url: str
) -> AsyncIterator[House]:
    """Over Socket Mode and over HTTP: nothing that a person does may differ."""
    async with living_house(tmp_path, sqlite_url, mode=request.param) as living:
        yield living
