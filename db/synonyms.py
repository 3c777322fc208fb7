"""The tables of words that stand for one idea, and of who changed them. docs/database.md says how to write them.

What admins may do with them is in knowledge/teaching.py.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from db.types import Base, Key


class Synonym(Base):
    """Words that stand for one idea. After the first seeding this table is the truth; retired rows are kept."""

    __tablename__ = "synonyms"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    terms: Mapped[list[Any]]
    # as those of entries; without a seed_hash it is an admin's own
    content_hash: Mapped[str] = mapped_column(String(64))
    seed_hash: Mapped[str | None] = mapped_column(String(64))
    retired_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class SynonymChange(Base):
    """Who changed which idea, when, from what to what; before that, what an admin proposes and was asked about."""

    __tablename__ = "synonym_changes"
    __table_args__ = (
        CheckConstraint("kind in ('proposed', 'dropped', 'added', 'changed', 'removed')", name="kind"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str | None] = mapped_column(String(40), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    actor: Mapped[str] = mapped_column(String(200))
    before: Mapped[list[Any]] = mapped_column(default=list)
    terms: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
