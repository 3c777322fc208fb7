"""The outbox: what a unit says is kept with it, goes out in order per chat, answers before mirrors before bulk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db import chats, outbox, upkeep
from db.engine import Database
from db.message import Button, Message
from db.outbox import LEASE, About, OutboxRow, Priority
from tests.db import queues
from tests.db.queues import delivered, say, send, texts
from tests.stage import Clock

MINA, REZA, STAFF = 501, 502, -100777
ANSWER, MIRROR, BULK = Priority.ANSWER, Priority.MIRROR, Priority.BULK


async def test_what_a_broken_unit_said_is_never_sent(database: Database) -> None:
    async def broken() -> None:
        async with database.unit() as work:
            outbox.say(work, MINA, Message("سلام"))
            raise RuntimeError("bug")

    with pytest.raises(RuntimeError, match="bug"):
        await broken()
    assert await send(database) == []
    assert not database.signals.outbox.is_set()
    await say(database, (MINA, "سلام", ANSWER))
    assert database.signals.outbox.is_set()


async def test_one_chat_hears_in_the_order_it_was_said(database: Database) -> None:
    await say(database, *((MINA, f"{n}", ANSWER) for n in range(5)))
    heard = []
    for _ in range(5):
        (row,) = await send(database)
        assert await send(database, holder="two") == [], "one at a time per chat"
        heard += texts([row])
        await delivered(database, row)
    assert heard == ["0", "1", "2", "3", "4"]


async def test_priorities_go_first_in_a_chat_and_among_chats(database: Database) -> None:
    await say(database, (MINA, "news", BULK), (STAFF, "card", MIRROR), (MINA, "first", ANSWER))
    await say(database, (MINA, "second", ANSWER), (STAFF, "refusal", ANSWER), (REZA, "news", BULK))
    rounds = []
    while rows := await send(database):
        rounds.append(texts(rows))
        await delivered(database, *rows)
    assert rounds == [["first", "refusal", "news"], ["second", "card"], ["news"]]


async def test_most_is_kept_and_the_urgent_are_among_them(database: Database) -> None:
    await say(database, *((900 + n, "news", BULK) for n in range(5)), (MINA, "answer", ANSWER))
    assert texts(await send(database, most=2)) == ["answer", "news"]
    assert len(await send(database, most=2)) == 2


async def test_an_answer_waits_for_what_is_on_its_way_in_its_chat(database: Database) -> None:
    await say(database, (MINA, "news", BULK))
    (news,) = await send(database)
    await say(database, (MINA, "answer", ANSWER))
    assert await send(database) == []
    await delivered(database, news)
    assert texts(await send(database)) == ["answer"]


async def test_a_row_that_waits_holds_its_chat_up_and_no_other(database: Database, clock: Clock) -> None:
    await say(database, (MINA, "1", ANSWER), (MINA, "2", ANSWER), (REZA, "3", ANSWER))
    first, other = await send(database)
    async with database.unit() as work:
        await outbox.retry(work, first, timedelta(seconds=30), "RetryAfter")
    await delivered(database, other)
    await say(database, (REZA, "4", ANSWER))
    assert texts(await send(database)) == ["4"]
    clock.move(timedelta(seconds=31))
    (again,) = await send(database)
    assert (texts([again]), again.attempts) == (["1"], 2)


async def test_after_its_lease_a_row_is_taken_up_again_and_the_former_turn_counts_no_more(
    database: Database, clock: Clock
) -> None:
    await say(database, (MINA, "1", ANSWER))
    (lost,) = await send(database, holder="dead")
    clock.move(LEASE + timedelta(seconds=1))
    (again,) = await send(database, holder="new")
    assert (again.id, again.attempts) == (lost.id, 2)
    await delivered(database, lost)
    async with database.unit() as work:
        await outbox.retry(work, lost, timedelta(), "late")
        assert not await outbox.failed(work, lost, "late")
    assert await queues.states(database) == ["sending"]
    await delivered(database, again)
    assert await queues.states(database) == ["sent"]


async def test_given_up_a_row_lets_the_next_of_its_chat_pass(database: Database) -> None:
    await say(database, (MINA, "1", ANSWER), (MINA, "2", ANSWER))
    (row,) = await send(database)
    async with database.unit() as work:
        assert await outbox.failed(work, row, "BadRequest")
    assert texts(await send(database)) == ["2"]
    ends = await queues.rows(database, OutboxRow.state, OutboxRow.error)
    assert ends == [("failed", "BadRequest"), ("sending", None)]


async def test_after_a_crash_the_only_process_takes_up_what_was_on_its_way(database: Database) -> None:
    await say(database, (MINA, "1", ANSWER), (MINA, "2", ANSWER))
    await send(database, holder="dead")
    async with database.unit() as work:
        await outbox.release_all(work)
    (again,) = await send(database, holder="new")
    assert (texts([again]), again.attempts) == (["1"], 2)


async def test_a_message_is_found_by_its_slot_once_it_was_sent(database: Database) -> None:
    async with database.unit() as work:
        outbox.say(work, STAFF, Message("card"), about=About(slot="card:1", ticket_id=1))
        outbox.edit(work, STAFF, Message("changed"), about=About(slot="card:1"))
    (card,) = await send(database)
    async with database.unit() as work:
        assert await outbox.message_of_slot(work, STAFF, "card:1") is None
    await delivered(database, card)
    async with database.unit() as work:
        assert await outbox.message_of_slot(work, STAFF, "card:1") == card.id + 1000
        assert await outbox.message_of_slot(work, MINA, "card:1") is None, "slots are each chat's own"
    (edit,) = await send(database)
    assert (edit.kind, edit.payload) == ("edit", {"text": "changed", "edit_slot": "card:1"})


async def test_every_part_of_a_message_is_kept(database: Database) -> None:
    async with database.unit() as work:
        rows = ((Button("بله ✓", "y:1"), Button("site", url="https://example.com")),)
        outbox.say(work, MINA, Message("<b>متن</b>", rows, None, reply_to=5), about=About("s", 7, 8))
        outbox.unbutton(work, MINA, message_id=5)
        outbox.unbutton(work, MINA, slot="s", keep=((Button("site", url="https://example.com"),),))
        outbox.react(work, MINA, 6, "👌")
    (row,) = await send(database)
    assert row.payload == {
        "text": "<b>متن</b>", "keyboard": None, "reply_to": 5,
        "buttons": [[{"text": "بله ✓", "data": "y:1"}, {"text": "site", "url": "https://example.com"}]],
    }  # fmt: skip
    assert (row.slot, row.ticket_id, row.ticket_message_id, row.priority) == ("s", 7, 8, ANSWER)
    kinds = await queues.rows(database, OutboxRow.kind, OutboxRow.payload, OutboxRow.priority)
    assert kinds[1:] == [
        ("unbutton", {"message_id": 5, "text": ""}, ANSWER),
        ("unbutton", {"edit_slot": "s", "text": "", "buttons": [[row.payload["buttons"][0][1]]]}, ANSWER),
        ("react", {"message_id": 6, "emoji": "👌"}, MIRROR),
    ]


async def test_what_waits_for_a_group_follows_it_to_its_new_id(database: Database) -> None:
    await say(database, (STAFF, "1", MIRROR), (STAFF, "2", MIRROR), (MINA, "3", ANSWER))
    on_its_way = next(row for row in await send(database) if row.chat_id == STAFF)
    for _ in range(2):  # told twice: once by the group, once by a refused call
        async with database.unit() as work:
            await chats.move(work, STAFF, STAFF * 10)
    assert [chat for (chat,) in await queues.rows(database, OutboxRow.chat_id)] == [STAFF, STAFF * 10, MINA]
    assert on_its_way.chat_id == STAFF
    async with database.reading() as session:
        assert await chats.moved(session) == {STAFF: STAFF * 10}
        assert await upkeep.outbox_counts(session) == {"ready": 1, "sending": 2, "failed": 0, "unknown": 0}


async def test_two_senders_never_get_one_row_or_one_chat(postgres_url: str) -> None:
    one, two = Database(postgres_url), Database(postgres_url)
    await say(one, (MINA, "1", ANSWER), (MINA, "2", ANSWER), (REZA, "3", ANSWER))
    async with one.unit() as work:
        (mine,) = await outbox.claim(work, "one", 1)
        assert texts([mine]) == ["1"]
        assert texts(await send(two, holder="two")) == ["3"]
    assert await send(two, holder="two") == []
    await delivered(one, mine)
    assert texts(await send(two, holder="two")) == ["2"]
    await one.close()
    await two.close()
