"""The full-text index over snapshots: FTS5 on SQLite, a tsvector on PostgreSQL."""

from alembic import op

from storage import search

revision = "20261123b"
down_revision = "20261123"


def upgrade() -> None:
    search.create(op.get_bind())
