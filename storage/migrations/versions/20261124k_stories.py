"""Stories are found by keys in a table of their own, not in memory: derived data, made again by the next scan."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Number

revision = "20261124k"
down_revision = "20261124i"


def upgrade() -> None:
    op.drop_table("cluster_member")
    op.create_table(
        "cluster_member",
        sa.Column("snapshot_id", Number, autoincrement=False, nullable=False),
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_cluster_member")),
    )
    op.create_index("ix_cluster_member_cluster", "cluster_member", ["cluster", "snapshot_id"])
    op.create_index("ix_cluster_member_digest", "cluster_member", ["digest", "snapshot_id"])
    op.create_table(
        "story_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("snapshot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "snapshot_id", name=op.f("pk_story_key")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_story_key_snapshot_id", "story_key", ["snapshot_id"])
    op.create_index("ix_alert_cluster", "alert", ["cluster"])
