"""Filing: a form from its first question to the reference number. Steps are eservices/forms.py's; here they are said.

Not here: how a question looks (questions.py), what staff see (staff_cards.py).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from telegram import Message as TelegramMessage
from telegram import Update

from db import outbox
from desk import people, tickets
from eservices import forms, submissions
from eservices.catalogue import Service
from eservices.forms import Given, Refused, State
from eservices.submissions import OpenForm
from handlers import given, question_views
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
    if existing is not None and (existing.state.answers or existing.state.drafts):
        submission = existing.submission
        rows = (
            (context.button("form.continue", f"f:{submission.id}:0:go"),),
            (context.button("form.anew", f"f:{submission.id}:0:anew"),),
        )
        name = service.name.said(context.lang)
        context.say_text("form.open_already", rows, service=name, date=submission.started_at)
        return
    await _begin_anew(context, service, question_id)


async def _begin_anew(context: Context, service: Service, question_id: int) -> None:
    question = await questions.asked_by(context.work, context.person, question_id) if question_id else None
    if question is not None:
        question.outcome = "ticket"
    profile = await people.profile(context.work, context.person)
    opened = await submissions.begin(
        context.work, context.person, service, profile, question.text if question else None
    )
    context.say(
        context.html("form.intro", name=service.name.said(context.lang), text=service.form.intro.said(context.lang))
    )
    _show(context, opened)


def _show(context: Context, opened: OpenForm) -> None:
    """Ask what is to be asked now, and give the form the person's next message."""
    context.focus_on("form", opened.submission.id)
    question_views.show(context, opened)


async def press(update: Update, context: Context) -> None:
    """f:<submission>:<revision>:<action>[:<argument>]. Old buttons say so instead of acting."""
    assert context.match is not None
    submission_id, revision = int(context.match.group(1)), int(context.match.group(2))
    action, argument = context.match.group(3), context.match.group(4) or ""
    opened = await submissions.find(context.work, context.person, submission_id)
    if opened is None:
        context.toast("press.stale")
        return
    if opened.submission.status != "open":
        await _press_on_ended(context, opened)
        return
    if action == "go":
        context.unbutton_pressed()
        _show(context, opened)
        return
    if action == "anew":
        await _anew(context, opened)
        return
    if action == "drop":
        await _drop(context, opened)
        return
    if revision != opened.state.revision:
        context.toast("press.stale_step")
        if context.conversation.focus != "form":
            _show(context, opened)
        return
    await _act(context, opened, action, argument)


async def _press_on_ended(context: Context, opened: OpenForm) -> None:
    if opened.submission.status == "filed":
        ticket, _ = await tickets.open_ticket(context.work, context.person, _ticket_of(context, opened))
        context.toast("form.filed_already", reference=Reference(ticket.reference))
    else:
        context.toast("form.cancelled_already")
    context.unbutton_pressed()


async def _anew(context: Context, opened: OpenForm) -> None:
    service_id = opened.submission.service
    context.unbutton_pressed()
    if service_id not in context.house.catalogue:
        opened.submission.status = "cancelled"
        context.focus_on()
        context.say_text("form.service_gone")
        return
    await _begin_anew(context, context.house.catalogue.service(service_id), 0)


async def _drop(context: Context, opened: OpenForm) -> None:
    from handlers.menu import show_menu

    opened.submission.status = "cancelled"
    context.unbutton_pressed()
    context.focus_on()
    await show_menu(context, context.html("form.cancelled"))


