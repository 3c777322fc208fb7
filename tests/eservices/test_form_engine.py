"""The steps of a form as a person meets them: answering, going back, changing, known values, old states."""

import json
from dataclasses import replace
from typing import Any

import pytest

from eservices import forms
from eservices.catalogue import Form
from eservices.forms import REVIEW, Given, Refused, State
from tests.eservices.build import field, form
from tests.eservices.happy import TODAY, photo

KINDS = [
    {"id": "request", "fa": "درخواست", "en": "Request"},
    {"id": "complaint", "fa": "شکایت", "en": "Complaint"},
    {"id": "visit", "fa": "نوبت", "en": "Visit"},
]
DESK = form(
    field("choice", "kind", options=KINDS),
    field("text", "about", when={"field": "kind", "is": "complaint"}),
    field("date", "since", when={"field": "kind", "is": ["complaint", "visit"]}, optional=True),
    field("choices", "areas", max=2),
    field("files", "papers", optional=True, max=3),
    field("text", "name", profile="name"),
    field("phone", "phone", profile="phone"),
)
PROFILE = {"name": "کفش سپاهان", "phone": "+989123456789", "province": "isfahan"}


def say(state: State, text: str, of: Form = DESK) -> State:
    return forms.accept(of, state, Given(text=text), TODAY)


def send(state: State, unique_id: str) -> State:
    return forms.accept(DESK, state, Given(attachment=photo(unique_id)), TODAY)


def filled(profile: dict[str, Any] | None = None) -> State:
    """A request in the review."""
    state = forms.start(DESK, profile or {})
    if profile:
        state = forms.use_known(DESK, state)
    state = say(state, "درخواست")
    state = say(state, "۱ و ۲")
    state = forms.skip(DESK, state)
    if not profile:
        state = say(state, "کفش سپاهان")
        state = say(state, "۰۹۱۲۳۴۵۶۷۸۹")
    assert state.at == REVIEW
    return state


def refused(key: str) -> Any:
    return pytest.raises(Refused, match=f"^{key.replace('.', '[.]')}$")


def test_questions_come_in_order_and_only_those_that_apply() -> None:
    state = forms.start(DESK, {})
    assert state.at == "kind"
    assert say(state, "درخواست").at == "areas"
    assert say(state, "نوبت").at == "since"
    complaint = say(state, "شکایت")
    assert complaint.at == "about"
    assert forms.ask(DESK, complaint).position == 2
    assert forms.ask(DESK, complaint).total == 7
    assert forms.ask(DESK, say(state, "درخواست")).total == 5


def test_a_new_form_counts_on_from_the_one_before() -> None:
    assert forms.start(DESK, {}, revision=7).revision == 7


def test_a_refused_answer_changes_nothing() -> None:
    state = forms.start(DESK, {})
    with refused("field.choice.wanted"):
        say(state, "سفارش")
    assert state == forms.start(DESK, {})


def test_each_step_raises_the_revision_by_one_but_marks_do_not() -> None:
    state = say(forms.start(DESK, {}), "درخواست")
    assert state.revision == 1
    marked = forms.choose(DESK, state, "money", True)
    assert marked.revision == 1
    done = forms.finish(DESK, marked)
    assert done.revision == 2
    assert send(done, "a").revision == 2
    assert forms.back(DESK, done).revision == 3


def test_marking_twice_is_marking_once() -> None:
    state = say(forms.start(DESK, {}), "درخواست")
    once = forms.choose(DESK, state, "people", True)
    assert forms.choose(DESK, once, "people", True) == once
    both = forms.choose(DESK, once, "money", True)
    assert forms.ask(DESK, both).value == ["money", "people"]
    with refused("field.choices.too_many"):
        forms.choose(DESK, both, "market", True)
    unmarked = forms.choose(DESK, both, "people", False)
    assert forms.choose(DESK, unmarked, "people", False) == unmarked
    with refused("form.out_of_date"):
        forms.choose(DESK, state, "gone", True)
    with refused("form.out_of_date"):
        forms.choose(DESK, forms.start(DESK, {}), "request", True)


def test_nothing_marked_cannot_be_finished_unless_optional() -> None:
    state = say(forms.start(DESK, {}), "درخواست")
    assert not forms.ask(DESK, state).can_finish
    with refused("field.choices.too_few"):
        forms.finish(DESK, state)
    papers = say(state, "1")
    assert papers.at == "papers"
    assert forms.finish(DESK, papers).at == "name"
    assert "papers" not in forms.finish(DESK, papers).answers
    with refused("form.out_of_date"):
        forms.finish(DESK, forms.start(DESK, {}))


def test_files_gather_until_they_are_confirmed() -> None:
    state = say(say(forms.start(DESK, {}), "درخواست"), "1")
    for unique_id in ("a", "b", "a", "c"):
        state = send(state, unique_id)
        assert state.at == "papers"
    with refused("field.files.too_many"):
        send(state, "d")
    state = forms.drop_file(DESK, state, "b")
    assert forms.drop_file(DESK, state, "b") == state
    state = forms.finish(DESK, state)
    assert [file["unique_id"] for file in state.answers["papers"]] == ["a", "c"]  # type: ignore[index,union-attr]
    assert not state.drafts
    with refused("form.out_of_date"):
        forms.drop_file(DESK, state, "a")


