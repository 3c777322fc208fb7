"""Asking: a question is answered, offered as a choice, kindly turned down, or honestly not known; each is recorded.

Not here: how an entry looks and what leads on from it (entries.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from telegram import Update

from db.message import Button, Rows
from db.models import Question
from handlers.entries import NEAREST, SMALL_TALK, Shown, show_entry, title_of
from handlers.one_word import about_word, is_one_word, less_sure
from handlers.short_turns import react, short_turn
from handlers.turn import Context
from knowledge import questions
from knowledge.entries import MOST_RELATED, Entry
from knowledge.load import Outside
from knowledge.matching import Answer

MOST_CHOICES = 3
# A topic with a smaller part of the first one's chance would only fill the list.
FAR_BEHIND = 0.08
# Answers to one message: more would be a wall of text.
MOST_ANSWERS = 3
_HOME = ("menu.home", "m:home")
# Ways on from a message that is no matter for staff. From all other kinds, other offices' business among them, a
# person can be asked, because the kind may be wrong.
OUTSIDE_WAYS = {
    "smalltalk": (_HOME,),
    "spam": (_HOME,),
    "injection": (_HOME,),
    "insult": (("menu.human", "m:human"), _HOME),
    "nonsense": (("menu.services", "m:services"), _HOME),
}


async def answer(context: Context, text: str) -> None:
    """Answer a question typed in the chat."""
    if not re.search(r"[^\W\d_]", text):
        _react_to_signs(context, text)
        return
    turn = short_turn(text)
    if turn is not None:
        await react(context, turn)
        return
    found = context.lookup(text)
    lone = is_one_word(text)
    if lone:
        found = less_sure(found)
    question = await questions.record(context.work, context.person, text, found)
    context.house.count_question(found.decision)
    known = _entries(context, (topic.id for topic in found.topics))
    outside = context.house.outside.get(found.outside or "")
    if found.decision == "answer" and known:
        more = [entry for entry in _entries(context, found.more) if entry != known[0]]
        sisters = MOST_RELATED if lone else NEAREST
        _show_answers(context, [known[0], *more][:MOST_ANSWERS], question, sisters)
    elif found.decision == "choose" and known:
        for entry in _entries(context, found.more)[: MOST_ANSWERS - 1]:
            show_entry(context, entry, Shown.of(context, question, judged=False, sisters=0))
        # last, because a choice waits for a tap
        about = about_word(context.house.entries, found) if lone else []
        _show_choices(context, about or _likely(found, known), question)
    elif found.decision == "none" and outside is not None:
        _show_outside(context, outside, question.id)
    else:
        near = about_word(context.house.entries, found) if lone else []
        _show_nothing(context, found, question.id, near)


def _react_to_signs(context: Context, text: str) -> None:
    """No letter is in it: a number, marks, or a lone emoji, which gets no more than a smile."""
    if re.search(r"\d", text):
        context.say_text("ask.only_number")
    elif any(unicodedata.category(sign) == "So" for sign in text):
        context.say_text("kind.sticker")
    else:
        context.say_text("ask.only_signs")


def _likely(found: Answer, known: list[Entry]) -> list[Entry]:
    """The choices worth a button: up to three that are not far behind the first, and no greeting beside others."""
    first = found.topics[0].score
    near = {topic.id for topic in found.topics if topic.score >= first * FAR_BEHIND}
    return [entry for entry in known if entry.id in near and entry.id not in SMALL_TALK][:MOST_CHOICES] or known[:1]


def _entries(context: Context, topics: Iterable[str]) -> list[Entry]:
    """Each once; a topic that the content lost is passed over."""
    known = context.house.entries
    return [known[topic] for topic in dict.fromkeys(topics) if topic in known]


def _show_answers(context: Context, entries: list[Entry], question: Question, sisters: int) -> None:
    """One message for each; whether it was useful is asked once, under the last.

    Several answers keep their sisters for the details, so that both stay on one screen.
    """
    if len(entries) > 1:  # "hello" beside a question needs no answer of its own
        entries = [entry for entry in entries if entry.id not in SMALL_TALK] or entries[:1]
    if len(entries) > 1:
        sisters = 0
    for entry in entries:
        show_entry(context, entry, Shown.of(context, question, entry is entries[-1], sisters))


def _show_choices(context: Context, entries: list[Entry], question: Question) -> None:
    """Nobody is asked whether they meant to say thank you."""
    if entries[0].id in SMALL_TALK:
        show_entry(context, entries[0], Shown.of(context, question, judged=False))
        return
    none = (context.button("ask.none_of_these", f"a:{question.id}:none"),)
    key = "ask.choose" if len(entries) > 1 else "ask.choose_one"
    context.say_text(key, (*_choice_rows(context, entries, question.id), none))


def _choice_rows(context: Context, entries: list[Entry], question_id: int) -> Rows:
    return tuple((Button(title_of(context, entry), f"k:{entry.id}:c:{question_id}"),) for entry in entries)


def _show_outside(context: Context, outside: Outside, question_id: int) -> None:
    """The group's sentence, and ways on where there are any."""
    ways = OUTSIDE_WAYS.get(outside.id)
    rows = tuple((context.button(*way),) for way in ways) if ways else _ways_on(context, question_id)
    reply = outside.reply.fa if context.language == "fa" else outside.reply.en
    context.say(context.html("ask.plain", text=reply), rows)


def _show_nothing(context: Context, found: Answer, question_id: int, near: list[Entry]) -> None:
    """The service that it could be for, with what is `near` there; or that nothing is known."""
    from handlers.services import service_button

    service_id = found.service or ""
    if service_id in context.house.catalogue and service_id != "general":
        service = context.house.catalogue.service(service_id)
        rows: Rows = (
            *_choice_rows(context, [entry for entry in near if entry.service == service_id], question_id),
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
