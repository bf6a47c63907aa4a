"""What can happen to a machine: each is told in words, nothing that was acknowledged is lost, and the next action works."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from geo.casebook import Casebook, Decision, Receipt, open_casebook, store
from geo.casebook.fsck import fsck
from geo.casebook.verifier import Head, check_file
from geo.errors import CasebookBusy, CasebookDamaged, CasebookFull, CasebookReadOnly, GuardRefused
from tests.casebook.postgres import Cluster, find_binaries
from tests.durability.disk import record
from tests.durability.towns import evidence_of, finding_ids, found_town, note

ROOT = Path(__file__).resolve().parents[2]
IDS = finding_ids(20)


@pytest.fixture
def where(tmp_path: Path) -> Path:
    path = tmp_path / "disk" / "town.casebook"
    path.parent.mkdir()
    found_town(path, cases_n=len(IDS)).close()
    return path


def decide(book: Casebook, n: int, *, version: int = 0) -> list[Receipt]:
    return [book.decide(note(finding_id, version)) for finding_id in IDS[:n]]


def assert_kept(book: Casebook, receipts: list[Receipt]) -> None:
    with book.store.reading() as connection:
        stored = {(row.seq, row.hash) for row in connection.exec_driver_sql("SELECT seq, hash FROM decision")}
    assert {(r.seq, r.hash) for r in receipts} <= stored
    assert fsck(book) == []


def test_a_full_disk_keeps_what_was_acknowledged_and_goes_on_once_there_is_room(where: Path) -> None:
    with record(where.parent) as recording, open_casebook(where) as book:
        before = decide(book, 5)
        recording.full = True
        refused = note(IDS[5], 0)
        for _ in range(3):
            with pytest.raises(CasebookFull, match="磁盘已满"):
                book.decide(refused)
        assert len(book.cases()) == len(IDS)  # people still see everything
        recording.full = False
        after = book.decide(refused)
        assert book.decide(refused) == after
        assert_kept(book, [*before, after])


def test_a_disk_that_fills_at_any_moment_loses_nothing(where: Path) -> None:
    with record(where.parent) as recording, open_casebook(where) as book:
        receipts, refused_n = [], 0
        for n in range(120):
            recording.full = n % 3 == 1
            try:
                receipts.append(book.decide(note(IDS[n % 20], book.case(IDS[n % 20]).version)))
            except CasebookFull:
                refused_n += 1
        recording.full = False
        assert refused_n == 40
        assert_kept(book, receipts)


def test_a_quota_is_named_and_nothing_acknowledged_is_lost(where: Path) -> None:
    script = """
