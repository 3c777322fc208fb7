"""What a form shows: the question of the moment (`ask`) and the answers for reading (`review`).

Both are neutral: sentences, digits and buttons are the caller's.
"""

from dataclasses import dataclass
from typing import Literal

from eservices.given import Language, Value
from eservices.progress import active_fields, asked_field, draft_of, lengths, step_before
from eservices.questions import Field, Form
from eservices.state import KNOWN, REVIEW, State
from eservices.values import Shown, bounds, show


@dataclass(frozen=True, slots=True)
class Ask:
    """What to show now. `position` counts from 1 among the fields that apply. The form has `total` of them, or up to
    `most` while a choice is open that decides it.

    `value` is what this field holds already (an answer, or what is marked or sent so far), `known` what the profile
    says. `known_fields` is filled in the stage "known" only.
    """

    stage: Literal["known", "field", "review"]
    revision: int
    field: Field | None = None
    position: int = 0
    total: int = 0
    most: int = 0
    value: Value | None = None
    known: Value | None = None
    known_fields: tuple[tuple[Field, Value], ...] = ()
    changing: bool = False
    can_back: bool = False
    can_skip: bool = False
    can_keep: bool = False
    can_finish: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the review; `shown` is None where an optional field was skipped."""

    field: Field
    shown: Shown | None


def ask(form: Form, state: State) -> Ask:
    """What is to be shown in this state."""
    if state.at == REVIEW:
        return Ask("review", state.revision, can_back=step_before(form, state) is not None)
    if state.at == KNOWN:
        offered = tuple((field, state.known[field.id]) for field in form.fields if field.id in state.known)
        return Ask("known", state.revision, known_fields=offered)
    field = asked_field(form, state)
    fields = active_fields(form, state)
    answer = state.answers.get(field.id)
    known = state.known.get(field.id)
    gathers = field.type in ("choices", "files")
    return Ask(
        "field", state.revision, field, fields.index(field) + 1, *lengths(form, state),
        value=(draft_of(field, state) or None) if gathers else answer,
        known=known if known != answer else None,
        changing=state.changing,
        can_back=step_before(form, state) is not None,
        can_skip=field.optional,
        can_keep=answer is not None or known is not None,
        can_finish=gathers and len(draft_of(field, state)) >= max(bounds(field)[0], 1),
    )  # fmt: skip


def review(form: Form, state: State, language: Language) -> list[Line]:
    """The answers in the order of the form, for reading; only fields that apply."""
    lines = []
    for field in active_fields(form, state):
        value = state.answers.get(field.id)
        lines.append(Line(field, None if value is None else show(field, value, language)))
    return lines
