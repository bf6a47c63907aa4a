"""Copies of a casebook that are proved before they count: while people go on working, kept by hours, days and months.

A copy is made by SQLite's own backup, of one moment; copying the file would miss what stands in its log (measured: 0 of 5
decisions). A database of PostgreSQL is read in one snapshot into the same kind of file, so that one verifier, one bundle and
one restore serve both.
"""

from __future__ import annotations

import atexit
import os
import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, insert, select, text

from geo.casebook.book import Casebook
from geo.casebook.fsck import fsck
from geo.casebook.migrations import upgrade
from geo.casebook.schema import METADATA
from geo.casebook.store import APPLICATION_ID
from geo.casebook.verifier import connect, read_head
from geo.errors import CasebookDamaged, CasebookError, CasebookFull, CasebookReadOnly

HOURS_N, DAYS_N, MONTHS_N = 24, 30, 12
"""Copies kept: the newest of each of the last hours, days and months in which there is one."""
EVERY_S = 3600.0
_NAME = re.compile(r"_(\d{8}T\d{6})_\d+\.casebook$")
_CHUNK = 2_000


def backup(book: Casebook, folder: Path) -> Path:
    """A proved copy of a casebook, of this moment, in a folder; older copies are thinned out.

    Parameters
    ----------
    book
        Open; people may go on deciding.
    folder
        Made if it is not there; best on another disk than the casebook.

    Returns
    -------
    The copy: one closed file `<name>_<time>_<last row of the log>.casebook`, openable as a casebook.

    Raises
    ------
    CasebookDamaged
        The copy does not hold what it must, so neither does the casebook: it is kept as `*.damaged`, and no older copy is removed.
    CasebookFull, CasebookReadOnly
        The folder cannot take it.
    """
    folder = Path(folder)
    stem = book.store.where.stem if isinstance(book.store.where, Path) else "database"
    with writing_copies(folder):
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{stem}.{os.getpid()}-{threading.get_ident()}.part"
        try:
            copy(book, part)
            moment = datetime.fromisoformat(book.store.now())
            target = folder / f"{stem}_{moment:%Y%m%dT%H%M%S}_{read_head(part).seq}.casebook"
            if faults := fsck(part):
                part.replace(target.with_suffix(".damaged"))
                raise CasebookDamaged(
                    f"备份未通过核验（{len(faults)} 处，如：{faults[0].zh}）；案卷已损坏，请停止使用并恢复较早的备份。",
                    f"The copy does not hold ({len(faults)} faults, such as: {faults[0].en}): stop, and restore an earlier one.",
                )
            put_safely(part, target)
        finally:
            part.unlink(missing_ok=True)
        thin(folder, stem)
    return target


@contextmanager
def backed_up(book: Casebook, folder: Path, *, every_s: float = EVERY_S) -> Iterator[threading.Event]:
    """Back up every hour while the block runs and once more at its end.

    Yields
    ------
    An event that is set as soon as one backup failed; the last one raises where it fails.
    """
    ended, failed = threading.Event(), threading.Event()

    def work() -> None:
        while not ended.wait(every_s):
            try:
                backup(book, folder)
            except CasebookError:
                failed.set()  # people go on deciding: who shows the pages says so

    thread = threading.Thread(target=work, name="casebook-backup", daemon=True)
    thread.start()
    try:
        yield failed
    finally:
        ended.set()
        thread.join()
        backup(book, folder)


def keep_copies(book: Casebook, folder: Path, *, every_s: float = EVERY_S) -> None:
    """Back up every hour for as long as this process lives, and once more when it ends: for a program that never leaves a block."""
    until_the_end = ExitStack()
    until_the_end.enter_context(backed_up(book, folder, every_s=every_s))
    atexit.register(until_the_end.close)


def thin(folder: Path, stem: str) -> None:
    """Remove copies of one casebook that no hour, day or month asks for."""
    taken = {path: _taken_at(path) for path in folder.glob(f"{stem}_*.casebook") if _NAME.search(path.name)}
    for path in sorted(taken.keys() - kept(taken.items())):
        path.unlink()


