"""A bundle becomes a new project on another machine: proved, and with the same end of the log. Never merged into another."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, text

from geo.casebook.backup import copy_rows, plain_engine, writing_copies
from geo.casebook.book import open_casebook
from geo.casebook.fsck import fsck
from geo.casebook.migrations import upgrade
from geo.casebook.verifier import CASEBOOK, UNREADABLE, Head, check_bundle, check_file, connect, read_head, unpack
from geo.errors import CasebookDamaged, CasebookError


def restore(file: Path, folder: Path) -> Path:
    """Make a new project of a bundle.

    Parameters
    ----------
    file
        A bundle that `geo.casebook.bundle.bundle` wrote, or a copy that `geo.casebook.backup.backup` made.
    folder
        New or empty: what is there is never mixed with what comes.

    Returns
    -------
    The folder: `town.casebook`, and of a bundle the result in `result/`.

    Raises
    ------
    CasebookError
        The folder holds something.
    CasebookDamaged
        The file is no bundle, was changed, or what it holds is not proved; nothing is left behind.
    """
    file, folder = Path(file), Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise CasebookError(f"{folder.name} 已有内容；恢复只写入新文件夹。", f"{folder.name} holds something: restoring makes a new folder.")
    with writing_copies(folder.parent):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".restore-") as work:
            fresh = Path(work) / "project"
            fresh.mkdir()
            told = _take_bundle(file, fresh) if not _is_database(file) else _take_copy(file, fresh)
            with open_casebook(fresh / CASEBOOK) as book:  # as it will be used: with its log, migrated if it is older
                faults, head = fsck(book), book.head()
            if faults or (head.seq, head.hash) != told:
                raise _damaged(file, [fault.zh for fault in faults] or ["末条不同"], [fault.en for fault in faults] or ["another head"])
            for path in fresh.rglob("*"):
                if path.is_file():
                    with path.open("rb+") as written:
                        os.fsync(written.fileno())
            if folder.exists():
                folder.rmdir()
            fresh.rename(folder)
    return folder


def restore_database(file: Path, url: str) -> None:
    """Fill an empty PostgreSQL database with a bundle or copy; proved before and after.

    Raises
    ------
    CasebookError
        The database holds tables already.
    CasebookDamaged
        As `restore`.
    """
    with tempfile.TemporaryDirectory() as work:
        project = restore(Path(file), Path(work) / "project")
        source, target = plain_engine(project / CASEBOOK), create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
        try:
            with source.begin() as rows, target.begin() as connection:
                if connection.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")).scalar():
                    raise CasebookError("数据库不是空的；恢复只写入空库。", "The database is not empty: restoring fills an empty one.")
                upgrade(connection, None)
                copy_rows(rows, connection)
        finally:
            source.dispose()
            target.dispose()
        told = read_head(project / CASEBOOK)
    with open_casebook(url) as book:
        faults, head = fsck(book), book.head()
    if faults or (head.seq, head.hash) != told:
        raise _damaged(Path(file), [fault.zh for fault in faults] or ["末条不同"], [fault.en for fault in faults] or ["another head"])


def _take_bundle(file: Path, fresh: Path) -> Head:
    try:
        unpack(file, fresh)
    except ValueError as error:
        raise _damaged(file, [str(error)], [str(error)]) from error
    if faults := check_bundle(fresh):
        raise _damaged(file, [fault.zh for fault in faults], [fault.en for fault in faults])
    for path in fresh.iterdir():
        if path.is_file() and path.name != CASEBOOK:  # what proves the bundle says nothing of the project once somebody decides in it
            path.unlink()
    return read_head(fresh / CASEBOOK)


def _take_copy(file: Path, fresh: Path) -> Head:
    if faults := check_file(file):
        raise _damaged(file, [fault.zh for fault in faults], [fault.en for fault in faults])
    with closing(connect(file)) as source, closing(sqlite3.connect(fresh / CASEBOOK)) as base:
        source.backup(base)  # not a copy of the file: it may be a live one
    return read_head(fresh / CASEBOOK)


def _is_database(file: Path) -> bool:
    if not file.is_file():
        raise CasebookError(f"没有文件 {file.name}", f"There is no file {file.name}.")
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            base.execute("SELECT count(*) FROM sqlite_master")
    except UNREADABLE as error:
        return "not a database" not in str(error)
    return True


def _damaged(file: Path, zh: list[str], en: list[str]) -> CasebookDamaged:
    return CasebookDamaged(f"{file.name} 未通过核验（{len(zh)} 处，如：{zh[0]}），未恢复。", f"{file.name} does not hold ({len(en)} faults, such as: {en[0]}): not restored.")
