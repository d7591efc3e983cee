"""The first schema: all of storage/tables.py, and the triggers that keep truth append-only."""

from alembic import op

from storage import tables

revision = "20261123"
down_revision = None

_SQLITE = """
CREATE TRIGGER {table}_keeps_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_FUNCTION = """
CREATE FUNCTION longarm_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""
_POSTGRES = """
CREATE TRIGGER {table}_keeps_{verb} BEFORE {verb} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION longarm_append_only()
"""


def upgrade() -> None:
    bind = op.get_bind()
    tables.metadata.create_all(bind)
    sqlite = bind.dialect.name == "sqlite"
    if not sqlite:
        op.execute(_FUNCTION)
    for table in tables.TRUTH:
        for verb in ("UPDATE", "DELETE") if sqlite else ("UPDATE", "DELETE", "TRUNCATE"):
            op.execute((_SQLITE if sqlite else _POSTGRES).format(table=table.name, verb=verb))
