"""The file or database that holds the casebook: opened, refused or migrated; one writer at a time, readers never blocked.

SQLite: its own file, WAL, synchronous=FULL, BEGIN IMMEDIATE, one write lock inside the process. A GeoPackage or a file on a
network is refused: two copies of SQLite in one process, or locks that a network keeps badly, lose decisions.
PostgreSQL: the same tables and guards; every writing transaction first takes one advisory lock.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, select, text
from sqlalchemy.exc import DBAPIError

from geo.casebook import schema
from geo.casebook.migrations import HEAD
from geo.errors import CasebookBusy, CasebookDamaged, CasebookError, CasebookFull, CasebookReadOnly, GuardRefused, NotAllowed, StaleCase

CHINA = timezone(timedelta(hours=8), "CST")
APPLICATION_ID = 0x44504342
"""`DPCB` in the header of the file: what it is recognised by."""
SYNCHRONOUS = "FULL"
BUSY_TIMEOUT_S = 10.0
MAX_COUNT_AGE_DAYS = 30
ADVISORY_LOCK = 0x44504342
NETWORK_FILE_SYSTEMS = frozenset({
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs",
    "prl_fs", "smb2", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs",
})  # fmt: skip
_NOT_WRITTEN = frozenset({sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_TRUNCATE, sqlite3.SQLITE_IOERR_DIR_FSYNC})
_GEOPACKAGE_IDS = (b"GPKG", b"GP10", b"GP11")


class Store:
    """An open casebook: transactions, the clock, and the words for what went wrong.

    Safe to share between threads. `where` is a Path for SQLite, the URL for PostgreSQL.
    """

    def __init__(self, where: Path | str, *, clock: Callable[[], datetime] | None = None, read_only: bool = False) -> None:
        self.where = where
        self.read_only = read_only
        self.dialect = "postgresql" if isinstance(where, str) else "sqlite"
        self._clock = clock
        self._lock = threading.Lock()
        if isinstance(where, Path):
            check_place(where, read_only=read_only)
        self._writer, self._reader = self._engines()
        try:
            with _spoken(where):
                self._open()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file or database; what was acknowledged is there already."""
        self._writer.dispose()
        self._reader.dispose()

    def now(self) -> str:
        """The time in China as ISO text with microseconds."""
        moment = self._clock() if self._clock is not None else datetime.now(UTC)
        return moment.astimezone(CHINA).isoformat(timespec="microseconds")

    def today(self) -> str:
        """The day in China as ISO text."""
        return self.now()[:10]

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One writing transaction, alone in the whole casebook; committed at the end, rolled back by any error.

        Raises
        ------
        CasebookBusy
            Another process holds the lock for longer than BUSY_TIMEOUT_S.
        CasebookFull, CasebookReadOnly, CasebookDamaged
            The disk, the rights or the file.
        """
        if self.read_only:
            raise _read_only(self.where)
        if not self._lock.acquire(timeout=BUSY_TIMEOUT_S):
            raise _busy()
        try:
            with _spoken(self.where), self._writer.begin() as connection:
                if self.dialect == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
                yield connection
        finally:
            self._lock.release()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One reading transaction: everything in it is of one moment; never waits for a writer."""
        with _spoken(self.where), self._reader.begin() as connection:
            yield connection

    def _engines(self) -> tuple[Engine, Engine]:
        if isinstance(self.where, str):
            url = self.where.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1)
            common: dict[str, Any] = {"pool_pre_ping": True, "max_overflow": 16}
            timeout = f"-c lock_timeout={int(BUSY_TIMEOUT_S * 1000)} -c synchronous_commit=on"
            writer = create_engine(url, pool_size=2, connect_args={"options": timeout}, **common)
            reader = create_engine(
                url, pool_size=4, isolation_level="REPEATABLE READ", connect_args={"options": "-c default_transaction_read_only=on"}, **common
            )
            return writer, reader
        return self._sqlite(writes=True), self._sqlite(writes=False)

    def _sqlite(self, *, writes: bool) -> Engine:
        path = self.where
        assert isinstance(path, Path)  # noqa: S101
        uri = f"{path.absolute().as_uri()}?{self._mode(path)}"

        def connect() -> sqlite3.Connection:
            return sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)

        pool = {"pool_size": 1 if writes else 4, "max_overflow": 64, "pool_timeout": BUSY_TIMEOUT_S}
        engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, **pool)
        event.listen(engine, "connect", self._pragmas_of(writes=writes))
        begin = "BEGIN IMMEDIATE" if writes and not self.read_only else "BEGIN"
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return engine

    def _mode(self, path: Path) -> str:
        if not self.read_only:
            return "mode=rwc"
        wal = path.with_name(path.name + "-wal")
        # a medium nobody can write to: SQLite cannot make its side files there, and without a log to read it needs none
        still = not os.access(path.parent, os.W_OK) and not (wal.exists() and wal.stat().st_size)
        return "immutable=1" if still else "mode=ro"

    def _pragmas_of(self, *, writes: bool) -> Callable[[sqlite3.Connection, object], None]:
        def pragmas(connection: sqlite3.Connection, _record: object) -> None:
            lines = ["foreign_keys=ON", "recursive_triggers=ON", "trusted_schema=OFF", "cell_size_check=ON"]
            if not self.read_only:
                lines += ["journal_mode=WAL", f"synchronous={SYNCHRONOUS}", "journal_size_limit=67108864"]
            for line in lines if writes else [*lines, "query_only=ON"]:
                connection.execute(f"PRAGMA {line}").fetchall()

        return pragmas

    def _open(self) -> None:
        if self.read_only:
            with self._reader.begin() as connection:
                if _version(connection) != HEAD:
                    raise _other_version()
            return
        with self._lock, self._writer.begin() as connection:
            if self.dialect == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            if _version(connection) != HEAD:
                _migrate(connection)
            # a real write, because a file system may promise a journal it cannot keep
            now = self.now()
            known = connection.execute(select(schema.meta.c.v).where(schema.meta.c.k == "opened_at")).scalar()
            if known is None:
                connection.execute(schema.meta.insert(), _birth(now, given_clock=self._clock is not None))
            else:
                connection.execute(schema.meta.update().where(schema.meta.c.k == "opened_at").values(v=now))


