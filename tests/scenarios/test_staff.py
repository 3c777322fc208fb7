"""The staff group, as a chat: cards, replies that leave, words that stay, buttons, and owners who are away."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from db.models import MessageLink, MovedChat, Person, Ticket, TicketEvent, TicketMessage
from db.outbox import OutboxRow
from eservices import forms
from tests.eservices.happy import firm_id, person_id
from tests.scenarios.desk_steps import card_of, hand_over, no_refusals, now_of, press_card
from tests.scenarios.steps import Filling, labels, shown_reference, tickets_of
from tests.stage import STAFF_CHAT, Stage

CLAIM, WAIT, SOLVE, CLOSE = "✋ برمی‌دارم", "⏳ منتظر صاحب درخواست", "✅ حل شد", "🔒 بستن"
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


async def test_a_filed_form_becomes_a_card_with_masked_ids_and_its_files(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "land")
    await filling.until(forms.REVIEW)
    stage.mina.press("✅ فرستادن درخواست")
    await stage.mina.sees("درخواستتان ثبت شد")
    ticket = (await tickets_of(stage, stage.mina))[0]
    card = await card_of(stage, ticket)
    assert "واگذاری زمین" in card.text
    assert "مینا کریمی" in card.text
    assert "زبان: \u2068فارسی" in card.text
    assert labels(card) == [CLAIM, WAIT, SOLVE, CLOSE]
    await no_refusals(stage)
    everything = "\n".join(seen.text for seen in stage.staff.screen).translate({v: k for k, v in PERSIAN.items()})
    for secret in (person_id(), firm_id()):
        assert secret not in everything
    ids = [f for f in filling.form.fields if f.type in ("person_id", "firm_id") and f.id in filling.state.answers]
    assert everything.count("•••••••") == len(ids)
    files = forms.files_of(filling.form, filling.state)
    assert len([seen for seen in stage.staff.screen if seen.photo]) == len(files)


async def test_a_reply_reaches_the_owner_whoever_of_the_staff_writes_it(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.emma, "I need advice")
    card = await card_of(stage, ticket)
    for member, words in ((stage.sara, "Which province are you in?"), (stage.omid, "And since when?")):
        sent = stage.staff.say(member, words, reply_to=card.message_id)
        reply = await stage.emma.sees(words, after=0)
        assert shown_reference(ticket.reference, "en") in reply.text
        assert labels(reply) == ["✍️ Write to staff"]
        await stage.settled()
        told = next(s for s in stage.staff.screen if s.message_id == sent["message"]["message_id"])
        assert told.reactions == ["👌"]
    stage.emma.say("Isfahan", reply_to=reply.message_id)
    mirror = await stage.staff.sees("Isfahan", after=0)
    stage.staff.say(stage.sara, "Thank you", reply_to=mirror.message_id)  # an answer to a mirror counts as well
    await stage.emma.sees("Thank you", after=0)
    await stage.settled()
    messages = await stage.rows(
        select(TicketMessage.author_name, TicketMessage.delivery).where(TicketMessage.author == "staff")
    )
    assert [tuple(row) for row in messages] == [("سارا", "sent"), ("امید", "sent"), ("سارا", "sent")]


async def test_photos_files_and_voices_of_staff_arrive(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    card = await card_of(stage, ticket)
    sara = stage.staff.by(stage.sara)
    sara.photo("نقشهٔ شهرک", reply_to=card.message_id)
    sara.document("فرم.pdf", b"%PDF-1.4", reply_to=card.message_id)
    sara.voice(reply_to=card.message_id)
    await no_refusals(stage)
    assert any("نقشهٔ شهرک" in seen.text for seen in stage.mina.screen)
    kinds = [k for seen in stage.mina.screen for k in ("photo", "document", "voice") if getattr(seen, k)]
    assert kinds == ["photo", "document", "voice"]
    sara.sticker(reply_to=card.message_id)
    await stage.staff.sees("این را نمی‌توانم بفرستم")
    await stage.settled()
    assert not any(seen.sticker for seen in stage.mina.screen)


async def test_everything_else_stays_among_staff(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    await stage.settled()
    before = len(stage.mina.screen)
    note = stage.staff.say(stage.sara, "این آقا را می‌شناسم")
    stage.staff.say(stage.omid, "من هم", reply_to=note["message"]["message_id"])
    stage.staff.say(stage.sara, "/start land")
    stage.staff.say(stage.sara, ticket.reference)
    stage.staff.by(stage.omid).photo("یادداشت")
    await stage.settled()
    assert len(stage.mina.screen) == before
    assert await stage.scalars(select(TicketMessage.author)) == ["owner"]
    assert not [seen for seen in stage.staff.screen if seen.author == "bot" and seen.mark > note.mark]


async def test_an_edited_reply_is_told_not_to_arrive(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    card = await card_of(stage, ticket)
    sent = stage.staff.say(stage.sara, "فردا بیایید", reply_to=card.message_id)
    await stage.mina.sees("فردا بیایید", after=0)
    stage.staff.by(stage.sara).edit(sent["message"]["message_id"], "پس‌فردا بیایید")
    await stage.staff.sees("ویرایش پیام به صاحب درخواست نمی‌رسد")
    await stage.settled()
    assert not any("پس‌فردا" in seen.text for seen in stage.mina.screen)


async def test_a_reply_that_is_too_long_is_refused_with_the_number_over(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    card = await card_of(stage, ticket)
    stage.staff.say(stage.sara, "ب" * 3600, reply_to=card.message_id)
    assert "۱۰۰ حرف" in (await stage.staff.sees("بیشتر است و نرفت")).text
    stage.staff.say(stage.sara, "ب" * 3500, reply_to=card.message_id)
    await stage.mina.sees("ب" * 3500, after=0)


async def test_the_buttons_lead_through_the_life_of_a_request(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    await press_card(stage, ticket, stage.sara, CLAIM)
    card = await card_of(stage, ticket)
    assert "در دست بررسی" in card.text
    assert "با \u2068سارا" in card.text
    assert labels(card) == [WAIT, SOLVE, CLOSE]
    await press_card(stage, ticket, stage.omid, WAIT)
    assert labels(await card_of(stage, ticket)) == [SOLVE, CLOSE]
    await press_card(stage, ticket, stage.sara, SOLVE)
    assert labels(await card_of(stage, ticket)) == [CLOSE]
    await press_card(stage, ticket, stage.sara, CLOSE)
    assert labels(await card_of(stage, ticket)) == []
    kinds = await stage.scalars(select(TicketEvent.kind).order_by(TicketEvent.id))
    assert kinds == ["opened", "claimed", "waiting", "solved", "closed"]
    await no_refusals(stage)


async def test_two_claim_at_once_and_one_gets_it(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    card = await card_of(stage, ticket)
    presses = [stage.staff.press(who, CLAIM, message_id=card.message_id) for who in (stage.sara, stage.omid)]
    answers = [await who.sees_answer(p) for who, p in zip((stage.sara, stage.omid), presses, strict=True)]
    winner = (await now_of(stage, ticket)).claimed_by
    loser = answers[0 if winner == "امید" else 1]
    assert winner in ("سارا", "امید")
    assert winner in loser.text
    assert "این درخواست با" in loser.text
    await stage.settled()
    assert (await stage.scalars(select(TicketEvent.kind))).count("claimed") == 1
    taken = [seen for seen in stage.mina.screen if "برداشت و روی آن کار می‌کند" in seen.text]
    assert len(taken) == 1


async def test_an_old_button_redraws_the_card_instead_of_acting(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    card = await card_of(stage, ticket)
    old = next(b["callback_data"] for row in card.markup for b in row if b["text"] == CLOSE)
    await press_card(stage, ticket, stage.sara, CLAIM)
    press = stage.staff.press(stage.omid, data=old, message_id=card.message_id)
    assert "تازه شد" in (await stage.omid.sees_answer(press)).text
    assert (await now_of(stage, ticket)).status == "open"
    await press_card(stage, ticket, stage.omid, CLOSE)
    assert (await now_of(stage, ticket)).status == "closed"


async def test_the_card_follows_what_owner_and_staff_write(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    card = await card_of(stage, ticket)
    stage.mina.say("یک چیز دیگر")
    await stage.mina.sees("اضافه شد")
    stage.staff.say(stage.sara, "سلام", reply_to=card.message_id)
    await stage.mina.sees("سلام", after=0)
    await stage.settled()
    assert "در دست بررسی" in (await card_of(stage, ticket)).text
    await press_card(stage, ticket, stage.sara, SOLVE)  # one press is enough
    assert (await now_of(stage, ticket)).status == "solved"


async def test_a_reply_to_a_closed_request_opens_it_again(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    await press_card(stage, ticket, stage.sara, CLOSE)
    card = await card_of(stage, ticket)
    stage.staff.say(stage.sara, "خبر تازه رسید", reply_to=card.message_id)
    await stage.mina.sees("خبر تازه رسید", after=0)
    assert (await now_of(stage, ticket)).status == "open"


async def test_staff_hear_when_the_owner_blocked_the_assistant(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    card = await card_of(stage, ticket)
    stage.mina.blocks()
    await stage.settled()
    stage.staff.say(stage.sara, "کجایید؟", reply_to=card.message_id)
    await stage.staff.sees("دستیار را بسته است")
    assert await stage.scalars(select(TicketMessage.author)) == ["owner"], "nothing is kept as if it had been sent"
    stage.mina.unblocks()
    await stage.settled()
    stage.staff.say(stage.sara, "برگشتید؟", reply_to=card.message_id)
    await stage.mina.sees("برگشتید؟", after=0)


async def test_staff_hear_when_a_reply_could_not_be_delivered(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    card = await card_of(stage, ticket)
    stage.mina.deactivates()  # the assistant is not told of this
    stage.staff.say(stage.sara, "کجایید؟", reply_to=card.message_id)
    told = await stage.staff.sees("به دست صاحبش نرسید")
    assert shown_reference(ticket.reference) in told.text
    await stage.settled()
    delivery = select(TicketMessage.delivery).where(TicketMessage.author == "staff")
    assert await stage.scalars(delivery) == ["failed"]
    assert await stage.scalars(select(Person.reachable).where(Person.chat_id == stage.mina.user_id)) == [False]


@pytest.mark.parametrize("told", [True, False])
async def test_the_group_becomes_a_supergroup(stage: Stage, told: bool) -> None:
    first = await hand_over(stage, stage.mina, "پیش از تغییر")
    stage.staff.upgrade(-100777)
    if not told:  # the update about it is late: the first refused call tells
        stage.world.updates.entries.clear()
    second = await hand_over(stage, stage.emma, "after the change")
    assert stage.staff.chat_id == -100777
    card = await card_of(stage, second)
    stage.staff.say(stage.sara, "you are served", reply_to=card.message_id)
    await stage.emma.sees("you are served", after=0)
    await press_card(stage, second, stage.sara, CLAIM)
    stage.mina.say("هنوز هستم")
    mirror = await stage.staff.sees("هنوز هستم", after=0)
    stage.staff.say(stage.sara, "می‌دانیم", reply_to=mirror.message_id)
    await stage.mina.sees("می‌دانیم", after=0)
    await stage.settled()
    moves = await stage.rows(select(MovedChat.old_chat_id, MovedChat.new_chat_id))
    assert [tuple(move) for move in moves] == [(STAFF_CHAT, -100777)]
    assert (await now_of(stage, first)).status == "open"
    await stage.restart()
    await hand_over(stage, stage.reza, "پس از راه‌اندازی دوباره")


async def test_another_group_changes_nothing(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    card = await card_of(stage, ticket)
    other = stage.world.group(-424242, "جای دیگر", members=[stage.eve, stage.sara])
    stray = other.say(stage.eve, "سلام")
    other.say(stage.eve, "/start")
    other.say(stage.eve, "پاسخ من", reply_to=stray["message"]["message_id"])
    version = (await now_of(stage, ticket)).version
    sent = stage.world.count("sendMessage")
    forged = {"update_id": 10**9, "callback_query": {
        "id": "77", "from": stage.eve.person.user(), "chat_instance": "1", "data": f"g:{ticket.id}:{version}:close",
        "message": {"message_id": card.message_id, "date": 1, "chat": other.chat.brief(), "text": card.text},
    }}  # fmt: skip
    stage.world.inject(forged)
    other.upgrade(-100888)
    await stage.settled()
    assert stage.world.count("sendMessage") == sent
    assert (await now_of(stage, ticket)).version == version
    assert not await stage.rows(select(MovedChat.old_chat_id))
    assert await stage.scalars(select(Person.chat_id)) == [stage.mina.user_id]


async def test_staff_buttons_do_nothing_in_a_private_chat(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    version = (await now_of(stage, ticket)).version
    stage.eve.start()
    shown = await stage.eve.sees("I am Sanatyar")
    for action in ("claim", "wait", "solve", "close"):
        press = stage.eve.press(data=f"g:{ticket.id}:{version}:{action}", message_id=shown.message_id)
        assert "out of date" in (await stage.eve.sees_answer(press)).text
    for data in ("g:1:1:delete", "g:x", f"g:{ticket.id}:{version}:", "x" * 64, "۱", "t:99999999999999999999:show"):
        press = stage.eve.press(data=data, message_id=shown.message_id)
        assert "out of date" in (await stage.eve.sees_answer(press)).text
    assert (await now_of(stage, ticket)).version == version
    assert not await stage.scalars(select(Ticket.id).where(Ticket.claimed_by.is_not(None)))


async def test_cards_are_not_lost_while_the_group_answers_slowly(stage: Stage) -> None:
    stage.world.faults.fail_next("sendMessage", "server_error", 1)
    ticket = await hand_over(stage, stage.mina, "کمک")
    await stage.settled()
    assert (await card_of(stage, ticket)).text.count("کمک") == 1
    assert await stage.scalars(select(OutboxRow.state).where(OutboxRow.state != "sent")) == []


async def test_a_copy_without_a_link_is_known_by_the_number_in_it(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    card = await card_of(stage, ticket)
    await stage.settled()
    async with stage.database.unit() as work:  # as after a crash between sending and writing it down
        await work.session.execute(delete(MessageLink))
    stage.staff.say(stage.sara, "به دستتان می‌رسد", reply_to=card.message_id)
    reply = await stage.mina.sees("به دستتان می‌رسد", after=0)
    await stage.settled()
    async with stage.database.unit() as work:
        await work.session.execute(delete(MessageLink))
    stage.mina.press("✓ تمام شد")
    await stage.mina.sees("چه کاری انجام دهیم")
    stage.mina.say("رسید، ممنون", reply_to=reply.message_id)
    await stage.staff.sees("رسید، ممنون", after=0)
    told = stage.staff.say(stage.omid, f"دربارهٔ {ticket.reference} حرف می‌زدیم")
    stage.staff.say(stage.sara, "بله", reply_to=told["message"]["message_id"])
    await stage.settled()
    assert not any(seen.text.endswith("بله") for seen in stage.mina.screen), "only answers to our messages leave"
