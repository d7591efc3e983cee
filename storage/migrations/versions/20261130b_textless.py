"""Which list was looked through for an article's text and had none: it is not read for it again."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Number

revision = "20261130b"
down_revision = "20261130a"


def upgrade() -> None:
    op.add_column("entry", sa.Column("textless_id", Number, nullable=True))
