"""Short turns and lone words, as a chat: a kind reaction, what could be meant, never an answer by chance."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from db.models import Question
from handlers.short_turns import short_turn
from knowledge.matching import Scored
from sandbox.driver import Phone
from sandbox.seen import Seen
from tests.scenarios.desk_steps import no_refusals
from tests.scenarios.known import found, knows
from tests.scenarios.steps import labels, language, said, start_of
from tests.stage import Stage


def from_bot(phone: Phone) -> list[Seen]:
    return [seen for seen in phone.screen if seen.author == "bot"]


def title(stage: Stage, phone: Phone, topic: str) -> str:
    both = stage.process.house.entries[topic].title
    return both.fa if language(phone) == "fa" else both.en


@pytest.mark.parametrize(
    ("typed", "turn"),
    [
        ("ok", "fine"), ("OK!!", "fine"), ("باشه", "fine"), ("اوکی 👍", "fine"), ("خُب", "fine"), ("آهان", "fine"),
        ("بله", "agreed"), ("آره", "agreed"), ("areh", "agreed"), ("Yes.", "agreed"), ("نه", "refused"),
        ("نخیر", "refused"), ("na", "refused"),
        ("چی؟", "unclear"), ("نمی‌دونم", "unclear"), ("why?", "unclear"), ("منو", "menu"), ("start", "menu"),
        ("بسه", "stop"),
        ("بله زمین می‌خواهم", None), ("نه وام", None), ("مرسی", None), ("سلام", None), ("وام", None), ("انصراف", None),
        ("ok " * 30, None), ("", None), ("👍", None),
    ],
)  # fmt: skip
def test_only_whole_messages_are_short_turns(typed: str, turn: str | None) -> None:
    assert short_turn(typed) == turn


@pytest.mark.parametrize("code", ["fa", "en"])
async def test_each_gets_a_short_reaction_and_is_no_question(stage: Stage, code: str) -> None:
    phone = stage.mina if code == "fa" else stage.emma
    turns = {"باشه": "fine", "ok": "fine", "بله": "fine", "نه": "refused", "چی؟": "unclear"}
    for typed in (*turns, "👍", "؟", "منو", "بسه"):
        phone.say(typed)
    await no_refusals(stage)
    keys = [f"short.{turn}" for turn in turns.values()]
    keys += ["kind.sticker", "ask.only_signs", "menu.what", "cancel.nothing"]
    assert [seen.text for seen in from_bot(phone)] == [said(phone, key) for key in keys]
    assert not await stage.scalars(select(Question.id))


@pytest.mark.parametrize("typed", ["مرسی", "ممنون", "thanks", "سلام"])
async def test_thanks_and_greetings_keep_their_own_answer(stage: Stage, typed: str) -> None:
    stage.emma.say(typed)
    await no_refusals(stage)
    (answer,) = from_bot(stage.emma)
    assert said(stage.emma, "menu.home") in labels(answer)


async def test_yes_after_an_unknown_question_passes_it_on_with_one_tap(stage: Stage) -> None:
    knows(stage, "یک پرسش ناشناخته", found("none"))
    stage.mina.say("یک پرسش ناشناخته")
    nothing = await stage.mina.sees(said(stage.mina, "ask.nothing"))
    stage.mina.say("بله")
    offered = await stage.mina.sees(said(stage.mina, "short.agreed"), after=nothing.mark)
    stage.mina.press(said(stage.mina, "ask.hand_over"), message_id=offered.message_id)
    await stage.staff.sees("یک پرسش ناشناخته")
    await stage.mina.sees(start_of(stage.mina, "human.handed_over"))
    stage.mina.say("/cancel")
    stage.mina.say("بله")
    await no_refusals(stage)
    assert from_bot(stage.mina)[-1].text == said(stage.mina, "short.fine"), "it was passed on already"


async def test_nobody_is_asked_whether_they_meant_thanks(stage: Stage) -> None:
    knows(stage, "به به چه خوب", found("choose", "general.thanks"))
    stage.emma.say("به به چه خوب")
    await no_refusals(stage)
    (answer,) = from_bot(stage.emma)
    assert answer.text == stage.process.house.entries["general.thanks"].short.en.strip()


async def test_one_choice_is_asked_as_one(stage: Stage) -> None:
    knows(stage, "زمین و این چیزها", found("choose", "land.price"))
    stage.mina.say("زمین و این چیزها")
    choice = await stage.mina.sees(said(stage.mina, "ask.choose_one"))
    assert labels(choice) == [title(stage, stage.mina, "land.price"), said(stage.mina, "ask.none_of_these")]


async def test_a_lone_word_that_is_not_quite_sure_gets_choices_of_its_matter(stage: Stage) -> None:
    answer = found("answer", "land.apply", "finance.terms", "land.price", service="land")
    knows(stage, "زمین", replace(answer, topics=(Scored("land.apply", 0.8), *answer.topics[1:])))
    stage.mina.say("زمین")
    choice = await stage.mina.sees(said(stage.mina, "ask.choose"))
    topics = ("land.apply", "land.price", "land.eligibility", "land.documents")
    assert labels(choice) == [
        *(title(stage, stage.mina, topic) for topic in topics),
        said(stage.mina, "ask.none_of_these"),
    ]
    assert await stage.rows(select(Question.decision, Question.topic)) == [("choose", None)]
    stage.mina.press(title(stage, stage.mina, "land.price"))
    await no_refusals(stage)
    assert await stage.rows(select(Question.outcome, Question.topic)) == [("chosen", "land.price")]


async def test_a_sure_lone_word_is_answered_with_all_sisters(stage: Stage) -> None:
    knows(stage, "مزایده", found("answer", "land.apply", service="land"))
    stage.mina.say("مزایده")
    answer = await stage.mina.sees(title(stage, stage.mina, "land.apply"))
    sisters = stage.process.house.entries["land.apply"].related
    assert {title(stage, stage.mina, topic) for topic in sisters} <= set(labels(answer))


async def test_a_lone_word_of_a_service_shows_what_is_known_there(stage: Stage) -> None:
    knows(stage, "وام", found("none", "finance.terms", "general.thanks", "land.price", service="finance"))
    stage.mina.say("وام")
    service = stage.process.house.catalogue.service("finance")
    shown = await stage.mina.sees(said(stage.mina, "ask.service_fits", service=service.name.fa))
    titles = [title(stage, stage.mina, "finance.terms"), f"{service.icon} {service.name.fa}"]
    assert [label for label in labels(shown) if label in titles] == titles
    assert title(stage, stage.mina, "land.price") not in labels(shown)
    stage.mina.press(titles[0])
    await no_refusals(stage)
    assert await stage.rows(select(Question.outcome, Question.topic)) == [("chosen", "finance.terms")]


@pytest.mark.parametrize("word", ["برق", "وام", "زمین", "vam", "loan", "bargh"])
async def test_words_of_the_field_get_no_single_answer_by_chance(stage: Stage, word: str) -> None:
    """By the real engine, by words alone."""
    stage.mina.say(word)
    await no_refusals(stage)
    (shown,) = from_bot(stage.mina)
    assert len(labels(shown)) >= 4, shown.text
