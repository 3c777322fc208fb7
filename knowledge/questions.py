"""What people asked and what came of it: the rows that admins learn from."""

from __future__ import annotations

from sqlalchemy import select

from db.engine import Unit
from db.models import Person, Question
from knowledge.matching import Answer

MOST_TEXT = 4096


async def record(work: Unit, person: Person, text: str, answer: Answer) -> Question:
    """Keep a question with what was found."""
    question = Question(
        person_id=person.id,
        text=text[:MOST_TEXT],
        language=answer.language,
        decision=answer.decision,
        topics=[[topic.id, round(topic.score, 3)] for topic in answer.topics],
        more=list(answer.more),
        service=answer.service,
        outside=answer.outside,
        topic=answer.topics[0].id if answer.decision == "answer" else None,
        asked_at=work.now,
    )
    work.session.add(question)
    await work.session.flush()
    return question


async def asked_by(work: Unit, person: Person, question_id: int) -> Question | None:
    """The person's own question."""
    return await work.session.scalar(
        select(Question).where(Question.id == question_id, Question.person_id == person.id)
    )


async def last(work: Unit, person: Person, most: int = 3) -> list[Question]:
    """The person's newest questions, newest first."""
    rows = await work.session.scalars(
        select(Question).where(Question.person_id == person.id).order_by(Question.id.desc()).limit(most)
    )
    return list(rows)
