"""How far a form is: which fields apply, which are open, what comes next and what came before.

Nothing changes here but what follows from the answers (`settled`); the steps of a person are in `forms`.
"""

from dataclasses import replace
from typing import Any

from eservices.given import Refused, Value
from eservices.questions import Field, Form
from eservices.state import KNOWN, REVIEW, State


def active_fields(form: Form, state: State) -> list[Field]:
    """The fields that apply with the answers so far, in the order of the form.

    Answers to fields that do not apply are never kept (`settled`), so a condition on such a field does not hold.
    """
    return [
        field
        for field in form.fields
        if field.when is None or state.answers.get(field.when.field) in field.when.among
    ]


def lengths(form: Form, state: State) -> tuple[int, int]:
    """How many questions the form has at the least and at the most, whatever the open choices will be."""
    active = active_fields(form, state)
    choice = next((field for field in active if not is_done(field, state) and _opened_by(form, field)), None)
    if choice is None:
        return len(active), len(active)
    outcomes = _opened_by(form, choice)
    answered = [lengths(form, replace(state, answers={**state.answers, choice.id: one})) for one in outcomes]
    if choice.optional:
        answered.append(lengths(form, replace(state, skipped=(*state.skipped, choice.id))))
    return min(low for low, _ in answered), max(high for _, high in answered)


def _opened_by(form: Form, choice: Field) -> list[str]:
    """One option for each different set of fields that the choice's options open; none when it opens no field."""
    waiting = [field.when.among for field in form.fields if field.when is not None and field.when.field == choice.id]
    sets = {tuple(option.id in among for among in waiting): option.id for option in choice.options}
    return list(sets.values()) if waiting else []


def is_complete(form: Form, state: State) -> bool:
    """Whether every field that applies is answered, or skipped where that is allowed."""
    return all(is_done(field, state) for field in active_fields(form, state))


def is_done(field: Field, state: State) -> bool:
    """Whether the field is answered, or skipped where that is allowed."""
    return field.id in state.answers or (field.optional and field.id in state.skipped)


def draft_of(field: Field, state: State) -> list[Any]:
    """What is marked or sent so far: the draft, else a former answer."""
    draft = state.drafts.get(field.id, state.answers.get(field.id, []))
    return list(draft) if isinstance(draft, list) else []


def asked_field(form: Form, state: State) -> Field:
    """The field that is asked now. Raises Refused where a button is expected instead of an answer."""
    if state.at in (KNOWN, REVIEW):
        raise Refused(f"form.{state.at}.wanted")
    field = form.field(state.at)
    if field is None:
        raise KeyError(state.at)
    return field


def settled(form: Form, state: State) -> State:
    """Takes over known values where they apply now, and drops what belongs to fields that no longer apply."""
    answers: dict[str, Value] = {}
    for field in form.fields:
        so_far = replace(state, answers=answers)
        if field not in active_fields(form, so_far):
            continue
        if field.id in state.answers:
            answers[field.id] = state.answers[field.id]
        elif state.using_known and field.id in state.known and field.id not in state.skipped:
            answers[field.id] = state.known[field.id]
    state = replace(state, answers=answers)
    active = {field.id for field in active_fields(form, state)}
    return replace(
        state,
        skipped=tuple(key for key in state.skipped if key in active and key not in answers),
        drafts={key: draft for key, draft in state.drafts.items() if key in active},
    )


def next_open(form: Form, state: State) -> str:
    """The first question without an answer, or the review when there is none."""
    return next((field.id for field in active_fields(form, state) if not is_done(field, state)), REVIEW)


def step_before(form: Form, state: State) -> str | None:
    """Where "back" leads: the review if one answer is being changed, else the question before, else the offer."""
    if state.at == KNOWN:
        return None
    if state.changing and is_complete(form, state):
        return REVIEW
    ids = [field.id for field in active_fields(form, state)]
    place = len(ids) if state.at == REVIEW else ids.index(state.at)
    if place:
        return ids[place - 1]
    return KNOWN if state.known else None
