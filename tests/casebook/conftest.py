"""Books to test with: every test that asks for `book` runs on SQLite and on a PostgreSQL that is really started."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from geo.casebook import Casebook, open_casebook
from tests.casebook.filling import Clock, staff
from tests.casebook.postgres import Cluster, find_binaries, find_memory

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
def place_of(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Path | str]]:
    """Where a new casebook of one backend goes; the second argument is a PostgreSQL database to copy."""
    memory = tempfile.TemporaryDirectory(dir=find_memory() or tmp_path)
    made: list[str] = []

    def place(backend: str, template: str | None = None) -> Path | str:
        if backend == "sqlite":
            return Path(memory.name) / f"{len(list(Path(memory.name).glob('*.casebook')))}.casebook"
        made.append(request.getfixturevalue("cluster").create_database(template))
        return made[-1]

    yield place
    for url in made:
        request.getfixturevalue("cluster").drop_database(url)
    memory.cleanup()


@pytest.fixture(params=BACKENDS)
def where(request: pytest.FixtureRequest, place_of: Callable[[str], Path | str]) -> Path | str:
    """A place for a new casebook, on each backend."""
    return place_of(request.param)


@pytest.fixture
def clock() -> Clock:
    """A clock the test moves."""
    return Clock()


@pytest.fixture(scope="session")
def staffed_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A closed casebook in which STAFF has accounts."""
    path = tmp_path_factory.mktemp("staffed") / "a.casebook"
    with open_casebook(path, Clock()) as opened:
        staff(opened)
    assert not path.with_name("a.casebook-wal").exists()
    return path.read_bytes()


@pytest.fixture(scope="session")
def staffed_database(cluster: Cluster) -> str:
    """The same in PostgreSQL."""
    url = cluster.create_database()
    with open_casebook(url, Clock()) as opened:
        staff(opened)
    return url


@pytest.fixture
def staffed_of(request: pytest.FixtureRequest, place_of: Callable[..., Path | str]) -> Callable[[str], Path | str]:
    """A new casebook of one backend in which STAFF has accounts."""

    def place(backend: str) -> Path | str:
        if backend == "postgresql":
            return place_of(backend, request.getfixturevalue("staffed_database"))
        path = Path(place_of(backend))
        path.write_bytes(request.getfixturevalue("staffed_file"))
        return path

    return place


@pytest.fixture(params=BACKENDS)
def book_at(request: pytest.FixtureRequest, staffed_of: Callable[[str], Path | str]) -> Path | str:
    """Where `book` lies."""
    return staffed_of(request.param)


@pytest.fixture
def book(book_at: Path | str, clock: Clock) -> Iterator[Casebook]:
    """A casebook in which STAFF has accounts and nothing else happened, on each backend."""
    with open_casebook(book_at, clock) as opened:
        yield opened
