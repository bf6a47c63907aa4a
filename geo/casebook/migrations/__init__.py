"""Versions of the casebook's tables, in the order Alembic finds in them; triggers and views as plain DDL per database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

HEAD = "0001"
"""The version this program reads and writes."""


def upgrade(connection: Connection, version: str | None) -> bool:
    """Bring the tables from a version (null: none yet) to HEAD, inside the caller's transaction.

    Returns
    -------
    False where the version is not one of ours: the casebook was made by a newer program. Nothing is changed then.
    """
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    if version is not None and version not in {r.revision for r in script.walk_revisions()}:
        return False

    def steps(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs(HEAD, revision)  # noqa: SLF001 - what alembic's own command does

    with EnvironmentContext(config, script, fn=steps, destination_rev=HEAD) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()
    return True
