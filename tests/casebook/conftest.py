"""Books to test with: every test that asks for `book` runs on SQLite and on a PostgreSQL that is really started."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from geo.casebook import Casebook, open_casebook
from tests.casebook.filling import Clock
from tests.casebook.postgres import Cluster, find_binaries

BACKENDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One server for the session; skipped visibly where none is installed."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server: .ci/postgres installs it")
    server = Cluster(binaries)
    yield server
    server.stop()


@pytest.fixture
def place_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Path | str]:
    """Where a new casebook of one backend goes."""
    numbers = iter(range(1_000))

    def place(backend: str) -> Path | str:
        if backend == "sqlite":
            return tmp_path / f"{next(numbers)}.casebook"
        server: Cluster = request.getfixturevalue("cluster")
        return server.create_database()

    return place


@pytest.fixture(params=BACKENDS)
def where(request: pytest.FixtureRequest, place_of: Callable[[str], Path | str]) -> Path | str:
    """A place for a new casebook, on each backend."""
    return place_of(request.param)


@pytest.fixture
def clock() -> Clock:
    """A clock the test moves."""
    return Clock()


@pytest.fixture
def book(where: Path | str, clock: Clock) -> Iterator[Casebook]:
    """An empty casebook, on each backend."""
    with open_casebook(where, clock) as opened:
        yield opened
