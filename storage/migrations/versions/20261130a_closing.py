"""From when until when each digest's window was is kept: another closing hour then loses or repeats nothing."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Moment

revision = "20261130a"
down_revision = "20261124k"

_SQLITE = """
CREATE TRIGGER closing_keeps_{verb} BEFORE {verb} ON closing
BEGIN SELECT RAISE(ABORT, 'closing is append-only'); END
"""
_POSTGRES = """
CREATE TRIGGER closing_keeps_{verb} BEFORE {verb} ON closing
FOR EACH STATEMENT EXECUTE FUNCTION longarm_append_only()
"""


def upgrade() -> None:
    op.create_table(
        "closing",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("start_at", Moment, nullable=False),
        sa.Column("end_at", Moment, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_closing"),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for verb in ("UPDATE", "DELETE") if is_sqlite else ("UPDATE", "DELETE", "TRUNCATE"):
        op.execute((_SQLITE if is_sqlite else _POSTGRES).format(verb=verb))
