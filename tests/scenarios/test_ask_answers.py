"""Answers, as a chat: what leads on from one, its sisters one tap away; two questions in one message."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db.models import Person, Question, Submission
from handlers.labels import ROW_FITS, fitting
from sandbox.driver import Phone
from sandbox.seen import Seen
from tests.scenarios.desk_steps import no_refusals
from tests.scenarios.known import found, knows
from tests.scenarios.steps import TEXTS, labels, language, said
from tests.stage import Stage

MESSAGE = "زمین می‌خواهم"
SISTERS = ("land.eligibility", "land.documents", "land.choose-plot", "land.payment")


def from_bot(phone: Phone) -> list[Seen]:
    return [seen for seen in phone.screen if seen.author == "bot"]


def title(stage: Stage, phone: Phone, topic: str) -> str:
    both = stage.process.house.entries[topic].title
    return both.fa if language(phone) == "fa" else both.en


def button(stage: Stage, phone: Phone, topic: str) -> str:
    return fitting(title(stage, phone, topic), ROW_FITS)


def card_and_form(stage: Stage, phone: Phone, service_id: str) -> list[str]:
    service = stage.process.house.catalogue.service(service_id)
    return [f"{service.icon} {service.name.said(language(phone))}", said(phone, "ask.file")]


def verdicts(phone: Phone) -> list[str]:
    return [said(phone, "ask.useful"), said(phone, "ask.not_useful")]


async def asks_for_land(stage: Stage, phone: Phone) -> Seen:
    knows(stage, MESSAGE, found("answer", "land.apply", service="land", language=language(phone)))
    phone.say(MESSAGE)
    return await phone.sees(title(stage, phone, "land.apply"))


@pytest.mark.parametrize("code", ["fa", "en"])
async def test_the_nearest_sisters_stand_under_the_short_answer_and_all_under_the_details(
    stage: Stage, code: str
) -> None:
    phone = stage.mina if code == "fa" else stage.emma
    assert stage.process.house.entries["land.apply"].related == SISTERS
    short = await asks_for_land(stage, phone)
    end = [card_and_form(stage, phone, "land"), verdicts(phone)]
    near, far = SISTERS[:2], SISTERS[2:]
    assert short.buttons == [
        [said(phone, "ask.details")],
        *([button(stage, phone, topic)] for topic in near),
        *end,
    ]
    phone.press(said(phone, "ask.details"))
    await no_refusals(stage)
    (long,) = from_bot(phone)
    assert long.buttons == [*([button(stage, phone, topic)] for topic in (*near, *far)), *end]


async def test_a_sister_is_one_tap_away_and_the_first_answer_stays(stage: Stage) -> None:
    first = await asks_for_land(stage, stage.mina)
    stage.mina.press(button(stage, stage.mina, "land.documents"))
    sister = await stage.mina.sees(title(stage, stage.mina, "land.documents"), after=first.mark)
    assert sister.message_id != first.message_id
    assert labels(sister)[0] == said(stage.mina, "ask.details")
    assert button(stage, stage.mina, "land.apply") in labels(sister), "the way back"
    assert verdicts(stage.mina) != sister.buttons[-1], "nobody asked for it in words"
    stage.mina.press(said(stage.mina, "ask.details"), message_id=sister.message_id)
    await no_refusals(stage)
    assert verdicts(stage.mina) != from_bot(stage.mina)[-1].buttons[-1]
    assert from_bot(stage.mina)[0].buttons == first.buttons
    assert await stage.rows(select(Question.outcome, Question.topic)) == [("shown", "land.apply")]


async def test_a_form_begun_from_a_sister_takes_the_question_along(stage: Stage) -> None:
    await asks_for_land(stage, stage.mina)
    stage.mina.press(button(stage, stage.mina, "land.documents"))
    sister = await stage.mina.sees(title(stage, stage.mina, "land.documents"))
    stage.mina.press(said(stage.mina, "ask.file"), message_id=sister.message_id)
    await stage.settled()
    assert await stage.scalars(select(Submission.question)) == [MESSAGE]


async def test_two_short_sisters_share_a_row(stage: Stage) -> None:
    knows(stage, MESSAGE, found("answer", "training.certificate"))
    house = stage.process.house
    short = {"land.price": "قیمت زمین شهرک", "land.duration": "مدت واگذاری زمین"}
    assert {topic: house.entries[topic].title.fa for topic in short} == short
    entry = house.entries["training.certificate"].model_copy(update={"related": tuple(short)})
    house.entries = {**house.entries, entry.id: entry}
    stage.mina.say(MESSAGE)
    answer = await stage.mina.sees(entry.title.fa)
    assert list(short.values()) in answer.buttons


async def test_a_sister_that_is_not_there_any_more_has_no_button(stage: Stage) -> None:
    house = stage.process.house
    house.entries = {topic: entry for topic, entry in house.entries.items() if topic != "land.eligibility"}
    answer = await asks_for_land(stage, stage.mina)
    assert answer.buttons[1:3] == [[button(stage, stage.mina, topic)] for topic in ("land.documents", SISTERS[2])]


async def test_a_verdict_that_was_given_does_not_come_back_with_the_details(stage: Stage) -> None:
    answer = await asks_for_land(stage, stage.mina)
    stage.mina.press(said(stage.mina, "ask.useful"))
    await stage.settled()
    stage.mina.press(said(stage.mina, "ask.details"), message_id=answer.message_id)
    await no_refusals(stage)
    (long,) = from_bot(stage.mina)
    assert long.buttons[-1] == card_and_form(stage, stage.mina, "land")
    assert await stage.scalars(select(Question.outcome)) == ["useful"]


async def test_a_chosen_topic_has_sisters_and_can_be_judged(stage: Stage) -> None:
    knows(stage, MESSAGE, found("choose", "land.apply", "land.price", "land.auction", "land.tax"))
    stage.emma.say(MESSAGE)
    choice = await stage.emma.sees(said(stage.emma, "ask.choose"))
    offered = [title(stage, stage.emma, topic) for topic in ("land.apply", "land.price", "land.auction")]
    assert labels(choice) == [*offered, said(stage.emma, "ask.none_of_these")]
    stage.emma.press(offered[1])
    await no_refusals(stage)
    (answer,) = from_bot(stage.emma)
    assert button(stage, stage.emma, "land.payment") in labels(answer)
    assert answer.buttons[-1] == verdicts(stage.emma)
    assert await stage.rows(select(Question.outcome, Question.topic)) == [("chosen", "land.price")]


@pytest.mark.parametrize("code", ["fa", "en"])
async def test_two_questions_get_two_answers_and_are_judged_once(stage: Stage, code: str) -> None:
    phone = stage.mina if code == "fa" else stage.emma
    answer = found("answer", "land.apply", "land.price", more=("land.documents",), language=language(phone))
    knows(stage, MESSAGE, answer)
    phone.say(MESSAGE)
    await no_refusals(stage)
    first, second = from_bot(phone)
    assert title(stage, phone, "land.apply") in first.text
    assert title(stage, phone, "land.documents") in second.text
    calm = [[said(phone, "ask.details")], card_and_form(stage, phone, "land")]
    assert first.buttons == calm
    assert second.buttons == [*calm, verdicts(phone)]
    phone.press(said(phone, "ask.details"), message_id=first.message_id)
    await no_refusals(stage)
    assert from_bot(phone)[0].buttons == [*([button(stage, phone, topic)] for topic in SISTERS), calm[-1]]
    phone.press(said(phone, "ask.useful"))
    await stage.settled()
    columns = (Question.text, Question.decision, Question.topic, Question.more, Question.outcome)
    assert await stage.rows(select(*columns)) == [(MESSAGE, "answer", "land.apply", ["land.documents"], "useful")]


@pytest.mark.parametrize(
    ("topics", "more", "shown"),
    [
        (("general.greeting",), ("land.price",), ["land.price"]),
        (("land.price",), ("general.thanks", "land.price", "no.such"), ["land.price"]),
        (("general.greeting",), ("general.thanks",), ["general.greeting"]),
        (("land.price",), ("land.tax", "clinic.cost", "training.cost"), ["land.price", "land.tax", "clinic.cost"]),
    ],
    ids=["greeted", "repeated", "only courtesy", "too many"],
)
async def test_only_questions_are_answered_each_once_and_not_too_many(
    stage: Stage, topics: tuple[str, ...], more: tuple[str, ...], shown: list[str]
) -> None:
    knows(stage, MESSAGE, found("answer", *topics, more=more))
    stage.emma.say(MESSAGE)
    await no_refusals(stage)
    answers = from_bot(stage.emma)
    assert len(answers) == len(shown)
    for topic, seen in zip(shown, answers, strict=True):
        assert stage.process.house.entries[topic].short.en.strip()[:40] in seen.text


async def test_a_sure_question_beside_an_unsure_one_is_answered_before_the_choice(stage: Stage) -> None:
    knows(stage, MESSAGE, found("choose", "land.apply", "land.price", more=("clinic.cost",)))
    stage.emma.say(MESSAGE)
    await no_refusals(stage)
    answer, choice = from_bot(stage.emma)
    assert title(stage, stage.emma, "clinic.cost") in answer.text
    assert answer.buttons[-1] != verdicts(stage.emma)
    assert choice.text == said(stage.emma, "ask.choose")
    assert await stage.rows(select(Question.decision, Question.more)) == [("choose", ["clinic.cost"])]


async def test_a_question_in_the_other_language_can_be_answered_in_it(stage: Stage) -> None:
    """The answer is in the chosen language; one tap shows it in the language of the question, one more back."""
    emma, entry = stage.emma, stage.process.house.entries["land.apply"]
    knows(stage, MESSAGE, found("answer", "land.apply", service="land", language="fa"))
    emma.say(MESSAGE)
    answer = await emma.sees(entry.title.en)
    persian, english = TEXTS.plain("fa", "ask.in_this_language"), TEXTS.plain("en", "ask.in_this_language")
    always = TEXTS.plain("fa", "ask.always_this_language")
    emma.press(persian)
    await no_refusals(stage)
    (turned,) = from_bot(emma)
    assert (turned.message_id, entry.title.fa in turned.text) == (answer.message_id, True)
    assert [len(row) for row in turned.buttons] == [*(len(row) for row in answer.buttons[:-2]), 2, 2]
    assert turned.buttons[-2] == [english, always]
    emma.press(TEXTS.plain("fa", "ask.details"))
    await no_refusals(stage)
    (long,) = from_bot(emma)
    assert entry.details.fa.strip()[-30:] in long.text
    assert [english, always] in long.buttons
    emma.press(fitting(stage.process.house.entries["land.documents"].title.fa, ROW_FITS))
    await no_refusals(stage)
    assert stage.process.house.entries["land.documents"].title.fa in from_bot(emma)[-1].text, "sisters keep to it"
    emma.press(english, message_id=long.message_id)
    await no_refusals(stage)
    assert entry.details.en.strip()[-30:] in from_bot(emma)[0].text
    assert [persian] in from_bot(emma)[0].buttons
    assert await stage.scalars(select(Person.language).where(Person.chat_id == emma.user_id)) == ["en"]


async def test_who_wants_the_other_language_for_good_has_it_after_two_taps(stage: Stage) -> None:
    knows(stage, "land please", found("choose", "land.apply", "land.price", language="en"))
    stage.mina.say("land please")
    await stage.mina.sees(said(stage.mina, "ask.choose"))
    stage.mina.press(title(stage, stage.mina, "land.price"))
    await no_refusals(stage)
    stage.mina.press(TEXTS.plain("en", "ask.in_this_language"))
    await stage.mina.sees(stage.process.house.entries["land.price"].title.en)
    stage.mina.press(TEXTS.plain("en", "ask.always_this_language"))
    await stage.mina.sees(TEXTS.plain("en", "language.chosen"))
    assert labels(from_bot(stage.mina)[0])[0] == TEXTS.plain("en", "ask.details"), "the answer keeps its buttons"
    assert await stage.scalars(select(Person.language).where(Person.chat_id == stage.mina.user_id)) == ["en"]


async def test_a_question_in_the_chosen_language_has_no_such_button(stage: Stage) -> None:
    answer = await asks_for_land(stage, stage.emma)
    assert TEXTS.plain("fa", "ask.in_this_language") not in labels(answer)
