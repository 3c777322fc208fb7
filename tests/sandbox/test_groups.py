"""Groups: members, topics, the upgrade to a supergroup, being thrown out.

Private chats are in test_driver.py.
"""

import pytest

from sandbox import ApiError, World
from sandbox.driver import Phone
from tests.sandbox.conftest import Client

FORUM = -1001234567890


def test_members_write_and_press(world: World, mina: Phone) -> None:
    sara, eve = world.phone(701, "Sara"), world.phone(666, "Eve")
    group = world.group(-100200300, "Staff", [sara])
    said = group.say(sara, "hello")["message"]
    assert said["chat"] == {"id": -100200300, "type": "supergroup", "title": "Staff"}
    assert said["from"]["id"] == 701
    reply = group.say(sara, "more", reply_to=said["message_id"])["message"]
    assert reply["reply_to_message"]["message_id"] == said["message_id"]
    assert reply["message_thread_id"] == said["message_id"], "a reply thread, though the group is no forum"
    assert "is_topic_message" not in reply
    with pytest.raises(ValueError, match="no member"):
        group.say(eve, "let me in")
    group.join(eve)
    group.say(eve, "thanks")
    markup = {"inline_keyboard": [[{"text": "Claim", "callback_data": "c"}]]}
    world.call("sendMessage", chat_id=group.chat_id, text="card", reply_markup=markup)
    assert group.press(sara, "Claim")["callback_query"]["from"]["id"] == 701
    assert world.call("getChatMember", chat_id=group.chat_id, user_id=701)["status"] == "member"
    assert world.call("getChatMember", chat_id=group.chat_id, user_id=501)["status"] == "left"
    assert world.call("getChatMember", chat_id=group.chat_id, user_id=world.bot_id)["status"] == "administrator"


async def test_topics(client: Client, world: World) -> None:
    sara = world.phone(701, "Sara")
    group = world.group(FORUM, "Staff", [sara], forum=True)
    made = await client.ok("createForumTopic", chat_id=FORUM, name="Ticket 1")
    topic = made["message_thread_id"]
    assert await group.sees_topic("Ticket 1") == topic
    card = await client.ok("sendMessage", chat_id=FORUM, message_thread_id=topic, text="card")
    assert (card["message_thread_id"], card["is_topic_message"]) == (topic, True)
    inside = group.say(sara, "note", topic=topic)["message"]
    assert "forum_topic_created" in inside["reply_to_message"], "as Telegram does in topics"
    reply = group.say(sara, "answer", reply_to=card["message_id"])["message"]
    assert reply["message_thread_id"] == topic
    followed = await client.ok("sendMessage", chat_id=FORUM, text="x", reply_to_message_id=card["message_id"])
    assert followed["message_thread_id"] == topic
    assert (await group.sees("card", after=0, topic=topic)).thread_id == topic
    general = await client.ok("sendMessage", chat_id=FORUM, text="general")
    assert "message_thread_id" not in general
    refused = await client.refused("sendMessage", chat_id=FORUM, message_thread_id=1, text="x")
    assert refused == "Bad Request: message thread not found"

    here = {"chat_id": FORUM, "message_thread_id": topic}
    await client.ok("editForumTopic", **here, name="Ticket 1, solved")
    assert group.topics == {topic: "Ticket 1, solved"}
    assert (
        await client.refused("editForumTopic", **here, name="Ticket 1, solved") == "Bad Request: TOPIC_NOT_MODIFIED"
    )
    await client.ok("closeForumTopic", **here)
    assert await client.refused("closeForumTopic", **here) == "Bad Request: TOPIC_NOT_MODIFIED"
    with pytest.raises(ValueError, match="closed"):
        group.say(sara, "too late", topic=topic)
    await client.ok("sendMessage", **here, text="the bot may")
    await client.ok("reopenForumTopic", **here)
    assert await client.refused("reopenForumTopic", **here) == "Bad Request: TOPIC_NOT_MODIFIED"

    group.delete_topic(topic)
    for method, more in (("sendMessage", {"text": "x"}), ("closeForumTopic", {}), ("deleteForumTopic", {})):
        assert await client.refused(method, **here, **more) == "Bad Request: message thread not found"
    assert (
        await client.refused("createForumTopic", chat_id=FORUM, name="x" * 129) == "Bad Request: TOPIC_TITLE_TOO_LONG"
    )
    second = (await client.ok("createForumTopic", chat_id=FORUM, name="2"))["message_thread_id"]
    await client.ok("deleteForumTopic", chat_id=FORUM, message_thread_id=second)
    assert group.topics == {}


def test_only_forums_have_topics(world: World) -> None:
    world.group(-100200300, "Staff")
    with pytest.raises(ApiError, match="the chat is not a forum"):
        world.call("createForumTopic", chat_id=-100200300, name="x")
    with pytest.raises(ValueError, match="supergroup"):
        world.group(-5, "Basic", forum=True)


async def test_upgrade(client: Client, world: World) -> None:
    sara = world.phone(701, "Sara")
    group = world.group(-500, "Staff", [sara])
    assert group.say(sara, "x")["message"]["chat"]["type"] == "group"
    old, new = group.upgrade(-1009)
    assert old["message"]["migrate_to_chat_id"] == -1009
    assert old["message"]["chat"]["id"] == -500
    assert new["message"]["migrate_from_chat_id"] == -500
    status, body = await client.ask("sendMessage", chat_id=-500, text="x")
    assert (status, body["parameters"]) == (400, {"migrate_to_chat_id": -1009})
    assert body["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    await client.ok("sendMessage", chat_id=-1009, text="moved")
    assert (await group.sees("moved")).author == "bot"
    assert group.say(sara, "here")["message"]["chat"]["id"] == -1009


async def test_thrown_out(client: Client, world: World) -> None:
    sara = world.phone(701, "Sara")
    group = world.group(-1009, "Staff", [sara])
    assert group.kick_bot(sara)["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    refused = await client.refused("sendMessage", chat_id=-1009, text="x")
    assert refused == "Forbidden: bot was kicked from the supergroup chat"
    before = len(world.pending_updates())
    group.say(sara, "among ourselves")
    assert len(world.pending_updates()) == before
    assert group.add_bot(sara)["my_chat_member"]["new_chat_member"]["status"] == "administrator"
    await client.ok("sendMessage", chat_id=-1009, text="x")
    basic = world.group(-7, "Basic", [sara])
    basic.kick_bot(sara)
    assert (
        await client.refused("sendMessage", chat_id=-7, text="x") == "Forbidden: bot was kicked from the group chat"
    )


def test_supergroups_count_messages_for_themselves(world: World, mina: Phone) -> None:
    one, two = world.group(-1001, "One", [mina]), world.group(-1002, "Two", [mina])
    ids = [group.say(mina, "x")["message"]["message_id"] for group in (one, two)]
    assert ids[0] == ids[1]
