"""The tables in the code are those the migrations make, and nothing in a database stands unguarded."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect, text

from geo.casebook import Casebook
from geo.casebook.migrations import HEAD
from geo.casebook.migrations.ddl import statements, write_tables
from geo.casebook.schema import METADATA
from tests.casebook.conftest import BACKENDS

VERSIONS = ("0001",)
"""Every version of the tables, oldest first; only the newest may differ from the tables in the code while nobody has a casebook of it."""


@pytest.mark.parametrize("dialect", BACKENDS)
def test_the_tables_of_the_newest_version_are_those_of_the_code(dialect: str) -> None:
    """A table changed: write the next migration. Until version 1 was given to anybody: write 0001.tables.*.sql anew with `write_tables`."""
    made = [s.replace("%%", "%") for s in statements(VERSIONS[0], dialect)]
    wanted = write_tables(dialect).split("\n--;\n")
    assert VERSIONS[-1] == HEAD
    assert made[: len(wanted)] == [w.strip() for w in wanted]


def test_a_new_casebook_holds_every_table_with_every_column(book: Casebook) -> None:
    with book.store.reading() as connection:
        seen = inspect(connection)
        there = {name: [c["name"] for c in seen.get_columns(name)] for name in seen.get_table_names() if name != "alembic_version"}
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    assert there == {name: [c.name for c in table.columns] for name, table in METADATA.tables.items()}
    assert version == HEAD


def test_every_table_has_guards_against_change_and_deletion(book: Casebook) -> None:
    sqlite = "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
    postgresql = "SELECT event_object_table, event_manipulation FROM information_schema.triggers"
    with book.store.reading() as connection:
        rows = connection.execute(text(sqlite if book.store.dialect == "sqlite" else postgresql)).all()
    guarded = {name: " ".join(str(said) for table, said in rows if table == name) for name in METADATA.tables}
    unguarded = {name: word for name, said in guarded.items() for word in ("UPDATE", "DELETE", "INSERT") if word not in said}
    # meta is filled once, when the book is made; in PostgreSQL its primary key refuses what SQLite's REPLACE would push out
    assert unguarded in ({}, {"meta": "INSERT"})


def test_every_table_of_sqlite_is_strict() -> None:
    tables = [s for s in statements(HEAD, "sqlite") if s.startswith("CREATE TABLE")]
    assert len(tables) == len(METADATA.tables)
    assert all(s.rstrip().endswith("STRICT") for s in tables)
