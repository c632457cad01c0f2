"""What all tests may ask for: a fresh database, on SQLite and on Postgres, and an engine in it."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import hypothesis
import pytest

from bot.config import forget
from bot.engine import Engine, Jobs, QueueSpec, migrate_engine
from store.database import Database
from store.schema import upgrade
from tests.modes import MODES, Mode
from tests.postgres import TEMPLATE, Postgres, running_postgres

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]

StartEngine = Callable[..., Awaitable[Engine]]


def pytest_configure() -> None:
    """Keep the caller's tokens, proxies, certificates and databases out; measure no time."""
    forget(os.environ)
    hypothesis.settings.register_profile("unhurried", deadline=None)  # busy machines change no test
    hypothesis.settings.load_profile("unhurried")


def make_schema(url: str) -> None:
    """Make every table there is, as `migrate` does: once a session, tests get copies."""
    upgrade(url)
    migrate_engine(url)


@pytest.fixture(scope="session")
def template_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table; copy it, never write it."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    make_schema(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The one real server of this session."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a database with every table; copy it, never connect to it."""
    postgres.execute(f"CREATE DATABASE {TEMPLATE}")
    make_schema(postgres.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture
def sqlite_url(tmp_path: Path, template_file: Path) -> str:
    file = tmp_path / "bot.db"
    shutil.copy(template_file, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgres_url(postgres: Postgres, postgres_template: str) -> Iterator[str]:
    """Ask for it in tests marked `postgres` only."""
    name = postgres.create(template=postgres_template)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> Mode:
    """Socket Mode and HTTP; a file that is about one of them says so by a fixture of its own."""
    mode: Mode = request.param
    return mode


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database.open(database_url)
    yield opened
    await opened.dispose()


@pytest.fixture
async def start_engine(database_url: str) -> AsyncIterator[StartEngine]:
    """Launch an engine on the test's database that looks for work often; drained at the end."""
    begun: list[Engine] = []

    async def start(
        jobs: Jobs, queues: Sequence[QueueSpec] = (QueueSpec(name="work"),), *, poll: float = 0.02
    ) -> Engine:
        engine = Engine(database_url, jobs, queues, poll=poll, adopt_every=0.5)
        await engine.launch()
        begun.append(engine)
        return engine

    yield start
    for engine in begun:
        await engine.drain(0)
