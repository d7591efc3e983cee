"""Where a list says an article stands: a newspaper's page, the account that publishes it."""

import sqlalchemy as sa
from alembic import op

revision = "20261124a"
down_revision = "20261123b"


def upgrade() -> None:
    op.add_column("entry", sa.Column("layout", sa.Text(), nullable=True))
    op.add_column("entry", sa.Column("account", sa.Text(), nullable=True))
