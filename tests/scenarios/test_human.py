"""Asking for a person, as a chat: with and without a question, desk open or closed, what goes along."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from db.models import Question
from locales.show import ZONE
from tests.scenarios.desk_steps import card_of, hand_over, no_refusals
from tests.scenarios.known import found, knows
from tests.scenarios.steps import labels, tickets_of
from tests.stage import Stage


def at(stage: Stage, local: str) -> None:
    """Move the clock to a moment in Iran's local time, after now."""
    wanted = datetime.fromisoformat(local).replace(tzinfo=ZONE)
    stage.clock.move(wanted - stage.clock())


SUNDAY_MORNING = "2027-05-23T10:00"


async def test_without_a_question_the_matter_is_asked_for(stage: Stage) -> None:
    at(stage, SUNDAY_MORNING)
    stage.emma.say("/human")
    asked = await stage.emma.sees("tell me in one message what you need")
    assert labels(asked) == ["Never mind"]
    stage.emma.say("My machine is broken and the bank waits")
    done = await stage.emma.sees("I passed it on to a person")
    assert "staff are at the desk" in done.text
    ticket = (await tickets_of(stage, stage.emma))[0]
    card = await card_of(stage, ticket)
    assert "My machine is broken" in card.text
    assert "پرسیده بود" not in card.text
    assert "زبان: \u2068English" in card.text
    await no_refusals(stage)


async def test_what_was_asked_and_answered_goes_along(stage: Stage) -> None:
    at(stage, SUNDAY_MORNING)
    stage.mina.say("سلام")
    await stage.mina.sees("خوش آمدید")
    knows(stage, "مالیات", found("answer", "land.tax"))
    stage.mina.say("مالیات")
    await stage.mina.sees("معافیت مالیاتی")
    knows(stage, "بهترین رستوران پیتزا در توکیو کجاست", found("none"))
    stage.mina.say("بهترین رستوران پیتزا در توکیو کجاست")
    await stage.mina.sees("پاسخ مطمئنی ندارم")
    ticket = await hand_over(stage, stage.mina, "لطفاً با من تماس بگیرید")
    card = (await card_of(stage, ticket)).text
    order = [card.index(words) for words in ("تماس بگیرید", "پرسیده بود", "مالیات", "پیتزا", "دستیار داده بود")]
    assert order == sorted(order), "oldest first"
    assert "معافیت مالیاتی واحدهای شهرک" in card
    assert "سلام" not in card, "a greeting is no matter for staff"


async def test_the_last_question_is_handed_over_with_one_tap(stage: Stage) -> None:
    knows(stage, "بهترین رستوران پیتزا در توکیو کجاست", found("none"))
    stage.mina.say("بهترین رستوران پیتزا در توکیو کجاست")
    await stage.mina.sees("پاسخ مطمئنی ندارم")
    stage.mina.say("/human")
    offered = await stage.mina.sees("همین پرسش آخر")
    assert "پیتزا" in offered.text
    stage.mina.press("📨 فرستادن همین پرسش")
    await stage.mina.sees("به کارشناس رساندم")
    ticket = (await tickets_of(stage, stage.mina))[0]
    card = await card_of(stage, ticket)
    assert card.text.count("پیتزا") == 1, "said once, not also as what was asked before"
    stage.mina.press(data="h:q:1", message_id=offered.message_id)
    await stage.settled()
    assert len(await tickets_of(stage, stage.mina)) == 1, "a second tap opens nothing"
    assert await stage.scalars(select(Question.outcome)) == ["ticket"]
    stage.mina.say("/human")
    assert "پیتزا" not in (await stage.mina.sees("در یک پیام بنویسید")).text, "it was handed over already"


async def test_an_old_question_is_not_offered(stage: Stage) -> None:
    knows(stage, "best pizza restaurant in Tokyo", found("none"))
    stage.emma.say("best pizza restaurant in Tokyo")
    await stage.emma.sees("no certain answer")
    stage.clock.move(timedelta(days=3))
    stage.emma.say("/human")
    assert "pizza" not in (await stage.emma.sees("tell me in one message")).text


async def test_photos_and_voices_are_handed_over_too(stage: Stage) -> None:
    stage.mina.voice()
    await stage.mina.sees("پیام صوتی")
    stage.mina.press("👤 گفت‌وگو با کارشناس")
    await stage.mina.sees("در یک پیام")
    stage.mina.sticker()
    await stage.mina.sees("با متن، عکس یا فایل بگویید")
    stage.mina.voice()
    await stage.mina.sees("به کارشناس رساندم")
    await no_refusals(stage)
    assert [seen for seen in stage.staff.screen if seen.voice]


async def test_never_mind_leaves_everything_as_it_was(stage: Stage) -> None:
    stage.emma.say("/human")
    await stage.emma.sees("what you need")
    stage.emma.press("Never mind")
    await stage.emma.sees("What would you like to do")
    stage.emma.say("hello")
    await stage.emma.sees("Hello and welcome")
    assert not await tickets_of(stage, stage.emma)


async def test_a_second_message_belongs_to_the_same_request(stage: Stage) -> None:
    await hand_over(stage, stage.mina, "یک")
    stage.mina.say("دو")
    await stage.mina.sees("اضافه شد")
    assert len(await tickets_of(stage, stage.mina)) == 1


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2027-05-21T11:00", "شنبه ۱ خرداد ۱۴۰۶ ساعت ۰۸:۰۰"),  # Friday
        ("2027-05-20T14:00", "شنبه ۱ خرداد ۱۴۰۶ ساعت ۰۸:۰۰"),  # Thursday afternoon
        ("2027-05-23T07:59", "یکشنبه ۲ خرداد ۱۴۰۶ ساعت ۰۸:۰۰"),  # early in the morning
        ("2027-05-23T16:00", "دوشنبه ۳ خرداد ۱۴۰۶ ساعت ۰۸:۰۰"),  # after closing time
        ("2027-06-05T10:00", "یکشنبه ۱۶ خرداد ۱۴۰۶ ساعت ۰۸:۰۰"),  # a holiday, a Saturday
        ("2027-03-21T10:00", "پنجشنبه ۵ فروردین ۱۴۰۶ ساعت ۰۸:۰۰"),  # the new year
    ],
)
async def test_a_closed_desk_says_when_it_opens(stage: Stage, moment: str, opens: str) -> None:
    at(stage, moment)
    stage.mina.say("/human")
    assert opens in (await stage.mina.sees("کسی پشت میز نیست")).text
    stage.mina.say("کمک")
    assert opens in (await stage.mina.sees("به کارشناس رساندم")).text


@pytest.mark.parametrize("moment", ["2027-05-20T11:59", "2027-05-22T08:00", "2027-05-26T15:59"])
async def test_an_open_desk_says_so(stage: Stage, moment: str) -> None:
    at(stage, moment)
    stage.emma.say("/human")
    await stage.emma.sees("staff are at the desk")


async def test_closed_in_english_with_its_own_calendar(stage: Stage) -> None:
    at(stage, "2027-05-21T11:00")
    stage.emma.say("/human")
    assert "Saturday 22 May 2027 at 08:00" in (await stage.emma.sees("Nobody is at the desk now")).text
