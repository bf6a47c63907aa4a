"""Where a casebook may lie, what is made there, and what is refused."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from geo.casebook import Casebook, open_casebook
from geo.casebook.store import APPLICATION_ID, check_place, file_system, is_casebook
from geo.errors import CasebookDamaged, CasebookError, CasebookReadOnly
from tests.casebook.filling import Clock, town

MOUNTS = """
22 1 0:20 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /srv/share rw,relatime - nfs4 server:/share rw
24 22 0:22 / /srv/sticky rw,relatime - fuse.sshfs host: rw
25 23 0:23 / /srv/share/local\\040disk rw,relatime - ext4 /dev/vdb rw
26 22 0:24 / /srv/windows rw,relatime - 9p host rw
"""


def test_a_new_casebook_is_made_and_found_again(where: Path | str) -> None:
    with open_casebook(where, Clock()) as book:
        ids = town(book)
        head = book.head()
    with open_casebook(where, Clock()) as again:
        assert again.head() == head
        assert sorted(again.cases()["finding_id"]) == sorted(ids)


def test_the_file_carries_its_own_application_id(tmp_path: Path) -> None:
    path = tmp_path / "a.casebook"
    open_casebook(path).close()
    assert is_casebook(path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    connection.close()


def test_every_connection_writes_through_to_the_disk_with_triggers_on_replace(tmp_path: Path) -> None:
    with open_casebook(tmp_path / "a.casebook") as book, book.store.writing() as connection:
        said = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "recursive_triggers", "foreign_keys", "trusted_schema")}
    assert said == {"journal_mode": "wal", "synchronous": 2, "recursive_triggers": 1, "foreign_keys": 1, "trusted_schema": 0}


def test_postgresql_answers_only_what_is_on_the_disk(book: Casebook) -> None:
    if book.store.dialect == "sqlite":
        return
    with book.store.writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


@pytest.mark.parametrize(("folder", "kind"), [("/srv/share", "nfs4"), ("/srv/sticky", "fuse.sshfs"), ("/srv/share/local disk", "ext4"), ("/srv/windows", "9p")])
def test_the_file_system_of_a_folder_is_that_of_its_nearest_mount(folder: str, kind: str) -> None:
    assert file_system(Path(folder) / "town", mounts=MOUNTS) == kind


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs", "smb3"])
def test_a_casebook_on_a_network_or_user_space_file_system_is_refused(tmp_path: Path, kind: str) -> None:
    mounts = f"1 0 0:1 / / rw - ext4 /dev/vda rw\n2 1 0:2 / {tmp_path} rw - {kind} host rw"
    with pytest.raises(CasebookError, match=kind):
        check_place(tmp_path / "a.casebook", mounts=mounts)
    check_place(tmp_path / "a.casebook", mounts=mounts.replace(kind, "ext4"))


def test_a_geopackage_is_refused_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "a.casebook"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA application_id=0x47504B47")
        connection.execute("CREATE TABLE t(a)")
    connection.close()
    with pytest.raises(CasebookError, match="GeoPackage"):
        open_casebook(path)
    with pytest.raises(CasebookError, match="layer"):
        open_casebook(tmp_path / "town.gpkg")


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    marked, unmarked = tmp_path / "a.casebook", tmp_path / "b.casebook"
    for path, pragma in ((marked, "PRAGMA application_id=7"), (unmarked, "PRAGMA application_id=0")):
        with sqlite3.connect(path) as connection:
            connection.execute(pragma)
            connection.execute("CREATE TABLE t(a)")
        connection.close()
        with pytest.raises(CasebookError):
            open_casebook(path)
        with sqlite3.connect(path) as connection:
            assert [r[0] for r in connection.execute("SELECT name FROM sqlite_master")] == ["t"]
        connection.close()


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.casebook"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(CasebookDamaged):
        open_casebook(path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CasebookReadOnly, match="nowhere"):
        open_casebook(tmp_path / "nowhere" / "a.casebook")


def test_a_casebook_of_a_newer_program_is_left_alone(book: Casebook, book_at: Path | str) -> None:
    with book.store.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    book.close()
    with pytest.raises(CasebookError, match="newer"):
        open_casebook(book_at)


def test_a_casebook_opened_to_look_writes_nothing(book: Casebook, book_at: Path | str) -> None:
    town(book)
    head = book.head()
    with open_casebook(book_at, read_only=True) as looked:
        assert looked.head() == head
        assert len(looked.cases()) == 12
        with pytest.raises(CasebookReadOnly):
            looked.found("x", "y")


def test_a_clock_that_was_set_back_never_goes_before_the_log(book: Casebook, clock: Clock) -> None:
    town(book)
    before = book.head().at
    clock.forward(days=-3)
    book.add_account("late", "晚到岗", "data", by="admin")
    assert book.head().at == before
