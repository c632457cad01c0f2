"""Fresh databases for several houses in one test, and what an undisturbed request leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kill.dying import End, end_of
from tests.postgres import Postgres
from tests.story.house import copy_of, living_house

Fresh = Callable[[str], tuple[Path, str]]


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, template_file: Path) -> End:
    """The end of a request that nothing happened to."""
    folder = tmp_path_factory.mktemp("undisturbed")

    async def live() -> End:
        async with living_house(folder, copy_of(template_file, folder)) as house:
            await house.ask()
            await house.approve()
            await house.ends("live")
            return end_of(house)

    return asyncio.run(live())


@pytest.fixture
def fresh_sqlite(tmp_path: Path, template_file: Path) -> Fresh:
    """Make a folder of this name with a database of its own; answers both."""

    def fresh(name: str) -> tuple[Path, str]:
        folder = tmp_path / name
        folder.mkdir()
        return folder, copy_of(template_file, folder)

    return fresh


@pytest.fixture
def fresh_postgres(tmp_path: Path, postgres: Postgres, postgres_template: str) -> Iterator[Fresh]:
    """The same on Postgres."""
    made: list[str] = []

    def fresh(name: str) -> tuple[Path, str]:
        folder = tmp_path / name
        folder.mkdir()
        made.append(postgres.create(template=postgres_template))
        return folder, postgres.url(made[-1])

    yield fresh
    for database in made:
        postgres.drop(database)
