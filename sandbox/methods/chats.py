"""Chats, members, files, and forum topics."""

from typing import Any

from sandbox.errors import bad
from sandbox.files import describe
from sandbox.methods.core import chat_of, method, topic_of, writable
from sandbox.params import Params
from sandbox.state import Chat, Json, State, Topic

_ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
_TYPING_SECONDS = 5.0
_TOPIC_COLORS = {0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F}
_TOPIC_NAME = 128
_ADMIN_RIGHTS = (
    "can_be_edited", "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
    "can_delete_stories", "can_pin_messages", "can_manage_topics",
)  # fmt: skip


@method("sendChatAction")
def send_chat_action(state: State, params: Params) -> bool:
    """The bot is seen typing (or the like) for five seconds or until its next message."""
    chat = writable(state, params)
    topic_of(chat, params.whole("message_thread_id"))
    if params.need("action") not in _ACTIONS:
        raise bad("wrong parameter action in request")
    chat.typing_until = state.clock() + _TYPING_SECONDS
    state.changed("typing", chat)
    return True


@method("getChat")
def get_chat(state: State, params: Params) -> Json:
    """ChatFullInfo."""
    chat = chat_of(state, params)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return {
        **chat.brief(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


@method("getChatMember")
def get_chat_member(state: State, params: Params) -> Json:
    """ChatMember: the bot is an administrator of groups, persons are members or have left."""
    chat = chat_of(state, params)
    params.need("user_id")
    user_id = params.whole("user_id")
    if user_id == state.bot_id:
        return bot_member(state, chat)
    person = state.people.get(user_id or 0)
    if person is None:
        raise bad("PARTICIPANT_ID_INVALID")
    inside = chat.person is person or person.user_id in chat.members
    return {"status": "member" if inside else "left", "user": person.user()}


def bot_member(state: State, chat: Chat) -> Json:
    """The bot's own ChatMember in a chat."""
    if chat.kicked:
        return {"status": "kicked", "user": state.bot_user(), "until_date": 0}
    if chat.person is not None:
        return {"status": "member", "user": state.bot_user()}
    rights = dict.fromkeys(_ADMIN_RIGHTS, True) | {"can_be_edited": False, "is_anonymous": False}
    return {"status": "administrator", "user": state.bot_user(), **rights}


@method("getFile")
def get_file(state: State, params: Params) -> Json:
    """Where to download a file."""
    stored = state.files.get(str(params.need("file_id")))
    if stored is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    return describe(stored)


def _forum(state: State, params: Params) -> Chat:
    chat = writable(state, params)
    if not chat.forum:
        raise bad("the chat is not a forum")
    return chat


def _topic(state: State, params: Params) -> tuple[Chat, Topic]:
    chat = _forum(state, params)
    params.need("message_thread_id")
    topic = topic_of(chat, params.whole("message_thread_id"))
    if topic is None:
        raise bad("message thread not found")
    return chat, topic


def _service(state: State, chat: Chat, thread_id: int | None, **content: Any) -> int:
    message_id = state.new_message_id(chat)
    state.put(
        chat,
        {
            "message_id": message_id,
            "from": state.bot_user(),
            "chat": chat.brief(),
            "date": state.now(),
            "message_thread_id": thread_id or message_id,
            "is_topic_message": True,
            **content,
        },
    )
    return message_id


def _topic_name(params: Params) -> str:
    name = params.text("name").strip()
    if not 1 <= len(name) <= _TOPIC_NAME:
        raise bad("TOPIC_TITLE_EMPTY" if not name else "TOPIC_TITLE_TOO_LONG")
    return name


@method("createForumTopic")
def create_forum_topic(state: State, params: Params) -> Json:
    """A new topic; the result is a ForumTopic."""
    chat = _forum(state, params)
    params.need("name")
    topic = Topic(0, _topic_name(params))
    color = params.whole("icon_color")
    if color is not None:
        if color not in _TOPIC_COLORS:
            raise bad("TOPIC_ICON_COLOR_INVALID")
        topic.icon_color = color
    topic.icon_custom_emoji_id = params.text("icon_custom_emoji_id") or None
    made = {"name": topic.name, "icon_color": topic.icon_color}
    topic.thread_id = _service(state, chat, None, forum_topic_created=made)
    chat.topics[topic.thread_id] = topic
    return {"message_thread_id": topic.thread_id, **made}


@method("editForumTopic")
def edit_forum_topic(state: State, params: Params) -> bool:
    """Another name or icon."""
    chat, topic = _topic(state, params)
    icon = params.text("icon_custom_emoji_id") or topic.icon_custom_emoji_id
    name = _topic_name(params) if params.text("name") else topic.name
    if (name, icon) == (topic.name, topic.icon_custom_emoji_id):
        raise bad("TOPIC_NOT_MODIFIED")
    topic.name, topic.icon_custom_emoji_id = name, icon
    _service(state, chat, topic.thread_id, forum_topic_edited={"name": name})
    return True


@method("closeForumTopic")
def close_forum_topic(state: State, params: Params) -> bool:
    """Members cannot write there any more; the bot, an administrator, can."""
    chat, topic = _topic(state, params)
    if topic.closed:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.closed = True
    _service(state, chat, topic.thread_id, forum_topic_closed={})
    return True


@method("reopenForumTopic")
def reopen_forum_topic(state: State, params: Params) -> bool:
    """Members can write again."""
    chat, topic = _topic(state, params)
    if not topic.closed:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.closed = False
    _service(state, chat, topic.thread_id, forum_topic_reopened={})
    return True


@method("deleteForumTopic")
def delete_forum_topic(state: State, params: Params) -> bool:
    """The topic goes with all its messages."""
    chat, topic = _topic(state, params)
    remove_topic(state, chat, topic.thread_id)
    return True


def remove_topic(state: State, chat: Chat, thread_id: int) -> None:
    """Take a topic and its messages away, as the bot or an administrator does it."""
    del chat.topics[thread_id]
    for message_id, stored in list(chat.messages.items()):
        if stored.message.get("message_thread_id") == thread_id:
            del chat.messages[message_id]
    state.changed("topics", chat)
