"""One entry in the chat: the short answer, its details, its source, and what can be done next.

Not here: which entry answers a question (ask.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from telegram import Update

from db.message import Button, Rows
from db.models import Question
from handlers.labels import ROW_FITS, fitting, in_rows
from handlers.turn import Context
from knowledge import questions
from knowledge.entries import Entry
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
# Sisters under a short answer; the details show all.
NEAREST = 2


def other_language(language: str) -> str:
    """The other one of the two that content is written in."""
    return "en" if language == "fa" else "fa"


def title_of(context: Context, entry: Entry) -> str:
    """The entry's title in the person's language."""
    return entry.title.fa if context.language == "fa" else entry.title.en


@dataclass(frozen=True)
class Shown:
    """How an entry is shown. `judged`: whether it can be called useful; one that nobody asked for in words cannot.
    `foreign`: the question is written in the other language, so that the answer can be had in that one too."""

    question_id: int
    judged: bool = True
    sisters: int = NEAREST
    foreign: bool = False

    @classmethod
    def of(cls, context: Context, question: Question | None, judged: bool = True, sisters: int = NEAREST) -> Shown:
        """For the entry that answers a question."""
        if question is None:
            return cls(0, judged=False, sisters=sisters)
        return cls(question.id, judged, sisters, question.language != context.person.language)


def show_entry(context: Context, entry: Entry, shown: Shown) -> None:
    """The short answer with its source, and what can be done next."""
    context.say(_short(context, entry), _short_rows(context, entry, shown))


def _short(context: Context, entry: Entry) -> str:
    short = entry.short.fa if context.language == "fa" else entry.short.en
    if entry.id in SMALL_TALK:
        return context.html("ask.plain", text=short)
    parts = [
        context.html("ask.title", title=title_of(context, entry)),
        context.html("ask.plain", text=short),
        source_line(context, entry.sources, entry.checked_on),
    ]
    return "\n\n".join(part for part in parts if part)


def _long(context: Context, entry: Entry) -> str:
    details = entry.details.fa if context.language == "fa" else entry.details.en
    parts = [
        context.html("ask.title", title=title_of(context, entry)),
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


def _short_rows(context: Context, entry: Entry, shown: Shown) -> Rows:
    """Details, the nearest sisters, service and form, verdict; small talk leads to the menu only."""
    if entry.id in SMALL_TALK:
        home = (context.button("menu.home", "m:home"),)
        return (*_action_rows(context, entry), home, *_language_rows(context, entry, shown, "b"))
    return (
        *_action_rows(context, entry),
        (context.button("ask.details", f"k:{entry.id}:d{_tongue(context)}:{shown.question_id}"),),
        *_sister_rows(context, entry, shown, shown.sisters),
        *_service_rows(context, entry, shown.question_id),
        *_language_rows(context, entry, shown, "b"),
        *(_verdict_rows(context, shown.question_id) if shown.judged else ()),
    )


def _long_rows(context: Context, entry: Entry, shown: Shown) -> Rows:
    """The same without the way to the details, and with all sisters: who read so far wants to know it all."""
    if entry.id in SMALL_TALK:
        return _short_rows(context, entry, shown)
    return (
        *_action_rows(context, entry),
        *_sister_rows(context, entry, shown, len(entry.related)),
        *_service_rows(context, entry, shown.question_id),
        *_language_rows(context, entry, shown, "d"),
        *(_verdict_rows(context, shown.question_id) if shown.judged else ()),
    )


def _tongue(context: Context) -> str:
    """Stands behind an action where another language than the person's is spoken, so that it is kept."""
    return "o" if context.language != context.person.language else ""


def _language_rows(context: Context, entry: Entry, shown: Shown, what: str) -> Rows:
    """To the same text in the other language and back; `what` stands for the short text or the details."""
    if not shown.foreign:
        return ()
    here, own = context.language, context.person.language
    there = other_language(here)
    tongue = "o" if there != own else ""
    to = Button(_in(context, there, "ask.in_this_language"), f"k:{entry.id}:{what}{tongue}:{shown.question_id}")
    always = () if here == own else (Button(_in(context, here, "ask.always_this_language"), f"l:{here}"),)
    return ((to, *always),)


def _in(context: Context, language: str, key: str) -> str:
    return context.house.texts.plain(language, key)


def _action_rows(context: Context, entry: Entry) -> Rows:
    action = TOPIC_ACTIONS.get(entry.id)
    return ((context.button(action[0], action[1]),),) if action is not None else ()


def _sister_rows(context: Context, entry: Entry, shown: Shown, most: int) -> Rows:
    """Related topics, nearest first; a topic that the content lost has no button."""
    sisters = [context.house.entries[topic] for topic in entry.related if topic in context.house.entries]
    return in_rows(
        Button(fitting(title_of(context, sister), ROW_FITS), f"k:{sister.id}:s{_tongue(context)}:{shown.question_id}")
        for sister in sisters[:most]
    )


def _service_rows(context: Context, entry: Entry, question_id: int) -> Rows:
    if entry.service == "general" or entry.service not in context.house.catalogue:
        return ()
    service = context.house.catalogue.service(entry.service)
    return (
        (
            Button(f"{service.icon} {service.name.said(context.lang)}", f"s:{service.id}"),
            context.button("ask.file", f"s:{FORM_OF_TOPIC.get(entry.id, service.id)}:apply:{question_id}"),
        ),
    )


def _verdict_rows(context: Context, question_id: int) -> Rows:
    return (
        (
            context.button("ask.useful", f"a:{question_id}:useful"),
            context.button("ask.not_useful", f"a:{question_id}:not"),
        ),
    )


async def press_entry(update: Update, context: Context) -> None:
    """k:<topic>:<d details | b brief | c chosen | s show><o in the other language>:<question>."""
    assert context.match is not None
    topic, what, tongue, question_id = context.match.groups()
    entry = context.house.entries.get(topic)
    if entry is None:
        context.toast("press.stale")
        return
    if tongue:
        context.speak(other_language(context.person.language))
    question = await questions.asked_by(context.work, context.person, int(question_id))
    # a verdict that was given, or that stands under another message, does not come back
    judged = what == "c" or (what in "db" and context.pressed_shows("a:"))
    sisters = _pressed_sisters(context) if what == "b" else NEAREST
    shown = Shown.of(context, question, judged, sisters)
    match what:
        case "d":
            context.edit_pressed(_long(context, entry), _long_rows(context, entry, shown))
        case "b":
            context.edit_pressed(_short(context, entry), _short_rows(context, entry, shown))
        case "c" if question is not None:
            question.outcome, question.topic = "chosen", topic
            context.edit_pressed(_short(context, entry), _short_rows(context, entry, shown))
        case _:
            # the question stays with it, so that a form begun from here takes it along
            show_entry(context, entry, shown)


def _pressed_sisters(context: Context) -> int:
    """How many sisters stand under the message whose button was pressed."""
    return sum(re.match(r"k:[^:]+:so?:", button.data) is not None for button in context.pressed_buttons())