import resource, signal, sys
from pathlib import Path
from geo.casebook import open_casebook
from geo.errors import CasebookFull
from tests.durability.towns import finding_ids, note
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = Path(sys.argv[1])
with open_casebook(path) as book:
    size = path.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, resource.RLIM_INFINITY))
    ids = finding_ids(20)
    for n in range(10_000):
        decision = note(ids[n % 20], n // 20)
        try:
            receipt = book.decide(decision)
        except CasebookFull as error:
            print("full", error.zh)
            break
        print("kept", receipt.seq, receipt.hash)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    receipt = book.decide(decision)
    print("kept", receipt.seq, receipt.hash)
"""
    done = subprocess.run([sys.executable, "-c", script, str(where)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line.split(" ", 2) for line in done.stdout.splitlines()]
    assert [line for line in lines if line[0] == "full"]
    acknowledged = {(int(line[1]), line[2]) for line in lines if line[0] == "kept"}
    with closing(sqlite3.connect(where)) as base:
        assert acknowledged <= set(base.execute("SELECT seq, hash FROM decision"))
    assert fsck(where) == []


def test_a_casebook_that_cannot_be_written_says_so_and_is_still_read(where: Path) -> None:
    with open_casebook(where) as book:
        receipts = decide(book, 3)
    with open_casebook(where, read_only=True) as book:
        assert len(book.cases()) == len(IDS)
        with pytest.raises(CasebookReadOnly, match="不可写"):
            book.decide(note(IDS[4], 0))
        assert_kept(book, receipts)
    with open_casebook(where) as book:
        assert_kept(book, [*receipts, book.decide(note(IDS[4], 0))])


def test_a_folder_without_the_right_to_write_says_so(where: Path) -> None:
    with open_casebook(where) as book:
        receipts = decide(book, 3)
    with record(where.parent) as recording:
        recording.closed = True
        with pytest.raises(CasebookReadOnly, match="不可写"):
            open_casebook(where)
        recording.closed = False
        with open_casebook(where) as book:
            assert_kept(book, [*receipts, book.decide(note(IDS[4], 0))])


def test_a_lock_held_too_long_is_named_reads_go_on_and_the_next_decision_works(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BUSY_TIMEOUT_S", 0.5)  # 10 s in the product; how long is not what is tested
    with open_casebook(where) as book, closing(sqlite3.connect(where, isolation_level=None)) as other:
        receipts = decide(book, 2)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CasebookBusy, match="他人正在写入"):
            book.decide(note(IDS[2], 0))
        assert len(book.cases()) == len(IDS)
        other.execute("ROLLBACK")
        assert_kept(book, [*receipts, book.decide(note(IDS[2], 0))])


def test_a_lock_held_for_less_than_the_patience_is_waited_for(where: Path) -> None:
    with open_casebook(where) as book, closing(sqlite3.connect(where, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.8, lambda: other.execute("ROLLBACK")).start()
        assert_kept(book, decide(book, 1))


def test_a_corrupted_page_is_named_and_nothing_is_written_into_it(where: Path) -> None:
    with open_casebook(where) as book:
        decide(book, 5)
    page = page_of(where, "decision")
    with where.open("rb+") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    assert {fault.code for fault in fsck(where)} & {"file_damaged", "unreadable"}
    with open_casebook(where) as book, pytest.raises(CasebookDamaged, match="已损坏"):
        book.decide(note(IDS[6], 0))


def test_a_file_that_is_no_database_any_more_is_named(where: Path) -> None:
    with where.open("rb+") as file:
        file.write(b"\x00" * 100)
    assert [fault.code for fault in fsck(where)] == ["unreadable"]
    with pytest.raises(CasebookDamaged, match="损坏"):
        open_casebook(where)


def test_a_log_that_was_deleted_loses_only_what_the_next_head_would_show(where: Path, tmp_path: Path) -> None:
    """Nobody can bring back a -wal that was taken away; what is left holds, and the head on paper tells that its end is missing."""
    book = open_casebook(where)
    receipts = decide(book, 10)
    copy = tmp_path / "after" / where.name
    copy.parent.mkdir()
    with closing(sqlite3.connect(f"{where.as_uri()}?mode=ro", uri=True)) as source:
        source.execute("SELECT count(*) FROM decision")  # the state a machine is in when it loses power: file and log apart
        copy.write_bytes(subprocess.run(["cat", str(where)], capture_output=True, check=True).stdout)
    book.close()
    with open_casebook(copy) as left:
        assert fsck(left) == []
        kept = left.head()
        assert left.decide(note(IDS[11], 0)).seq == kept.seq + 1
    assert "head_lost" in {fault.code for fault in check_file(copy, head=Head(receipts[-1].seq, receipts[-1].hash))}


def test_a_clock_that_is_set_back_keeps_the_log_in_order(tmp_path: Path) -> None:
    now = [datetime(2026, 6, 30, 1, 0, tzinfo=UTC)]
    with open_casebook(tmp_path / "town.casebook", clock=lambda: now[0]) as book:
        book.found("admin", "管理员")
        now[0] -= timedelta(days=400)
        book.add_account("a", "民政窗口", "civil_affairs", by="admin")
        now[0] += timedelta(days=800)
        book.add_account("b", "民政窗口", "civil_affairs", by="admin")
        with book.store.reading() as connection:
            at = list(connection.exec_driver_sql("SELECT at FROM decision ORDER BY seq").scalars())
        assert at == sorted(at)
        assert fsck(book) == []


def test_a_clock_that_is_set_back_never_makes_old_counts_fresh(tmp_path: Path) -> None:
    # the counts are 40 days old; the program's clock says one day, the database's own knows better
    day = datetime.now(UTC) - timedelta(days=40)
    request = Decision(IDS[1], "request_cancellation", 0, evidence_of(IDS[1]), "police_1", document="拆字1号")
    found_town(tmp_path / "town.casebook", cases_n=2, counted_on=day.date().isoformat()).close()
    with open_casebook(tmp_path / "town.casebook", clock=lambda: day + timedelta(days=1)) as book:
        seq = book.head().seq
        with pytest.raises(GuardRefused):
            book.decide(request)
        assert book.head().seq == seq
    found_town(tmp_path / "fresh.casebook", cases_n=2, counted_on=(day + timedelta(days=35)).date().isoformat()).close()
    with open_casebook(tmp_path / "fresh.casebook") as book:
        assert book.decide(request).status == "cancellation_requested"


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server: .ci/postgres installs it")
    cluster = Cluster(binaries)
    yield cluster
    cluster.stop()


def test_a_restarted_server_is_found_again_by_the_open_casebook(server: Cluster) -> None:
    with found_town(server.create_database(), cases_n=len(IDS)) as book:
        receipts = decide(book, 3)
        server.halt()
        with pytest.raises(CasebookBusy, match="连接不上数据库"):
            book.decide(note(IDS[4], 0))
        server.start()
        assert_kept(book, [*receipts, book.decide(note(IDS[4], 0))])


def page_of(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as base:
        return int(base.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0])
