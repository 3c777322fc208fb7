"""What the page shows, as JSON: persons, groups, a screen. Reads the world, changes nothing."""

import json
from dataclasses import asdict

from sandbox.acts import Hand
from sandbox.methods.setup import scope_key
from sandbox.seen import Seen, screen
from sandbox.state import Chat, Json, Person, State

LAST = 200
"""Messages a screen holds at most: the newest."""


def people_shown(state: State) -> list[Json]:
    """All persons."""
    return [
        {
            "id": person.user_id,
            "name": " ".join(filter(None, (person.first_name, person.last_name))),
            "language": person.language_code,
            "wrote": person.wrote,
            "blocked": person.blocked,
        }
        for person in state.people.values()
    ]


def groups_shown(state: State) -> list[Json]:
    """All groups that still live."""
    return [
        {
            "id": chat.chat_id,
            "title": chat.title,
            "forum": chat.forum,
            "members": [{"id": person.user_id, "name": person.first_name} for person in chat.members.values()],
        }
        for chat in state.chats.values()
        if chat.person is None and chat.migrated_to is None
    ]


def commands_for(state: State, chat: Chat, person: Person) -> list[Json]:
    """The command menu as the person's client finds it: the narrowest scope first, their language before none."""
    wide = "all_private_chats" if chat.person is not None else "all_group_chats"
    scopes: list[Json] = [{"type": "chat", "chat_id": chat.chat_id}, {"type": wide}, {"type": "default"}]
    for scope in scopes:
        for language in (person.language_code or "", ""):
            found = state.commands.get((scope_key(scope), language))
            if found:
                return found
    return []


def screen_shown(state: State, hand: Hand) -> Json:
    """A chat as the page draws it for one person."""
    chat, person = hand.chat, hand.person
    language = person.language_code or ""
    profile = state.profile
    return {
        "chat_id": chat.chat_id,
        "title": chat.title or profile.get(("name", language)) or state.bot_user()["first_name"],
        "about": profile.get(("description", language)) or profile.get(("description", ""), ""),
        "typing": chat.typing_until > state.clock(),
        "blocked": person.blocked and chat.person is person,
        "started": person.wrote or chat.person is None,
        "messages": [_message(state, chat, seen, language) for seen in screen(state, chat, hand.thread_id)[-LAST:]],
        "keyboard": _keyboard(chat),
        "commands": commands_for(state, chat, person),
        "topics": [
            {"id": topic.thread_id, "name": topic.name, "closed": topic.closed} for topic in chat.topics.values()
        ],
    }


def _keyboard(chat: Chat) -> Json | None:
    if not chat.keyboard or "keyboard" not in chat.keyboard:
        return None
    return json.loads(json.dumps(chat.keyboard))  # type: ignore[no-any-return]


def _message(state: State, chat: Chat, seen: Seen, language: str) -> Json:
    """Seen, with the bot's name in the reader's language, the quoted message's beginning and the topic's name."""
    found = asdict(seen)
    if seen.author == "bot":
        found["name"] = state.profile.get(("name", language)) or seen.name
    quoted = chat.messages.get(seen.reply_to or 0)
    opens_topic = quoted is not None and "forum_topic_created" in quoted.message
    found["quote"] = None
    if quoted is not None and not opens_topic:
        text = quoted.message.get("text") or quoted.message.get("caption") or ""
        found["quote"] = {"name": quoted.message["from"]["first_name"], "text": text[:120]}
    topic = chat.topics.get(seen.thread_id or 0)
    found["topic"] = topic.name if topic else None
    found["sender"] = chat.messages[seen.message_id].message.get("from", {}).get("id")
    return found
