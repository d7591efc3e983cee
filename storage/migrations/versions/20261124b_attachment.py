"""Which pages an article leads to as files of its own."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Number

revision = "20261124b"
down_revision = "20261124a"


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("page_id", Number, autoincrement=False, nullable=False),
        sa.Column("url_key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("capture_id", Number, nullable=False),
        sa.PrimaryKeyConstraint("page_id", "url_key", name=op.f("pk_attachment")),
    )
    op.create_index("ix_attachment_url_key", "attachment", ["url_key"], unique=False)
