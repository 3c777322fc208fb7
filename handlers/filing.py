"""Filing: a form from its first question to the reference number. Steps are eservices/forms.py's; here they are said.

Not here: how a question looks (question_views.py), presses (form_presses.py), what staff see (staff_cards.py).
"""

from __future__ import annotations

from datetime import date, timedelta

from telegram import Message as TelegramMessage

from db import outbox
from db.models import Question, Ticket
from desk import people, tickets
from eservices import forms, submissions
from eservices.catalogue import Service
from eservices.forms import Given, Refused, State
from eservices.submissions import OpenForm
from handlers import given, question_views
from handlers.short_turns import form_step
from handlers.staff_cards import announce
from handlers.turn import Context
from knowledge import questions
from locales.show import ZONE, Reference

# After so long a pause a text is more likely a new question than an answer.
LONG_PAUSE = timedelta(hours=24)


async def begin(context: Context, service: Service, question_id: int = 0) -> None:
    """Open the form; one that is open already is offered first."""
    context.focus_on()
    existing = await submissions.open_of_service(context.work, context.person, service.id)
    if existing is None:
        await begin_anew(context, service, question_id)
        return
    submission = existing.submission
    if existing.state.answers or existing.state.drafts:
        rows = (
            (context.button("form.continue", f"f:{submission.id}:0:go:{question_id}"),),
            (context.button("form.anew", f"f:{submission.id}:0:anew:{question_id}"),),
        )
        name = service.name.said(context.lang)
        context.say_text("form.open_already", rows, service=name, date=submission.started_at)
        return
    fresh = forms.start(service.form, await people.profile(context.work, context.person))
    if existing.form == service.form and existing.state == fresh:
        # a second tap on "apply": the form that was just opened is the one
        await keep_question(context, existing, question_id)
        show(context, existing, again=True)
        return
    await begin_anew(context, service, question_id)


async def begin_anew(context: Context, service: Service, question_id: int) -> None:
    """A fresh form; one that is open for this service is given up."""
    question = await _asked(context, question_id)
    profile = await people.profile(context.work, context.person)
    opened = await submissions.begin(
        context.work, context.person, service, profile, question.text if question else None
    )
    name, text = service.name.said(context.lang), service.form.intro.said(context.lang)
    # the keyboard of another form's question may still be there
    context.say(context.html("form.intro", name=name, text=text), keyboard=None)
    show(context, opened)


async def _asked(context: Context, question_id: int) -> Question | None:
    """The question that led here, marked as such."""
    question = await questions.asked_by(context.work, context.person, question_id) if question_id else None
    if question is not None:
        question.outcome = "ticket"
    return question


async def keep_question(context: Context, opened: OpenForm, question_id: int) -> None:
    """A question that led back to this form goes along with it, after the one it was begun from."""
    question = await _asked(context, question_id)
    known = opened.submission.question
    if question is not None and question.text not in (known or "").split("\n"):
        opened.submission.question = f"{known}\n{question.text}" if known else question.text


def show(context: Context, opened: OpenForm, again: bool = False) -> None:
    """Ask what is to be asked now, and give the form the person's next message. `again`: it was asked before."""
    context.focus_on("form", opened.submission.id)
    # who sees the question now is no longer away
    opened.submission.touched_at = context.now
    question_views.show(context, opened, again)


def close_question(context: Context, opened: OpenForm, before: State, by_press: bool) -> None:
    """The answered question keeps its text and shows the answer; its buttons and its keyboard go."""
    answered = question_views.answered(context, opened, before)
    keyboard = question_views.has_keyboard(opened, before)
    if by_press and answered and not keyboard and context.pressed_message_id is not None:
        context.edit_pressed(answered)
        return
    outbox.unbutton(context.work, context.person.chat_id, slot=question_views.slot(opened, before))
    if keyboard:
        context.say(answered or context.html("form.went_back"), keyboard=None)


async def receive(context: Context, message: TelegramMessage) -> None:
    """A message while a form has the chat."""
    from handlers import menu

    submission_id = context.conversation.focus_id or 0
    opened = await submissions.find(context.work, context.person, submission_id)
    if opened is None or opened.submission.status != "open":
        context.focus_on()
        await menu.show_menu(context, context.html("menu.what"))
        return
    if context.now - opened.submission.touched_at > LONG_PAUSE and message.text:
        _ask_after_pause(context, opened, message.text)
        return
    if message.text and _step_typed(context, opened, message.text):
        return
    take(context, opened, given.of(message, context.person.chat_id))


