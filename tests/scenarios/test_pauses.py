"""A day later a text is a question again, not one more line to a request or a word to a person."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from db.models import TicketMessage
from tests.stage import Stage

QUESTION = "برای درخواست زمین چه مدارکی لازم است؟"


async def test_what_is_written_soon_belongs_to_the_request_and_a_day_later_it_does_not(stage: Stage) -> None:
    stage.mina.say("/human")
    await stage.mina.sees("در یک پیام")
    stage.mina.say("برق سوله وصل نیست")
    await stage.mina.sees("شمارهٔ پیگیری")
    await stage.settled()
    stage.clock.move(timedelta(hours=20))
    stage.mina.say("هنوز وصل نشده")
    await stage.mina.sees("اضافه شد")
    await stage.settled()
    stage.clock.move(timedelta(hours=20))
    stage.mina.say("سه روز شد")
    await stage.mina.sees("اضافه شد")
    await stage.settled()
    stage.clock.move(timedelta(hours=25))
    stage.mina.say(QUESTION)
    await stage.mina.sees("منبع:")
    assert await stage.scalars(select(func.count()).select_from(TicketMessage)) == [3]


async def test_an_unused_hand_over_is_forgotten_after_a_day(stage: Stage) -> None:
    stage.mina.say("/human")
    await stage.mina.sees("در یک پیام")
    await stage.settled()
    stage.clock.move(timedelta(hours=25))
    stage.mina.say(QUESTION)
    await stage.mina.sees("منبع:")
