"""Plain DDL beside the migrations: for each version the tables, the views and the guards, each as it was when the version was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement

from geo.casebook.schema import METADATA

_FOLDER = Path(__file__).parent / "sql"
_BETWEEN = "\n--;\n"


def statements(version: str, dialect: str) -> list[str]:
    """The statements of one version for one database, in order.

    Statements are separated by a line that holds only `--;`, because bodies of triggers hold semicolons of their own.
    """
    texts = [(_FOLDER / name).read_text(encoding="utf-8") for name in (f"{version}.tables.{dialect}.sql", f"{version}.views.sql", f"{version}.{dialect}.sql")]
    found = [s.strip() for text in texts for s in text.split(_BETWEEN) if s.strip()]
    # psycopg reads a percent sign as a placeholder even where there is nothing to fill in
    return [s.replace("%", "%%") for s in found] if dialect == "postgresql" else found


def write_tables(dialect: str) -> str:
    """The tables of `geo.casebook.schema` as they are now, in the form of a version's file: what the next migration is compared with."""
    dialects: Mapping[str, Callable[[], Dialect]] = {"sqlite": SQLiteDialect, "postgresql": PGDialect}
    speech = dialects[dialect]()
    parts: list[DDLElement] = []
    for table in METADATA.sorted_tables:
        parts += [CreateTable(table), *(CreateIndex(i) for i in sorted(table.indexes, key=lambda index: str(index.name)))]
    texts = (str(part.compile(dialect=speech)) for part in parts)
    return _BETWEEN.join("\n".join(line.rstrip() for line in text.strip().expandtabs(2).splitlines()) for text in texts) + "\n"
