"""A healthy world for every test to break."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.doctor.clinic import Clinic, living_clinic


@pytest.fixture
async def clinic(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Clinic]:
    async with living_clinic(tmp_path, sqlite_url) as living:
        yield living


@pytest.fixture
async def two_orgs(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Clinic]:
    async with living_clinic(tmp_path, sqlite_url, both=True) as living:
        yield living
