"""Alembic's way in. storage/migrate.py hands over the connection and its transaction."""

from alembic import context

from storage.tables import meta

context.configure(
    connection=context.config.attributes["db"],
    target_metadata=meta,
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="types.",
)
context.run_migrations()
