"""Answers that a form does not take: each gets its clear reason, and the question stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from eservices import forms
from sandbox.driver import Phone
from tests.eservices.build import form
from tests.eservices.happy import firm_id, person_id
from tests.scenarios.steps import (
    Filling,
    asks,
    labels,
    live_buttons,
    question,
    said,
    start_of,
    state_of,
    tickets_of,
    with_form,
)
from tests.stage import Stage

Act = Callable[[Phone], Any]


def says(text: str) -> Act:
    return lambda phone: phone.say(text)


def photo(phone: Phone) -> None:
    phone.photo("با توضیح")


def sticker(phone: Phone) -> None:
    phone.sticker()


def voice(phone: Phone) -> None:
    phone.voice()


def contact(phone: Phone) -> None:
    phone.contact()


def place(phone: Phone) -> None:
    phone.location(32.6, 51.6)


def nowhere(phone: Phone) -> None:
    phone.location(0, 0)


def file(name: str, size: int, mime: str | None = None) -> Act:
    return lambda phone: phone.document(name, b"x" * size, mime)


def wrong(number: str) -> str:
    """The number with another last digit."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)


SALES = (
    {"id": "home", "fa": "فروش داخلی", "en": "Sales at home"},
    {"id": "abroad", "fa": "فروش خارجی", "en": "Sales abroad"},
    {"id": "staff", "fa": "نیروی کار", "en": "People"},
)
EVERYTHING = form(
    question("text", "a_text"),
    question("long_text", "a_long_text"),
    question("number", "a_number", min=1, max=100),
    question("choice", "a_choice", options=SALES),
    question("choices", "some_choices", options=SALES, max=2),
    question("date", "a_date"),
    question("phone", "a_phone"),
    question("email", "an_email"),
    question("person_id", "a_person_id"),
    question("firm_id", "a_firm_id"),
    question("postal_code", "a_postal_code"),
    question("province", "a_province"),
    question("park", "a_park"),
    question("place", "a_place"),
    question("files", "some_files", max=2),
)
# What is wrong with an answer, by field: what was sent, the key of the reason, its values.
REFUSED: dict[str, list[tuple[Act, str, dict[str, int]]]] = {
    "a_text": [
        (says("؟!"), "field.text.no_words", {}),
        (says("👍"), "field.text.no_words", {}),
        (says("ک"), "field.text.too_short", {"min": 2}),
        (says("ک" * 205), "field.text.too_long", {"max": 200, "over": 5}),
        *[(act, "field.text.wanted", {}) for act in (photo, sticker, voice, contact, place, file("a.pdf", 9))],
    ],
    "a_long_text": [(photo, "field.long_text.wanted", {}), (says("نه"), "field.text.too_short", {"min": 5})],
    "a_number": [
        (says("زیاد"), "field.number.wanted", {}),
        (says("۲٫۵"), "field.number.whole", {}),
        (says("۰"), "field.number.too_small", {"min": 1}),
        (says("۱۰۱"), "field.number.too_big", {"max": 100}),
        (photo, "field.number.wanted", {}),
    ],
    "a_choice": [
        (says("چیز دیگر"), "field.choice.wanted", {}),
        (says("۴"), "field.choice.wanted", {}),
        (says("فروش"), "field.choice.unclear", {}),
        (sticker, "field.choice.wanted", {}),
    ],
    "some_choices": [
        (says("چیز دیگر"), "field.choices.wanted", {}),
        (says("فروش"), "field.choices.unclear", {}),
        (says("۱، ۲، ۳"), "field.choices.too_many", {"max": 2}),
        (photo, "field.choices.wanted", {}),
    ],
    "a_date": [
        (says("به‌زودی"), "field.date.wanted", {}),
        (says("۱۴۰۵/۱۳/۴۰"), "field.date.wanted", {}),
        (says("05/06/2024"), "field.date.unclear", {}),
        (photo, "field.date.wanted", {}),
    ],
    "a_phone": [
        (says("۱۲۳"), "field.phone.wanted", {}),
        (says("۳۶۵۴۳۲۱۰"), "field.phone.no_area", {}),
        (photo, "field.phone.wanted", {}),
    ],
    "an_email": [(says("mina@"), "field.email.wanted", {}), (photo, "field.email.wanted", {})],
    "a_person_id": [
        (says("ندارم"), "field.person_id.wanted", {}),
        (says("۱۲۳"), "field.digits.count", {"length": 10, "typed": 3}),
        (says(wrong(person_id())), "field.person_id.wrong", {}),
    ],
    "a_firm_id": [
        (says("ندارم"), "field.firm_id.wanted", {}),
        (says("۱۲۳۴۵"), "field.digits.count", {"length": 11, "typed": 5}),
        (says(wrong(firm_id())), "field.firm_id.wrong", {}),
    ],
    "a_postal_code": [
        (says("اصفهان"), "field.postal_code.wanted", {}),
        (says("81349"), "field.digits.count", {"length": 10, "typed": 5}),
        (says("0234916785"), "field.postal_code.wrong", {}),
    ],
    "a_province": [
        (says("نارنیا"), "field.province.wanted", {}),
        (says("خراسان"), "field.province.unclear", {}),
        (place, "field.province.wanted", {}),
    ],
    "a_park": [(says("..."), "field.text.no_words", {}), (photo, "field.park.wanted", {})],
    "a_place": [
        (nowhere, "field.place.impossible", {}),
        (says("جی"), "field.text.too_short", {"min": 5}),
        (photo, "field.place.wanted", {}),
    ],
    "some_files": [
        (says("فایل ندارم"), "field.files.wanted", {}),
        (voice, "field.files.wanted", {}),
        (sticker, "field.files.wanted", {}),
        (place, "field.files.wanted", {}),
        (file("prices.exe", 9), "field.files.kind", {}),
        (file("papers.zip", 9), "field.files.kind", {}),
        (file("page.pdf", 9, "text/html"), "field.files.kind", {}),
        (file("plan.pdf", 0), "field.files.empty", {}),
        (file("plan.pdf", (20 << 20) + 1), "field.files.too_big", {"max_mb": 20}),
    ],
}


