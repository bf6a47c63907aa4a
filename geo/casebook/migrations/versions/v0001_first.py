"""The first tables, and what guards them."""

from __future__ import annotations

from alembic import op

from geo.casebook.migrations.ddl import statements

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, view and trigger of version 1."""
    for statement in statements("0001", op.get_context().dialect.name):
        op.get_bind().exec_driver_sql(statement)
