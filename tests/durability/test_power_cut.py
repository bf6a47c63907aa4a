"""The power fails at any moment: with FULL no decision that was acknowledged is lost; under NORMAL the same test must fail."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from geo.casebook import open_casebook, store
from geo.casebook.fsck import fsck
from geo.casebook.verifier import check_file
from tests.durability.disk import Event, Recording, cuts, record
from tests.durability.towns import finding_ids, found_town, note

DECISIONS_N, CUTS_N, SEED = 600, 500, 20260630
PROVED_EVERY = 10
"""At every cut the pages are checked and the log is compared with the one that was written; at every tenth all of fsck's rows as well."""
NAME = "town.casebook"


@dataclass
class Found:
    """What was there after the cuts: at how many decisions were lost, the most at one, at how many the file or its log did not hold."""

    cuts_n: int = 0
    lossy_n: int = 0
    worst_n: int = 0
    corrupt_n: int = 0


def decide(folder: Path) -> Recording:
    """600 decisions on a casebook made under the recorder, each marked when it was acknowledged, then a proper close."""
    ids = finding_ids(30)
    with record(folder) as recording:
        with found_town(folder / NAME, cases_n=30) as book:
            recording.mark("ready", "")
            for n in range(DECISIONS_N):
                decision = note(ids[n % 30], n // 30, decision_id=f"decision-{n:05d}")
                book.decide(decision)
                recording.mark("ack", decision.decision_id)
        recording.mark("closed", "")
    return recording


def replay(recording: Recording, folder: Path, model: str, *, cuts_n: int = CUTS_N) -> Found:
    """Cut the power at that many moments and look at what the disk holds."""
    ready = next(i for i, e in enumerate(recording.events) if e.what == "ready")
    at = random.Random(SEED).sample(range(ready, len(recording.events) + 1), cuts_n)
    written, found = read_log(recording.folder / NAME), Found()
    assert written is not None

    def look(_cut: int, before: list[Event], files: dict[str, bytes]) -> None:
        acknowledged = sum(e.what == "ack" for e in before)
        with fallen(files, folder) as path:
            kept = read_log(path)
            proved = found.cuts_n % PROVED_EVERY or (kept is not None and check_file(path) == [])
        kept_n = sum(row[1].startswith("decision-") for row in kept or [])
        found.cuts_n += 1
        found.lossy_n += kept_n < acknowledged
        found.worst_n = max(found.worst_n, acknowledged - kept_n)
        found.corrupt_n += kept is None or kept != written[: len(kept)] or not proved

    cuts(recording, at, seed=SEED, model=model, wanted=look)
    return found


class fallen:
    """The files of a disk that fell, in a folder, for as long as somebody looks at them."""

    def __init__(self, files: dict[str, bytes], folder: Path) -> None:
        self.files, self.folder = files, folder

    def __enter__(self) -> Path:
        for name, content in self.files.items():
            (self.folder / name).write_bytes(content)
        return self.folder / NAME

    def __exit__(self, *_: object) -> None:
        for path in list(self.folder.iterdir()):
            path.unlink()


def read_log(path: Path) -> list[tuple[object, ...]] | None:
    """The log a file holds once SQLite has recovered it; null where its pages or rows cannot be read."""
    try:
        with closing(sqlite3.connect(path)) as base:
            base.execute("PRAGMA synchronous = OFF")  # what is looked at here is thrown away
            whole = base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return base.execute("SELECT * FROM decision ORDER BY seq").fetchall() if whole else None
    except sqlite3.DatabaseError:
        return None


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return decide(tmp_path_factory.mktemp("full"))


@pytest.fixture
def dry(tmp_path: Path) -> Path:
    folder = tmp_path / "after"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("model", ["strict", "random"])
def test_nothing_acknowledged_is_lost_at_any_of_500_power_cuts(full: Recording, dry: Path, model: str) -> None:
    found = replay(full, dry, model)
    assert found == Found(cuts_n=CUTS_N, lossy_n=0, worst_n=0, corrupt_n=0)


@pytest.mark.parametrize("model", ["strict", "random"])
def test_the_same_cuts_under_normal_lose_decisions(tmp_path: Path, dry: Path, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "SYNCHRONOUS", "NORMAL")
    (tmp_path / "normal").mkdir()
    found = replay(decide(tmp_path / "normal"), dry, model, cuts_n=CUTS_N // 10)
    assert found.lossy_n > CUTS_N // 20
    assert found.worst_n > 100


def test_the_recorder_sees_every_commit_synced_before_it_is_acknowledged(full: Recording) -> None:
    acks = [i for i, e in enumerate(full.events) if e.what == "ack"]
    assert len(acks) == DECISIONS_N
    for before, ack in zip([full.events.index(Event("ready", "")), *acks], acks, strict=False):
        between = [e.what for e in full.events[before:ack]]
        assert "write" in between
        assert between[::-1].index("sync") < between[::-1].index("write")


def test_people_go_on_working_after_a_power_cut(full: Recording, dry: Path) -> None:
    acks = [i for i, e in enumerate(full.events) if e.what == "ack"]

    def look(_cut: int, before: list[Event], files: dict[str, bytes]) -> None:
        done = sum(e.what == "ack" for e in before)
        with fallen(files, dry) as path, open_casebook(path) as book:
            finding_id = finding_ids(30)[done % 30]
            version = book.case(finding_id).version
            assert book.decide(note(finding_id, version)).seq == book.head().seq
            assert fsck(book) == []

    cuts(full, random.Random(SEED).sample(acks, 8), seed=SEED, model="random", wanted=look)
