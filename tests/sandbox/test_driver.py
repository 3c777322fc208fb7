"""The driver: what a person does becomes the right update, what the bot does becomes visible.

Private chats, without HTTP; groups are in test_groups.py.
"""

import asyncio

import pytest

from sandbox import World
from sandbox.acts import Blocked
from sandbox.driver import Phone


def keyboard(*labels: str) -> dict[str, list[list[dict[str, str]]]]:
    return {"inline_keyboard": [[{"text": label, "callback_data": label.lower()} for label in labels]]}


def test_start_and_say(world: World) -> None:
    mina = world.phone(501, "Mina", "Rezaei", "fa")
    started = mina.start("land")["message"]
    assert started["text"] == "/start land"
    assert started["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert started["from"] == {
        "id": 501, "is_bot": False, "first_name": "Mina", "last_name": "Rezaei", "language_code": "fa",
    }  # fmt: skip
    assert started["chat"]["type"] == "private"
    said = mina.say("  سلام\t", reply_to=started["message_id"])["message"]
    assert said["text"] == "سلام"
    assert said["reply_to_message"]["message_id"] == started["message_id"]
    assert world.pending_updates()[0]["message"] == started
    for impossible in ("", " \n", "x" * 4097):
        with pytest.raises(ValueError, match="messenger"):
            mina.say(impossible)


async def test_sees_waits_for_new_and_edited_messages(world: World, mina: Phone) -> None:
    waiting = asyncio.create_task(mina.sees("hello"))
    await asyncio.sleep(0)
    sent = world.call("sendMessage", chat_id=501, text="hello there")
    first = await waiting
    assert (first.message_id, first.author, first.text) == (sent["message_id"], "bot", "hello there")
    mina.say("again")
    with pytest.raises(AssertionError, match=r"(?s)does not see 'hello'.*bot Sanatyar: hello there"):
        await mina.sees("hello", timeout=0.02)
    assert (await mina.sees("hello", after=0)).message_id == first.message_id
    world.call("editMessageText", chat_id=501, message_id=first.message_id, text="hello, edited")
    assert (await mina.sees("hello", after=first)).edited
    mark = mina.mark()
    with pytest.raises(AssertionError):
        await mina.sees("hello", after=mark, timeout=0.02)
    said = mina.say("own words are not the bot's hello")
    with pytest.raises(AssertionError):
        await mina.sees("hello", after=said, timeout=0.02)


def test_press_takes_the_newest_button_of_that_name(world: World, mina: Phone) -> None:
    old = world.call("sendMessage", chat_id=501, text="old", reply_markup=keyboard("Go", "Back"))
    new = world.call("sendMessage", chat_id=501, text="new", reply_markup=keyboard("Go"))
    assert mina.press("Go")["callback_query"]["message"]["message_id"] == new["message_id"]
    assert mina.press("Back")["callback_query"]["data"] == "back"
    assert mina.press("Go", message_id=old["message_id"])["callback_query"]["message"]["text"] == "old"
    assert mina.press(data="back")["callback_query"]["data"] == "back"
    assert mina.press(data="forged", message_id=old["message_id"])["callback_query"]["data"] == "forged"
    with pytest.raises(KeyError, match=r"no button 'Stop'.*'Go'.*'Back'"):
        mina.press("Stop")
    link = {"inline_keyboard": [[{"text": "Site", "url": "https://a.ir"}]]}
    world.call("sendMessage", chat_id=501, text="l", reply_markup=link)
    with pytest.raises(ValueError, match="opens something"):
        mina.press("Site")


async def test_answers_of_presses(world: World, mina: Phone) -> None:
    world.call("sendMessage", chat_id=501, text="x", reply_markup=keyboard("Go"))
    press = mina.press("Go")
    with pytest.raises(AssertionError, match="not answered"):
        await mina.sees_answer(press, timeout=0.02)
    world.call("answerCallbackQuery", callback_query_id=press["callback_query"]["id"], text="ok")
    assert (await mina.sees_answer(press)).text == "ok"


