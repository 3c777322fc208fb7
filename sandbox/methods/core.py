"""What all methods share: the table of methods, finding the chat that a call names, finding a message in it.

A method is a function (State, Params) -> JSON result that raises ApiError.
"""

from collections.abc import Callable
from typing import Any

from sandbox.errors import ApiError, bad, forbidden
from sandbox.params import Params
from sandbox.state import Call, Chat, Json, State, Stored, Topic

Method = Callable[[State, Params], Any]

TABLE: dict[str, tuple[str, Method]] = {}
"""Lower-case name -> (name as documented, function). Telegram ignores the case of method names."""


def method(name: str) -> Callable[[Method], Method]:
    """Register a function as a method of the Bot API."""

    def register(function: Method) -> Method:
        TABLE[name.lower()] = (name, function)
        return function

    return register


def call(state: State, name: str, params: Params) -> Any:
    """Run a method and note it in the ledger. Raises ApiError, 404 for an unknown method."""
    found = TABLE.get(name.lower())
    if found is None:
        raise ApiError(404, "Not Found")
    documented, function = found
    result = function(state, params)
    state.calls[documented] += 1
    state.ledger.append(Call(documented, params.values, result, state.clock()))
    return result


def chat_of(state: State, params: Params, name: str = "chat_id") -> Chat:
    """The chat that a call names, known to the bot; refusals for reading are checked, those for writing are not."""
    raw = params.need(name)
    try:
        chat = state.chats.get(int(raw)) if not isinstance(raw, bool) else None
    except (TypeError, ValueError):
        chat = None
    if chat is None:
        raise bad("chat not found")
    if chat.migrated_to is not None:
        raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
    if chat.kicked:
        kind = "supergroup" if chat.kind == "supergroup" else "group"
        raise forbidden(f"bot was kicked from the {kind} chat")
    return chat


def writable(state: State, params: Params) -> Chat:
    """The chat that a call writes to; a person must have written first and must not have blocked the bot."""
    chat = chat_of(state, params)
    person = chat.person
    if person is not None:
        if person.deactivated:
            raise forbidden("user is deactivated")
        if person.blocked:
            raise forbidden("bot was blocked by the user")
        if not person.wrote:
            raise forbidden("bot can't initiate conversation with a user")
    return chat


def topic_of(chat: Chat, thread_id: int | None) -> Topic | None:
    """The topic with this id. None without an id; an id that leads nowhere (also General's 1) is refused."""
    if not thread_id:
        return None
    topic = chat.topics.get(thread_id) if chat.forum else None
    if topic is None:
        raise bad("message thread not found")
    return topic


def message_of(chat: Chat, message_id: int | None, problem: str) -> Stored:
    """A message of the chat, or the refusal `problem`."""
    stored = chat.messages.get(message_id or 0)
    if stored is None:
        raise bad(problem)
    return stored


def replied(chat: Chat, params: Params) -> Stored | None:
    """The message that the call replies to. Raises unless it exists or may be missing."""
    given = params.json("reply_parameters", "reply parameters")
    if given is not None and not isinstance(given, dict):
        raise bad("object expected as reply parameters")
    if given:
        wanted, may_miss = given.get("message_id"), bool(given.get("allow_sending_without_reply"))
    else:
        wanted, may_miss = params.whole("reply_to_message_id"), params.flag("allow_sending_without_reply")
    if not wanted:
        return None
    stored = chat.messages.get(wanted) if isinstance(wanted, int) else None
    if stored is None and not may_miss:
        raise bad("message to be replied not found")
    return stored


def shallow(message: Json) -> Json:
    """A message as it appears in another's reply_to_message: without its own reply."""
    return {key: value for key, value in message.items() if key not in {"reply_to_message", "reply_markup"}}