def test_a_field_for_one_file_takes_the_last_one_and_goes_on() -> None:
    one = form(field("files", "photo", max=1), field("text", "name"))
    state = forms.accept(one, forms.start(one, {}), Given(attachment=photo("a")), TODAY)
    assert state.at == "name"
    state = forms.accept(one, forms.back(one, state), Given(attachment=photo("b")), TODAY)
    assert [file["unique_id"] for file in state.answers["photo"]] == ["b"]  # type: ignore[index,union-attr]


def test_too_few_files_are_told() -> None:
    two = form(field("files", "photos", min=2))
    state = forms.accept(two, forms.start(two, {}), Given(attachment=photo("a")), TODAY)
    with refused("field.files.too_few"):
        forms.finish(two, state)


def test_only_optional_fields_can_be_skipped() -> None:
    state = forms.start(DESK, {})
    assert not forms.ask(DESK, state).can_skip
    with refused("form.needed"):
        forms.skip(DESK, state)
    since = say(state, "نوبت")
    assert forms.ask(DESK, since).can_skip
    skipped = forms.accept(DESK, since, Given(skip=True), TODAY)
    assert skipped.at == "areas"
    assert skipped.skipped == ("since",)
    assert say(forms.back(DESK, skipped), "فردا").skipped == ()


def test_back_keeps_the_answers_and_a_new_answer_leads_on_to_the_first_open_question() -> None:
    start = forms.start(DESK, {})
    assert not forms.ask(DESK, start).can_back
    with refused("form.no_back"):
        forms.back(DESK, start)
    state = say(say(start, "شکایت"), "آب شهرک قطع است")
    state = forms.back(DESK, forms.back(DESK, state))
    assert state.at == "kind"
    assert forms.ask(DESK, state).value == "complaint"
    assert forms.keep(DESK, state).at == "since"
    assert forms.keep(DESK, state).answers["about"] == "آب شهرک قطع است"
    other = say(state, "نوبت")
    assert other.at == "since"
    assert "about" not in other.answers


def test_the_review_leads_back_into_the_last_question() -> None:
    state = filled()
    assert forms.ask(DESK, state).can_back
    assert forms.back(DESK, state).at == "phone"
    assert forms.keep(DESK, forms.back(DESK, state)).at == REVIEW


def test_a_changed_answer_comes_back_to_the_review() -> None:
    state = forms.change(DESK, filled(), "name")
    assert forms.ask(DESK, state).changing
    changed = say(state, "چرم سپاهان")
    assert changed.at == REVIEW
    assert not changed.changing
    assert changed.answers["name"] == "چرم سپاهان"
    unchanged = forms.back(DESK, state)
    assert (unchanged.at, unchanged.changing, unchanged.answers) == (REVIEW, False, filled().answers)


def test_a_change_asks_what_it_makes_necessary_and_drops_what_no_longer_applies() -> None:
    state = say(forms.change(DESK, filled(), "kind"), "شکایت")
    assert (state.at, state.changing) == ("about", True)
    assert forms.back(DESK, state).at == "kind"
    state = forms.skip(DESK, say(state, "برق ضعیف است"))
    assert (state.at, state.changing) == (REVIEW, False)
    state = say(forms.change(DESK, state, "kind"), "درخواست")
    assert state.at == REVIEW
    assert "about" not in state.answers
    assert state.skipped == ("papers",)


def test_marks_that_were_not_confirmed_are_gone_after_back() -> None:
    state = forms.change(DESK, filled(), "areas")
    state = forms.back(DESK, forms.choose(DESK, state, "money", False))
    assert state.at == REVIEW
    assert forms.ask(DESK, forms.change(DESK, state, "areas")).value == ["money", "market"]


def test_marks_of_a_field_that_no_longer_applies_are_gone() -> None:
    on_request = form(
        field("choice", "kind", options=KINDS), field("choices", "areas", when={"field": "kind", "is": "request"})
    )
    state = say(forms.start(on_request, {}), "درخواست", on_request)
    state = forms.back(on_request, forms.choose(on_request, state, "money", True))
    assert forms.ask(on_request, forms.keep(on_request, state)).value == ["money"]
    state = forms.change(on_request, say(state, "شکایت", on_request), "kind")
    assert forms.ask(on_request, say(state, "درخواست", on_request)).value is None


def test_a_condition_on_a_field_that_does_not_apply_does_not_hold() -> None:
    chain = form(
        field("choice", "kind", options=KINDS),
        field("choice", "topic", when={"field": "kind", "is": "complaint"}),
        field("text", "sum", when={"field": "topic", "is": "money"}),
    )
    state = say(say(say(forms.start(chain, {}), "شکایت", chain), "نقدینگی", chain), "دو قسط", chain)
    assert state.at == REVIEW
    changed = say(forms.change(chain, state, "kind"), "نوبت", chain)
    assert changed.at == REVIEW
    assert set(changed.answers) == {"kind"}
    assert set(forms.restore(chain, {**state.to_json(), "answers": {**state.answers, "kind": "visit"}}).answers) == {
        "kind"
    }


def test_changing_is_for_the_review_and_for_fields_that_apply() -> None:
    with refused("form.out_of_date"):
        forms.change(DESK, forms.start(DESK, {}), "kind")
    for gone in ("about", "nowhere"):
        with refused("form.out_of_date"):
            forms.change(DESK, filled(), gone)
    with refused("form.review.wanted"):
        say(filled(), "سلام")


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
