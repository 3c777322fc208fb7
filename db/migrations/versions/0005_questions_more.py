"""questions keep the further topics that one message asked for"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    more = sa.Column('more', db.types.Document, server_default='[]', nullable=False)
    op.add_column('questions', more)


def downgrade() -> None:
    op.drop_column('questions', 'more')
