"""The form engine: the steps of a form as pure functions from a state to the next one.

Each step takes the form, the state and what came in, and gives a new state or raises `Refused`. Nothing is said,
stored or sent here. A kept state comes back through `restore`, which fits it to its form first.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from eservices.fields import counted, parse
from eservices.files import add_file, is_stored_file
from eservices.given import Given, Refused, Value
from eservices.progress import (
    active_fields,
    asked_field,
    draft_of,
    is_complete,
    is_done,
    next_open,
    settled,
    step_before,
)
from eservices.questions import Field, Form
from eservices.showing import Ask, Line, ask, review
from eservices.state import KNOWN, REVIEW, State
from eservices.values import bounds, fits, in_order

__all__ = [
    "KNOWN",
    "REVIEW",
    "Ask",
    "Given",
    "Line",
    "Refused",
    "State",
    "accept",
    "active_fields",
    "ask",
    "back",
    "change",
    "choose",
    "drop_file",
    "files_of",
    "finish",
    "go_through_known",
    "is_complete",
    "keep",
    "profile_updates",
    "restore",
    "review",
    "skip",
    "start",
    "use_known",
]  # fmt: skip


def start(form: Form, profile: Mapping[str, Any], revision: int = 0) -> State:
    """A fresh state; profile values that fit fields of this form are offered first (stage "known").

    Give the person's last revision plus one, so that buttons of a form that was left are out of date in this one.
    """
    known = {
        field.id: profile[field.profile]
        for field in form.fields
        if field.profile and fits(field, profile.get(field.profile))
    }
    state = State(known=known, revision=revision)
    return replace(state, at=KNOWN if known else next_open(form, state))


def restore(form: Form, data: object) -> State:
    """The state kept as JSON, fitted to its form; never raises.

    Answers, drafts and known values that are no longer answers to this form are dropped. If the place where the
    person was is gone, or a required answer before the review is, the first open question is asked, under a new
    revision.
    """
    kept = State.from_json(data)
    state = replace(
        kept,
        answers=_fitting(form, kept.answers),
        known=_fitting(form, kept.known),
        drafts=_fitting_drafts(form, kept.drafts),
        skipped=tuple(dict.fromkeys(key for key in kept.skipped if (one := form.field(key)) and one.optional)),
    )
    state = settled(form, state)
    if state.at == KNOWN and state.known:
        return state
    if state.at == REVIEW and is_complete(form, state):
        return state
    if state.at in {field.id for field in active_fields(form, state)}:
        return state
    return replace(state, at=next_open(form, state), changing=False, revision=state.revision + 1)


def _fitting(form: Form, values: Mapping[str, Value]) -> dict[str, Value]:
    return {key: value for key, value in values.items() if (field := form.field(key)) and fits(field, value)}


def _fitting_drafts(form: Form, drafts: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    kept = {}
    for field in form.fields:
        draft = drafts.get(field.id)
        if draft is not None and field.type == "choices":
            kept[field.id] = in_order(field, draft)
        elif draft is not None and field.type == "files":
            kept[field.id] = [file for file in draft if is_stored_file(file)][: bounds(field)[1]]
    return kept


# Steps


def use_known(form: Form, state: State) -> State:
    """All offered profile values become answers, in fields that apply only later as soon as they apply."""
    _only_at(state, KNOWN)
    return _forward(form, replace(state, using_known=True))


def go_through_known(form: Form, state: State) -> State:
    """The fields are asked one by one; each known value is still offered with its question."""
    _only_at(state, KNOWN)
    answers = {key: value for key, value in state.answers.items() if state.known.get(key) != value}
    return _forward(form, replace(state, answers=answers, using_known=False))


def accept(form: Form, state: State, given: Given, today: date) -> State:
    """The state after an answer. Raises Refused.

    A file is added to the draft of its field and the question stays, unless the field takes just one file.
    """
    if given.skip:
        return skip(form, state)
    field = asked_field(form, state)
    value = parse(field, given, today)
    if field.type != "files":
        return _answered(form, state, field, value)
    draft = draft_of(field, state)
    most = bounds(field)[1]
    files = draft if most > 1 else []
    for file in value if isinstance(value, list) else ():
        files = add_file(files, file)
    if len(files) > most:
        raise Refused("field.files.too_many", max=most)
    if most == 1:
        return _answered(form, state, field, files)
    return replace(state, drafts={**state.drafts, field.id: files})


def choose(form: Form, state: State, option: str, on: bool) -> State:
    """One option of a choices field marked or unmarked; doing it twice changes nothing more. Raises Refused."""
    field = asked_field(form, state)
    if field.type != "choices" or field.option(option) is None:
        raise Refused("form.out_of_date")
    chosen = [one for one in draft_of(field, state) if one != option] + [option] * on
    most = bounds(field)[1]
    if len(chosen) > most:
        raise Refused("field.choices.too_many", max=most)
    return replace(state, drafts={**state.drafts, field.id: in_order(field, chosen)})


def drop_file(form: Form, state: State, unique_id: str) -> State:
    """A file taken out of the draft again; nothing happens if it is not in it. Raises Refused."""
    field = asked_field(form, state)
    if field.type != "files":
        raise Refused("form.out_of_date")
    files = [file for file in draft_of(field, state) if file["unique_id"] != unique_id]
    return replace(state, drafts={**state.drafts, field.id: files})


def finish(form: Form, state: State) -> State:
    """The marked choices or the files so far become the answer; none at all skips an optional field.

    Raises Refused.
    """
    field = asked_field(form, state)
    if field.type not in ("choices", "files"):
        raise Refused("form.out_of_date")
    draft = draft_of(field, state)
    if not draft and field.optional:
        return skip(form, state)
    if field.type == "choices":
        return _answered(form, state, field, list(counted(field, draft)))
    fewest = max(bounds(field)[0], 1)
    if len(draft) < fewest:
        raise Refused("field.files.too_few", min=fewest)
    return _answered(form, state, field, draft)


def keep(form: Form, state: State) -> State:
    """The value that the field holds, or else the known one, stays the answer. Raises Refused if there is none."""
    field = asked_field(form, state)
    value = state.answers.get(field.id, state.known.get(field.id))
    if value is None:
        raise Refused("form.nothing_to_keep")
    return _answered(form, state, field, value)


def skip(form: Form, state: State) -> State:
    """An optional field is left out. Raises Refused for a required one."""
    field = asked_field(form, state)
    if not field.optional:
        raise Refused("form.needed")
    answers = {key: value for key, value in state.answers.items() if key != field.id}
    skipped = (*(key for key in state.skipped if key != field.id), field.id)
    return _forward(form, _without_draft(replace(state, answers=answers, skipped=skipped), field))


def back(form: Form, state: State) -> State:
    """One question back; its answer stays and can be kept. From a change, back to the review without the change.

    Raises Refused at the very first step.
    """
    before = step_before(form, state)
    if before is None:
        raise Refused("form.no_back")
    field = form.field(state.at)
    if field and is_done(field, state):  # the answer stands; marks that were never confirmed go
        state = _without_draft(state, field)
    changing = state.changing and before != REVIEW
    return replace(state, at=before, changing=changing, revision=state.revision + 1)


def change(form: Form, state: State, field_id: str) -> State:
    """From the review to one field; its answer leads back to the review. Raises Refused."""
    _only_at(state, REVIEW)
    if field_id not in {field.id for field in active_fields(form, state)}:
        raise Refused("form.out_of_date")
    return replace(state, at=field_id, changing=True, revision=state.revision + 1)


def profile_updates(form: Form, state: State) -> dict[str, Value]:
    """What the answers tell about the firm, by profile key."""
    return {
        field.profile: state.answers[field.id]
        for field in active_fields(form, state)
        if field.profile and field.id in state.answers
    }


def _only_at(state: State, stage: str) -> None:
    if state.at != stage:
        raise Refused("form.out_of_date")


def _without_draft(state: State, field: Field) -> State:
    return replace(state, drafts={key: draft for key, draft in state.drafts.items() if key != field.id})


def _answered(form: Form, state: State, field: Field, value: Value) -> State:
    state = replace(state, answers={**state.answers, field.id: value})
    return _forward(form, _without_draft(state, field))


def _forward(form: Form, state: State) -> State:
    """On to the next open question, or to the review when there is none; one revision further."""
    state = settled(form, state)
    at = next_open(form, state)
    return replace(state, at=at, changing=state.changing and at != REVIEW, revision=state.revision + 1)


def files_of(form: Form, state: State) -> list[dict[str, Any]]:
    """All files that were sent, in the order of the form."""
    values = (state.answers.get(field.id) for field in active_fields(form, state) if field.type == "files")
    return [file for value in values if isinstance(value, list) for file in value]
