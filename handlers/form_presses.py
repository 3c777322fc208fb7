"""Presses on the buttons of a form: steps, leaving and coming back, what a text after a long pause was.

Not here: what the steps do to a form (eservices/forms.py), asking and filing (filing.py).
"""

from __future__ import annotations

from collections.abc import Callable

from telegram import Update

from eservices import forms, submissions
from eservices.forms import Given, Refused, State
from eservices.submissions import OpenForm
from handlers import filing, question_views
from handlers.turn import Context
from locales.show import Reference


async def press(update: Update, context: Context) -> None:
    """f:<submission>:<revision>:<action>[:<argument>]. Old buttons say so instead of acting."""
    assert context.match is not None
    submission_id, revision = int(context.match.group(1)), int(context.match.group(2))
    action, argument = context.match.group(3), context.match.group(4) or ""
    opened = await submissions.find(context.work, context.person, submission_id)
    if opened is None:
        context.toast("press.stale")
    elif opened.submission.status != "open":
        await _press_on_ended(context, opened)
    elif action in _LEAVING:
        await _leave_or_return(context, opened, action, argument)
    elif revision == opened.state.revision:
        await _act(context, opened, action, argument)
    else:
        context.toast("press.stale_step")
        if context.conversation.focus != "form":
            filing.show(context, opened, again=True)


# What may be pressed at any step: these buttons stand under messages of their own.
_LEAVING = ("go", "anew", "drop", "answer")


async def _press_on_ended(context: Context, opened: OpenForm) -> None:
    if opened.submission.status == "filed":
        ticket = await filing.ticket_of(context, opened)
        context.toast("form.filed_already", reference=Reference(ticket.reference))
    else:
        context.toast("form.cancelled_already")
    context.unbutton_pressed()


async def _leave_or_return(context: Context, opened: OpenForm, action: str, argument: str) -> None:
    context.unbutton_pressed()
    question_id = int(argument) if argument.isdecimal() and len(argument) <= 15 else 0
    match action:
        case "go":
            await filing.keep_question(context, opened, question_id)
            filing.show(context, opened, again=True)
        case "anew":
            await _anew(context, opened, question_id)
        case "drop":
            await _drop(context, opened)
        case _:
            _take_pending(context, opened)


async def _anew(context: Context, opened: OpenForm, question_id: int) -> None:
    service_id = opened.submission.service
    if service_id in context.house.catalogue:
        await filing.begin_anew(context, context.house.catalogue.service(service_id), question_id)
        return
    opened.submission.status = "cancelled"
    context.focus_on()
    context.say_text("form.service_gone")


async def _drop(context: Context, opened: OpenForm) -> None:
    from handlers.menu import show_menu

    opened.submission.status = "cancelled"
    context.focus_on()
    if question_views.has_keyboard(opened, opened.state):
        # the menu has buttons of its own, so another message takes the keyboard away
        context.say(context.html("form.cancelled"), keyboard=None)
        await show_menu(context, context.html("menu.what"))
        return
    await show_menu(context, context.html("form.cancelled"))


def _take_pending(context: Context, opened: OpenForm) -> None:
    """The text that came after a long pause was the answer."""
    text = context.conversation.data.get("pending")
    if isinstance(text, str) and context.conversation.focus_id == opened.submission.id:
        context.focus_on("form", opened.submission.id)
        filing.take(context, opened, Given(text=text))
    else:
        context.toast("press.stale_step")


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
        "c": lambda: forms.accept(form, state, Given(options=(argument,)), filing.today(context)),
        "on": lambda: forms.choose(form, state, argument, True),
        "off": lambda: forms.choose(form, state, argument, False),
        "out": lambda: forms.drop_file(form, state, argument),
    }
    if action == "x":
        filing.ask_cancel(context, opened.submission.id)
        return
    if action == "file":
        await filing.send(context, opened)
        return
    if action not in steps:
        context.toast("press.stale")
        return
    try:
        after = steps[action]()
    except Refused as refusal:
        context.toast(refusal.key, **refusal.values)
        return
    opened.keep(context.work, after)
    if after.revision == state.revision:
        # a mark set or taken away, a file taken out: the same question again, in place
        context.focus_on("form", opened.submission.id)
        context.edit_pressed(*question_views.question(context, opened))
        return
    filing.close_question(context, opened, state, by_press=True)
    filing.show(context, opened)