async def _act(context: Context, opened: OpenForm, action: str, argument: str) -> None:
    """An action on the question, the offer of known answers, or the review."""
    form, state = opened.form, opened.state
    steps: dict[str, Callable[[], State]] = {
        "b": lambda: forms.back(form, state),
        "s": lambda: forms.skip(form, state),
        "k": lambda: forms.keep(form, state),
        "u": lambda: forms.use_known(form, state),
        "g": lambda: forms.go_through_known(form, state),
        "e": lambda: forms.change(form, state, argument),
        "d": lambda: forms.finish(form, state),
        "c": lambda: forms.accept(form, state, Given(options=(argument,)), _today(context)),
        "on": lambda: forms.choose(form, state, argument, True),
        "off": lambda: forms.choose(form, state, argument, False),
    }
    if action == "x":
        await ask_cancel(context)
        return
    if action == "file":
        await _file(context, opened)
        return
    if action not in steps:
        context.toast("press.stale")
        return
    try:
        after = steps[action]()
    except Refused as refusal:
        context.turn.toast = context.label(refusal.key, **refusal.values)[:200]
        return
    opened.keep(context.work, after)
    if after.revision == state.revision:
        # a mark set or taken away: the same question again, in place
        context.edit_pressed(*question_views.question(context, opened))
        return
    _close_question(context, opened, state, by_press=True)
    _show(context, opened)


def _close_question(context: Context, opened: OpenForm, before: State, by_press: bool) -> None:
    """The answered question keeps its text and shows the answer; its buttons go."""
    answered = question_views.answered(context, opened, before)
    if by_press and answered and context.pressed_message_id is not None:
        context.edit_pressed(answered)
    else:
        outbox.unbutton(context.work, context.person.chat_id, slot=question_views.slot(opened, before))
    if answered and question_views.has_keyboard(opened, before):
        context.say(answered, keyboard=None)


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
    try:
        after = forms.accept(opened.form, opened.state, given.of(message, context.person.chat_id), _today(context))
    except Refused as refusal:
        question_views.say_refused(context, opened, refusal)
        return
    before = opened.state
    opened.keep(context.work, after)
    if after.revision == before.revision:
        question_views.say_file_taken(context, opened)
        return
    _close_question(context, opened, before, by_press=False)
    _show(context, opened)


def _ask_after_pause(context: Context, opened: OpenForm, text: str) -> None:
    """Form or new question? The text is kept, so that nothing has to be typed twice."""
    submission = opened.submission
    context.focus_on("form", submission.id, pending=text[:4096])
    service = submission.service
    known = service in context.house.catalogue
    name = context.house.catalogue.service(service).name.said(context.lang) if known else service
    rows = (
        (context.button("form.continue", f"f:{submission.id}:0:go"),),
        (context.button("form.answer_instead", "m:pending"),),
        (context.button("form.drop", f"f:{submission.id}:0:drop"),),
    )
    context.say_text("form.after_pause", rows, service=name, date=submission.touched_at)
    # from now on an answer counts again
    submission.touched_at = context.now


async def press_pending(update: Update, context: Context) -> None:
    """The text that came after a long pause was a question: answer it."""
    from handlers import ask

    text = context.conversation.data.get("pending")
    context.unbutton_pressed()
    if not isinstance(text, str):
        context.toast("press.stale")
        return
    await ask.answer(context, text)
    context.focus_on()


async def ask_cancel(context: Context) -> None:
    """Cancel for good, or keep the form for later?"""
    submission_id = context.conversation.focus_id or 0
    rows = (
        (context.button("form.go_on", f"f:{submission_id}:0:go"),),
        (context.button("form.later", "m:home"),),
        (context.button("form.drop", f"f:{submission_id}:0:drop"),),
    )
    context.say_text("form.really_cancel", rows)


async def _file(context: Context, opened: OpenForm) -> None:
    """From the review to a ticket: once, however often it is pressed."""
    if not forms.is_complete(opened.form, opened.state) or opened.state.at != forms.REVIEW:
        context.toast("press.stale_step")
        return
    ticket, opened_now = await tickets.open_ticket(context.work, context.person, _ticket_of(context, opened))
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
        keyboard=(),
        about=outbox.About(ticket_id=ticket.id),
    )
    if opened_now:
        await announce(context.work, context.house, ticket, context.person)


def _ticket_of(context: Context, opened: OpenForm) -> tickets.NewTicket:
    submission = opened.submission
    in_catalogue = submission.service in context.house.catalogue
    lines = question_views.review_lines(context, opened)
    province = next(
        (opened.state.answers.get(f.id) for f in opened.form.fields if f.type == "province"), None
    )
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


def _today(context: Context) -> date:
    return context.now.astimezone(ZONE).date()
