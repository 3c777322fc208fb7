"""The door: greeting, language, menu, help, settings. Not here: what the menu leads to."""

from __future__ import annotations

from telegram import Update

from db.message import Button, Rows
from db.models import Submission
from desk import people
from eservices import submissions
from handlers.turn import Context


async def start(update: Update, context: Context) -> None:
    """/start, with or without what a deep link carries."""
    from handlers import services

    payload = context.args[0] if context.args else ""
    context.focus_on()
    if payload and await services.open_by_link(context, payload):
        return
    if not context.person.language_chosen:
        text = context.html("start.greeting") + "\n\n" + context.html("start.language")
        context.say(text, (_language_buttons(context),))
        return
    await show_menu(context, context.html("start.greeting"))


def _language_buttons(context: Context) -> tuple[Button, ...]:
    """Each language in its own name."""
    return tuple(Button(context.house.texts.plain(code, "language.name"), f"l:{code}") for code in ("fa", "en"))


async def show_menu(context: Context, text: str) -> None:
    """The menu of big buttons, with the form in progress on top if there is one."""
    context.say(text, await menu_rows(context))


async def menu_rows(context: Context) -> Rows:
    """Ask, e-services, my requests, a person, settings."""
    rows: list[tuple[Button, ...]] = []
    form = await submissions.latest_open(context.work, context.person)
    if form is not None:
        rows.append((_continue_button(context, form.submission),))
    rows += [
        (context.button("menu.ask", "m:ask"),),
        (context.button("menu.services", "m:services"),),
        (context.button("menu.requests", "m:requests"), context.button("menu.human", "m:human")),
        (context.button("menu.settings", "m:settings"),),
    ]
    return tuple(rows)


def _continue_button(context: Context, submission: Submission) -> Button:
    """Back into a form; one whose service the catalogue lost has no name any more."""
    data = f"f:{submission.id}:0:go"
    if submission.service not in context.house.catalogue:
        return context.button("menu.continue_form", data)
    name = context.house.catalogue.service(submission.service).name.said(context.lang)
    return context.button("menu.continue", data, service=name)


async def press(update: Update, context: Context) -> None:
    """A press on the menu."""
    from handlers import human, requests, services

    assert context.match is not None
    match context.match.group(1):
        case "home":
            context.focus_on()
            await show_menu(context, context.html("menu.what"))
        case "ask":
            context.focus_on()
            context.say_text("ask.invitation")
        case "services":
            services.show_list(context)
        case "programmes":
            services.show_programmes(context)
        case "requests":
            await requests.show_list(context, 0)
        case "human":
            await human.offer(context)
        case "settings":
            show_settings(context)
        case "privacy":
            show_privacy(context)
        case _:
            context.toast("press.stale")


async def help_(update: Update, context: Context) -> None:
    """/help: what can be done, in a few lines."""
    await show_menu(context, context.html("help.text"))


async def settings(update: Update, context: Context) -> None:
    """/language: the choice of language."""
    show_settings(context)


def show_settings(context: Context) -> None:
    """Language and privacy."""
    rows = (
        _language_buttons(context),
        (context.button("settings.privacy", "m:privacy"),),
        (context.button("menu.home", "m:home"),),
    )
    context.say_text("settings.text", rows)


async def choose_language(update: Update, context: Context) -> None:
    """A press on a language."""
    assert context.match is not None
    people.choose_language(context.person, context.match.group(1))
    # an answer keeps its ways on
    context.unbutton_pressed(only="l:" if context.pressed_shows("k:") else "")
    await show_menu(context, context.html("language.chosen"))


async def privacy(update: Update, context: Context) -> None:
    """/privacy."""
    show_privacy(context)


def show_privacy(context: Context) -> None:
    """What is kept and why, with export and erasure."""
    rows = (
        (context.button("privacy.export", "p:export"),),
        (context.button("privacy.erase", "p:erase"),),
        (context.button("menu.home", "m:home"),),
    )
    context.say_text("privacy.text", rows)


async def cancel(update: Update, context: Context) -> None:
    """/cancel: leave whatever is going on; a form is kept unless it is cancelled itself."""
    from handlers import filing

    if context.conversation.focus == "form":
        filing.ask_cancel(context, context.conversation.focus_id or 0)
        return
    was = context.conversation.focus
    context.focus_on()
    await show_menu(context, context.html("cancel.left" if was else "cancel.nothing"))


async def unknown_command(update: Update, context: Context) -> None:
    """A command that does not exist."""
    await show_menu(context, context.html("command.unknown"))
