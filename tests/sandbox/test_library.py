"""The real client library works against the stand-in, strict parsing included.

What is refused in detail is in test_refusals.py.
"""

from collections.abc import AsyncIterator

import pytest
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, ReactionTypeEmoji, ReplyParameters
from telegram.constants import ChatType
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter

import config  # noqa: F401 - says how the library shall give times; without it the library warns
from sandbox import StandIn, World
from sandbox.acts import PIXEL
from sandbox.driver import Phone
from tests.sandbox.conftest import TOKEN


def made(stand_in: StandIn, token: str = TOKEN) -> Bot:
    return Bot(token, base_url=f"{stand_in.url}/bot", base_file_url=f"{stand_in.url}/file/bot")


@pytest.fixture
async def bot(stand_in: StandIn) -> AsyncIterator[Bot]:
    async with made(stand_in) as running:
        yield running


async def test_a_conversation(bot: Bot, mina: Phone) -> None:
    assert (await bot.get_me()).username == "sanatyar_sandbox_bot"
    mina.say("سلام")
    (update,) = await bot.get_updates(timeout=1)
    assert update.message is not None
    assert update.message.text == "سلام"
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("بله", callback_data="y")]])
    quoted = ReplyParameters(update.message.message_id)
    sent = await bot.send_message(501, "<b>خوش</b> آمدید", "HTML", reply_markup=markup, reply_parameters=quoted)
    assert sent.text_html == "<b>خوش</b> آمدید"
    assert mina.screen[-1].reply_to == update.message.message_id
    press = mina.press("بله")
    (update,) = await bot.get_updates(offset=press["update_id"], timeout=1)
    assert update.callback_query is not None
    await update.callback_query.answer("چشم")
    await update.callback_query.edit_message_text("<i>ویرایش</i>", parse_mode="HTML")
    assert (await mina.sees("ویرایش")).entities[0]["type"] == "italic"
    assert mina.answers[-1].text == "چشم"
    await bot.set_message_reaction(501, sent.message_id, [ReactionTypeEmoji("👍")])
    await bot.delete_message(501, sent.message_id)
    assert [message.author for message in mina.screen] == ["user", "user"]


async def test_files(bot: Bot, mina: Phone) -> None:
    mina.document("plan.pdf", b"%PDF-plan")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.document is not None
    file = await update.message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"%PDF-plan"
    await bot.send_photo(501, PIXEL, caption="یک عکس")
    await bot.send_document(501, b"data", filename="a.csv", caption="یک فایل")
    assert [message.text for message in mina.screen[-2:]] == ["یک عکس", "یک فایل"]
    assert mina.screen[-1].document is not None
    assert mina.screen[-1].document["file_name"] == "a.csv"


async def test_every_kind_of_update_parses(bot: Bot, world: World, mina: Phone) -> None:
    said = mina.say("متن https://a.ir")["message"]["message_id"]
    group = world.group(-500, "Staff", [mina])
    mina.edit(said, "متن تازه")
    mina.photo("عکس")
    mina.voice()
    mina.video("فیلم")
    mina.audio()
    mina.sticker()
    mina.contact()
    mina.location(35.7, 51.4)
    mina.forward("خبر")
    mina.album([PIXEL, ("a.txt", b"x")])
    mina.blocks()
    mina.unblocks()
    group.say(mina, "یادداشت")
    group.kick_bot(mina)
    group.add_bot(mina)
    group.upgrade(-1001, forum=True)
    topic = (await bot.create_forum_topic(-1001, "Ticket")).message_thread_id
    group.say(mina, "در موضوع", topic=topic)
    await bot.get_updates(allowed_updates=["message_reaction"])
    mina.react(said, "👍")
    updates = await bot.get_updates()
    assert len(updates) == len(world.pending_updates()) == 21
    assert updates[-1].message_reaction is not None
    assert updates[-2].message is not None
    assert updates[-2].message.is_topic_message


async def test_settings_and_chats(bot: Bot, world: World, mina: Phone) -> None:
    assert await bot.set_my_commands([BotCommand("start", "آغاز")], language_code="fa")
    assert (await bot.get_my_commands(language_code="fa"))[0].description == "آغاز"
    assert (await bot.get_chat(501)).type == ChatType.PRIVATE
    world.group(-1001, "Staff", [mina], forum=True)
    assert (await bot.get_chat(-1001)).is_forum
    assert (await bot.get_chat_member(-1001, world.bot_id)).status == "administrator"
    assert (await bot.get_chat_member(-1001, 501)).status == "member"
    assert await bot.send_chat_action(501, "typing")
    info = await bot.get_webhook_info()
    assert info.url == ""
    copied = await bot.copy_message(501, 501, mina.say("x")["message"]["message_id"])
    assert copied.message_id == mina.screen[-1].message_id
    assert (await bot.get_my_name()).name == "Sanatyar"


async def test_refusals_become_the_right_errors(bot: Bot, stand_in: StandIn, world: World, mina: Phone) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(999, "x")
    mina.blocks()
    with pytest.raises(Forbidden, match="blocked"):
        await bot.send_message(501, "x")
    world.group(-500, "Staff").upgrade(-1001)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-500, "x")
    assert moved.value.new_chat_id == -1001
    world.faults.fail_next("sendMessage", "too_many")
    with pytest.raises(RetryAfter):
        await bot.send_message(501, "x")
    await bot.set_webhook("https://bot.example.ir/")
    with pytest.raises(Conflict):
        await bot.get_updates()
    with pytest.raises(InvalidToken):
        async with made(stand_in, "1:wrong"):
            pass
