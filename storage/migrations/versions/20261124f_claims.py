"""What alerting texts say in figures, dates and sanctions; filled by the next scan."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Number

revision = "20261124f"
down_revision = "20261124e"


def upgrade() -> None:
    op.create_table(
        "claim",
        sa.Column("snapshot_id", Number, autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("alert_id", sa.String(32), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", "ordinal", name="pk_claim"),
    )
    op.create_index("ix_claim_alert_id", "claim", ["alert_id"])
    op.create_table(
        "claim_reading",
        sa.Column("snapshot_id", Number, autoincrement=False, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", name="pk_claim_reading"),
    )
