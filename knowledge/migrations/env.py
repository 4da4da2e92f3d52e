"""Run by Alembic: migrates the connection that ``knowledge.database`` hands over."""

from alembic import context

from knowledge.tables import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
