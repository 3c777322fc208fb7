"""People who write as owners, and what is known of their firms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.exc import IntegrityError

from db.engine import Unit
from db.models import Conversation, Firm, Person

LANGUAGES = ("fa", "en")
# Seen-times are for statistics; writing one at each message would cost a write for nothing.
_SEEN_STEP = timedelta(hours=1)


# Made once: every update of a person passes here.
_people, _conversations = cast(Table, Person.__table__), cast(Table, Conversation.__table__)
_ARRIVING = (
    select(*_people.c, *_conversations.c)
    .join(_conversations, _conversations.c.person_id == _people.c.id)
    .where(_people.c.channel == bindparam("channel"), _people.c.chat_id == bindparam("chat"))
)
_OF_PERSON, _OF_CONVERSATION = tuple(_people.c.keys()), tuple(_conversations.c.keys())


@dataclass(frozen=True)
class Visitor:
    """Who writes, as the messenger tells it."""

    chat_id: int
    name: str
    username: str | None
    language_code: str | None
    channel: str = "telegram"


async def arrive(work: Unit, visitor: Visitor) -> tuple[Person, Conversation]:
    """The person and the conversation, made when this is the first message."""
    key = {"channel": visitor.channel, "chat": visitor.chat_id}
    row = (await work.run(_ARRIVING, key)).first()
    if row is None:
        try:
            async with work.session.begin_nested():
                return await _welcome(work, visitor)
        except IntegrityError:
            # another first message of theirs was a moment faster, in another process or chat
            return await arrive(work, visitor)
    person = work.loaded(Person, {name: getattr(row, name) for name in _OF_PERSON})
    conversation = work.loaded(Conversation, {name: getattr(row, name) for name in _OF_CONVERSATION})
    if not person.reachable:
        person.reachable = True
    name = visitor.name[:200]
    if work.now - person.seen_at > _SEEN_STEP or person.name != name:
        person.seen_at, person.name, person.username = work.now, name, visitor.username
    return person, conversation


async def _welcome(work: Unit, visitor: Visitor) -> tuple[Person, Conversation]:
    person = Person(
        channel=visitor.channel,
        chat_id=visitor.chat_id,
        name=visitor.name[:200],
        username=visitor.username,
        language=guess_language(visitor.language_code),
        created_at=work.now,
        seen_at=work.now,
    )
    work.session.add(person)
    await work.session.flush()
    conversation = Conversation(person_id=person.id, updated_at=work.now)
    work.session.add(conversation)
    await work.session.flush()
    return person, conversation


def guess_language(code: str | None) -> str:
    """Persian unless the client plainly speaks another language; those get English."""
    main = (code or "fa").split("-")[0].lower()
    return "fa" if main in ("fa", "az", "ku", "ckb", "ar") else "en"


def choose_language(person: Person, language: str) -> None:
    """The person's own choice. Raises ValueError for a language that we do not speak."""
    if language not in LANGUAGES:
        raise ValueError(language)
    person.language = language
    person.language_chosen = True


async def profile(work: Unit, person: Person) -> dict[str, Any]:
    """What is known of the person's firm; empty when nothing."""
    firm = await work.session.get(Firm, person.id)
    return dict(firm.profile) if firm else {}


async def remember(work: Unit, person: Person, known: dict[str, Any]) -> None:
    """Keep answers about the firm, so that they are offered instead of asked."""
    if not known:
        return
    firm = await work.session.get(Firm, person.id)
    if firm is None:
        work.session.add(Firm(person_id=person.id, profile=known, updated_at=work.now))
    else:
        firm.profile = firm.profile | known
        firm.updated_at = work.now
