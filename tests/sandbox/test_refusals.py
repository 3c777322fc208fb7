"""What Telegram refuses, the stand-in refuses, in the same words.

Checks of sending, editing, pressing and settings; files, groups and webhooks have modules of their own.
"""

from typing import Any

import aiohttp
import pytest

from sandbox import StandIn, World
from sandbox.driver import Phone
from sandbox.state import Chat, Json
from tests.sandbox.conftest import TOKEN, Client

# The required parameters of each method offered, as the Bot API documents them.
REQUIRED: dict[str, Json] = {
    "sendMessage": {"chat_id": 501, "text": "x"},
    "sendPhoto": {"chat_id": 501, "photo": "id"},
    "sendDocument": {"chat_id": 501, "document": "id"},
    "sendVoice": {"chat_id": 501, "voice": "id"},
    "sendVideo": {"chat_id": 501, "video": "id"},
    "sendAudio": {"chat_id": 501, "audio": "id"},
    "sendSticker": {"chat_id": 501, "sticker": "id"},
    "sendLocation": {"chat_id": 501, "latitude": 1, "longitude": 1},
    "copyMessage": {"chat_id": 501, "from_chat_id": 501, "message_id": 1},
    "forwardMessage": {"chat_id": 501, "from_chat_id": 501, "message_id": 1},
    "editMessageText": {"text": "x"},
    "deleteMessage": {"chat_id": 501, "message_id": 1},
    "answerCallbackQuery": {"callback_query_id": "1"},
    "sendChatAction": {"chat_id": 501, "action": "typing"},
    "setMessageReaction": {"chat_id": 501, "message_id": 1},
    "getFile": {"file_id": "x"},
    "getChat": {"chat_id": 501},
    "getChatMember": {"chat_id": 501, "user_id": 501},
    "setMyCommands": {"commands": [{"command": "start", "description": "x"}]},
    "createForumTopic": {"chat_id": -1001, "name": "x"},
    "editForumTopic": {"chat_id": -1001, "message_thread_id": 1},
    "closeForumTopic": {"chat_id": -1001, "message_thread_id": 1},
    "reopenForumTopic": {"chat_id": -1001, "message_thread_id": 1},
    "deleteForumTopic": {"chat_id": -1001, "message_thread_id": 1},
    "pinChatMessage": {"chat_id": 501, "message_id": 1},
    "unpinChatMessage": {"chat_id": 501},
    "setWebhook": {"url": "https://bot.example.ir/hook"},
}


@pytest.mark.parametrize(
    ("method", "name"), [(method, name) for method, params in REQUIRED.items() for name in params]
)
async def test_a_missing_required_parameter_is_refused(
    client: Client, world: World, mina: Phone, method: str, name: str
) -> None:
    world.group(-1001, "Staff", [mina], forum=True)
    params = {key: value for key, value in REQUIRED[method].items() if key != name}
    before = (len(world.ledger), len(mina.screen))
    assert (await client.refused(method, **params)).startswith("Bad Request: ")
    assert (len(world.ledger), len(mina.screen)) == before


async def test_wrong_token_and_unknown_method(stand_in: StandIn, client: Client) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{stand_in.url}/bot1:wrong/getMe") as response:
            assert (response.status, await response.json()) == (
                401,
                {"ok": False, "error_code": 401, "description": "Unauthorized"},
            )
        async with session.get(f"{stand_in.url}/file/bot1:wrong/photos/x.jpg") as response:
            assert response.status == 401
    assert await client.refused("sendNothing") == "Not Found"


def keys(**button: Any) -> Json:
    return {"inline_keyboard": [[{"text": "b", **button}]]}


BUTTON = "can't parse inline keyboard button: "
ROWS = 'field "inline_keyboard" of the ReplyMarkup must be an Array'


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "س" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"reply_markup": keys(callback_data="")}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": keys(callback_data="پ" * 33)}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": keys()}, BUTTON + "Text buttons are unallowed in the inline keyboard"),
        (
            {"reply_markup": keys(url="http://localhost/")},
            "inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL",
        ),
        ({"reply_markup": {"inline_keyboard": [{"text": "b"}]}}, ROWS + " of Arrays"),
        ({"reply_markup": {"inline_keyboard": "b"}}, ROWS),
        ({"reply_markup": {"inline_keyboard": [["b"]]}}, BUTTON + "Inline keyboard button must be an Object"),
        ({"reply_markup": {"inline_keyboard": [[{"callback_data": "1"}]]}}, BUTTON + 'Can\'t find field "text"'),
        (
            {"reply_markup": {"inline_keyboard": keys(callback_data="1")["inline_keyboard"] * 101}},
            "REPLY_MARKUP_TOO_LONG",
        ),
        ({"reply_markup": keys(copy_text={"text": ""})}, "BUTTON_COPY_TEXT_INVALID"),
        ({"reply_markup": {"keyboard": [[5]]}}, "can't parse keyboard button: KeyboardButton must be an Object"),
        ({"reply_markup": "{broken"}, "can't parse reply keyboard markup JSON object"),
        ({"reply_markup": "[]"}, "object expected as reply markup"),
        ({"reply_parameters": {"message_id": 5}}, "message to be replied not found"),
        ({"reply_to_message_id": 5}, "message to be replied not found"),
        ({"message_thread_id": 5}, "message thread not found"),
        (
            {"parse_mode": "MarkdownV2"},
            "can't parse entities: MarkdownV2 is not offered by the sandbox, use HTML",
        ),
        ({"parse_mode": "BBCode"}, "unsupported parse_mode"),
    ],
)
async def test_send_message_refuses(client: Client, mina: Phone, params: Json, description: str) -> None:
    params = {"text": "x", **params}
    assert await client.refused("sendMessage", chat_id=501, **params) == f"Bad Request: {description}"
    assert all(message.author == "user" for message in mina.screen)


