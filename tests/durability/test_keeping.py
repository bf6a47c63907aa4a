"""Copies, bundles and restored projects: proved, whole or not there, with the same end of the log, on both databases."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from geo.casebook import Casebook, open_casebook, verifier
from geo.casebook.backup import backed_up, backup, kept
from geo.casebook.bundle import bundle, pack
from geo.casebook.chain import CHAINED
from geo.casebook.fold import State
from geo.casebook.fsck import fsck
from geo.casebook.restore import restore, restore_database
from geo.casebook.store import APPLICATION_ID, MAX_COUNT_AGE_DAYS
from geo.casebook.verifier import LEADS_TO, check_file, hash_file, read_head
from geo.casebook.words import VERBS
from geo.errors import CasebookDamaged, CasebookError, CasebookFull, ResultError
from geo.export import write
from geo.read.held import APPLICATION_ID as HELD_ID
from tests.casebook.postgres import Cluster, find_binaries
from tests.durability.towns import finding_ids, found_town, note
from tests.export.town import draw_verification
from views.cli import main

CASES_N = 30


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server: .ci/postgres installs it")
    cluster = Cluster(binaries)
    yield cluster
    cluster.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Casebook]:
    where = tmp_path / "live" / "town.casebook" if request.param == "sqlite" else request.getfixturevalue("server").create_database()
    (tmp_path / "live").mkdir()
    with found_town(where, cases_n=CASES_N) as opened:
        for n, finding_id in enumerate(finding_ids(CASES_N)):
            opened.decide(note(finding_id, 0, by="clerk_1" if n % 2 else "clerk_2"))
        opened.undo(finding_ids(1)[0], version=1, evidence_hash=opened.case(finding_ids(1)[0]).evidence_hash, by="clerk_1", reason="看错")
        opened.log_export(by="clerk_1", kind="village_sheet", scope="*", rows_n=CASES_N, suppressed_n=0, sha256="0" * 64)
        yield opened


@pytest.fixture
def result(tmp_path: Path) -> Path:
    write(draw_verification(), tmp_path / "result")
    return tmp_path / "result"


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundled")
    write(draw_verification(), folder / "result")
    with found_town(folder / "town.casebook", cases_n=8) as book:
        book.decide(note(finding_ids(1)[0], 0))
        book.decide(note(finding_ids(1)[0], 1))
        book.log_export(by="clerk_1", kind="village_sheet", scope="*", rows_n=8, suppressed_n=0, sha256="0" * 64)
        return bundle(book, folder / "result", folder / "b.dpv.zip")


def end_of(book: Casebook) -> tuple[int, str]:
    head = book.head()
    return head.seq, head.hash


def test_the_verifier_says_what_the_casebook_says() -> None:
    assert {name: verb.to for name, verb in VERBS.items()} == LEADS_TO
    assert verifier.CHAINED == CHAINED
    assert verifier.APPLICATION_ID == APPLICATION_ID == int.from_bytes(HELD_ID, "big")
    assert verifier.MAX_COUNT_AGE_DAYS == MAX_COUNT_AGE_DAYS
    assert State().written() == "{}"


def test_a_copy_is_a_whole_casebook_with_the_same_end(book: Casebook, tmp_path: Path) -> None:
    path = backup(book, tmp_path / "copies")
    assert [p.name for p in (tmp_path / "copies").iterdir()] == [path.name]
    assert tuple(read_head(path)) == end_of(book)
    assert fsck(path) == []
    with open_casebook(path) as copy:
        assert copy.cases().equals(book.cases())


def test_a_copy_taken_while_others_decide_is_of_one_moment(book: Casebook, tmp_path: Path) -> None:
    ended, said = threading.Event(), []

    def decide() -> None:
        while not ended.is_set():
            said.append(book.decide(note(finding_ids(2)[1], len(said) + 1)).seq)

    thread = threading.Thread(target=decide)
    thread.start()
    try:
        copies = [backup(book, tmp_path / f"copies{n}") for n in range(3)]
    finally:
        ended.set()
        thread.join()
    assert said
    assert [fsck(path) for path in copies] == [[], [], []]


def test_copies_are_kept_by_hour_day_and_month(tmp_path: Path) -> None:
    start = datetime(2025, 1, 1, 0, 30, tzinfo=UTC)
    taken = [(Path(f"{n:06d}"), start + timedelta(minutes=30 * n)) for n in range(2 * 24 * 500)]
    newest = taken[-1][1]
    names = kept(taken)
    stay = {at for path, at in taken if path in names}
    assert newest in stay
    assert sum(newest - at < timedelta(hours=24) for at in stay) == 24
    assert len({at.date() for at in stay if newest - at < timedelta(days=30)}) == 30
    assert len({(at.year, at.month) for at in stay}) == 12
    assert len(stay) <= 24 + 30 + 12


def test_hourly_copies_end_with_one_of_the_last_moment(book: Casebook, tmp_path: Path) -> None:
    with backed_up(book, tmp_path / "copies", every_s=0.2) as failed:
        time.sleep(0.7)
        book.decide(note(finding_ids(3)[2], 1))
        assert not failed.is_set()
    newest = max((tmp_path / "copies").iterdir(), key=lambda p: read_head(p).seq)
    assert tuple(read_head(newest)) == end_of(book)


def test_a_program_that_ends_leaves_a_copy_of_its_last_moment(tmp_path: Path) -> None:
    where = tmp_path / "town.casebook"
    found_town(where, cases_n=3).close()
    script = (
        "from pathlib import Path\nfrom geo.casebook import open_casebook\nfrom geo.casebook.backup import keep_copies\n"
        "from tests.durability.towns import finding_ids, note\n"
        f"book = open_casebook(Path({str(where)!r}))\nkeep_copies(book, Path({str(tmp_path / 'copies')!r}))\nbook.decide(note(finding_ids(1)[0], 0))\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).resolve().parents[2], check=True, timeout=60)
    (copy,) = (tmp_path / "copies").iterdir()
    assert read_head(copy) == read_head(where)


def test_a_damaged_casebook_gives_no_copy_and_removes_none(tmp_path: Path) -> None:
    where = tmp_path / "town.casebook"
    with found_town(where, cases_n=5) as book:
        good = backup(book, tmp_path / "copies")
    with closing(sqlite3.connect(where)) as base:
        base.execute("DROP TRIGGER decision_no_update")
        base.execute("UPDATE decision SET reason = '改过' WHERE seq = 3")
        base.commit()
    with open_casebook(where) as book, pytest.raises(CasebookDamaged, match="备份未通过核验"):
        backup(book, tmp_path / "copies")
    assert good.is_file()
    assert len(list((tmp_path / "copies").glob("*.damaged"))) == 1


def test_a_bundle_is_proved_by_python_alone(book: Casebook, result: Path, tmp_path: Path) -> None:
    file = bundle(book, result, tmp_path / "普兴村.dpv.zip")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path / "unpacked")
    seq, head = end_of(book)
    bare = [sys.executable, "-I", "-S"]
    for arguments in (["verify.py"], ["verify.py", str(file)], ["verify.py", "--head", f"{seq}:{head}"]):
        done = subprocess.run([*bare, *arguments], cwd=tmp_path / "unpacked", capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert f"{seq}:{head}" in done.stdout
    lost = subprocess.run([*bare, "verify.py", "--head", f"{seq + 1}:{head}"], cwd=tmp_path / "unpacked", capture_output=True, text=True, check=False)
    assert lost.returncode == 1
    assert "末尾被截去" in lost.stdout
    anchors = (tmp_path / "unpacked" / "anchors.txt").read_text(encoding="utf-8")
    assert f"{seq}:{head}" in anchors
    assert "village_sheet" in anchors
    assert (tmp_path / "unpacked" / "result" / "findings.gpkg").is_file()


def test_a_bundle_becomes_the_same_project(book: Casebook, result: Path, tmp_path: Path) -> None:
    file = bundle(book, result, tmp_path)
    began = time.monotonic()
    folder = restore(file, tmp_path / "new")
    assert time.monotonic() - began < 30
    with open_casebook(folder / "town.casebook") as restored:
        assert end_of(restored) == end_of(book)
        assert restored.cases().equals(book.cases())
        assert fsck(restored) == []
        assert restored.decide(note(finding_ids(4)[3], 1)).seq == end_of(book)[0] + 1
    assert (folder / "result" / "run.json").is_file()
    with pytest.raises(CasebookError, match="已有内容"):
        restore(file, tmp_path / "new")


def test_a_bundle_fills_an_empty_database(server: Cluster, book: Casebook, tmp_path: Path) -> None:
    file, url = bundle(book, None, tmp_path), server.create_database()
    restore_database(file, url)
    with open_casebook(url) as restored:
        assert end_of(restored) == end_of(book)
        assert restored.cases().equals(book.cases())
        assert fsck(restored) == []
        assert restored.decide(note(finding_ids(4)[3], 1)).seq == end_of(book)[0] + 1
    with pytest.raises(CasebookError, match="不是空的"):
        restore_database(file, url)


def _change_a_reason(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "town.casebook")) as base:
        base.execute("DROP TRIGGER decision_no_update")
        base.execute("UPDATE decision SET reason = '改过' WHERE seq = 14")
        base.commit()


def _cut_the_end(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "town.casebook")) as base:
        base.execute("DROP TRIGGER decision_no_delete")
        base.execute("DROP TRIGGER export_log_no_delete")
        last = base.execute("SELECT max(seq) FROM decision").fetchone()[0]
        base.execute("DELETE FROM export_log WHERE seq = ?", (last,))
        base.execute("DELETE FROM decision WHERE seq = ?", (last,))
        base.commit()


def _add_a_file(folder: Path) -> None:
    (folder / "extra.txt").write_text("x", encoding="utf-8")


def _take_a_file(folder: Path) -> None:
    (folder / "anchors.txt").unlink()


def _change_a_finding(folder: Path) -> None:
    path = folder / "result" / "findings.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")


@pytest.mark.parametrize("change", [_change_a_reason, _cut_the_end, _add_a_file, _take_a_file, _change_a_finding])
@pytest.mark.parametrize("relisted", [False, True])
def test_a_bundle_that_was_changed_is_refused(tmp_path: Path, bundled: Path, change: Callable[[Path], None], relisted: bool) -> None:
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(bundled) as archive:
        archive.extractall(folder)
    change(folder)
    if relisted:  # a forger who knows the manifest: what the files say must still hold together
        _relist(folder)
    pack(folder, tmp_path / "forged.dpv.zip")
    harmless = relisted and change in (_add_a_file, _take_a_file, _change_a_finding)
    if harmless:
        assert restore(tmp_path / "forged.dpv.zip", tmp_path / "new").is_dir()
        return
    with pytest.raises(CasebookDamaged, match="未恢复"):
        restore(tmp_path / "forged.dpv.zip", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def _relist(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    files = [p for p in folder.rglob("*") if p.is_file() and p.name != "manifest.json"]
    manifest["files"] = {p.relative_to(folder).as_posix(): {"sha256": verifier.hash_file(p), "bytes": p.stat().st_size} for p in files}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize("name", ["../outside.txt", "result/../../outside.txt"])
def test_a_bundle_writes_nowhere_else(tmp_path: Path, name: str) -> None:
    file = tmp_path / "evil.dpv.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", json.dumps({"files": {name: {"bytes": 1, "sha256": "0"}}, "head": {"seq": 0, "hash": ""}}))
        archive.writestr(name, "x")
    with pytest.raises(CasebookDamaged):
        restore(file, tmp_path / "deep" / "new")
    assert not list(tmp_path.rglob("outside.txt"))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"SQLite format 3\x00 cut off", b"text"])
def test_what_is_no_bundle_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "b.dpv.zip"
    file.write_bytes(content)
    with pytest.raises(CasebookDamaged, match="未通过核验"):
        restore(file, tmp_path / "new")


def test_a_bundle_of_an_incomplete_result_is_refused(tmp_path: Path, result: Path) -> None:
    (result / "findings.gpkg").unlink()
    with found_town(tmp_path / "town.casebook", cases_n=2) as book, pytest.raises(ResultError, match=r"findings\.gpkg"):
        bundle(book, result, tmp_path / "b.dpv.zip")
    assert not (tmp_path / "b.dpv.zip").exists()


def test_a_folder_that_cannot_be_written_says_so_and_the_casebook_is_untouched(tmp_path: Path) -> None:
    (tmp_path / "copies").write_text("a file", encoding="utf-8")
    with found_town(tmp_path / "town.casebook", cases_n=2) as book:
        with pytest.raises(CasebookError, match="案卷不受影响"):
            backup(book, tmp_path / "copies")
        assert fsck(book) == []


def test_the_commands_keep_a_casebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOORPLATE_DATABASE_URL", raising=False)
    where = tmp_path / "town.casebook"
    with found_town(where, cases_n=3) as book:
        seq, head = end_of(book)
    run = CliRunner().invoke
    assert "全部相符" in run(main, ["fsck", str(where)]).output
    copied = run(main, ["backup", "--casebook", str(where), "--to", str(tmp_path / "copies")]).output.strip()
    assert run(main, ["bundle", "--casebook", str(where), str(tmp_path / "b.dpv.zip")]).exit_code == 2
    refused = run(main, ["bundle", "--casebook", str(where), "--by", "nobody", str(tmp_path / "b.dpv.zip")])
    assert (refused.exit_code, (tmp_path / "b.dpv.zip").exists()) == (2, False)
    packed = run(main, ["bundle", "--casebook", str(where), "--by", "clerk_1", str(tmp_path / "b.dpv.zip")]).output.strip()
    with open_casebook(where) as book:
        (logged,) = book.exports().to_dict("records")
        assert (logged["kind"], logged["by"], logged["sha256"], logged["head_hash"]) == ("bundle", "clerk_1", hash_file(Path(packed)), head)
    for n, file in enumerate((copied, packed)):
        done = run(main, ["restore", file, str(tmp_path / f"new{n}")])
        assert f"{seq}:{head}" in done.output
    assert run(main, ["restore", packed]).exit_code == 2
    missing = run(main, ["backup", "--casebook", str(tmp_path / "none.casebook"), "--to", str(tmp_path / "copies")])
    assert missing.exit_code == 2
    assert "没有案卷文件" in missing.output
    assert not (tmp_path / "none.casebook").exists()
    with closing(sqlite3.connect(where)) as base:
        base.execute("DROP TRIGGER decision_no_update")
    done = run(main, ["fsck", str(where)])
    assert done.exit_code == 1
    assert "decision_no_update 缺失" in done.output


def test_fsck_of_a_file_on_a_medium_where_nothing_can_be_written(tmp_path: Path) -> None:
    where = tmp_path / "medium" / "town.casebook"
    where.parent.mkdir()
    found_town(where, cases_n=3).close()
    if os.geteuid() == 0:
        pytest.skip("the superuser may write everywhere")
    where.parent.chmod(0o555)
    try:
        assert check_file(where) == []
    finally:
        where.parent.chmod(0o755)


def test_a_full_disk_stops_the_copy_and_not_the_casebook(tmp_path: Path) -> None:
    with found_town(tmp_path / "town.casebook", cases_n=200) as book:
        small = "import resource, sys\nresource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\nimport signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        script = small + (
            "from pathlib import Path\nfrom geo.casebook import open_casebook\nfrom geo.casebook.backup import backup\nfrom geo.errors import CasebookFull, CasebookError\n"
            f"book = open_casebook(Path({str(tmp_path / 'town.casebook')!r}), read_only=True)\n"
            f"try:\n    backup(book, Path({str(tmp_path / 'copies')!r}))\nexcept CasebookError as error:\n    print(type(error).__name__, error.zh)\n"
        )
        done = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True, check=False)
        assert CasebookFull.__name__ in done.stdout, done.stdout + done.stderr
        assert list((tmp_path / "copies").iterdir()) == []
        assert book.decide(note(finding_ids(1)[0], 0)).version == 1
