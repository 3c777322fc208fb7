"""Random walks through random forms: whatever a person does, the form can be completed and nothing breaks."""

import json
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from eservices import forms
from eservices.catalogue import Form
from eservices.forms import REVIEW, Refused, State
from eservices.given import Given
from eservices.questions import FieldType
from eservices.values import fits
from tests.eservices.build import field, form
from tests.eservices.happy import TODAY, give, photo, step_for

OPTIONS = ("money", "market", "people")
PROFILE = {"name": "کفش سپاهان", "phone": "+989123456789", "province": "isfahan", "staff_count": 14}
KEYS = {"text": "name", "phone": "phone", "province": "province", "number": "staff_count"}


FLIP = st.booleans()
COUNT = st.integers(1, 8)


@st.composite
def any_form(draw: st.DrawFn) -> Form:
    """Up to eight fields of any type, some optional, some only after an option of an earlier choice."""
    fields: list[Any] = []
    for i in range(draw(COUNT)):
        kind: FieldType = draw(st.sampled_from(get_args(FieldType)))
        more: dict[str, Any] = {"optional": draw(FLIP)}
        choices = [one.id for one in fields if one.type == "choice"]
        conditional = draw(FLIP)
        if choices and conditional:
            among = draw(st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=2, unique=True))
            more["when"] = {"field": draw(st.sampled_from(choices)), "is": among}
        if kind in KEYS and draw(FLIP):
            more["profile"] = KEYS[kind]
        fields.append(field(kind, f"f{i}", **more))
    return form(*fields)


STEPS = (
    "good",
    "other",
    "bad",
    "back",
    "skip",
    "keep",
    "finish",
    "mark",
    "file",
    "use",
    "through",
    "change",
    "stored",
)


def step(of: Form, state: State, name: str, number: int) -> State:
    """One thing that a person may do; what the form refuses leaves the state as it was."""
    now = of.field(state.at)
    try:
        match name:
            case "good" | "other" if now:
                return give(of, state, step_for(now, "fa", number).given)
            case "bad":
                return forms.accept(of, state, Given(text="؟"), TODAY)
            case "back":
                return forms.back(of, state)
            case "skip":
                return forms.skip(of, state)
            case "keep":
                return forms.keep(of, state)
            case "finish":
                return forms.finish(of, state)
            case "mark":
                return forms.choose(of, state, OPTIONS[number % 3], number % 2 == 0)
            case "file":
                return forms.accept(of, state, Given(attachment=photo(str(number))), TODAY)
            case "use":
                return forms.use_known(of, state)
            case "through":
                return forms.go_through_known(of, state)
            case "change":
                return forms.change(of, state, of.fields[number % len(of.fields)].id)
            case "stored":
                return forms.restore(of, json.loads(json.dumps(state.to_json())))
    except Refused:
        pass  # a refusal is an answer too: the walk goes on from where it was
    return state


def check(of: Form, state: State) -> None:
    """What holds in every state."""
    shown = forms.ask(of, state)
    active = {one.id for one in forms.active_fields(of, state)}
    assert set(state.answers) <= active
    assert set(state.skipped) <= active - set(state.answers)
    assert all(fits(one, state.answers[one.id]) for one in of.fields if one.id in state.answers)
    if shown.stage == "field":
        assert state.at in active
        assert 1 <= shown.position <= shown.total <= shown.most <= len(of.fields)
    if state.at == REVIEW:
        assert forms.is_complete(of, state)
    assert {line.field.id for line in forms.review(of, state, "en")} == active
    assert forms.restore(of, json.loads(json.dumps(state.to_json()))) == state


def undone(before: State, after: State) -> bool:
    """Whether a former answer was taken back or changed: then the form may grow or shrink."""
    kept = all(after.answers.get(key) == value for key, value in before.answers.items())
    return not kept or not set(before.skipped) <= set(after.skipped)


walk = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 20)), max_size=25)


@given(any_form(), st.booleans(), walk)
@settings(max_examples=300, deadline=None)
def test_every_walk_ends_in_a_complete_review(of: Form, known: bool, steps: list[tuple[str, int]]) -> None:
    state = forms.start(of, PROFILE if known else {})
    check(of, state)
    for name, number in steps:
        before, promised = state, forms.ask(of, state)
        state = step(of, state, name, number)
        now = forms.ask(of, state)
        if now.stage == promised.stage == "field" and not undone(before, state):
            assert promised.total <= now.total <= now.most <= promised.most, "what was promised holds"
        check(of, state)
        assert state.revision in (before.revision, before.revision + 1)
        assert state.at == before.at or state.revision > before.revision
    if state.at == forms.KNOWN:
        state = forms.use_known(of, state)
    for _ in range(len(of.fields) + 1):
        if state.at != REVIEW:
            state = step(of, state, "good", 1)
    assert state.at == REVIEW
    for one in forms.active_fields(of, state):
        assert one.id in state.answers or one.optional


@given(any_form(), walk)
@settings(max_examples=150, deadline=None)
def test_back_undoes_a_step_as_far_as_the_place_goes(of: Form, steps: list[tuple[str, int]]) -> None:
    state = forms.start(of, {})
    for name, number in steps:
        state = step(of, state, name, number)
    if state.at == REVIEW or state.at in state.answers or state.at in state.skipped:
        return  # only fresh answers are undone here; changes have tests of their own
    after = step(of, state, "good", 2)
    undone = forms.back(of, after)
    if undone.at == state.at:
        again = step(of, undone, "good", 2)
        assert (again.at, again.answers) == (after.at, after.answers)
    else:  # a question in between was answered before
        assert undone.at in undone.answers or undone.at in undone.skipped
    others = {key: value for key, value in undone.answers.items() if key != state.at}
    assert others.items() >= {key: state.answers[key] for key in others if key in state.answers}.items()


@given(
    any_form(),
    st.dictionaries(
        st.sampled_from(["at", "answers", "known", "drafts", "skipped", "changing"]),
        st.none()
        | st.text(max_size=3)
        | st.lists(st.text(max_size=3), max_size=3)
        | st.dictionaries(
            st.sampled_from(["f0", "f1", "f2", "x"]), st.sampled_from(["money", 3, None, [], ["market"], {}])
        ),
    ),
)
@settings(deadline=None)
def test_any_edited_state_opens_the_form(of: Form, kept: dict[str, Any]) -> None:
    check(of, forms.restore(of, kept))
