"""Forms in the database: begin, find, keep, file, give up. The steps themselves are pure (forms.py).

A submission keeps the version of the form it was begun under; the catalogue may change meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.dialects import postgresql, sqlite

from db.engine import Unit
from db.models import Person, ServiceVersion, Submission
from eservices.catalogue import Service
from eservices.forms import restore, start
from eservices.questions import Form
from eservices.state import State


@dataclass
class OpenForm:
    """A submission with its form and state at hand."""

    submission: Submission
    form: Form
    state: State

    def keep(self, work: Unit, state: State) -> None:
        """Take the next state over."""
        self.state = state
        self.submission.state = state.to_json()
        self.submission.touched_at = work.now


async def begin(
    work: Unit, person: Person, service: Service, profile: Mapping[str, Any], question: str | None
) -> OpenForm:
    """A new open form of this service; the one that was open is given up."""
    former = await open_of_service(work, person, service.id)
    if former is not None:
        former.submission.status = "cancelled"
        await work.session.flush()
    state = start(service.form, profile)
    submission = Submission(
        person_id=person.id,
        service=service.id,
        version_id=await _version(work, service),
        status="open",
        state=state.to_json(),
        question=question,
        started_at=work.now,
        touched_at=work.now,
    )
    work.session.add(submission)
    await work.session.flush()
    return OpenForm(submission, service.form, state)


async def _version(work: Unit, service: Service) -> int:
    """The row of this form; two who begin the same new form at once share it."""
    mine = select(ServiceVersion.id).where(
        ServiceVersion.service == service.id, ServiceVersion.version == service.form.version
    )
    known = await work.session.scalar(mine)
    if known is not None:
        return known
    insert: Any = sqlite.insert if work.dialect == "sqlite" else postgresql.insert
    values = {
        "service": service.id,
        "version": service.form.version,
        "form": service.form.model_dump(mode="json"),
        "created_at": work.now,
    }
    await work.session.execute(insert(ServiceVersion).values(values).on_conflict_do_nothing())
    return (await work.session.execute(mine)).scalar_one()


_WITH_FORM = select(Submission, ServiceVersion.form).join(ServiceVersion, ServiceVersion.id == Submission.version_id)


async def find(work: Unit, person: Person, submission_id: int) -> OpenForm | None:
    """The person's own submission, in whatever state, or None."""
    return await _one(work, _WITH_FORM.where(Submission.id == submission_id, Submission.person_id == person.id))


async def open_of_service(work: Unit, person: Person, service_id: str) -> OpenForm | None:
    """The person's form in progress for this service."""
    mine = Submission.person_id == person.id
    return await _one(work, _WITH_FORM.where(mine, Submission.service == service_id, Submission.status == "open"))


async def latest_open(work: Unit, person: Person) -> OpenForm | None:
    """The form in progress that was touched last."""
    mine = _WITH_FORM.where(Submission.person_id == person.id, Submission.status == "open")
    return await _one(work, mine.order_by(Submission.touched_at.desc()).limit(1))


async def of_ticket(work: Unit, submission_id: int) -> OpenForm | None:
    """The filed submission of a ticket, for staff; None once it was erased."""
    return await _one(work, _WITH_FORM.where(Submission.id == submission_id))


async def _one(work: Unit, wanted: Select[tuple[Submission, dict[str, Any]]]) -> OpenForm | None:
    row = (await work.session.execute(wanted)).one_or_none()
    if row is None:
        return None
    submission, stored = row
    form = Form.model_validate(stored)
    return OpenForm(submission, form, restore(form, submission.state))
