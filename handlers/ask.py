"""Asking: a question is answered, offered as a choice, or honestly not known; each is recorded for the admins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from telegram import Update

from db.message import Button, Rows
from handlers.turn import Context
from knowledge import questions
from knowledge.entries import Entry
from knowledge.matching import Answer
from locales import Html

# What a topic about the assistant itself does besides being answered.
TOPIC_ACTIONS = {
    "general.greeting": ("menu.services", "m:services"),
    "general.about-bot": ("menu.services", "m:services"),
    "general.six-systems": ("menu.services", "m:services"),
    "general.human": ("menu.human", "m:human"),
    "general.contact": ("menu.human", "m:human"),
    "general.privacy": ("settings.privacy", "m:privacy"),
    "general.language": ("menu.settings", "m:settings"),
    "desk.track": ("menu.requests", "m:requests"),
}
# Where the form of the topic's own service does not fit, the one that does.
FORM_OF_TOPIC = {
    "land.contract-changes": "desk",
    "land.transfer": "desk",
    "land.change-use": "desk",
    "land.ownership": "desk",
    "land.no-build": "desk",
    "land.incentive": "desk",
    "land.private-park": "desk",
    "land.tax": "general",
    "training.certificate": "general",
    "clinic.become-consultant": "general",
    "training.trainer": "general",
    "cluster.agent": "general",
}
SMALL_TALK = ("general.greeting", "general.thanks")
MOST_CHOICES = 3


async def answer(context: Context, text: str) -> None:
    """Answer a question typed in the chat."""
    if not re.search(r"[^\W\d_]", text):
        context.say_text("ask.only_number" if re.search(r"\d", text) else "ask.only_signs")
        return
    found = context.lookup(text)
    question = await questions.record(context.work, context.person, text, found)
    context.house.count_question(found.decision)
    known = [context.house.entries[topic.id] for topic in found.topics if topic.id in context.house.entries]
    if found.decision == "answer" and known:
        show_entry(context, known[0], question.id)
    elif found.decision == "choose" and known:
        _show_choices(context, known[:MOST_CHOICES], question.id)
    else:
        _show_nothing(context, found, question.id)


def _show_choices(context: Context, entries: list[Entry], question_id: int) -> None:
    rows = [(Button(_title(context, entry), f"k:{entry.id}:c:{question_id}"),) for entry in entries]
    rows.append((context.button("ask.none_of_these", f"a:{question_id}:none"),))
    context.say_text("ask.choose", tuple(rows))


def _show_nothing(context: Context, found: Answer, question_id: int) -> None:
    from handlers.services import service_button

    service_id = found.service or ""
    if service_id in context.house.catalogue and service_id != "general":
        service = context.house.catalogue.service(service_id)
        rows: Rows = (
            (service_button(context, service),),
            (context.button("services.apply", f"s:{service.id}:apply:{question_id}"),),
            (context.button("menu.human", f"h:q:{question_id}"),),
        )
        context.say_text("ask.service_fits", rows, service=service.name.said(context.lang))
        return
    context.say_text("ask.nothing", _ways_on(context, question_id))


def _ways_on(context: Context, question_id: int) -> Rows:
    return (
        (context.button("ask.hand_over", f"h:q:{question_id}"),),
        (context.button("menu.services", "m:services"),),
    )


def _title(context: Context, entry: Entry) -> str:
    return entry.title.fa if context.language == "fa" else entry.title.en


def show_entry(context: Context, entry: Entry, question_id: int) -> None:
    """The short answer with its source, and what can be done next."""
    context.say(_short(context, entry), _entry_rows(context, entry, question_id, details=False))


def _short(context: Context, entry: Entry) -> str:
    short = entry.short.fa if context.language == "fa" else entry.short.en
    if entry.id in SMALL_TALK:
        return context.html("ask.plain", text=short)
    parts = [
        context.html("ask.title", title=_title(context, entry)),
        context.html("ask.plain", text=short),
        source_line(context, entry.sources, entry.checked_on),
    ]
    return "\n\n".join(part for part in parts if part)


def _long(context: Context, entry: Entry) -> str:
    details = entry.details.fa if context.language == "fa" else entry.details.en
    parts = [
        context.html("ask.title", title=_title(context, entry)),
        context.html("ask.plain", text=entry.short.fa if context.language == "fa" else entry.short.en),
        *(context.html("ask.plain", text=paragraph) for paragraph in details.strip().split("\n\n")),
        source_line(context, entry.sources, entry.checked_on),
    ]
    return "\n\n".join(part for part in parts if part)


def source_line(context: Context, source_ids: Iterable[str], checked_on: date) -> Html:
    """Where the facts come from and when the text was last checked; empty without sources."""
    lang = context.lang
    names: dict[str, None] = {}
    for source in (context.house.sources[key] for key in source_ids if key in context.house.sources):
        name = source.name.fa if lang == "fa" else source.name.en
        when = source.date and (source.date.fa if lang == "fa" else source.date.en)
        names[context.label("ask.source_dated", name=name, date=when) if when else name] = None
    if not names:
        return Html("")
    shown = list(names)[:2]
    separator = context.label("ask.list_separator")
    key = "ask.sources_more" if len(names) > len(shown) else "ask.sources"
    return context.html(key, sources=f"{separator} ".join(shown), date=checked_on)


def _entry_rows(context: Context, entry: Entry, question_id: int, details: bool) -> Rows:
    rows: list[tuple[Button, ...]] = []
    action = TOPIC_ACTIONS.get(entry.id)
    if action is not None:
        rows.append((context.button(action[0], action[1]),))
    if entry.id in SMALL_TALK:
        return (*rows, (context.button("menu.home", "m:home"),))
    if not details:
        rows.append((context.button("ask.details", f"k:{entry.id}:d:{question_id}"),))
    if entry.service != "general" and entry.service in context.house.catalogue:
        service = context.house.catalogue.service(entry.service)
        rows.append(
            (
                Button(f"{service.icon} {service.name.said(context.lang)}", f"s:{service.id}"),
                context.button("ask.file", f"s:{FORM_OF_TOPIC.get(entry.id, service.id)}:apply:{question_id}"),
            )
        )
    if question_id:
        rows.append(
            (
                context.button("ask.useful", f"a:{question_id}:useful"),
                context.button("ask.not_useful", f"a:{question_id}:not"),
            )
        )
    return tuple(rows)


async def press_entry(update: Update, context: Context) -> None:
    """k:<topic>:<d details | c chosen | s show>:<question>."""
    assert context.match is not None
    topic, what, question_id = context.match.group(1), context.match.group(2), int(context.match.group(3))
    entry = context.house.entries.get(topic)
    if entry is None:
        context.toast("press.stale")
        return
    if what == "d":
        context.edit_pressed(_long(context, entry), _entry_rows(context, entry, question_id, details=True))
        return
    question = await questions.asked_by(context.work, context.person, question_id)
    if what == "c" and question is not None:
        question.outcome, question.topic = "chosen", topic
        context.edit_pressed(_short(context, entry), _entry_rows(context, entry, question_id, details=False))
        return
    show_entry(context, entry, 0)


async def press_verdict(update: Update, context: Context) -> None:
    """a:<question>:<useful | not | none>."""
    assert context.match is not None
    question_id, verdict = int(context.match.group(1)), context.match.group(2)
    question = await questions.asked_by(context.work, context.person, question_id)
    if question is None:
        context.toast("press.stale")
        return
    context.unbutton_pressed(only="" if verdict == "none" else "a:")
    match verdict:
        case "useful":
            question.outcome = "useful"
            context.toast("ask.thanks")
        case "not":
            question.outcome = "not_useful"
            context.say_text("ask.sorry", _ways_on(context, question_id))
        case _:
            question.outcome = "none_of_these"
            context.say_text("ask.nothing", _ways_on(context, question_id))
