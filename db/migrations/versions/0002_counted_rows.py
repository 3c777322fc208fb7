"""indexes for the figures of the queues: what was put aside or given up is counted without reading all rows"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

_ASIDE = sa.text("status in ('parked', 'quarantined')")
_GIVEN_UP = sa.text("state in ('failed', 'unknown')")


def upgrade() -> None:
    op.create_index('ix_inbox_aside', 'inbox', ['status'], sqlite_where=_ASIDE, postgresql_where=_ASIDE)
    op.create_index('ix_outbox_given_up', 'outbox', ['state'], sqlite_where=_GIVEN_UP, postgresql_where=_GIVEN_UP)
