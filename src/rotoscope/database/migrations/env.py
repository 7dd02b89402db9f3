"""Alembic's entrance: runs migrations on the connection that :meth:`Database.migrate` gives it."""

from __future__ import annotations

from alembic import context

from rotoscope.database.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite changes tables by copying them
    user_module_prefix="",
)
with context.begin_transaction():
    context.run_migrations()
