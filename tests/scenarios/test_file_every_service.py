"""Every service of the catalogue, filed in chat from the first question to the reference number."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from db.models import Firm, TicketMessage
from eservices import catalogue, forms
from eservices.values import show
from sandbox.driver import Phone
from tests.scenarios.steps import (
    Filling,
    language,
    live_buttons,
    reference_in,
    said,
    shown_reference,
    start_of,
    submissions_of,
    tickets_of,
)
from tests.stage import Stage

_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
IDS = [service.id for service in catalogue.load()]
# One kind of database per language for all, both kinds for the two that people use most.
CASES = (
    [(one, "mina", "sqlite") for one in IDS]
    + [(one, "emma", "postgres") for one in IDS]
    + [(one, "mina", "postgres") for one in ("clinic", "desk")]
    + [(one, "emma", "sqlite") for one in ("clinic", "desk")]
)
# the desk's questions hang on its first ones: a complaint, an appointment, other groups of requests
BRANCHES = [("desk", "mina", "sqlite", branch) for branch in (1, 2, 3, 6)]
WALKS = [(*case, 0) for case in CASES] + BRANCHES


def _unmarked(text: str) -> str:
    return _MARKS.sub("", text)


@pytest.mark.parametrize(("service_id", "who", "database_url", "branch"), WALKS, indirect=["database_url"])
async def test_a_service_is_filed_from_the_first_question_to_the_reference(
    stage: Stage, service_id: str, who: str, branch: int
) -> None:
    phone: Phone = getattr(stage, who)
    filling = await Filling.begin(stage, phone, service_id, branch)
    await filling.until(forms.REVIEW)

    review = await filling.asked()
    for text in _answers_as_read(filling):
        assert text in _unmarked(review.text)
    phone.press(said(phone, "form.send"))
    done = await phone.sees(start_of(phone, "form.filed"))
    assert filling.form.done.said(language(phone)).strip() in done.text

    await _one_ticket_holds_all(stage, filling, service_id, reference_in(done.text))
    await stage.settled()
    assert live_buttons(phone) == []


def _answers_as_read(filling: Filling) -> list[str]:
    """Labels, and those values that stand in a message as they are."""
    spoken = language(filling.phone)
    texts = []
    for field in forms.active_fields(filling.form, filling.state):
        texts.append(field.label.said(spoken))
        shown = show(field, filling.state.answers[field.id], spoken)
        if isinstance(shown, str) and field.type in ("text", "long_text", "park", "choice", "province"):
            texts.append(shown)
        elif field.type == "choices":
            texts += shown  # type: ignore[arg-type]
    return texts


async def _one_ticket_holds_all(stage: Stage, filling: Filling, service_id: str, reference: str) -> None:
    phone, state = filling.phone, filling.state
    (ticket,) = await tickets_of(stage, phone)
    assert (ticket.reference, ticket.service, ticket.status) == (reference, service_id, "new")
    assert ticket.team == stage.process.house.catalogue.service(service_id).team

    (submission,) = await submissions_of(stage, phone)
    assert (submission.status, ticket.submission_id) == ("filed", submission.id)
    files = [field.id for field in filling.form.fields if field.type == "files"]
    assert _without(submission.state["answers"], files) == _without(state.answers, files)

    (message,) = await stage.scalars(select(TicketMessage).where(TicketMessage.ticket_id == ticket.id))
    assert len(message.attachments) == len([key for key in files if key in state.answers])
    assert all(text in _unmarked(message.text) for text in _answers_as_read(filling))

    known = forms.profile_updates(filling.form, state)
    firms = await stage.scalars(select(Firm.profile))
    assert firms == ([known] if known else [])

    service = stage.process.house.catalogue.service(service_id)
    card = await stage.staff.sees(service.name.fa)
    assert shown_reference(reference) in card.text
    await stage.settled()
    assert len([seen for seen in stage.staff.screen if seen.photo]) == len(message.attachments)


def _without(answers: Any, keys: list[str]) -> dict[str, Any]:
    return {key: value for key, value in answers.items() if key not in keys}
