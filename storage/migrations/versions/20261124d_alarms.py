"""What each run saw of each feed, and the alarms made of it; both are filled by their stage. Readings count dates."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Moment, Number

revision = "20261124d"
down_revision = "20261124c"


def upgrade() -> None:
    for name in ("listed", "dated"):
        op.add_column("reading", sa.Column(name, sa.Integer, nullable=True))
    op.create_table(
        "feed_look",
        sa.Column("feed_id", sa.Text, nullable=False),
        sa.Column("capture_id", Number, autoincrement=False, nullable=False),
        sa.Column("run_id", sa.String(26), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("error", sa.String(8), nullable=True),
        sa.Column("platform", sa.Text, nullable=True),
        sa.Column("listed", sa.Integer, nullable=True),
        sa.Column("dated", sa.Integer, nullable=True),
        sa.Column("fresh", sa.Integer, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("pages_dated", sa.Integer, nullable=False),
        sa.Column("pages_with_text", sa.Integer, nullable=False),
        sa.Column("host", sa.Text, nullable=True),
        sa.Column("address", sa.Text, nullable=True),
        sa.Column("issuer", sa.Text, nullable=True),
        sa.Column("tls_error", sa.Text, nullable=True),
        sa.Column("version", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "capture_id", name="pk_feed_look"),
    )
    op.create_table(
        "alarm",
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("feed_id", sa.Text, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("raised_at", Moment, nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("cleared_at", Moment, nullable=True),
        sa.Column("version", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("source_id", "feed_id", "kind", "raised_at", name="pk_alarm"),
    )
