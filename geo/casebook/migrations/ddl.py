"""Plain DDL beside the migrations: one file of views for both databases, one file of triggers for each."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent / "sql"


def statements(version: str, dialect: str) -> list[str]:
    """The statements of one version for one database, in order.

    Statements are separated by a line that holds only `--;`, because bodies of triggers hold semicolons of their own.
    """
    texts = [(_FOLDER / f"{version}.{part}.sql").read_text(encoding="utf-8") for part in ("views", dialect)]
    found = [s.strip() for text in texts for s in text.split("\n--;\n") if s.strip()]
    # psycopg reads a percent sign as a placeholder even where there is nothing to fill in
    return [s.replace("%", "%%") for s in found] if dialect == "postgresql" else found
