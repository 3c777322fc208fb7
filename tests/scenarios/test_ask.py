"""Asking, as a chat: sure, unsure, nothing fits, and what is recorded."""

from __future__ import annotations

from sqlalchemy import select

from db.models import Question
from tests.scenarios.known import found, knows
from tests.stage import Stage


async def test_first_start_asks_the_language_once(stage: Stage) -> None:
    stage.mina.start()
    greeting = await stage.mina.sees("من صنعت‌یارم")
    assert greeting.buttons == [["فارسی", "English"]]
    stage.mina.press("فارسی")
    menu = await stage.mina.sees("از این پس با شما فارسی")
    assert ["❓ پرسیدن"] in menu.buttons
    stage.mina.start()
    again = await stage.mina.sees("من صنعت‌یارم")
    assert ["❓ پرسیدن"] in again.buttons


async def test_a_question_is_answered_with_source_and_buttons(stage: Stage) -> None:
    stage.mina.say("برای درخواست زمین چه مدارکی لازم است؟")
    answer = await stage.mina.sees("منبع:")
    assert "بازبینی متن" in answer.text
    stage.mina.press("📖 توضیح بیشتر")
    await stage.mina.sees("شناسنامه")
    stage.mina.press("👍 به درد خورد")
    await stage.settled()
    assert await stage.scalars(select(Question.outcome)) == ["useful"]


async def test_finglish_and_english(stage: Stage) -> None:
    stage.mina.say("javaz tasis ro az koja begiram")
    await stage.mina.sees("جواز")
    stage.emma.say("What is a business clinic?")
    await stage.emma.sees("Source:")


async def test_nothing_fits_is_said_honestly_and_handed_over(stage: Stage) -> None:
    knows(stage, "بهترین رستوران پیتزا در توکیو کجاست", found("none"))
    stage.mina.say("بهترین رستوران پیتزا در توکیو کجاست")
    await stage.mina.sees("پاسخ مطمئنی ندارم")
    stage.mina.press("👤 رساندن به کارشناس")
    await stage.mina.sees("به کارشناس رساندم")
    await stage.staff.sees("پیتزا")