def kept(taken: Iterable[tuple[Path, datetime]]) -> set[Path]:
    """Which copies stay: the newest of each of the last 24 hours, 30 days and 12 months that have one.

    Counted from the newest copy, not from the clock: a casebook that rests, or a clock that was set wrong, loses none.
    """
    newest_first = sorted(taken, key=lambda pair: (pair[1], pair[0].name), reverse=True)
    stay: set[Path] = set()
    for form, n in (("%Y%m%d%H", HOURS_N), ("%Y%m%d", DAYS_N), ("%Y%m", MONTHS_N)):
        first: dict[str, Path] = {}
        for path, at in newest_first:
            first.setdefault(at.strftime(form), path)
        stay |= set(list(first.values())[:n])
    return stay


def _taken_at(path: Path) -> datetime:
    found = _NAME.search(path.name)
    return datetime.strptime(found[1] if found else "", "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the casebook's own local time, only compared


def copy(book: Casebook, target: Path) -> None:
    """Write the casebook as of one moment into a new file that is closed, whole and without side files."""
    if isinstance(book.store.where, Path):
        with closing(connect(book.store.where)) as source, closing(sqlite3.connect(target)) as base:
            source.backup(base)
            base.execute("PRAGMA journal_mode = DELETE")
    else:
        engine = plain_engine(target)
        try:
            with book.store.reading() as source, engine.begin() as base:
                make_empty(base)
                copy_rows(source, base)
        finally:
            engine.dispose()
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def plain_engine(path: Path) -> Engine:
    """A database file without the log of a live casebook."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _by_hand(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def make_empty(connection: Connection) -> None:
    """The tables of this version in a database that has none."""
    upgrade(connection, None)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")


def copy_rows(source: Connection, target: Connection) -> None:
    """Every row of every table, as it is, into tables that are empty; guards stand aside meanwhile and are back at the end.

    What they would have refused is found by fsck, which every copy goes through.
    """
    with _guards_aside(target):
        for table in METADATA.tables.values():
            ordered = select(table).order_by(*table.primary_key.columns)
            for rows in source.execution_options(yield_per=_CHUNK).execute(ordered).mappings().partitions():
                target.execute(insert(table), [dict(row) for row in rows])


@contextmanager
def _guards_aside(target: Connection) -> Iterator[None]:
    """Triggers, and on PostgreSQL also references between tables, leave and come back as they were; SQLite's references are off in such a file."""
    statements = target.execute(text(_ASIDE[target.dialect.name])).all()
    for leave, _ in statements:
        target.exec_driver_sql(leave)
    yield
    for _, back in statements:
        target.exec_driver_sql(back)


_ASIDE = {
    "sqlite": "SELECT 'DROP TRIGGER ' || quote(name), sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": """
        SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
               format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
        UNION ALL
        SELECT DISTINCT format('ALTER TABLE %s DISABLE TRIGGER USER', tgrelid::regclass), format('ALTER TABLE %s ENABLE TRIGGER USER', tgrelid::regclass)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT tgisinternal AND c.relnamespace = current_schema()::regnamespace
    """,
}
"""What makes way for a copy and what puts it back, as the database itself words it."""


def put_safely(part: Path, target: Path) -> None:
    """Give a finished file its name, so that after a power cut it is whole or not there."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)
    with suppress(OSError):  # not every system opens folders
        number = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


@contextmanager
def writing_copies(folder: Path) -> Iterator[None]:
    """Turn what a disk says while a copy is written into words; the casebook itself is not concerned."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        if any(word in str(error) for word in ("full", "No space", "disk I/O", "too large", "quota")):
            raise CasebookFull(
                f"{folder.name} 所在磁盘写不进（已满、超出配额或故障），案卷不受影响；请检查后重试。",
                f"The disk of {folder.name} takes no more (full, over its quota, or broken); the casebook is untouched.",
            ) from error
        raise CasebookReadOnly(
            f"无法写入 {folder.name}（{error}），案卷不受影响。", f"{folder.name} cannot be written ({error}); the casebook is untouched."
        ) from error
