"""Whatever can be sent: each kind gets a sensible reply, nothing is refused by the messenger or left open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from bot.arrivals import arrival
from db import inbox
from db.inbox import InboxRow
from db.models import Person, Question
from tests.scenarios.desk_steps import no_refusals
from tests.scenarios.steps import labels, said
from tests.stage import Stage


async def test_each_kind_gets_a_sensible_reply(stage: Stage) -> None:
    emma = stage.emma
    acts: tuple[tuple[Callable[[], Any], str], ...] = (
        (emma.sticker, "If you have a question, just type it"),
        (lambda: emma.send({"dice": {"emoji": "🎲", "value": 3}}), "If you have a question, just type it"),
        (emma.voice, "I do not understand voice messages yet"),
        (emma.audio, "I do not understand voice messages yet"),
        (emma.video, "What is this file for?"),
        (emma.photo, "What is this file for?"),
        (lambda: emma.document("plan.pdf", b"%PDF-1.4"), "What is this file for?"),
        (emma.contact, "I saw the number but did not keep it"),
        (lambda: emma.contact("+989120000000", own=False), "I saw the number but did not keep it"),
        (lambda: emma.location(35.7, 51.4), "I saw the location but did not keep it"),
        (lambda: emma.say("😀😀😀"), "If you have a question, just type it"),
        (lambda: emma.say("؟!?..."), "I found no words"),
        (lambda: emma.say("42"), "what this number is for"),
        (lambda: emma.say("/nosuch"), "I do not know this command"),
        (lambda: emma.say("/"), "I found no words"),
        (lambda: emma.send({"story": {"id": 1, "chat": emma.chat.brief()}}), "I do not understand this kind"),
    )
    for act, words in acts:
        act()
        await emma.sees(words)
    await no_refusals(stage)


async def test_a_voice_leads_to_a_person_who_hears_it(stage: Stage) -> None:
    stage.mina.voice()
    shown = await stage.mina.sees("پیام صوتی")
    assert said(stage.mina, "menu.human") in labels(shown)


async def test_films_and_sound_reach_staff_and_come_back(stage: Stage) -> None:
    """Whatever an owner sends to a person, the group sees; whatever staff reply with, the owner gets."""
    stage.mina.say("/human")
    await stage.mina.sees("در یک پیام")
    stage.mina.video("فیلم خط تولید")
    await stage.mina.sees("به کارشناس رساندم")
    stage.mina.audio()
    await no_refusals(stage)
    assert [bool(seen.video or seen.audio) for seen in stage.staff.screen].count(True) == 2
    film = next(seen for seen in stage.staff.screen if seen.video)
    stage.staff.by(stage.sara).video("این را ببینید", reply_to=film.message_id)
    await stage.mina.sees("این را ببینید")
    await no_refusals(stage)
    assert [seen.author for seen in stage.mina.screen if seen.video] == ["user", "bot"]


async def test_a_caption_and_a_forward_are_questions_too(stage: Stage) -> None:
    stage.emma.photo("What is a business clinic?")
    await stage.emma.sees("Source:")
    stage.emma.forward("What is a business clinic?")
    await stage.emma.sees("Source:")
    assert len(await stage.scalars(select(Question.id))) == 2


async def test_an_album_gets_one_reply_and_all_of_it_is_handed_over(stage: Stage) -> None:
    stage.mina.album([b"\x89PNG1", b"\x89PNG2", b"\x89PNG3"])
    await stage.mina.sees("این فایل برای کدام کار است؟")
    await no_refusals(stage)
    assert len([seen for seen in stage.mina.screen if "این فایل برای" in seen.text]) == 1
    stage.mina.say("/human")
    await stage.mina.sees("در یک پیام")
    stage.mina.album([b"\x89PNG1", b"\x89PNG2", b"\x89PNG3"], "عکس خط تولید")
    await stage.mina.sees("به کارشناس رساندم")
    await no_refusals(stage)
    assert len([seen for seen in stage.staff.screen if seen.photo]) == 3
    stage.mina.album([b"\x89PNG4", b"\x89PNG5"])
    await no_refusals(stage)
    assert len([seen for seen in stage.mina.screen if "اضافه شد و کارشناس" in seen.text]) == 1
    assert len([seen for seen in stage.staff.screen if seen.photo]) == 5


async def test_an_edited_question_is_answered_anew(stage: Stage) -> None:
    asked = stage.emma.say("What is a business clinc")
    await stage.settled()
    stage.emma.edit(asked["message"]["message_id"], "What is a business clinic?")
    await stage.emma.sees("Source:")


async def test_an_edited_command_or_sticker_is_left_alone(stage: Stage) -> None:
    asked = stage.emma.say("/help")
    await stage.emma.sees("How can I help?")
    before = len(stage.emma.screen)
    stage.emma.edit(asked["message"]["message_id"], "/services")
    await stage.settled()
    assert len(stage.emma.screen) == before


async def test_the_longest_text_is_taken_and_can_be_handed_over(stage: Stage) -> None:
    longest = ("کارگاه ما نیاز به کمک دارد. " * 200)[:4096].strip()
    stage.mina.say(longest)
    await stage.settled()
    assert len((await stage.scalars(select(Question.text)))[0]) == len(longest)
    stage.mina.say("/human")
    await stage.mina.sees("همین پرسش آخر")
    stage.mina.press("📨 فرستادن همین پرسش")
    await stage.mina.sees("به کارشناس رساندم")
    await no_refusals(stage)


@pytest.mark.parametrize(
    "text",
    ["سلام\x00دنیا", "\x00", "hello \x07\x1b[0m", "\u200b\u200c\u200d", "\ufeff", "a" * 4096, "🏭" * 2048,
     "&" * 4096, "<" * 4096, "/" + "x" * 200, "/start@other_bot", "e\u0301" * 500, "\u202e\u202d\u2066"],
)  # fmt: skip
async def test_strange_characters_get_a_reply(stage: Stage, text: str) -> None:
    person = stage.mina.person
    message = {"message_id": 7, "date": 1, "chat": stage.mina.chat.brief(), "from": person.user(), "text": text}
    person.wrote = True
    stage.world.inject({"update_id": 5, "message": message}, queue=person.user_id)
    stage.mina.say("سلام")
    await stage.mina.sees("خوش آمدید")
    await no_refusals(stage)
    assert await stage.scalars(select(InboxRow.status)) == ["done", "done"]


async def test_half_characters_that_no_database_takes_are_left_out(stage: Stage) -> None:
    stage.emma.start()
    await stage.emma.sees("I am Sanatyar")
    user = stage.emma.person.user() | {"first_name": "Em\udfffma"}
    message = {"message_id": 8, "date": 1, "chat": stage.emma.chat.brief(), "from": user, "text": "hello \ud800"}
    async with stage.database.unit() as work:
        await inbox.store(work, stage.process.api.bot_id, [arrival({"update_id": 6, "message": message})])
    await stage.emma.sees("Hello and welcome")
    assert await stage.scalars(select(Question.text)) == ["hello "]
    assert await stage.scalars(select(Person.name)) == ["Emma"]


async def test_unknown_kinds_and_broken_shapes_are_kept_and_closed(stage: Stage) -> None:
    user, chat = stage.mina.person.user(), stage.mina.chat.brief()
    strange: list[Any] = [
        {"update_id": 11, "something_new": {"chat": chat, "from": user}},
        {"update_id": 12, "poll_answer": {"poll_id": "1", "user": user, "option_ids": [0]}},
        {"update_id": 13, "channel_post": {"message_id": 1, "date": 1, "chat": {"id": -1, "type": "channel"}}},
        {"update_id": 14, "message": {"message_id": 1}},
        {"update_id": 15, "message": None},
        {"update_id": 16, "message": {"message_id": 2, "date": 1, "chat": chat, "sender_chat": chat, "text": "x"}},
        {"update_id": 17, "callback_query": {"id": "1", "from": user, "chat_instance": "1"}},
        {"update_id": 18, "callback_query": {"id": "2", "from": user, "chat_instance": "1", "data": "m:home"}},
        {"update_id": 19, "inline_query": {"id": "1", "from": user, "query": "", "offset": ""}},
        {"update_id": 20},
    ]
    for update in strange:
        stage.world.inject(update)
    stage.mina.say("سلام")
    await stage.mina.sees("خوش آمدید")
    await no_refusals(stage)
    assert len(await stage.scalars(select(InboxRow.id).where(InboxRow.status == "open"))) == 0
    assert len(await stage.scalars(select(Person.id))) == 1


async def test_what_bots_and_channels_write_is_not_served(stage: Stage) -> None:
    bot = {"id": 999, "is_bot": True, "first_name": "Other"}
    chat = {"id": 999, "type": "private", "first_name": "Other"}
    message = {"message_id": 1, "date": 1, "chat": chat, "from": bot, "text": "x"}
    stage.world.inject({"update_id": 31, "message": message})
    await stage.settled()
    assert stage.world.count("sendMessage") == 0
