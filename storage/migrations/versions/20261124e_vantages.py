"""Looks from a second vantage are told from the usual ones, and a page that only they see alive is known as hidden."""

import sqlalchemy as sa
from alembic import op

revision = "20261124e"
down_revision = "20261124d"


def upgrade() -> None:
    op.add_column("capture", sa.Column("compares", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("standing", sa.Column("hidden", sa.Text, nullable=True))
