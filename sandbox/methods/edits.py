"""Changing what is there: edits, deletions, reactions, answers to presses, pins."""

from typing import Any

from sandbox.entities import units
from sandbox.errors import bad
from sandbox.keyboards import read_markup
from sandbox.methods.core import chat_of, message_of, method, shallow, writable
from sandbox.methods.messages import CAPTIONED, read_caption, read_text
from sandbox.params import Params
from sandbox.state import Chat, Json, State, Stored

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_ANSWER_LIMIT = 200
_DELETE_SECONDS = 48 * 3600
_REACTIONS_TEXT = """
❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌
🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐
🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍
🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾
🤷‍♂ 🤷 🤷‍♀ 😡
"""
REACTIONS = set(_REACTIONS_TEXT.split())


def _own(state: State, params: Params) -> tuple[Chat, Stored]:
    chat = writable(state, params)
    params.need("message_id")
    stored = message_of(chat, params.whole("message_id"), "message to edit not found")
    message = stored.message
    if message.get("from", {}).get("id") != state.bot_id or "forward_origin" in message:
        raise bad("message can't be edited")
    return chat, stored


def _apply(state: State, chat: Chat, stored: Stored, content: Json, params: Params) -> Json:
    """Replace content and inline keyboard (a missing one is taken away); returns the Message."""
    inline, _ = read_markup(params, private=chat.person is not None)
    old = stored.message
    new = {key: value for key, value in old.items() if key not in content and key != "reply_markup"}
    new |= {key: value for key, value in content.items() if value is not None}
    if inline is not None:
        new["reply_markup"] = inline
    if {**new, "edit_date": 0} == {**old, "edit_date": 0}:
        raise bad(_NOT_MODIFIED)
    new["edit_date"] = state.now()
    stored.message = new
    state.changed("edit", chat, new["message_id"])
    return new


@method("editMessageText")
def edit_message_text(state: State, params: Params) -> Json:
    """Another text for a text message of the bot."""
    params.need("text")
    chat, stored = _own(state, params)
    content = read_text(params)
    if "text" not in stored.message:
        raise bad("there is no text in the message to edit")
    return _apply(state, chat, stored, {"entities": None, **content}, params)


@method("editMessageCaption")
def edit_message_caption(state: State, params: Params) -> Json:
    """Another caption for a picture, file, film or sound of the bot."""
    chat, stored = _own(state, params)
    if not stored.message.keys() & CAPTIONED:
        raise bad("there is no caption in the message to edit")
    content = {"caption": None, "caption_entities": None, **read_caption(params)}
    return _apply(state, chat, stored, content, params)


@method("editMessageReplyMarkup")
def edit_message_reply_markup(state: State, params: Params) -> Json:
    """Another inline keyboard, or none."""
    chat, stored = _own(state, params)
    return _apply(state, chat, stored, {}, params)


@method("deleteMessage")
def delete_message(state: State, params: Params) -> bool:
    """Take a message away; one older than 48 hours stays."""
    chat = writable(state, params)
    params.need("message_id")
    stored = message_of(chat, params.whole("message_id"), "message to delete not found")
    if state.clock() - stored.message["date"] > _DELETE_SECONDS:
        raise bad("message can't be deleted for everyone")
    message_id = stored.message["message_id"]
    del chat.messages[message_id]
    if message_id in chat.pinned:
        chat.pinned.remove(message_id)
    state.changed("delete", chat, message_id)
    return True


@method("answerCallbackQuery")
def answer_callback_query(state: State, params: Params) -> bool:
    """End the waiting of a pressed button, perhaps with a line or an alert. Works once, and not for old presses."""
    press = state.presses.get(str(params.need("callback_query_id")))
    if press is None or press.answer is not None or state.clock() - press.at > state.callback_age:
        raise bad(_TOO_OLD)
    text = params.text("text")
    if units(text) > _ANSWER_LIMIT:
        raise bad("MESSAGE_TOO_LONG")
    press.answer = {"text": text, "show_alert": params.flag("show_alert"), "url": params.text("url") or None}
    state.changed("answer", None, None, user_id=press.person.user_id, query_id=press.query_id, **press.answer)
    return True


@method("setMessageReaction")
def set_message_reaction(state: State, params: Params) -> bool:
    """The bot's one reaction to a message; an empty list takes it away."""
    chat = writable(state, params)
    params.need("message_id")
    stored = message_of(chat, params.whole("message_id"), "message to react not found")
    wanted = params.json("reaction", "reaction types") or []
    if not isinstance(wanted, list) or len(wanted) > 1:
        raise bad("REACTIONS_TOO_MANY")
    for reaction in wanted:
        _check_reaction(reaction)
    stored.bot_reaction = wanted
    state.changed("reaction", chat, stored.message["message_id"])
    return True


def _check_reaction(reaction: Any) -> None:
    emoji = reaction.get("emoji") if isinstance(reaction, dict) else None
    if not isinstance(emoji, str) or emoji.replace("\ufe0f", "") not in REACTIONS:
        raise bad("REACTION_INVALID")


@method("pinChatMessage")
def pin_chat_message(state: State, params: Params) -> bool:
    """Pin a message; a service message tells of it."""
    chat = writable(state, params)
    params.need("message_id")
    stored = message_of(chat, params.whole("message_id"), "message to pin not found")
    message_id = stored.message["message_id"]
    if message_id in chat.pinned:
        return True
    chat.pinned.append(message_id)
    state.put(
        chat,
        {
            "message_id": state.new_message_id(chat),
            "from": state.bot_user(),
            "chat": chat.brief(),
            "date": state.now(),
            "pinned_message": shallow(stored.message),
        },
    )
    return True


@method("unpinChatMessage")
def unpin_chat_message(state: State, params: Params) -> bool:
    """Unpin a message, or the newest pinned one."""
    chat = chat_of(state, params)
    wanted = params.whole("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if wanted not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(wanted)
    state.changed("unpin", chat, wanted)
    return True