BOTH = [("mina", "sqlite"), ("emma", "postgres")]


@pytest.mark.parametrize(("who", "database_url"), BOTH, indirect=["database_url"])
async def test_each_wrong_answer_gets_its_reason_and_the_question_stays(stage: Stage, who: str) -> None:
    phone: Phone = getattr(stage, who)
    with_form(stage, "clinic", EVERYTHING)
    filling = await Filling.begin(stage, phone, "clinic")
    assert set(REFUSED) == {field.id for field in EVERYTHING.fields}
    while filling.state.at != forms.REVIEW:
        for act, key, values in REFUSED[filling.at.id]:
            act(phone)
            refusal = await asks(phone, said(phone, key, **values))
            assert said(phone, "form.cancel") in labels(refusal)
        state = await state_of(stage, phone)
        assert (state["at"], state["revision"]) == (filling.at.id, filling.state.revision)
        assert len(live_buttons(phone)) == 1
        await filling.answer()
    phone.press(said(phone, "form.send"))
    await phone.sees(start_of(phone, "form.filed"))
    assert len(await tickets_of(stage, phone)) == 1


async def test_an_unclear_answer_offers_only_what_may_be_meant(stage: Stage) -> None:
    with_form(stage, "clinic", EVERYTHING)
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.until("a_choice")
    stage.mina.say("فروش")
    refusal = await asks(stage.mina, said(stage.mina, "field.choice.unclear"))
    assert refusal.buttons == [
        ["فروش داخلی", "فروش خارجی"],
        [said(stage.mina, "form.back"), said(stage.mina, "form.cancel")],
    ]
    stage.mina.press("فروش خارجی")
    await stage.mina.sees("some_choices را بگویید.")
    assert (await state_of(stage, stage.mina))["answers"]["a_choice"] == "abroad"


async def test_an_unknown_province_is_answered_with_all_of_them(stage: Stage) -> None:
    with_form(stage, "clinic", form(question("province", "province"), question("text", "remark")))
    await Filling.begin(stage, stage.mina, "clinic")
    stage.mina.say("نارنیا")
    refusal = await asks(stage.mina, said(stage.mina, "field.province.wanted"))
    assert len(labels(refusal)) == 31 + 1
    stage.mina.say("خراسان")
    refusal = await asks(stage.mina, said(stage.mina, "field.province.unclear"))
    assert set(labels(refusal)[:-1]) == {"خراسان رضوی", "خراسان شمالی", "خراسان جنوبی"}
    stage.mina.press("خراسان رضوی")
    await stage.mina.sees("remark را بگویید.")


async def test_too_many_marks_are_refused_with_a_toast(stage: Stage) -> None:
    with_form(stage, "clinic", form(question("choices", "needs", options=SALES, max=2), question("text", "remark")))
    filling = await Filling.begin(stage, stage.mina, "clinic")
    await filling.mark("فروش داخلی")
    await filling.mark("فروش خارجی")
    answer = await stage.mina.sees_answer(stage.mina.press("☐ نیروی کار"))
    assert answer.text == said(stage.mina, "field.choices.too_many", max=2)
    assert (await state_of(stage, stage.mina))["drafts"] == {"needs": ["home", "abroad"]}
