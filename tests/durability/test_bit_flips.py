"""One bit of the file turns over: whatever that changes of what people decided or saw is reported."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert

from geo.casebook import Decision, open_casebook
from geo.casebook.fsck import fsck
from geo.casebook.schema import METADATA, lineage, object_seen, run
from tests.durability.towns import VILLAGES, evidence_of, finding_ids, flip, found_town, note

FLIPS_N, SEED = 1_000, 7


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("flips") / "town.casebook")


def fill(path: Path) -> Path:
    """A small casebook in which every table has rows, but for those of identity over runs."""
    ids = finding_ids(24)
    with found_town(path, cases_n=24) as book:
        for n, finding_id in enumerate(ids * 2):
            book.decide(note(finding_id, n // 24))
        f, e = ids[0], evidence_of(ids[0])
        book.decide(Decision(f, "number_proposed", 2, e, "clerk_1", payload={"number": "12", "lon": 106.5, "lat": 29.5}))
        book.undo(f, version=3, evidence_hash=e, by="clerk_1", reason="看错")
        book.set_deadline(VILLAGES[0], date(2026, 12, 31), by="clerk_1")
        book.log_export(by="clerk_1", kind="village_sheet", scope="*", rows_n=24, suppressed_n=0, sha256="0" * 64)
        book.close_account("clerk_3", by="admin")
    return path


def flips(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The file with one bit turned over, at places by lot."""
    lot = random.Random(SEED)
    for place in lot.sample(range(len(content) * 8), FLIPS_N):
        changed = bytearray(content)
        changed[place // 8] ^= 1 << place % 8
        yield place, bytes(changed)


def say(path: Path) -> dict[str, list[tuple[object, ...]]] | None:
    """Everything a casebook says: tables, guards, rows; null where it cannot be read.

    But for the time it was last opened, which nobody decided and nothing shows.
    """
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            said = {"definitions": base.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()}
            for table in [*METADATA.tables, "alembic_version"]:
                rows = base.execute("SELECT * FROM " + table).fetchall()
                said[table] = sorted((row for row in rows if row[0] != "opened_at"), key=repr)
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    return said


def test_every_bit_that_changes_what_a_casebook_says_is_reported(whole: Path, tmp_path: Path) -> None:
    content, told = whole.read_bytes(), say(whole)
    assert told is not None
    assert fsck(whole) == []
    seen: Counter[str] = Counter()
    path = tmp_path / "flipped.casebook"
    for place, changed in flips(content):
        path.write_bytes(changed)
        reported, same = bool(fsck(path)), say(path) == told
        seen[f"{'reported' if reported else 'silent'} {'harmless' if same else 'changed'}"] += 1
        assert reported or same, f"bit {place} changed the casebook and nothing was reported"
    assert sum(seen.values()) == FLIPS_N
    assert seen["reported changed"] > 50


@pytest.mark.parametrize(
    ("table", "column"),
    [(t.name, c.name) for t in METADATA.tables.values() for c in t.columns],
)
def test_every_column_of_every_table_is_held(table: str, column: str, every_table: Path, tmp_path: Path) -> None:
    """What a bit can turn, a hand can: any value of any row changed behind the guards' back is reported."""
    path = tmp_path / "changed.casebook"
    path.write_bytes(every_table.read_bytes())
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA synchronous = OFF")
        base.execute("PRAGMA ignore_check_constraints = ON")
        row = base.execute(f"SELECT rowid, {quoted(column)} FROM {table} WHERE {quoted(column)} IS NOT NULL ORDER BY {quoted(column)}").fetchone()
        if row is None:
            row = base.execute(f"SELECT rowid, NULL FROM {table}").fetchone()
        if table == "meta" and column == "v":
            row = base.execute("SELECT rowid, v FROM meta WHERE k = 'project_id'").fetchone()
        value = row[1]
        other = value + 1000 if isinstance(value, int | float) else f"{value}x" if isinstance(value, str) else 1
        base.execute(f"UPDATE {table} SET {quoted(column)} = ? WHERE rowid = ?", (other, row[0]))
        base.commit()
    faults = [fault for fault in fsck(path) if not (fault.code == "guard_changed" and fault.where.startswith("trigger"))]
    assert faults, f"{table}.{column}: {value!r} -> {other!r}"


@pytest.fixture(scope="module")
def every_table(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a second run whose staged tables all have rows, and with its guards gone."""
    path = tmp_path_factory.mktemp("every") / "town.casebook"
    path.write_bytes(whole.read_bytes())
    with open_casebook(path) as book:
        book.revoke(3, by="admin")
        with book.store.writing() as connection:
            begun = {"started_at": book.store.now(), "started_by": "clerk_1", "as_of": "2026-06-30", "tool_version": "0"}
            connection.execute(insert(run), {"run_id": 2, "status": "running", "rules_hash": "0" * 64, "inputs_hash": "0" * 64, "facts": "{}", **begun})
            seen = {"kind": "building", "object_id": "B1", "run_id": 2, "present": 1, "id": "B1", "name": "1号", "village_code": VILLAGES[0], "outline": "AQ=="}
            connection.execute(insert(object_seen), seen)
            connection.execute(insert(lineage), {"run_id": 2, "child": "B1", "parent": "B0", "how": "split"})
        flip(book, 2)
        assert fsck(book) == []
    with closing(sqlite3.connect(path)) as base:
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute("DROP TRIGGER " + name)
        base.execute("PRAGMA journal_mode = DELETE")
    return path


def quoted(name: str) -> str:
    return f'"{name}"'
