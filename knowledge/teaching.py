"""What admins do with synonyms in the database: look, add, change, remove, and propose before they add.

Each change raises the knowledge revision and is written down with who made it. Not here: the rules for terms
(synonyms.py), who is an admin and what is said (handlers and commands).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Unit
from db.synonyms import Synonym, SynonymChange
from knowledge.normalise import normalise
from knowledge.seeding import lock, raise_revision
from knowledge.synonyms import MOST_IDEAS, MOST_TERMS, OWN, Terms, TermsRefused, check, content_hash, spelled

MOST_OFFERED: Final = 3
"""Ideas that a proposal may extend, those with most terms in common first."""
NEW: Final = "new"
_MARK: Final = 8


@dataclass(frozen=True)
class Idea:
    """Its key and terms as they are now. `mark` is another as soon as it has changed."""

    key: str
    terms: Terms

    @property
    def mark(self) -> str:
        """Eight hex digits."""
        return content_hash(self.key, self.terms)[:_MARK]

    def with_terms(self, more: Sequence[str]) -> Terms:
        """Its terms and those of `more` that are not among them."""
        have = set(map(spelled, self.terms))
        return self.terms + tuple(term for term in more if spelled(term) not in have)

    def shares(self, terms: Sequence[str]) -> int:
        """How many of these it has."""
        return len(set(map(spelled, self.terms)) & set(map(spelled, terms)))


@dataclass(frozen=True)
class Proposal:
    """Terms that wait for a yes, and the ideas that they could extend."""

    id: int
    terms: Terms
    extends: tuple[Idea, ...]


class ProposalOutdated(Exception):
    """The idea that was to be extended is not as it was shown any more."""


async def ideas(session: AsyncSession, word: str = "") -> list[Idea]:
    """All that are not removed, by key; with a `word` those that have it in their terms or as their key."""
    rows = await session.scalars(select(Synonym).where(Synonym.retired_at.is_(None)))
    found = sorted((Idea(row.key, _terms(row)) for row in rows), key=lambda idea: idea.key)
    wanted, key = normalise(word), word.strip().lower()
    if not key:
        return found
    return [
        idea
        for idea in found
        if idea.key == key or (wanted and any(wanted in normalise(term) for term in idea.terms))
    ]


def sharing(found: Iterable[Idea], terms: Sequence[str]) -> list[Idea]:
    """Those of the ideas that have one of the terms, the nearest first."""
    near = [idea for idea in found if idea.shares(terms)]
    return sorted(near, key=lambda idea: (-idea.shares(terms), idea.key))


async def add(work: Unit, actor: str, terms: Terms, proposed: SynonymChange | None = None) -> Idea:
    """A new idea. Raises TermsRefused."""
    await lock(work, "synonyms")
    check(terms)
    found = await ideas(work.session)
    _refuse_known(found, terms)
    _refuse_more(found)
    taken = await work.session.scalars(select(Synonym.key).where(Synonym.key.startswith(OWN)))
    numbers = [int(number) for key in taken if (number := key.removeprefix(OWN)).isdecimal()]
    idea = Idea(f"{OWN}{max(numbers, default=0) + 1}", terms)
    hashed = content_hash(idea.key, terms)
    work.session.add(Synonym(key=idea.key, terms=list(terms), content_hash=hashed, updated_at=work.now))
    await _record(work, proposed, SynonymChange(key=idea.key, kind="added", actor=actor, terms=list(terms)))
    return idea


async def change(work: Unit, actor: str, key: str, terms: Terms, proposed: SynonymChange | None = None) -> Idea:
    """The idea with these terms instead of its own; one that was removed is there again. Raises TermsRefused."""
    await lock(work, "synonyms")
    row = await work.session.get(Synonym, key)
    if row is None:
        raise TermsRefused("teaching.unknown_key", idea=key)
    before = _terms(row)
    check(terms, known=before)
    if row.retired_at is not None:
        before = ()
        _refuse_more(await ideas(work.session))
    if before == terms:
        raise TermsRefused("teaching.same", idea=key)
    row.terms, row.content_hash = list(terms), content_hash(key, terms)
    row.retired_at, row.updated_at = None, work.now
    made = SynonymChange(key=key, kind="changed", actor=actor, before=list(before), terms=list(terms))
    await _record(work, proposed, made)
    return Idea(key, terms)


async def remove(work: Unit, actor: str, key: str) -> Idea:
    """Take an idea away: its row stays, so that no seeding brings it back. Raises TermsRefused."""
    await lock(work, "synonyms")
    row = await work.session.get(Synonym, key)
    if row is None or row.retired_at is not None:
        raise TermsRefused("teaching.unknown_key", idea=key)
    row.retired_at = row.updated_at = work.now
    await _record(work, None, SynonymChange(key=key, kind="removed", actor=actor, before=list(_terms(row))))
    return Idea(key, _terms(row))


async def propose(work: Unit, actor: str, terms: Terms) -> Proposal:
    """Keep terms until somebody says what becomes of them. Raises TermsRefused when there is nothing to teach."""
    check(terms)
    found = await ideas(work.session)
    _refuse_known(found, terms)
    row = SynonymChange(kind="proposed", actor=actor, terms=list(terms), created_at=work.now)
    work.session.add(row)
    await work.session.flush()
    return Proposal(row.id, terms, _extends(found, terms))


async def proposal(work: Unit, number: int) -> Proposal | None:
    """A proposal that still waits, with what it could extend now. Raises TermsRefused when an idea has all of it."""
    row = await _waiting(work, number)
    if row is None:
        return None
    terms, found = tuple(row.terms), await ideas(work.session)
    _refuse_known(found, terms)
    return Proposal(row.id, terms, _extends(found, terms))


async def accept(work: Unit, actor: str, number: int, mark: str) -> Idea | None:
    """Teach a proposal: as a NEW idea, or as an extension of the one with this mark. None when it does not wait any
    more. Raises ProposalOutdated, TermsRefused."""
    await lock(work, "synonyms")
    row = await _waiting(work, number)
    if row is None:
        return None
    terms = tuple(row.terms)
    if mark == NEW:
        return await add(work, actor, terms, row)
    for idea in await ideas(work.session):
        if idea.mark == mark:
            return await change(work, actor, idea.key, idea.with_terms(terms), row)
    raise ProposalOutdated


async def drop(work: Unit, actor: str, number: int) -> bool:
    """Think better of a proposal; false when it does not wait any more."""
    row = await _waiting(work, number)
    if row is not None:
        row.kind, row.actor = "dropped", actor
    return row is not None


async def _waiting(work: Unit, number: int) -> SynonymChange | None:
    row = await work.session.get(SynonymChange, number, with_for_update=True)
    return row if row is not None and row.kind == "proposed" else None


def _extends(found: Sequence[Idea], terms: Terms) -> tuple[Idea, ...]:
    fits = [idea for idea in sharing(found, terms) if len(idea.with_terms(terms)) <= MOST_TERMS]
    return tuple(fits[:MOST_OFFERED])


def _refuse_known(found: Sequence[Idea], terms: Terms) -> None:
    for idea in found:
        if idea.shares(terms) == len(terms):
            raise TermsRefused("teaching.nothing_new", idea=idea.key)


def _refuse_more(found: Sequence[Idea]) -> None:
    if len(found) >= MOST_IDEAS:
        raise TermsRefused("teaching.too_many_ideas", most=MOST_IDEAS)


async def _record(work: Unit, proposed: SynonymChange | None, made: SynonymChange) -> None:
    """Write a change down, in the row of the proposal that it came from, and tell every process."""
    made.before = made.before or []
    made.terms = made.terms or []
    if proposed is None:
        made.created_at = work.now
        work.session.add(made)
    else:
        proposed.key, proposed.kind, proposed.actor = made.key, made.kind, made.actor
        proposed.before, proposed.terms, proposed.created_at = made.before, made.terms, work.now
    await raise_revision(work)


def _terms(row: Synonym) -> Terms:
    """As they are, also those of a row that the matcher refuses."""
    return tuple(str(term) for term in row.terms) if isinstance(row.terms, list) else ()
