"""vectors of texts and learned sets, by content hash"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('knowledge_learned',
    sa.Column('key', sa.CHAR(length=64), nullable=False),
    sa.Column('content', db.types.Document, nullable=False),
    sa.Column('created_at', db.types.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_knowledge_learned'))
    )
    op.create_table('knowledge_vectors',
    sa.Column('key', sa.CHAR(length=64), nullable=False),
    sa.Column('vector', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', db.types.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_knowledge_vectors'))
    )


def downgrade() -> None:
    op.drop_table('knowledge_vectors')
    op.drop_table('knowledge_learned')
