"""Language, as a chat: guessed, chosen, changed half-way; digits, calendars, and lines that keep their direction."""

from __future__ import annotations

import unicodedata

import pytest
from sqlalchemy import select

from db.models import Person
from locales.show import LEFT_MARK, RIGHT_MARK
from sandbox.seen import Seen
from tests.scenarios.desk_steps import card_of, hand_over, no_refusals
from tests.scenarios.steps import TEXTS, labels, said, start_of, tickets_of
from tests.stage import Stage

ISOLATE, POP = "\u2068", "\u2069"


def first_strong(line: str) -> str:
    """The direction that a phone gives a line: of its first letter outside of isolates; "" when there is none."""
    depth = 0
    for char in line:
        if char in "\u2066\u2067\u2068":
            depth += 1
        elif char == POP:
            depth = max(0, depth - 1)
        elif depth == 0 and (kind := unicodedata.bidirectional(char)) in ("L", "R", "AL"):
            return "L" if kind == "L" else "R"
    return ""


def wrong_lines(seen: Seen, direction: str) -> list[str]:
    """Lines with letters that a phone would turn the wrong way round."""
    return [
        line
        for line in seen.text.split("\n")
        if any(char.isalpha() for char in line) and first_strong(line) != direction
    ]


@pytest.mark.parametrize(
    ("client", "language"),
    [("fa", "fa"), ("fa-IR", "fa"), ("ckb", "fa"), ("ar", "fa"), (None, "fa"), ("en-US", "en"), ("de", "en")],
)
async def test_the_language_is_guessed_from_the_client(stage: Stage, client: str | None, language: str) -> None:
    guest = stage.world.phone(900, "Guest", language_code=client)
    guest.start()
    await guest.sees(TEXTS.plain(language, "start.greeting").splitlines()[0])


async def test_the_choice_counts_more_than_the_client(stage: Stage) -> None:
    stage.emma.start()
    await stage.emma.sees("I am Sanatyar")
    stage.emma.press("فارسی")
    await stage.emma.sees("با شما فارسی حرف می‌زنم")
    stage.emma.say("hello")
    await stage.emma.sees("خوش آمدید")
    stage.emma.say("/language")
    await stage.emma.sees("زبان را انتخاب کنید")
    stage.emma.press("English")
    await stage.emma.sees("I will speak English")
    stage.emma.press(data="l:de", message_id=stage.emma.screen[-1].message_id)
    await stage.settled()
    assert await stage.scalars(select(Person.language)) == ["en"]


async def test_changing_the_language_half_way_through_a_form(stage: Stage) -> None:
    stage.mina.start("clinic")
    await stage.mina.sees("کلینیک")
    stage.mina.press(said(stage.mina, "services.apply"))
    field = stage.process.house.catalogue.service("clinic").form.fields[0]
    await stage.mina.sees(field.ask.fa)
    stage.mina.say("/language")
    await stage.mina.sees("زبان را انتخاب کنید")
    stage.mina.press("English")
    menu = await stage.mina.sees("I will speak English")
    stage.mina.press(labels(menu)[0])  # go on with the form
    await stage.mina.sees(field.ask.en)
    await no_refusals(stage)


async def test_persian_has_persian_digits_and_the_jalali_calendar(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    stage.mina.say(ticket.reference)
    card = await stage.mina.sees("وضعیت:")
    assert not any(digit in card.text for digit in "0123456789")
    assert any(month in card.text for month in ("آبان", "آذر", "دی", "بهمن", "فروردین", "خرداد", "مهر"))
    english = await hand_over(stage, stage.emma, "help")
    stage.emma.say(english.reference)
    shown = await stage.emma.sees("State:")
    assert not any(digit in shown.text for digit in "۰۱۲۳۴۵۶۷۸۹")


async def test_a_persian_name_in_an_english_sentence_and_the_other_way_round(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.emma, "help me")
    card = await card_of(stage, ticket)
    assert f"از: {ISOLATE}Emma{POP}" in card.text
    assert wrong_lines(card, "R") == ["help me"], "what somebody wrote runs in its own direction"
    stage.staff.press(stage.sara, "✋ برمی‌دارم")
    await stage.emma.sees("Somebody has taken on your request")


@pytest.mark.parametrize("command", ["/help", "/services", "/clinic", "/desk", "/requests", "/privacy", "/language"])
async def test_no_line_is_turned_the_wrong_way_round(stage: Stage, command: str) -> None:
    for phone, direction in ((stage.mina, "R"), (stage.emma, "L")):
        phone.say(command)
        await stage.settled()
        for seen in phone.screen:
            if seen.author == "bot":
                assert wrong_lines(seen, direction) == []


async def test_answers_run_from_right_to_left_also_where_they_begin_in_latin(stage: Stage) -> None:
    stage.mina.say("/help")
    menu = await stage.mina.sees("چه کمکی می‌کنم")
    for topic in stage.process.house.entries:
        stage.mina.press(data=f"k:{topic}:d:0", message_id=menu.message_id)
    await stage.settled()
    wrong = {line for seen in stage.mina.screen if seen.author == "bot" for line in wrong_lines(seen, "R")}
    assert {line for line in wrong if any("\u0600" <= char <= "\u06ff" for char in line)} == set()


TROUBLE = (
    "<b>پررنگ</b> & <script>alert(1)</script>",
    "\u202eبرعکس\u202c \u2067باز",
    "👩‍🏭🏭 کارگاه 🇮🇷",
    "a < b && c > d",
    "*ستاره* _خط_ `کد` [x](tg://user?id=1)",
    "سلام\u200fچه خبر\u200e؟",
)


@pytest.mark.parametrize("words", TROUBLE)
async def test_whatever_an_owner_writes_arrives_as_words(stage: Stage, words: str) -> None:
    ticket = await hand_over(stage, stage.mina, words)
    card = await card_of(stage, ticket)
    bare = "".join(char for char in words if char not in "\u200e\u200f\u202a\u202c\u202e\u2066\u2067\u2068\u2069")
    assert bare in card.text.replace(LEFT_MARK, "").replace(RIGHT_MARK, "")
    assert "\u202e" not in card.text
    opened = sum(card.text.count(mark) for mark in "\u2066\u2067\u2068")
    assert opened == card.text.count(POP), "no direction leaks out"
    assert not [e for e in card.entities if e["type"] == "bold" and e["length"] == len("پررنگ")]
    stage.staff.say(stage.sara, words, reply_to=card.message_id)
    await stage.mina.sees(start_of(stage.mina, "notice.reply"), after=0)
    await no_refusals(stage)


async def test_a_name_full_of_trouble_harms_nothing(stage: Stage) -> None:
    guest = stage.world.phone(901, "<i>\u202eEvil", last_name="&amp; \u2067 نام", language_code="fa")
    guest.say("/human")
    await guest.sees("در یک پیام")
    guest.say("کمک")
    await guest.sees("به کارشناس رساندم")
    ticket = (await tickets_of(stage, guest))[0]
    card = await card_of(stage, ticket)
    assert f"از: {ISOLATE}<i>Evil &amp;  نام{POP} · " in card.text
    await no_refusals(stage)
