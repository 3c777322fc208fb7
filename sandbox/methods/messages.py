"""Sending, copying and forwarding: everything that makes a new message of the bot."""

from typing import Any

from sandbox import entities as marks
from sandbox.errors import bad
from sandbox.files import media, take
from sandbox.keyboards import read_markup
from sandbox.markup import parse_html
from sandbox.methods.core import chat_of, message_of, method, replied, shallow, topic_of, writable
from sandbox.params import Params
from sandbox.state import Chat, Json, State

_COPIED = ("text", "entities", "caption", "caption_entities", "photo", "document", "voice", "video", "audio",
           "sticker", "location", "contact")  # fmt: skip
CAPTIONED = {"photo", "document", "voice", "video", "audio"}
"""What can have a caption."""


def formatted(params: Params, field: str, entity_field: str) -> tuple[str, list[marks.Entity]]:
    """Text and entities of a call, parsed and trimmed. Raises "can't parse entities: ..."."""
    text = marks.clean(params.text(field))
    mode = params.text("parse_mode").lower()
    found: list[marks.Entity] = []
    if mode == "html":
        text, found = parse_html(text)
    elif mode in {"markdown", "markdownv2"}:
        raise bad(f"can't parse entities: {params.text('parse_mode')} is not offered by the sandbox, use HTML")
    elif mode not in {"", "none"}:
        raise bad("unsupported parse_mode")
    elif params.values.get(entity_field):
        found = marks.check_entities(text, params.json(entity_field, "message entities"))
    text, found = marks.trim(text, found)
    return text, marks.find_entities(text, found)


def read_text(params: Params) -> Json:
    """{"text", "entities"} of sendMessage and editMessageText, within Telegram's limits."""
    params.need("text")
    text, found = formatted(params, "text", "entities")
    if not text:
        raise bad("text must be non-empty")
    if marks.units(text) > marks.TEXT_LIMIT:
        raise bad("message is too long")
    return {"text": text, "entities": found} if found else {"text": text}


def read_caption(params: Params) -> Json:
    """{"caption", "caption_entities"}, empty without a caption."""
    text, found = formatted(params, "caption", "caption_entities")
    if marks.units(text) > marks.CAPTION_LIMIT:
        raise bad("message caption is too long")
    if not text:
        return {}
    return {"caption": text, "caption_entities": found} if found else {"caption": text}


def post(state: State, chat: Chat, params: Params, content: Json) -> Json:
    """Show a message of the bot in the chat; returns the Message."""
    reply = replied(chat, params)
    topic = topic_of(chat, params.whole("message_thread_id"))
    inline, keyboard = read_markup(params, private=chat.person is not None)
    message: Json = {
        "message_id": state.new_message_id(chat),
        "from": state.bot_user(),
        "chat": chat.brief(),
        "date": state.now(),
    }
    thread = topic.thread_id if topic else None
    if reply is not None:
        message["reply_to_message"] = shallow(reply.message)
        if reply.message.get("is_topic_message"):
            thread = reply.message["message_thread_id"]
    if thread is not None:
        message |= {"message_thread_id": thread, "is_topic_message": True}
    message |= content
    if params.flag("protect_content"):
        message["has_protected_content"] = True
    if inline is not None:
        message["reply_markup"] = inline
    state.put(chat, message, keyboard)
    return message


@method("sendMessage")
def send_message(state: State, params: Params) -> Json:
    """A text."""
    chat = writable(state, params)
    return post(state, chat, params, read_text(params))


def _send_media(state: State, params: Params, kind: str) -> Json:
    chat = writable(state, params)
    caption = read_caption(params) if kind != "sticker" else {}
    return post(state, chat, params, {**media(state, take(state, params, kind)), **caption})


@method("sendPhoto")
def send_photo(state: State, params: Params) -> Json:
    """A picture with a caption."""
    return _send_media(state, params, "photo")


@method("sendDocument")
def send_document(state: State, params: Params) -> Json:
    """A file with a caption."""
    return _send_media(state, params, "document")


@method("sendVoice")
def send_voice(state: State, params: Params) -> Json:
    """A voice note."""
    return _send_media(state, params, "voice")


@method("sendVideo")
def send_video(state: State, params: Params) -> Json:
    """A film with a caption."""
    return _send_media(state, params, "video")


@method("sendAudio")
def send_audio(state: State, params: Params) -> Json:
    """A piece of sound with a caption, such as a song."""
    return _send_media(state, params, "audio")


@method("sendSticker")
def send_sticker(state: State, params: Params) -> Json:
    """A sticker."""
    return _send_media(state, params, "sticker")


@method("sendLocation")
def send_location(state: State, params: Params) -> Json:
    """A point on the map, in degrees."""
    chat = writable(state, params)
    latitude, longitude = params.number("latitude"), params.number("longitude")
    if not -90 <= latitude <= 90 or not -180 <= longitude <= 180:
        raise bad("wrong location specified")
    return post(state, chat, params, {"location": {"latitude": latitude, "longitude": longitude}})


@method("copyMessage")
def copy_message(state: State, params: Params) -> Json:
    """A message again, without its author; a new caption may replace the old one."""
    chat, source = writable(state, params), chat_of(state, params, "from_chat_id")
    params.need("message_id")
    original = message_of(source, params.whole("message_id"), "message to copy not found").message
    content = {key: original[key] for key in _COPIED if key in original}
    if not content:
        raise bad("message can't be copied")
    if "caption" in params.values and CAPTIONED & content.keys():
        content.pop("caption", None)
        content.pop("caption_entities", None)
        content |= read_caption(params)
    return {"message_id": post(state, chat, params, content)["message_id"]}


@method("forwardMessage")
def forward_message(state: State, params: Params) -> Json:
    """A message with its author's name."""
    chat, source = writable(state, params), chat_of(state, params, "from_chat_id")
    params.need("message_id")
    original = message_of(source, params.whole("message_id"), "message to forward not found").message
    content: dict[str, Any] = {key: original[key] for key in _COPIED if key in original}
    if not content or original.get("has_protected_content"):
        raise bad("message can't be forwarded")
    content["forward_origin"] = {"type": "user", "sender_user": original["from"], "date": original["date"]}
    return post(state, chat, Params({**params.values, "reply_markup": None}, {}), content)
