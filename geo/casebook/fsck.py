"""Proves an open casebook, a casebook file or a database: pages, rows, log, cases, published runs, and the guards themselves."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, text

from geo.casebook.book import Casebook
from geo.casebook.migrations import HEAD, upgrade
from geo.casebook.store import Store
from geo.casebook.verifier import STATEMENTS, UNREADABLE, Fault, check, check_file, connect

__all__ = ["Fault", "fsck"]

_FRESH = "doorplate_fresh"
_DEFINITIONS = text("""
SELECT 'trigger' AS kind, c.relname || '.' || t.tgname AS name, CAST(t.tgenabled AS text) || ' ' || replace(pg_get_triggerdef(t.oid), CAST(:schema AS text) || '.', '') AS body
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = :schema AND NOT t.tgisinternal
UNION ALL
SELECT 'function', p.proname, p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = :schema
UNION ALL
SELECT 'view', c.relname, pg_get_viewdef(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = :schema AND c.relkind = 'v'
UNION ALL
SELECT 'constraint', c.relname || '.' || k.conname, pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = :schema
""")


def fsck(book: Casebook | Path | str, *, quick: bool = False) -> list[Fault]:
    """What a casebook does not hold of what it must: empty where everything holds.

    Pages and indexes, foreign keys, the chain of the log, every step of every case, cases, accounts, grants, deadlines and
    exported lists against the log, heads that were printed, opening and fixing of findings, the hash of every published run,
    and that every guard (trigger, view, constraint) is there as this version wrote it. Nothing is written, and people go on working.

    Parameters
    ----------
    book
        An open casebook, the Path of one, or the URL of a database.
    quick
        Leaves out the published runs and the cross-check of every index: seconds for a casebook of any size that is read at start.
    """
    where = book.store.where if isinstance(book, Casebook) else book
    if isinstance(where, Path) or "://" not in where:
        return _check_path(Path(where), quick=quick)
    if isinstance(book, Casebook):
        return list(_check_database(book.store, quick=quick))
    store = Store(where, read_only=True)
    try:
        return list(_check_database(store, quick=quick))
    finally:
        store.close()


def _check_path(path: Path, *, quick: bool) -> list[Fault]:
    if not path.is_file():
        return [Fault("file_missing", path.name, f"没有案卷文件 {path.name}", f"there is no casebook {path.name}")]
    faults = check_file(path, quick=quick)
    try:
        with closing(connect(path)) as base:
            there = {(kind, name): body for kind, name, body in base.execute(_SQLITE_DEFINITIONS)}
            version = base.execute("SELECT version_num FROM alembic_version").fetchall()
    except UNREADABLE as error:
        return faults or [Fault("unreadable", path.name, f"{path.name} 无法读取（{error}）", f"{path.name} cannot be read ({error})")]
    return [*faults, *_check_version([v for (v,) in version]), *_check_definitions(there, fresh_sqlite())]


_SQLITE_DEFINITIONS = "SELECT type, name, tbl_name || ' ' || coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite~_s%' ESCAPE '~'"


@functools.cache
def fresh_sqlite() -> Mapping[tuple[str, str], str]:
    """What an untouched casebook of this version is made of: (kind, name) -> definition."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        upgrade(connection, None)
        rows = connection.exec_driver_sql(_SQLITE_DEFINITIONS).all()
    engine.dispose()
    return {(kind, name): body for kind, name, body in rows}


def _check_database(store: Store, *, quick: bool) -> Iterator[Fault]:
    with store.reading() as connection:
        yield from check(functools.partial(_rows, connection), quick=quick)
        yield from _check_version(connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all())
        schema = str(connection.execute(text("SELECT current_schema()")).scalar())
        there = _postgresql_definitions(connection, schema)
    if not store.read_only:
        yield from _check_definitions(there, _fresh_postgresql(store))


def _rows(connection: Connection, name: str, **values: Any) -> Iterable[Mapping[str, Any]]:
    return (dict(row) for row in connection.execution_options(yield_per=2000).execute(text(STATEMENTS[name]), values).mappings())


def _fresh_postgresql(store: Store) -> Mapping[tuple[str, str], str]:
    """The same tables made anew in a schema that is rolled back, so that the server writes both definitions alike."""
    with store.writing() as connection, connection.begin_nested() as never:
        connection.execute(text(f"CREATE SCHEMA {_FRESH}"))
        connection.execute(text(f"SET LOCAL search_path TO {_FRESH}"))
        upgrade(connection, None)
        fresh = _postgresql_definitions(connection, _FRESH)
        never.rollback()
    return fresh


def _postgresql_definitions(connection: Connection, schema: str) -> dict[tuple[str, str], str]:
    return {(row.kind, row.name): row.body for row in connection.execute(_DEFINITIONS, {"schema": schema})}


def _check_version(found: Iterable[str]) -> Iterator[Fault]:
    if list(found) != [HEAD]:
        yield Fault("other_version", "alembic_version", "案卷的表结构版本不符", "the tables of this casebook are of another version")


def _check_definitions(there: Mapping[tuple[str, str], str], fresh: Mapping[tuple[str, str], str]) -> Iterator[Fault]:
    """Every guard stands: a trigger that was dropped or rewritten lets through what it was there to stop."""
    for kind, name in sorted(there.keys() | fresh.keys()):
        if _text(there.get((kind, name))) != _text(fresh.get((kind, name))):
            what = "缺失" if (kind, name) not in there else "被改动" if (kind, name) in fresh else "多余"
            zh = f"表结构 {kind} {name} {what}"
            yield Fault("guard_changed", f"{kind} {name}", zh, f"{kind} {name} is not as this version made it")


def _text(definition: str | None) -> str | None:
    """A definition without its layout, which belongs to whoever wrote it."""
    return None if definition is None else " ".join(definition.split())
