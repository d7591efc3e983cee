"""What translation engines said of quotes, by snapshot: a cache, filled as digests are made."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Digest, Moment

revision = "20261124h"
down_revision = "20261124f"


def upgrade() -> None:
    op.create_table(
        "translation",
        sa.Column("snapshot", sa.String(32), nullable=False),
        sa.Column("text_sha256", Digest, nullable=False),
        sa.Column("target", sa.String(8), nullable=False),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("snapshot", "text_sha256", "target", "engine", name="pk_translation"),
    )
