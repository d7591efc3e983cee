"""Alembic's environment: runs the steps on the connection it is handed, inside the caller's transaction."""

from alembic import context

# Imported for what they add to the metadata.
from storage import derived_tables, tables  # noqa: F401
from storage.columns import metadata
from storage.schema import is_ours

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # The caller's transaction holds the steps and their record together, on SQLite too.
    transactional_ddl=True,
    include_object=is_ours,
)
context.run_migrations()
