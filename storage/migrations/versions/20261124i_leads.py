"""What the model of leads found in snapshots, and what marks add to it; both are filled again by themselves."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Digest, Number

revision = "20261124i"
down_revision = "20261124h"


def upgrade() -> None:
    op.create_table(
        "lead",
        sa.Column("snapshot_id", Number, autoincrement=False, nullable=False),
        sa.Column("page_id", Number, nullable=False),
        sa.Column("concept", sa.Text, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("field", sa.String(8), nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", name="pk_lead"),
    )
    op.create_index("ix_lead_page_id", "lead", ["page_id"])
    op.create_table(
        "lead_teaching",
        sa.Column("marks", Digest, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("marks", name="pk_lead_teaching"),
    )