async def test_what_is_just_allowed_is_taken(client: Client, mina: Phone) -> None:
    await client.ok("sendMessage", chat_id="501", text="😀" * 2048, reply_markup=keys(callback_data="پ" * 32))
    await client.ok("sendMessage", chat_id=501, text="<b>" + "س" * 4096 + "</b>", parse_mode="HTML")
    missing = {"message_id": 5, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await client.ok("sendMessage", chat_id=501, text="x", reply_parameters=missing)


async def test_who_can_be_written_to(client: Client, world: World, mina: Phone) -> None:
    world.phone(502, "Never")
    assert await client.refused("sendMessage", chat_id=999, text="x") == "Bad Request: chat not found"
    assert await client.refused("sendMessage", chat_id="@nobody", text="x") == "Bad Request: chat not found"
    refused = await client.refused("sendMessage", chat_id=502, text="x")
    assert refused == "Forbidden: bot can't initiate conversation with a user"
    mina.blocks()
    assert await client.refused("sendMessage", chat_id=501, text="x") == "Forbidden: bot was blocked by the user"
    mina.unblocks()
    await client.ok("sendMessage", chat_id=501, text="x")
    mina.deactivates()
    assert await client.refused("sendMessage", chat_id=501, text="x") == "Forbidden: user is deactivated"


async def test_contact_and_location_keys_are_for_private_chats(client: Client, world: World, mina: Phone) -> None:
    group = world.group(-100200300, "Staff", [mina])
    for ask, problem in (
        ("request_contact", "phone number can be requested in private chats only"),
        ("request_location", "location can be requested in private chats only"),
    ):
        keyboard = {"keyboard": [[{"text": "k", ask: True}]]}
        refused = await client.refused("sendMessage", chat_id=group.chat_id, text="x", reply_markup=keyboard)
        assert refused == f"Bad Request: {problem}"
        await client.ok("sendMessage", chat_id=501, text="x", reply_markup=keyboard)


async def test_edits(client: Client, world: World, mina: Phone) -> None:
    markup = keys(callback_data="1")
    sent = await client.ok("sendMessage", chat_id=501, text="<b>one</b>", parse_mode="HTML", reply_markup=markup)
    here = {"chat_id": 501, "message_id": sent["message_id"]}
    same = {"text": "<b>one</b>", "parse_mode": "HTML", "reply_markup": markup}
    assert (await client.refused("editMessageText", **here, **same)).startswith(
        "Bad Request: message is not modified: "
    )
    assert (await client.refused("editMessageReplyMarkup", **here, reply_markup=markup)).startswith(
        "Bad Request: message is not modified"
    )
    edited = await client.ok("editMessageText", **here, text="one")
    assert "edit_date" in edited
    assert "reply_markup" not in edited
    assert "entities" not in edited
    assert mina.screen[-1].edited
    missing = {"chat_id": 501, "message_id": 7}
    assert await client.refused("editMessageText", **missing, text="x") == "Bad Request: message to edit not found"
    own = mina.say("mine")["message"]["message_id"]
    refused = await client.refused("editMessageText", chat_id=501, message_id=own, text="x")
    assert refused == "Bad Request: message can't be edited"
    refused = await client.refused("editMessageCaption", **here, caption="x")
    assert refused == "Bad Request: there is no caption in the message to edit"
    await client.ok("deleteMessage", **here)
    assert await client.refused("deleteMessage", **here) == "Bad Request: message to delete not found"
    assert await client.refused("editMessageText", **here, text="y") == "Bad Request: message to edit not found"


async def test_old_messages_stay() -> None:
    now = [1_800_000_000.0]
    world = World(token=TOKEN, clock=lambda: now[0])
    mina = world.phone(501, "Mina")
    mina.start()
    sent = world.call("sendMessage", chat_id=501, text="x")
    now[0] += 48 * 3600 + 1
    with pytest.raises(Exception, match="message can't be deleted for everyone"):
        world.call("deleteMessage", chat_id=501, message_id=sent["message_id"])


async def test_presses_are_answered_once_and_in_time(mina: Phone, world: World, client: Client) -> None:
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    world.call("sendMessage", chat_id=501, text="x", reply_markup=keys(callback_data="1"))
    query = mina.press("b")["callback_query"]["id"]
    assert (
        await client.refused("answerCallbackQuery", callback_query_id=query, text="x" * 201)
        == "Bad Request: MESSAGE_TOO_LONG"
    )
    await client.ok("answerCallbackQuery", callback_query_id=query, text="done", show_alert=True)
    assert [(answer.text, answer.alert) for answer in mina.answers] == [("done", True)]
    assert await client.refused("answerCallbackQuery", callback_query_id=query) == too_old
    assert await client.refused("answerCallbackQuery", callback_query_id="77") == too_old
    late = mina.press("b")["callback_query"]["id"]
    world.callback_age = -1
    assert await client.refused("answerCallbackQuery", callback_query_id=late) == too_old


async def test_reactions_actions_copies_and_pins(client: Client, mina: Phone) -> None:
    said = mina.say("سلام /start")["message"]["message_id"]
    here = {"chat_id": 501, "message_id": said}
    await client.ok("setMessageReaction", **here, reaction=[{"type": "emoji", "emoji": "👀"}])
    assert mina.screen[-1].reactions == ["👀"]
    wrong = [{"type": "emoji", "emoji": "🥝"}]
    assert await client.refused("setMessageReaction", **here, reaction=wrong) == "Bad Request: REACTION_INVALID"
    two = [{"type": "emoji", "emoji": "👀"}, {"type": "emoji", "emoji": "👍"}]
    assert await client.refused("setMessageReaction", **here, reaction=two) == "Bad Request: REACTIONS_TOO_MANY"
    assert (
        await client.refused("sendChatAction", chat_id=501, action="dance")
        == "Bad Request: wrong parameter action in request"
    )
    await client.ok("copyMessage", chat_id=501, from_chat_id=501, message_id=said)
    assert mina.screen[-1].text == "سلام /start"
    assert not mina.screen[-1].forwarded
    forwarded = await client.ok("forwardMessage", chat_id=501, from_chat_id=501, message_id=said)
    assert forwarded["forward_origin"]["sender_user"]["id"] == 501
    gone = {"chat_id": 501, "from_chat_id": 501, "message_id": 3}
    assert await client.refused("copyMessage", **gone) == "Bad Request: message to copy not found"
    assert await client.refused("forwardMessage", **gone) == "Bad Request: message to forward not found"
    await client.ok("pinChatMessage", **here)
    assert next(message for message in mina.screen if message.message_id == said).pinned
    await client.ok("unpinChatMessage", chat_id=501)
    assert await client.refused("unpinChatMessage", chat_id=501) == "Bad Request: message to unpin not found"


async def test_location_bounds(client: Client, mina: Phone) -> None:
    refused = await client.refused("sendLocation", chat_id=501, latitude=91, longitude=0)
    assert refused == "Bad Request: wrong location specified"
    await client.ok("sendLocation", chat_id=501, latitude=35.7, longitude=51.4)
    assert mina.screen[-1].location == {"latitude": 35.7, "longitude": 51.4}


async def test_commands_and_profile(client: Client, mina: Phone) -> None:
    command = {"command": "start", "description": "آغاز"}
    await client.ok("setMyCommands", commands=[command], language_code="fa")
    assert await client.ok("getMyCommands", language_code="fa") == [command]
    assert await client.ok("getMyCommands") == []
    await client.ok("deleteMyCommands", language_code="fa")
    assert await client.ok("getMyCommands", language_code="fa") == []
    for wrong, problem in (
        ([{"command": "Start!", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "start", "description": ""}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([command] * 101, "BOT_COMMANDS_TOO_MUCH"),
    ):
        assert await client.refused("setMyCommands", commands=wrong) == f"Bad Request: {problem}"
    await client.ok("setMyName", name="صنعت‌یار", language_code="fa")
    assert await client.ok("getMyName", language_code="fa") == {"name": "صنعت‌یار"}
    assert await client.ok("getMyName", language_code="en") == {"name": "Sanatyar"}
    await client.ok("setMyDescription", description="d")
    await client.ok("setMyShortDescription", short_description="s")
    assert await client.ok("getMyDescription", language_code="fa") == {"description": "d"}
    assert await client.ok("getMyShortDescription") == {"short_description": "s"}
    assert "too long" in await client.refused("setMyShortDescription", short_description="s" * 121)
    await client.ok("setChatMenuButton", menu_button={"type": "commands"})
    assert await client.ok("logOut") is True
    assert await client.ok("close") is True


def test_a_chat_knows_its_own_shape(world: World, mina: Phone) -> None:
    chat: Chat = mina.chat
    assert chat.brief() == {"id": 501, "first_name": "Mina", "last_name": "Rezaei", "type": "private"}