def check_place(path: Path, *, read_only: bool = False, mounts: str | None = None) -> None:
    """Refuse a place where a casebook would lose decisions.

    Parameters
    ----------
    path
        The file, there or not.
    mounts
        Mount table as in /proc/self/mountinfo; null reads the machine's own, and where there is none nothing is known of it.

    Raises
    ------
    CasebookError
        The file is a GeoPackage or another program's, or lies on a network or user-space file system.
    CasebookReadOnly
        The folder is not there.
    CasebookDamaged
        The file is not a database at all.
    """
    if path.suffix.lower() in {".gpkg", ".geojson", ".shp", ".parquet"}:
        raise CasebookError(f"{path.name} 是图层文件，案卷须另存为 *.casebook。", f"{path.name} is a layer: a casebook is a file of its own, *.casebook.")
    if not path.parent.is_dir():
        raise CasebookReadOnly(f"文件夹不存在：{path.parent.name}", f"No such folder: {path.parent.name}")
    kind = file_system(path.parent, mounts=mounts)
    if not read_only and (kind in NETWORK_FILE_SYSTEMS or kind.startswith("fuse")):
        raise CasebookError(
            f"案卷不能放在网络盘或共享目录（{kind}），请放在本机硬盘，或改用 PostgreSQL。",
            f"A casebook does not live on a network or user-space file system ({kind}): use a local disk, or PostgreSQL.",
        )
    if path.exists() and path.stat().st_size:
        _check_header(path)


def file_system(folder: Path, *, mounts: str | None = None) -> str:
    """Kind of the file system a folder lies on, '' where the machine does not say."""
    table = Path("/proc/self/mountinfo")
    if mounts is None:
        if str(folder).startswith("\\\\"):
            return "smb3"
        if not table.exists():
            return ""
        mounts = table.read_text(encoding="utf-8")
    place, best, kind = folder.resolve(), -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        if not after:
            continue
        point = Path(before.split()[4].replace("\\040", " "))
        if (place == point or point in place.parents) and len(point.parts) >= best:
            best, kind = len(point.parts), after.split()[0]
    return kind


def is_casebook(path: Path) -> bool:
    """Whether a file is a casebook by its header."""
    return path.is_file() and _application_id(path) == APPLICATION_ID


def _check_header(path: Path) -> None:
    found = _application_id(path)
    if found is None:
        raise CasebookDamaged(f"{path.name} 不是案卷文件，或文件头已损坏。", f"{path.name} is not a casebook, or its header is damaged.")
    if found.to_bytes(4, "big") in _GEOPACKAGE_IDS:
        raise CasebookError(f"{path.name} 是 GeoPackage，不能当作案卷。", f"{path.name} is a GeoPackage, never a casebook.")
    if found not in {0, APPLICATION_ID}:
        raise CasebookError(f"{path.name} 属于其他程序。", f"{path.name} belongs to another program.")


