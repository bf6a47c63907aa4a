"""A casebook is never opened as a source: not by its name, not through a link, not under a second name, not by its bytes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.errors import SourceError
from geo.read.held import refuse_held
from geo.read.sniff import sniff


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "town.casebook"
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("PRAGMA application_id = 0x44504342")
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("CREATE TABLE decision (seq INTEGER)")
    yield path
    base.close()


@pytest.mark.parametrize("name", ["town.casebook", "town.casebook-wal", "town.casebook-shm", "TOWN.CASEBOOK"])
def test_a_casebook_is_refused_by_its_name_without_being_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match="案卷"):
        refuse_held(tmp_path / name)


def test_a_link_to_a_casebook_is_refused(live: Path, tmp_path: Path) -> None:
    link = tmp_path / "plates.gpkg"
    link.symlink_to(live)
    with pytest.raises(SourceError, match="案卷"):
        sniff(link)


def test_a_second_name_of_a_casebook_that_is_open_here_is_refused(live: Path, tmp_path: Path) -> None:
    second = tmp_path / "plates.gpkg"
    os.link(live, second)
    opened = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(SourceError, match="案卷"):
        refuse_held(second)
    assert len(list(Path("/proc/self/fd").iterdir())) == opened


def test_a_casebook_that_was_renamed_is_refused_by_its_header(live: Path, tmp_path: Path) -> None:
    copy = tmp_path / "buildings.gpkg"
    with sqlite3.connect(live) as base:
        base.execute("VACUUM INTO ?", (str(copy),))
    base.close()
    with pytest.raises(SourceError, match="案卷"):
        sniff(copy)


def test_a_geopackage_beside_a_live_casebook_is_read(live: Path, tmp_path: Path) -> None:
    path = tmp_path / "plates.gpkg"
    base = sqlite3.connect(path)
    base.execute("PRAGMA application_id = 0x47504B47")
    base.execute("CREATE TABLE plates (fid INTEGER)")
    base.close()
    assert sniff(path) == "gpkg"