def _step_typed(context: Context, opened: OpenForm, text: str) -> bool:
    """Do what a typed "back", "skip" or "cancel" says; whether it was one that can be done here."""
    step, before = form_step(text), opened.state
    if step == "cancel":
        ask_cancel(context, opened.submission.id)
        return True
    steps = {"back": forms.back, "skip": forms.skip}
    if step not in steps:
        return False
    try:
        after = steps[step](opened.form, before)
    except Refused:
        return False
    opened.keep(context.work, after)
    close_question(context, opened, before, by_press=False)
    show(context, opened)
    return True


def take(context: Context, opened: OpenForm, answer: Given) -> None:
    """An answer in the person's own words: taken, or refused with its reason while the question stays."""
    before = opened.state
    try:
        after = forms.accept(opened.form, before, answer, today(context))
    except Refused as refusal:
        question_views.say_refused(context, opened, refusal)
        return
    opened.keep(context.work, after)
    if after.revision == before.revision:
        question_views.say_file_taken(context, opened)
        return
    close_question(context, opened, before, by_press=False)
    show(context, opened)


def _ask_after_pause(context: Context, opened: OpenForm, text: str) -> None:
    """Form or new question? The text is kept, so that nothing has to be typed twice."""
    submission = opened.submission
    context.focus_on("form", submission.id, pending=text[:4096])
    service = submission.service
    known = service in context.house.catalogue
    name = context.house.catalogue.service(service).name.said(context.lang) if known else service
    rows = (
        (context.button("form.is_answer", f"f:{submission.id}:0:answer"),),
        (context.button("form.answer_instead", "m:pending"),),
        (context.button("form.drop", f"f:{submission.id}:0:drop"),),
    )
    context.say_text("form.after_pause", rows, service=name, date=submission.touched_at)
    # from now on an answer counts again
    submission.touched_at = context.now


def ask_cancel(context: Context, submission_id: int) -> None:
    """Cancel for good, or keep the form for later?"""
    rows = (
        (context.button("form.go_on", f"f:{submission_id}:0:go"),),
        (context.button("form.later", "m:home"),),
        (context.button("form.drop", f"f:{submission_id}:0:drop"),),
    )
    context.say_text("form.really_cancel", rows)


async def send(context: Context, opened: OpenForm) -> None:
    """From the review to a ticket: once, however often it is pressed."""
    if not forms.is_complete(opened.form, opened.state) or opened.state.at != forms.REVIEW:
        context.toast("press.stale_step")
        return
    ticket, opened_now = await tickets.open_ticket(context.work, context.person, _new_ticket(context, opened))
    opened.submission.status = "filed"
    await people.remember(context.work, context.person, forms.profile_updates(opened.form, opened.state))
    context.unbutton_pressed()
    context.focus_on()
    reference = Reference(ticket.reference)
    rows = (
        (context.button("requests.open", f"t:{ticket.id}:show"),),
        (context.button("menu.home", "m:home"),),
    )
    done = opened.form.done.said(context.lang)
    context.say(
        context.html("form.filed", reference=reference, done=done),
        rows,
        about=outbox.About(ticket_id=ticket.id),
    )
    if opened_now:
        await announce(context.work, context.house, ticket, context.person)


async def ticket_of(context: Context, opened: OpenForm) -> Ticket:
    """The ticket that a filed form became."""
    ticket, _ = await tickets.open_ticket(context.work, context.person, _new_ticket(context, opened))
    return ticket


def _new_ticket(context: Context, opened: OpenForm) -> tickets.NewTicket:
    submission = opened.submission
    in_catalogue = submission.service in context.house.catalogue
    lines = question_views.review_lines(context, opened)
    province = next((opened.state.answers.get(f.id) for f in opened.form.fields if f.type == "province"), None)
    return tickets.NewTicket(
        service=submission.service,
        team=context.house.catalogue.service(submission.service).team if in_catalogue else "general",
        first=tickets.Written(
            text="\n".join(f"{label}: {value}" for label, value in lines if value),
            source=f"submission:{submission.id}",
            attachments=forms.files_of(opened.form, opened.state),
        ),
        subject=next((value for _, value in lines if value), ""),
        submission_id=submission.id,
        province=province if isinstance(province, str) else None,
        question=submission.question,
    )


def today(context: Context) -> date:
    """The date where the person is."""
    return context.now.astimezone(ZONE).date()
