"""Moving about in a form: back, skip, cancel, the review with its changes, and what is known from the last time."""

from __future__ import annotations

from sqlalchemy import select, update

from db.models import Firm, Ticket
from desk import tickets
from eservices import forms
from tests.eservices.build import form
from tests.scenarios.steps import (
    Filling,
    asks,
    data_of,
    labels,
    live_buttons,
    open_form,
    question,
    said,
    start_of,
    state_of,
    submissions_of,
    tickets_of,
    with_form,
)
from tests.stage import Stage

SHORT = form(
    question("text", "name", profile="name"),
    question("choice", "kind"),
    question("text", "sum", when={"field": "kind", "is": "money"}),
    question("text", "remark", optional=True),
    question("phone", "phone", profile="phone"),
)


async def test_back_shows_the_earlier_answer_which_can_stay_or_change(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until("since")
    stage.mina.press(said(stage.mina, "form.back"))
    again = await stage.mina.sees("واحد الان در چه وضعی است؟")
    assert "● کار می‌کند" in labels(again)
    assert said(stage.mina, "form.keep") in labels(again)
    stage.mina.press(said(stage.mina, "form.back"))
    again = await stage.mina.sees("واحد شما چه می‌سازد؟")
    assert "کفش ممتاز سپاهان" in again.text
    stage.mina.say("کیف چرمی")
    await stage.mina.sees("این گرفتاری از کی شروع شده است؟")
    state = await state_of(stage, stage.mina)
    assert state["answers"] == {"industry": "کیف چرمی", "state": "working"}
    assert len(live_buttons(stage.mina)) == 1


async def test_the_first_question_has_no_back(stage: Stage) -> None:
    await open_form(stage, stage.mina, "clinic")
    first = await stage.mina.sees("واحد شما چه می‌سازد؟")
    assert labels(first) == [said(stage.mina, "form.cancel")]


async def test_skip_leaves_an_optional_question_out_and_only_that(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.emma, "clinic")
    await filling.until("description")
    assert "Skip" not in labels(await filling.asked())
    await filling.answer()
    stage.emma.press("Skip")
    await stage.emma.sees("skipped")
    await stage.emma.sees("What kind of help would serve you best?")
    state = await state_of(stage, stage.emma)
    assert (state["at"], state["skipped"]) == ("help", ["tried"])


async def test_skipping_and_going_back_take_the_keyboard_away(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until("place")
    await stage.mina.sees(said(stage.mina, "form.keyboard.place"), after=0)
    assert stage.mina.keyboard == [[said(stage.mina, "form.share_place")]]
    stage.mina.press(said(stage.mina, "form.back"))
    await stage.mina.sees(said(stage.mina, "form.went_back"))
    await stage.mina.sees("در کدام شهرک")
    assert not stage.mina.keyboard
    stage.mina.press(said(stage.mina, "form.keep"))
    await stage.mina.sees(said(stage.mina, "form.keyboard.place"))
    stage.mina.press(said(stage.mina, "form.skip"))
    await stage.mina.sees("نام واحد شما چیست؟")
    await stage.settled()
    assert not stage.mina.keyboard
    assert len([seen for seen in stage.mina.screen if seen.text.endswith("\nرد شد")]) == 1


async def test_cancel_keeps_for_later_drops_or_goes_on(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until("since")

    stage.mina.press(said(stage.mina, "form.cancel"))
    await stage.mina.sees(said(stage.mina, "form.really_cancel"))
    stage.mina.press(said(stage.mina, "form.go_on"))
    await asks(stage.mina, "این گرفتاری از کی شروع شده است؟")

    stage.mina.say("/cancel")
    await stage.mina.sees(said(stage.mina, "form.really_cancel"))
    stage.mina.press(said(stage.mina, "form.later"))
    menu = await stage.mina.sees(said(stage.mina, "menu.what"))
    assert labels(menu)[0].startswith("✍️ ادامهٔ فرم")
    stage.mina.press(labels(menu)[0])
    await asks(stage.mina, "این گرفتاری از کی شروع شده است؟")

    stage.mina.press(said(stage.mina, "form.cancel"))
    await stage.mina.sees(said(stage.mina, "form.really_cancel"))
    stage.mina.press(said(stage.mina, "form.drop"))
    menu = await stage.mina.sees(said(stage.mina, "form.cancelled"))
    assert labels(menu)[0] == said(stage.mina, "menu.ask")
    assert [one.status for one in await submissions_of(stage, stage.mina)] == ["cancelled"]
    assert await tickets_of(stage, stage.mina) == []


async def test_cancel_under_a_form_left_earlier_means_that_form(stage: Stage) -> None:
    await Filling.begin(stage, stage.mina, "clinic")
    await Filling.begin(stage, stage.mina, "desk")
    clinic, _ = live_buttons(stage.mina)
    stage.mina.press(said(stage.mina, "form.cancel"), message_id=clinic.message_id)
    await stage.mina.sees(said(stage.mina, "form.really_cancel"))
    stage.mina.press(said(stage.mina, "form.drop"))
    await stage.mina.sees(said(stage.mina, "form.cancelled"))
    found = {one.service: one.status for one in await submissions_of(stage, stage.mina)}
    assert found == {"clinic": "cancelled", "desk": "open"}


async def test_review_changes_one_answer_and_comes_back(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until(forms.REVIEW)
    stage.mina.press(said(stage.mina, "form.change", label="نام واحد"))
    asked = await stage.mina.sees("نام واحد شما چیست؟")
    assert said(stage.mina, "form.keep") in labels(asked)
    stage.mina.say("چرم آذر")
    review = await stage.mina.sees(start_of(stage.mina, "form.review"))
    assert "چرم آذر" in review.text

    stage.mina.press(said(stage.mina, "form.change", label="نام واحد"))
    await stage.mina.sees("نام واحد شما چیست؟")
    stage.mina.press(said(stage.mina, "form.back"))
    review = await stage.mina.sees(start_of(stage.mina, "form.review"))
    assert "چرم آذر" in review.text
    stage.mina.press(said(stage.mina, "form.send"))
    await stage.mina.sees(start_of(stage.mina, "form.filed"))
    await stage.staff.sees("چرم آذر")


async def test_changing_what_other_questions_hang_on_asks_only_the_new_ones(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "research")
    assert filling.at.id == "who"
    await filling.until(forms.REVIEW)
    assert "university" in filling.state.answers
    who = filling.form.field("who")
    assert who is not None
    stage.mina.press(said(stage.mina, "form.change", label=who.label.fa))
    await stage.mina.sees(who.ask.fa)
    unit = who.option("unit")
    assert unit is not None
    stage.mina.press(unit.fa)
    name = filling.form.field("name")
    assert name is not None
    await stage.mina.sees(name.ask.fa)
    stage.mina.say("چرم آذر")
    review = await stage.mina.sees(start_of(stage.mina, "form.review"))
    assert "چرم آذر" in review.text
    state = await state_of(stage, stage.mina)
    assert "university" not in state["answers"]
    assert state["answers"]["name"] == "چرم آذر"


async def test_known_answers_are_offered_and_taken_all_at_once(stage: Stage) -> None:
    first = await Filling.begin(stage, stage.mina, "cluster")
    await first.until(forms.REVIEW)
    stage.mina.press(said(stage.mina, "form.send"))
    await stage.mina.sees(start_of(stage.mina, "form.filed"))

    service = await open_form(stage, stage.mina, "clinic")
    offer = await stage.mina.sees(start_of(stage.mina, "form.known"))
    for key in ("industry", "province", "name", "person", "phone"):
        known = service.form.field(key)
        assert known is not None
        assert known.label.fa in offer.text
    stage.mina.say("بله")
    await stage.mina.sees(said(stage.mina, "form.known.wanted"))
    await asks(stage.mina, start_of(stage.mina, "form.known"))
    assert len(live_buttons(stage.mina)) == 1
    stage.mina.press(said(stage.mina, "form.known_use"))
    asked = await stage.mina.sees("واحد الان در چه وضعی است؟")
    assert said(stage.mina, "form.back") in labels(asked)
    state = await state_of(stage, stage.mina)
    assert state["answers"] == {k: v for k, v in first.state.answers.items() if k in state["answers"]}
    assert set(state["answers"]) == {"industry", "province", "name", "person", "phone"}


async def test_known_answers_are_gone_through_one_by_one(stage: Stage) -> None:
    with_form(stage, "clinic", SHORT)
    first = await Filling.begin(stage, stage.emma, "clinic")
    await first.until(forms.REVIEW)
    stage.emma.press(said(stage.emma, "form.send"))
    await stage.emma.sees(start_of(stage.emma, "form.filed"))

    await open_form(stage, stage.emma, "clinic")
    await stage.emma.sees(start_of(stage.emma, "form.known"))
    stage.emma.press(said(stage.emma, "form.known_ask"))
    asked = await stage.emma.sees("Question 1 of")
    keep = next(label for label in labels(asked) if "Sepahan" in label)
    stage.emma.press(keep)
    await stage.emma.sees("Question 2 of")
    stage.emma.press("Market and sales")
    await stage.emma.sees("Question 3 of")
    stage.emma.press("Skip")
    await stage.emma.sees("Question 4 of")
    stage.emma.say("021 8888 1234")
    review = await stage.emma.sees(start_of(stage.emma, "form.review"))
    send = data_of(review, said(stage.emma, "form.send"))
    stage.emma.press(data=send)
    await stage.emma.sees(start_of(stage.emma, "form.filed"))
    first_one, second = await submissions_of(stage, stage.emma)
    assert second.state["answers"] == {
        "name": first_one.state["answers"]["name"], "kind": "market", "phone": "+982188881234",
    }  # fmt: skip
    (profile,) = await stage.scalars(select(Firm.profile))
    assert profile == {"name": first_one.state["answers"]["name"], "phone": "+982188881234"}


async def test_with_too_many_open_requests_the_form_waits_at_its_review(stage: Stage) -> None:
    with_form(stage, "clinic", SHORT)
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until(forms.REVIEW)
    (submission,) = await submissions_of(stage, stage.mina)
    async with stage.database.unit() as work:
        for number in range(tickets.MOST_OPEN):
            ticket = Ticket(reference=f"{number:08}", service="general", team="general", status="open")
            ticket.person_id, ticket.opened_at, ticket.updated_at = submission.person_id, work.now, work.now
            work.session.add(ticket)
    stage.mina.press(said(stage.mina, "form.send"))
    await stage.mina.sees(said(stage.mina, "ticket.too_many", most=tickets.MOST_OPEN))
    assert (await state_of(stage, stage.mina))["at"] == forms.REVIEW
    async with stage.database.unit() as work:
        await work.session.execute(update(Ticket).where(Ticket.reference == "00000000").values(status="closed"))
    stage.mina.press(said(stage.mina, "form.send"))
    await stage.mina.sees(start_of(stage.mina, "form.filed"))


async def test_the_count_of_questions_is_a_range_until_it_is_known(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.emma, "technology")
    assert "Question 1 of 7 to 9" in (await filling.asked()).text
    await filling.until("purpose")
    position = forms.ask(filling.form, filling.state)
    assert position.total == position.most
    assert f"Question {position.position} of {position.total}\n" in (await filling.asked()).text


async def test_steps_can_be_typed(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "finance")
    await filling.until("firm_id")
    stage.mina.say("رد کن")
    state = await state_of(stage, stage.mina)
    assert (state["at"], state["skipped"]) == ("postal_code", ["firm_id"])
    stage.mina.say("برگشت")
    assert (await state_of(stage, stage.mina))["at"] == "firm_id"
    stage.mina.say("انصراف")
    await stage.mina.sees(said(stage.mina, "form.really_cancel"))
    stage.mina.press(said(stage.mina, "form.drop"))
    await stage.mina.sees(said(stage.mina, "form.cancelled"))


async def test_a_question_that_must_be_answered_cannot_be_skipped_by_a_word(stage: Stage) -> None:
    await Filling.begin(stage, stage.mina, "finance")
    stage.mina.say("رد کن")
    assert (await state_of(stage, stage.mina))["at"] == "kind"
    stage.mina.say("برگشت")
    assert (await state_of(stage, stage.mina))["at"] == "kind"
