"""How an imported look came to us, and how deep a feed's archive has been walked."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Moment

revision = "20261124c"
down_revision = "20261124b"


def upgrade() -> None:
    op.add_column("capture", sa.Column("via", sa.JSON(none_as_null=True), nullable=True))
    some = sa.text("via IS NOT NULL")
    columns = ["page_id", "captured_at"]
    op.create_index("ix_capture_imported", "capture", columns, sqlite_where=some, postgresql_where=some)
    op.create_table(
        "backfill",
        sa.Column("feed_id", sa.Text, primary_key=True),
        sa.Column("since", sa.String(10), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("undated", sa.Integer, nullable=False),
        sa.Column("missing", sa.Integer, nullable=False),
        sa.Column("oldest", sa.Text, nullable=True),
        sa.Column("ended", sa.Text, nullable=True),
        sa.Column("place", sa.JSON(none_as_null=True), nullable=True),
    )
