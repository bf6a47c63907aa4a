"""A casebook beside GDAL in one process: other files may be read a thousand times, the casebook itself never."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point

from geo.casebook import open_casebook
from geo.casebook.fsck import fsck
from geo.casebook.store import is_casebook
from geo.errors import CasebookError, SourceError
from geo.read import read
from geo.read.sniff import sniff
from tests.durability.towns import finding_ids, found_town, note

ROOT = Path(__file__).resolve().parents[2]
READS_N = 1_000


@pytest.fixture
def casebook(tmp_path: Path) -> Path:
    path = tmp_path / "town.casebook"
    found_town(path, cases_n=10).close()
    return path


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    path = tmp_path / "plates.gpkg"
    points = gpd.GeoDataFrame({"plate_id": ["P1", "P2"]}, geometry=[Point(600_000, 3_275_000), Point(600_010, 3_275_000)], crs="EPSG:4544")
    points.to_file(path, layer="plates", driver="GPKG")
    return path


def live_and_die(casebook: Path, layer: Path, victim: str) -> list[tuple[int, str]]:
    """What the process acknowledged before it was killed."""
    command = [sys.executable, "-m", "tests.durability.beside", str(casebook), str(layer), str(READS_N), victim]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    if victim == "layer":
        assert done.returncode == -signal.SIGKILL, done.stderr
    return [(int(seq), h) for seq, h in (line.split() for line in done.stdout.splitlines())]


def kept(casebook: Path) -> set[tuple[int, str]]:
    with closing(sqlite3.connect(casebook)) as base:
        return {(seq, h) for seq, h in base.execute("SELECT seq, hash FROM decision")}


def test_a_thousand_reads_of_a_geopackage_beside_a_live_casebook_lose_nothing(casebook: Path, layer: Path) -> None:
    acknowledged = live_and_die(casebook, layer, "layer")
    assert len(acknowledged) == 100
    assert set(acknowledged) - kept(casebook) == set()
    assert fsck(casebook) == []


def test_one_read_of_the_casebook_itself_by_gdal_loses_decisions(casebook: Path, layer: Path) -> None:
    # what the guard is for; should a future GDAL or SQLite make this harmless, this test says so
    acknowledged = live_and_die(casebook, layer, "casebook")
    assert len(acknowledged) >= 20
    assert len(set(acknowledged) - kept(casebook)) > 0 or fsck(casebook) != []


def test_the_readers_refuse_a_live_casebook(casebook: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    with open_casebook(casebook) as book:
        os.link(casebook, project / "plates.gpkg")
        with pytest.raises(SourceError, match="案卷"):
            sniff(casebook)
        with pytest.raises(SourceError, match="案卷"):
            read(project)
        before = locks(casebook)
        book.decide(note(finding_ids(1)[0], 0))
        assert before
        assert locks(casebook) == before


def test_a_geopackage_is_refused_as_a_casebook(layer: Path) -> None:
    with pytest.raises(CasebookError, match=r"图层|GeoPackage"):
        open_casebook(layer)
    renamed = layer.rename(layer.with_suffix(".casebook"))
    with pytest.raises(CasebookError, match="GeoPackage"):
        open_casebook(renamed)


@pytest.mark.parametrize("look", ["open_again", "is_casebook", "fsck", "refused"])
def test_looking_at_an_open_casebook_does_not_drop_its_locks(casebook: Path, look: str) -> None:
    with open_casebook(casebook) as book:
        book.decide(note(finding_ids(1)[0], 0))
        before = locks(casebook)
        assert before
        if look == "open_again":
            open_casebook(casebook).close()
        elif look == "is_casebook":
            is_casebook(casebook)
        elif look == "fsck":
            assert fsck(casebook) == []
        else:
            with pytest.raises(SourceError):
                sniff(casebook)
        assert locks(casebook) == before


def test_another_process_that_opens_and_closes_takes_nothing_away(casebook: Path) -> None:
    with open_casebook(casebook) as book:
        book.decide(note(finding_ids(1)[0], 0))
        open_casebook(casebook).close()
        other = f"from geo.casebook import open_casebook; from pathlib import Path; open_casebook(Path({str(casebook)!r})).close()"
        subprocess.run([sys.executable, "-c", other], cwd=ROOT, check=True, timeout=60)
        assert casebook.with_name(casebook.name + "-wal").is_file()
        head = book.decide(note(finding_ids(2)[1], 0))
        assert (head.seq, head.hash) in kept(casebook)


def locks(path: Path) -> list[str]:
    """The locks this process holds on the file itself."""
    inode, mine = path.stat().st_ino, []
    for line in Path("/proc/locks").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if "->" not in words and words[4] == str(os.getpid()) and words[5].endswith(f":{inode}"):
            mine.append(" ".join([*words[1:4], *words[6:]]))
    return sorted(mine)