def _application_id(path: Path) -> int | None:
    """The id in the header of a database, null where the file is none.

    SQLite is asked: where the casebook is already open in this process, a plain `open` and `close` drops its locks, and the
    next process that closes it takes the log of what was acknowledged away (tests/durability/test_beside.py).
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            return int(base.execute("PRAGMA application_id").fetchone()[0]) & 0xFFFFFFFF
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def _version(connection: Connection) -> str | None:
    there = connection.dialect.has_table(connection, "alembic_version")
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if there else None


def _migrate(connection: Connection) -> None:
    """Bring the tables to HEAD inside the caller's transaction."""
    from geo.casebook.migrations import upgrade  # alembic is slow to import and rarely needed

    before = _version(connection)
    if connection.dialect.name == "sqlite":
        if before is None and connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar():
            raise CasebookError("该数据库不是案卷。", "This database is not a casebook.")
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    if not upgrade(connection, before):
        raise _other_version()


def _birth(now: str, *, given_clock: bool) -> list[dict[str, str]]:
    project = secrets.token_hex(16)
    genesis = hashlib.sha256(f"doorplate casebook {project}".encode()).hexdigest()
    facts = {"project_id": project, "genesis": genesis, "clock": "given" if given_clock else "wall", "opened_at": now}
    facts["max_count_age_days"] = str(MAX_COUNT_AGE_DAYS)
    return [{"k": k, "v": v} for k, v in facts.items()]


@contextmanager
def _spoken(where: Path | str) -> Iterator[None]:
    """Turn what the database says into words a clerk can act on; anything unknown stays what it is."""
    try:
        yield
    except DBAPIError as error:
        spoken = _speak(where, error)
        if spoken is None:
            raise
        raise spoken from error
    except UnicodeDecodeError as error:  # text of a damaged page, in a row or in SQLite's own message
        raise _damaged(where) from error


def _speak(where: Path | str, error: DBAPIError) -> CasebookError | None:
    cause, said = error.orig, str(error.orig)
    if refused := _refusal(said):
        return refused
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return _busy()
        if code == sqlite3.SQLITE_FULL:
            return CasebookFull("磁盘已满，未写入任何内容；请清理空间后重试。", "The disk is full, nothing was written: make room and try again.")
        if getattr(cause, "sqlite_errorcode", 0) in _NOT_WRITTEN:
            return CasebookFull(
                "磁盘写不进（超出配额或故障），该决定未确认；请检查磁盘后重试，同一决定不会重复记录。",
                "The disk takes no more (over its quota, or broken), nothing was acknowledged: look at it and try again, nothing is kept twice.",
            )
        if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}:
            return _read_only(where)
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR}:
            return _damaged(where)
    if isinstance(cause, psycopg.errors.LockNotAvailable | psycopg.errors.QueryCanceled | psycopg.errors.SerializationFailure):
        return _busy()
    if isinstance(cause, psycopg.errors.DiskFull):
        return CasebookFull("数据库磁盘已满，未写入任何内容。", "The disk of the database is full, nothing was written.")
    if isinstance(cause, psycopg.errors.ReadOnlySqlTransaction | psycopg.errors.InsufficientPrivilege):
        return _read_only(where)
    if isinstance(cause, psycopg.OperationalError):
        return CasebookBusy("连接不上数据库，未写入任何内容；请稍后重试。", "The database does not answer, nothing was written: try again shortly.")
    return None


def _refusal(said: str) -> CasebookError | None:
    """What a trigger refused, where nothing above it did: a page that went round the store, or a race it lost."""
    if "guard: " in said or "four eyes: " in said:
        zh = "申请人与批准人须为两人" if "four eyes" in said else "最新人口统计不能证明无人"
        return GuardRefused(((zh, said.rsplit(": ", 1)[-1]),))
    if "stale: " in said:
        return StaleCase("", "", "")
    if "right: " in said:
        return NotAllowed("该账号在此无此权限。", "This account holds no such role here.")
    if "chain: " in said or "kept: " in said:
        return CasebookDamaged("案卷只增不改：此操作被数据库拒绝。", "The casebook only grows: the database refused this.")
    return None


def _busy() -> CasebookBusy:
    return CasebookBusy("他人正在写入，未写入任何内容；请重试。", "Somebody else is writing, nothing was written: try again.")


def _read_only(where: Path | str) -> CasebookReadOnly:
    name = where.name if isinstance(where, Path) else "PostgreSQL"
    return CasebookReadOnly(f"案卷 {name} 不可写，未写入任何内容；请检查权限。", f"{name} cannot be written, nothing was: check its rights.")


def _damaged(where: Path | str) -> CasebookDamaged:
    name = where.name if isinstance(where, Path) else "PostgreSQL"
    return CasebookDamaged(f"案卷 {name} 已损坏；请停止使用并恢复备份。", f"{name} is damaged: stop, and restore a backup.")


def _other_version() -> CasebookError:
    return CasebookError("该案卷由更新版本的程序建立，请升级程序。", "This casebook was made by a newer version of the program: upgrade it.")
