"""What alembic runs: on the connection that it is handed, in that connection's transaction."""

from alembic import context

from db import inbox, models, outbox, synonyms  # noqa: F401 - every table has to be known
from db.types import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    transactional_ddl=False,  # the caller's transaction is the transaction
)
context.run_migrations()
