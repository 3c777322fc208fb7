"""A form that waits: over a restart, a week, a deploy with other questions, other things done in between."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from db.models import Question, ServiceVersion, TicketMessage
from eservices import forms
from tests.eservices.build import form
from tests.scenarios.steps import (
    Filling,
    asks,
    labels,
    live_buttons,
    open_form,
    question,
    reference_in,
    said,
    shown_reference,
    start_of,
    state_of,
    submissions_of,
    tickets_of,
    with_form,
    without_service,
)
from tests.stage import Stage

WEEK = timedelta(days=7)
TROUBLE = "این گرفتاری از کی شروع شده است؟"
STORY = "ماجرا را با زبان خودتان بگویید؛ چه شده است؟"
OLD = form(question("text", "product"), question("files", "papers"), question("text", "remark"))
NEW = form(question("choice", "product"), question("text", "remark"), question("number", "machines"))


async def test_a_restart_in_the_middle_loses_nothing(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until("problems")
    await filling.mark("فروش و بازار")
    await stage.restart()
    await filling.mark("مواد اولیه")
    stage.mina.press(said(stage.mina, "form.finish"))
    await stage.mina.sees(STORY)
    await stage.restart()
    stage.mina.say("مشتری‌ها رفته‌اند و فروش نصف شده است.")
    await stage.mina.sees("تا حالا برای حل آن چه کرده‌اید؟")
    state = await state_of(stage, stage.mina)
    assert state["answers"]["problems"] == ["market", "materials"]
    assert state["answers"]["description"] == "مشتری‌ها رفته‌اند و فروش نصف شده است."


async def test_after_a_week_a_button_of_the_question_still_answers_it(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until("since")
    await stage.settled()
    stage.clock.move(WEEK)
    await filling.answer()


async def test_after_a_week_a_text_is_the_answer_when_the_person_says_so(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until("description")
    await stage.settled()
    stage.clock.move(WEEK)
    stage.mina.say("مشتری‌ها رفته‌اند و فروش نصف شده است.")
    asked = await stage.mina.sees("پاسخ فرم است یا پرسشی تازه؟")
    assert "کلینیک کسب‌وکار" in asked.text
    stage.mina.press(said(stage.mina, "form.is_answer"))
    await stage.mina.sees("تا حالا برای حل آن چه کرده‌اید؟")
    state = await state_of(stage, stage.mina)
    assert state["answers"]["description"] == "مشتری‌ها رفته‌اند و فروش نصف شده است."
    assert len(live_buttons(stage.mina)) == 1


async def test_after_a_week_a_wrong_answer_is_refused_like_any_other(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until("staff_count")
    await stage.settled()
    stage.clock.move(WEEK)
    stage.mina.say("سلام دوباره")
    await stage.mina.sees("پاسخ فرم است یا پرسشی تازه؟")
    stage.mina.press(said(stage.mina, "form.is_answer"))
    await stage.mina.sees(said(stage.mina, "field.number.wanted"))
    stage.mina.say("۱۲")
    await stage.mina.sees("عکس یا پرونده‌ای هست")


async def test_after_a_week_a_text_is_a_new_question_and_the_form_waits_on(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until("description")
    await stage.settled()
    stage.clock.move(WEEK)
    stage.mina.say("برای درخواست زمین چه مدارکی لازم است؟")
    await stage.mina.sees("پاسخ فرم است یا پرسشی تازه؟")
    stage.mina.press(said(stage.mina, "form.answer_instead"))
    await stage.mina.sees("منبع:")
    stage.mina.say("چه وام‌هایی هست؟")
    await stage.settled()
    stage.mina.say("/help")
    menu = await stage.mina.sees("چه کمکی می‌کنم؟")
    stage.mina.press(labels(menu)[0])
    await asks(stage.mina, STORY)
    assert "description" not in (await state_of(stage, stage.mina))["answers"]


async def test_after_a_week_the_form_can_be_dropped(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until("description")
    await stage.settled()
    stage.clock.move(WEEK)
    stage.mina.say("فراموشش کنید")
    await stage.mina.sees("پاسخ فرم است یا پرسشی تازه؟")
    stage.mina.press(said(stage.mina, "form.drop"))
    await stage.mina.sees(said(stage.mina, "form.cancelled"))
    assert [one.status for one in await submissions_of(stage, stage.mina)] == ["cancelled"]


async def test_who_came_back_through_the_menu_is_not_asked_again(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.emma, "clinic")
    await filling.until("description")
    await stage.settled()
    stage.clock.move(WEEK)
    stage.emma.say("/help")
    menu = await stage.emma.sees("How can I help?")
    stage.emma.press(labels(menu)[0])
    await asks(stage.emma, "what has happened?")
    stage.emma.say("Two big customers left last year.")
    await stage.emma.sees("What have you tried so far?")


async def test_an_open_form_goes_on_under_its_own_version(stage: Stage) -> None:
    with_form(stage, "clinic", OLD)
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until("remark")
    with_form(stage, "clinic", NEW)
    await filling.until(forms.REVIEW)
    stage.mina.press(said(stage.mina, "form.send"))
    done = await stage.mina.sees(start_of(stage.mina, "form.filed"))
    card = await stage.staff.sees("برچسب remark")
    assert shown_reference(reference_in(done.text)) in card.text
    (message,) = await stage.scalars(select(TicketMessage))
    assert "برچسب product" in message.text
    assert len(message.attachments) == 1

    await open_form(stage, stage.mina, "clinic")
    await stage.mina.sees("product را بگویید.")
    stage.mina.press("پول و نقدینگی")
    await stage.mina.sees("remark را بگویید.")
    versions = await stage.scalars(select(ServiceVersion.version).order_by(ServiceVersion.id))
    assert versions == [OLD.version, NEW.version]


async def test_starting_afresh_after_a_change_takes_the_new_questions(stage: Stage) -> None:
    with_form(stage, "clinic", OLD)
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until("papers")
    with_form(stage, "clinic", NEW)
    stage.mina.start("clinic")
    await stage.mina.sees("کلینیک کسب‌وکار")
    stage.mina.press(said(stage.mina, "services.apply"))
    offer = await stage.mina.sees("نیمه‌کاره مانده است")
    assert labels(offer) == [said(stage.mina, "form.continue"), said(stage.mina, "form.anew")]
    stage.mina.press(said(stage.mina, "form.anew"))
    asked = await asks(stage.mina, "product را بگویید.")
    assert "پول و نقدینگی" in labels(asked)
    assert [one.status for one in await submissions_of(stage, stage.mina)] == ["cancelled", "open"]


async def test_a_form_of_a_removed_service_is_finished_and_reaches_the_general_team(stage: Stage) -> None:
    with_form(stage, "clinic", OLD)
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until("remark")
    without_service(stage, "clinic")
    stage.mina.say("/help")
    await stage.mina.sees("چه کمکی می‌کنم؟")
    stage.mina.press(said(stage.mina, "menu.continue_form"))
    await asks(stage.mina, "remark را بگویید.")
    await filling.until(forms.REVIEW)
    stage.mina.press(said(stage.mina, "form.send"))
    done = await stage.mina.sees(start_of(stage.mina, "form.filed"))
    await stage.staff.sees(shown_reference(reference_in(done.text)))
    (ticket,) = await tickets_of(stage, stage.mina)
    assert (ticket.service, ticket.team) == ("clinic", "general")
    stage.mina.say("/requests")
    await stage.mina.sees("یک درخواست دارید")


async def test_the_apply_button_of_a_removed_service_says_so(stage: Stage) -> None:
    stage.mina.start("clinic")
    await stage.mina.sees("کلینیک کسب‌وکار")
    without_service(stage, "clinic")
    answer = await stage.mina.sees_answer(stage.mina.press(said(stage.mina, "services.apply")))
    assert answer.text == said(stage.mina, "press.stale")


async def test_commands_in_the_middle_keep_the_form_and_the_menu_leads_back(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until("since")
    for command, reply in (
        ("/help", "چه کمکی می‌کنم؟"),
        ("/services", "شش سامانه"),
        ("/requests", "هنوز درخواستی"),
        ("/privacy", "چه چیزی نگه می‌داریم"),
        ("/language", "زبان را انتخاب کنید"),
        ("/nonsense", "این فرمان را نمی‌شناسم"),
        ("/human", "در یک پیام بنویسید"),
        ("/start land", "زمین"),
        ("/start", "من صنعت‌یارم"),
    ):
        stage.mina.say(command)
        await stage.mina.sees(reply)
    stage.mina.say("/help")
    menu = await stage.mina.sees("چه کمکی می‌کنم؟")
    assert labels(menu)[0] == said(stage.mina, "menu.continue", service="کلینیک کسب‌وکار")
    stage.mina.press(labels(menu)[0])
    await asks(stage.mina, TROUBLE)
    await filling.answer()
    assert filling.at.id == "problems"


async def test_a_deep_link_in_the_middle_opens_the_card_and_a_text_is_a_question_then(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until("description")
    stage.mina.start("land")
    await stage.mina.sees("زمین")
    stage.mina.say("برای درخواست زمین چه مدارکی لازم است؟")
    await stage.mina.sees("منبع:")
    assert "description" not in (await state_of(stage, stage.mina))["answers"]


async def test_a_new_language_in_the_middle_asks_in_it_from_then_on(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until("since")
    stage.mina.say("/language")
    await stage.mina.sees("زبان را انتخاب کنید")
    stage.mina.press("English")
    menu = await stage.mina.sees("From now on")
    stage.mina.press(labels(menu)[0])
    await asks(stage.mina, "How long has this trouble lasted?")
    stage.mina.press("One to two years")
    await stage.mina.sees("In which areas is the main trouble?")


async def test_the_question_that_led_to_the_form_reaches_the_staff(stage: Stage) -> None:
    with_form(stage, "land", OLD)
    stage.mina.say("برای درخواست زمین چه مدارکی لازم است؟")
    await stage.mina.sees("منبع:")
    stage.mina.press(said(stage.mina, "ask.file"))
    filling = Filling(stage, stage.mina, OLD, forms.start(OLD, {}))
    await filling.asked()
    await filling.until(forms.REVIEW)
    stage.mina.press(said(stage.mina, "form.send"))
    done = await stage.mina.sees(start_of(stage.mina, "form.filed"))
    card = await stage.staff.sees("برای درخواست زمین چه مدارکی لازم است؟")
    assert shown_reference(reference_in(done.text)) in card.text
    (ticket,) = await tickets_of(stage, stage.mina)
    assert ticket.question == "برای درخواست زمین چه مدارکی لازم است؟"
    assert await stage.scalars(select(Question.outcome)) == ["ticket"]


async def test_a_question_that_leads_back_to_a_begun_form_goes_along_too(stage: Stage) -> None:
    with_form(stage, "land", OLD)
    filling = await Filling.begin(stage, stage.mina, "land")
    await filling.until("papers")
    stage.mina.say("/start")
    await stage.mina.sees("من صنعت‌یارم")
    stage.mina.say("برای درخواست زمین چه مدارکی لازم است؟")
    await stage.mina.sees("منبع:")
    stage.mina.press(said(stage.mina, "ask.file"))
    await stage.mina.sees("نیمه‌کاره مانده است")
    stage.mina.press(said(stage.mina, "form.continue"))
    await asks(stage.mina, "papers را بگویید.")
    await filling.until(forms.REVIEW)
    stage.mina.press(said(stage.mina, "form.send"))
    await stage.mina.sees(start_of(stage.mina, "form.filed"))
    (ticket,) = await tickets_of(stage, stage.mina)
    assert ticket.question == "برای درخواست زمین چه مدارکی لازم است؟"


async def test_a_question_that_leads_back_to_a_form_without_answers_goes_along_too(stage: Stage) -> None:
    await Filling.begin(stage, stage.mina, "land")
    stage.mina.say("/start")
    await stage.mina.sees("من صنعت‌یارم")
    stage.mina.say("برای درخواست زمین چه مدارکی لازم است؟")
    await stage.mina.sees("منبع:")
    stage.mina.press(said(stage.mina, "ask.file"))
    await stage.settled()
    (submission,) = await submissions_of(stage, stage.mina)
    assert (submission.status, submission.question) == ("open", "برای درخواست زمین چه مدارکی لازم است؟")