def test_taps_on_the_reply_keyboard(world: World, mina: Phone) -> None:
    keys = [["Menu"], [{"text": "Number", "request_contact": True}, {"text": "Place", "request_location": True}]]
    world.call("sendMessage", chat_id=501, text="x", reply_markup={"keyboard": keys})
    assert mina.keyboard == [["Menu"], ["Number", "Place"]]
    assert mina.screen[-1].keyboard == mina.keyboard
    assert mina.tap("Menu")["message"]["text"] == "Menu"
    assert mina.tap("Number")["message"]["contact"]["user_id"] == 501
    assert "latitude" in mina.tap("Place")["message"]["location"]
    with pytest.raises(KeyError, match="no key 'Other'"):
        mina.tap("Other")
    world.call("sendMessage", chat_id=501, text="y", reply_markup={"remove_keyboard": True})
    assert not mina.keyboard
    world.call("sendMessage", chat_id=501, text="z", reply_markup={"keyboard": keys, "one_time_keyboard": True})
    mina.tap("Menu")
    assert not mina.keyboard


def test_everything_else_a_person_sends(world: World, mina: Phone) -> None:
    photo = mina.photo("با عکس /start")["message"]
    assert photo["caption_entities"][0]["type"] == "bot_command"
    assert mina.screen[-1].photo is not None
    document = mina.document("plan.pdf", b"%PDF")["message"]["document"]
    assert (document["mime_type"], document["file_size"]) == ("application/pdf", 4)
    assert mina.voice()["message"]["voice"]["duration"] > 0
    assert mina.video("ما")["message"]["video"]["mime_type"] == "video/mp4"
    assert mina.screen[-1].video is not None
    assert mina.audio()["message"]["audio"]["file_name"] == "sound.mp3"
    assert mina.screen[-1].audio is not None
    assert mina.sticker()["message"]["sticker"]["type"] == "regular"
    assert "user_id" not in mina.contact("+989120000000", own=False)["message"]["contact"]
    assert mina.location(35.7, 51.4)["message"]["location"]["latitude"] == 35.7
    assert mina.forward("news")["message"]["forward_origin"]["type"] == "hidden_user"
    album = mina.album([b"\xff\xd8", ("a.txt", b"x")], "both")
    groups = {update["message"]["media_group_id"] for update in album}
    assert len(groups) == 1
    assert [update["message"].get("caption") for update in album] == ["both", None]


def test_own_messages_can_be_edited(world: World, mina: Phone) -> None:
    said = mina.say("one")["message"]
    edited = mina.edit(said["message_id"], "two /help")
    assert edited["edited_message"]["text"] == "two /help"
    assert "message" not in edited
    assert (mina.screen[-1].text, mina.screen[-1].edited) == ("two /help", True)
    sent = world.call("sendMessage", chat_id=501, text="x")
    with pytest.raises(ValueError, match="own messages"):
        mina.edit(sent["message_id"], "y")


def test_blocking(world: World, mina: Phone) -> None:
    member = mina.blocks()["my_chat_member"]
    assert (member["old_chat_member"]["status"], member["new_chat_member"]["status"]) == ("member", "kicked")
    with pytest.raises(Blocked):
        mina.say("x")
    assert mina.unblocks()["my_chat_member"]["new_chat_member"]["status"] == "member"
    mina.blocks()
    mina.start()
    mina.say("x")


def test_the_ledger_holds_successful_calls_in_order(world: World, mina: Phone) -> None:
    world.call("sendMessage", chat_id=501, text="a")
    with pytest.raises(Exception, match="chat not found"):
        world.call("sendMessage", chat_id=1, text="b")
    world.call("sendChatAction", chat_id=501, action="typing")
    assert [(call.method, call.params["chat_id"]) for call in world.ledger] == [
        ("sendMessage", 501),
        ("sendChatAction", 501),
    ]
    assert world.ledger[0].result["text"] == "a"
    assert world.count("sendMessage") == 1


def test_the_same_person_twice_is_one(world: World, mina: Phone) -> None:
    assert world.phone(501, "Other name").person is mina.person
