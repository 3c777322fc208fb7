"""The tables that people, staff and the console share. docs/database.md tells what others may rely on.

The two queues, inbox and outbox, have their own modules beside their verbs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CHAR,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.types import Base, Key

STATUSES = ("new", "open", "waiting", "solved", "closed")


class Person(Base):
    """Who writes as an owner. Known by channel and chat id."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("channel", "chat_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    channel: Mapped[str] = mapped_column(String(16), default="telegram")
    chat_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(200), default="")
    username: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8), default="fa")
    language_chosen: Mapped[bool] = mapped_column(default=False)
    reachable: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Firm(Base):
    """The person's enterprise: what was answered once and is offered again. One per person."""

    __tablename__ = "firms"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    profile: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime]


class Conversation(Base):
    """Where a person stands in the chat. `focus` says who gets the next text: "", form, ticket or human."""

    __tablename__ = "conversations"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    focus: Mapped[str] = mapped_column(String(16), default="")
    focus_id: Mapped[int | None] = mapped_column(Key)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime]


class ServiceVersion(Base):
    """A form as it was when somebody began to fill it; submissions stay readable under it for ever."""

    __tablename__ = "service_versions"
    __table_args__ = (UniqueConstraint("service", "version"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    service: Mapped[str] = mapped_column(String(32))
    version: Mapped[str] = mapped_column(String(64))
    form: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Submission(Base):
    """A form in progress, filed or given up. Its id is the business action that makes a ticket unique."""

    __tablename__ = "submissions"
    __table_args__ = (
        CheckConstraint("status in ('open', 'filed', 'cancelled')", name="status"),
        # one form in progress per person and service
        Index(
            "uq_submissions_open",
            "person_id",
            "service",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    service: Mapped[str] = mapped_column(String(32))
    version_id: Mapped[int] = mapped_column(ForeignKey("service_versions.id"))
    status: Mapped[str] = mapped_column(String(16), default="open")
    state: Mapped[dict[str, Any]]
    question: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime]


class Ticket(Base):
    """A request with a reference."""

    __tablename__ = "tickets"
    __table_args__ = (
        CheckConstraint("status in ('new', 'open', 'waiting', 'solved', 'closed')", name="status"),
        CheckConstraint("rating is null or rating between 1 and 5", name="rating"),
        Index("ix_tickets_person_opened", "person_id", "opened_at"),
        Index("ix_tickets_status_service", "status", "service"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(8), unique=True)
    service: Mapped[str] = mapped_column(String(32))
    team: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(16), default="new")
    version: Mapped[int] = mapped_column(default=1)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"), unique=True)
    origin: Mapped[str | None] = mapped_column(String(64), unique=True)
    province: Mapped[str | None] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(200), default="")
    question: Mapped[str | None] = mapped_column(Text)
    answered: Mapped[str | None] = mapped_column(String(64))
    claimed_by: Mapped[str | None] = mapped_column(String(200))
    rating: Mapped[int | None]
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    first_answer_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    # Two who change a ticket at once, in two processes: the later one fails, is tried again and sees the change.
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012 - SQLAlchemy's


class TicketMessage(Base):
    """What was written about a ticket: by the owner, by staff (a reply), or among staff (a note)."""

    __tablename__ = "ticket_messages"
    __table_args__ = (
        CheckConstraint("author in ('owner', 'staff', 'note')", name="author"),
        # one messenger message becomes one ticket message, however often it arrives
        UniqueConstraint("ticket_id", "source"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    author: Mapped[str] = mapped_column(String(8))
    author_name: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    source: Mapped[str | None] = mapped_column(String(64))
    delivery: Mapped[str] = mapped_column(String(16), default="")
    created_at: Mapped[datetime]


class TicketEvent(Base):
    """Everything that happened to a ticket: who, what, when, why."""

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str] = mapped_column(String(200))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]


class MessageLink(Base):
    """Which messenger message speaks of which ticket, so that an explicit reply finds its way."""

    __tablename__ = "message_links"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    created_at: Mapped[datetime]


class Question(Base):
    """A question that somebody typed, what was found, and what came of it. Admins learn from these rows."""

    __tablename__ = "questions"
    __table_args__ = (
        CheckConstraint("decision in ('answer', 'choose', 'none')", name="decision"),
        Index("ix_questions_decision_asked", "decision", "asked_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    decision: Mapped[str] = mapped_column(String(8))
    topics: Mapped[list[Any]] = mapped_column(default=list)
    # further topics that the same message surely asked for
    more: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    service: Mapped[str | None] = mapped_column(String(32))
    # the kind of message that is none of our business
    outside: Mapped[str | None] = mapped_column(String(40))
    # what the person did with it: shown, chosen, none_of_these, useful, not_useful, ticket
    outcome: Mapped[str] = mapped_column(String(16), default="shown")
    topic: Mapped[str | None] = mapped_column(String(64))
    asked_at: Mapped[datetime]


class Entry(Base):
    """One answer with its phrasings, in two languages. After the first seeding this table is the truth."""

    __tablename__ = "entries"

    topic: Mapped[str] = mapped_column(String(64), primary_key=True)
    service: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(8))
    content: Mapped[dict[str, Any]]
    # hash of the content, and of the file's entry it was last seeded from: equal means nobody edited it
    content_hash: Mapped[str] = mapped_column(String(64))
    seed_hash: Mapped[str | None] = mapped_column(String(64))
    updated_at: Mapped[datetime]


class KnowledgeVector(Base):
    """A text's vector, by the hash of encoder and text: a cache that can be made again. float16, little endian."""

    __tablename__ = "knowledge_vectors"

    key: Mapped[str] = mapped_column(CHAR(64), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class KnowledgeLearned(Base):
    """What was learned from the content, by the hash of what it was learned from: a cache too."""

    __tablename__ = "knowledge_learned"

    key: Mapped[str] = mapped_column(CHAR(64), primary_key=True)
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Revision(Base):
    """Counters that tell other processes that something changed, by name ("knowledge")."""

    __tablename__ = "revisions"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Lease(Base):
    """Who alone may do something now, such as polling for updates; good until `until_at`."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until_at: Mapped[datetime]


class MovedChat(Base):
    """A group that became a supergroup has a new id; the old one stands in settings and rows."""

    __tablename__ = "moved_chats"

    old_chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    new_chat_id: Mapped[int] = mapped_column(BigInteger)
    moved_at: Mapped[datetime]
