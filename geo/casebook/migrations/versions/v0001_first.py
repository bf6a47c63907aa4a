"""The first tables, and what guards them."""

from __future__ import annotations

from copy import deepcopy

from alembic import op

from geo.casebook.migrations.ddl import statements
from geo.casebook.schema import METADATA

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, view and trigger of version 1."""
    # A copy each time: on PostgreSQL, tables that refer to one another get their foreign keys afterwards, and SQLAlchemy
    # remembers that in the declaration itself: the next SQLite casebook of the process would come without them.
    # A deep one, which keeps the order in which things were declared: every casebook has the same text.
    deepcopy(METADATA).create_all(op.get_bind())
    for statement in statements("0001", op.get_context().dialect.name):
        op.get_bind().exec_driver_sql(statement)
