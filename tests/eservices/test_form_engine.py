"""The steps of a form as a person meets them: answering, going back, changing."""

from eservices import forms
from eservices.forms import REVIEW, Given
from eservices.questions import Form
from tests.eservices.build import field, form
from tests.eservices.desk_form import DESK, KINDS, filled, refused, say, send
from tests.eservices.happy import TODAY, photo


def test_questions_come_in_order_and_only_those_that_apply() -> None:
    state = forms.start(DESK, {})
    assert state.at == "kind"
    assert say(state, "درخواست").at == "areas"
    assert say(state, "نوبت").at == "since"
    complaint = say(state, "شکایت")
    assert complaint.at == "about"
    assert counted(state) == (1, 5, 7)
    assert forms.ask(DESK, complaint).position == 2
    assert forms.ask(DESK, complaint).total == 7
    assert forms.ask(DESK, say(state, "درخواست")).total == 5


def counted(state: forms.State, of: Form = DESK) -> tuple[int, int, int]:
    asks = forms.ask(of, state)
    return asks.position, asks.total, asks.most


def test_the_count_is_a_range_until_the_choices_that_decide_it_are_made() -> None:
    yes_no = [{"id": "yes", "fa": "بله", "en": "Yes"}, {"id": "no", "fa": "خیر", "en": "No"}]
    nested = form(
        field("choice", "first", options=yes_no),
        field("choice", "second", options=yes_no, optional=True, when={"field": "first", "is": "yes"}),
        field("text", "third", when={"field": "second", "is": "yes"}),
        field("text", "other", when={"field": "first", "is": "no"}),
        field("choice", "free", options=yes_no),
    )
    state = forms.start(nested, {})
    assert counted(state, nested) == (1, 3, 4)
    assert counted(say(state, "خیر", nested), nested) == (2, 3, 3)
    more = say(state, "بله", nested)
    assert counted(more, nested) == (2, 3, 4)
    assert counted(forms.skip(nested, more), nested) == (3, 3, 3)
    assert counted(say(more, "بله", nested), nested) == (3, 4, 4)


def test_the_count_of_a_form_without_conditions_is_certain() -> None:
    plain = form(field("text", "a"), field("text", "b", optional=True))
    assert counted(forms.start(plain, {}), plain) == (1, 2, 2)


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
