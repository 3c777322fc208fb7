"""synonyms that admins edit, and their changes"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('synonym_changes',
    sa.Column('id', db.types.Key, nullable=False),
    sa.Column('key', sa.String(length=40), nullable=True),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('actor', sa.String(length=200), nullable=False),
    sa.Column('before', db.types.Document, nullable=False),
    sa.Column('terms', db.types.Document, nullable=False),
    sa.Column('created_at', db.types.UtcDateTime(), nullable=False),
    sa.CheckConstraint("kind in ('proposed', 'dropped', 'added', 'changed', 'removed')", name=op.f('ck_synonym_changes_kind')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_synonym_changes'))
    )
    op.create_index(op.f('ix_synonym_changes_key'), 'synonym_changes', ['key'], unique=False)
    op.create_table('synonyms',
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('terms', db.types.Document, nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('seed_hash', sa.String(length=64), nullable=True),
    sa.Column('retired_at', db.types.UtcDateTime(), nullable=True),
    sa.Column('updated_at', db.types.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_synonyms'))
    )


def downgrade() -> None:
    op.drop_table('synonyms')
    op.drop_table('synonym_changes')
