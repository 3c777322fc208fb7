"""Known values in a form, its review, and states that were kept: they come back, also when they do not fit."""

import json
from dataclasses import replace
from typing import Any

import pytest

from eservices import forms
from eservices.catalogue import Form
from eservices.forms import REVIEW
from tests.eservices.build import field, form
from tests.eservices.desk_form import DESK, KINDS, PROFILE, filled, refused, say


def test_known_values_are_offered_first_and_never_asked_again() -> None:
    state = forms.start(DESK, PROFILE)
    shown = forms.ask(DESK, state)
    assert shown.stage == "known"
    assert [(one.id, value) for one, value in shown.known_fields] == [
        ("name", "کفش سپاهان"),
        ("phone", "+989123456789"),
    ]
    with refused("form.known.wanted"):
        say(state, "سلام")
    assert filled(PROFILE).answers["phone"] == "+989123456789"
    assert forms.back(DESK, forms.use_known(DESK, state)).at == "known"


def test_a_known_value_can_be_left_out_and_stays_out() -> None:
    some = form(field("text", "name", profile="name", optional=True), field("text", "about"))
    state = forms.use_known(some, forms.start(some, PROFILE))
    state = forms.skip(some, forms.back(some, state))
    assert (state.at, state.skipped) == ("about", ("name",))
    assert "name" not in say(state, "سلام", some).answers


def test_going_through_known_values_offers_each_with_its_question() -> None:
    state = forms.go_through_known(DESK, forms.back(DESK, forms.use_known(DESK, forms.start(DESK, PROFILE))))
    state = forms.skip(DESK, say(say(state, "درخواست"), "1"))
    shown = forms.ask(DESK, state)
    assert (state.at, shown.value, shown.known, shown.can_keep) == ("name", None, "کفش سپاهان", True)
    state = say(forms.keep(DESK, state), "021 8877 6655")
    assert state.at == REVIEW
    assert forms.profile_updates(DESK, state) == {"name": "کفش سپاهان", "phone": "+982188776655"}
    with refused("form.out_of_date"):
        forms.use_known(DESK, state)


def test_known_values_that_do_not_fit_are_not_offered() -> None:
    assert forms.start(DESK, {"name": 5, "phone": "call me"}).at == "kind"
    assert list(forms.start(DESK, {"name": "x", **{"phone": "+989123456789"}}).known) == ["phone"]


def test_a_known_value_that_is_the_answer_is_not_offered_again() -> None:
    shown = forms.ask(DESK, forms.change(DESK, filled(PROFILE), "name"))
    assert (shown.value, shown.known) == ("کفش سپاهان", None)
    other = forms.ask(DESK, forms.change(DESK, say(forms.change(DESK, filled(PROFILE), "name"), "چرم"), "name"))
    assert (other.value, other.known) == ("چرم", "کفش سپاهان")


def test_keeping_needs_something_to_keep() -> None:
    with refused("form.nothing_to_keep"):
        forms.keep(DESK, forms.start(DESK, {}))


def test_a_known_value_of_a_field_that_applies_later_is_taken_when_it_applies() -> None:
    later = form(
        field("choice", "kind", options=KINDS),
        field("text", "name", profile="name", when={"field": "kind", "is": "visit"}),
    )
    state = forms.use_known(later, forms.start(later, PROFILE))
    assert "name" not in state.answers
    assert say(state, "نوبت", later).answers["name"] == "کفش سپاهان"
    assert "name" not in say(state, "شکایت", later).answers


def test_the_review_reads_in_both_languages_and_shows_what_was_skipped() -> None:
    shown = {line.field.id: line.shown for line in forms.review(DESK, filled(), "fa")}
    assert shown == {
        "kind": "درخواست", "areas": ["پول و نقدینگی", "بازار و فروش"], "papers": None,
        "name": "کفش سپاهان", "phone": "+989123456789",
    }  # fmt: skip
    assert forms.review(DESK, filled(), "en")[0].shown == "Request"


def test_a_state_comes_back_from_json_as_it_was() -> None:
    for state in (forms.start(DESK, PROFILE), filled(PROFILE), forms.change(DESK, filled(), "name")):
        kept = json.loads(json.dumps(state.to_json()))
        assert forms.restore(DESK, kept) == state


def test_a_form_comes_back_from_json_with_the_same_version() -> None:
    kept = Form.model_validate(json.loads(json.dumps(DESK.model_dump(mode="json"))))
    assert kept == DESK
    assert kept.version == DESK.version
    assert len(DESK.version) == 12


def test_any_other_text_is_another_version() -> None:
    data = DESK.model_dump(mode="json")
    data["fields"][0]["ask"]["fa"] += "؟"
    assert Form.model_validate(data).version != DESK.version


@pytest.mark.parametrize(
    ("edit", "at"),
    [
        ({"at": "gone"}, REVIEW),
        ({"at": None}, REVIEW),
        ({"at": "known"}, REVIEW),
        ({"answers": {}}, "kind"),
        ({"answers": None}, "kind"),
        ({"answers": {"kind": "gone"}}, "kind"),
        ({"answers": {"kind": "request", "areas": ["gone"]}}, "areas"),
        ({"answers": {"kind": "complaint", "areas": ["money"], "name": "آب", "phone": "+989123456789"}}, "about"),
        ({"skipped": ["name", "gone", 7]}, "papers"),
        ({"revision": "x", "drafts": {"papers": [{"file_id": 1}], "gone": [], "areas": 3}}, REVIEW),
    ],
)
def test_a_state_that_does_not_fit_goes_to_the_first_open_question(edit: dict[str, Any], at: str) -> None:
    state = forms.restore(DESK, {**filled().to_json(), **edit})
    assert state.at == at
    forms.ask(DESK, state)
    forms.review(DESK, state, "fa")


@pytest.mark.parametrize("kept", [None, [], "x", 5, {}, {"at": "phone"}])
def test_any_kept_rubbish_opens_the_form_somewhere(kept: object) -> None:
    state = forms.restore(DESK, kept)
    assert forms.ask(DESK, state).stage == "field"


def test_a_moved_state_has_a_new_revision_so_that_old_buttons_are_told() -> None:
    kept = replace(filled(), answers={}).to_json()
    assert forms.restore(DESK, kept).revision == filled().revision + 1
