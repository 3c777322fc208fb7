"""How a request goes on and ends, as a chat: states announced, cancelled, opened again, rated, closed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from db.models import TicketEvent, TicketMessage
from desk import tickets
from tests.scenarios.desk_steps import card_of, hand_over, no_refusals, now_of, press_card, requests_for
from tests.scenarios.steps import labels, said, shown_reference, tickets_of
from tests.stage import Stage


async def test_each_change_of_state_is_announced_in_plain_words(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.emma, "I need advice")
    number = shown_reference(ticket.reference, "en")
    await press_card(stage, ticket, stage.sara, "✋ برمی‌دارم")
    assert number in (await stage.emma.sees("Somebody has taken on your request")).text
    await press_card(stage, ticket, stage.sara, "⏳ منتظر صاحب درخواست")
    assert ["✍️ Write to staff"] in (await stage.emma.sees("waiting for your answer")).buttons
    stage.emma.press("✍️ Write to staff")
    await stage.emma.sees("Whatever you write")
    stage.emma.say("here is my answer")
    await stage.emma.sees("Added to request")
    await stage.settled()
    assert (await now_of(stage, ticket)).status == "open", "the ball is with staff again"
    assert "در دست بررسی" in (await card_of(stage, ticket)).text
    await press_card(stage, ticket, stage.sara, "✅ حل شد")
    solved = await stage.emma.sees("Were you satisfied with us?", after=0)
    assert solved.buttons[0] == ["1⭐", "2⭐", "3⭐", "4⭐", "5⭐"]
    await press_card(stage, ticket, stage.sara, "🔒 بستن")
    await stage.emma.sees("is closed", after=0)
    await no_refusals(stage)


async def test_cancel_asks_first_and_cancelling_twice_is_told(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    stage.mina.press("📋 دیدن درخواست")
    await stage.mina.sees("وضعیت:")
    stage.mina.press("✖️ لغو درخواست")
    asked = await stage.mina.sees("لغو شود؟")
    stage.mina.press("نه، بماند")
    await stage.mina.sees("وضعیت:")
    assert (await now_of(stage, ticket)).status == "new"
    stage.mina.press("بله، لغو شود", message_id=asked.message_id)
    closed = await stage.mina.sees("این درخواست بسته است")
    assert "⭐" not in "".join(labels(closed)), "nobody has worked on it: nothing to rate"
    await stage.staff.sees("آن را لغو کرد", after=0)
    stage.mina.press(data=f"t:{ticket.id}:cancelled", message_id=asked.message_id)
    twice = await stage.mina.sees("پیش‌تر پایان یافته است")
    assert shown_reference(ticket.reference) in twice.text
    await stage.settled()
    assert (await card_of(stage, ticket)).buttons == []
    assert (await stage.scalars(select(TicketEvent.kind))).count("cancelled") == 1


async def test_reopening_within_fourteen_days_and_not_later(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    await press_card(stage, ticket, stage.sara, "🔒 بستن")
    closed = await stage.mina.sees("بسته شد", after=0)
    stage.clock.move(timedelta(days=13))
    stage.mina.press(data=f"t:{ticket.id}:reopen", message_id=closed.message_id)
    await stage.mina.sees("دوباره باز شد")
    await stage.staff.sees("دوباره باز کرد", after=0)
    assert (await now_of(stage, ticket)).status == "open"
    stage.mina.press(data=f"t:{ticket.id}:reopen", message_id=closed.message_id)
    await stage.mina.sees("لازم نیست دوباره باز شود")
    await press_card(stage, ticket, stage.sara, "🔒 بستن")
    stage.clock.move(timedelta(days=15))
    stage.mina.say(ticket.reference)
    assert "🔄 باز کردن دوباره" not in labels(await stage.mina.sees("وضعیت:"))
    stage.mina.press(data=f"t:{ticket.id}:reopen", message_id=closed.message_id)
    assert "۱۴ روز" in (await stage.mina.sees("لطفاً درخواست تازه‌ای ثبت کنید")).text
    assert (await now_of(stage, ticket)).status == "closed"


async def test_rating_once_it_has_ended(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    card = await stage.mina.sees("به کارشناس رساندم", after=0)
    stage.mina.press(data=f"t:{ticket.id}:rate:5", message_id=card.message_id)
    await stage.mina.sees("هنوز باز است")
    await press_card(stage, ticket, stage.sara, "✅ حل شد")
    ended = await stage.mina.sees("از کار ما راضی بودید؟", after=0)
    stage.mina.press("۴⭐")
    await stage.mina.sees("امتیاز شما ثبت شد: ۴ از ۵")
    stage.mina.press(data=f"t:{ticket.id}:rate:2", message_id=ended.message_id)
    await stage.mina.sees("امتیاز شما ثبت شد: ۲ از ۵")
    assert (await now_of(stage, ticket)).rating == 2, "the last word counts"
    for stars in ("0", "6", "9"):
        stage.mina.press(data=f"t:{ticket.id}:rate:{stars}", message_id=ended.message_id)
        await stage.mina.sees("امتیاز باید از ۱ تا ۵ باشد")
    stage.mina.say(ticket.reference)
    assert "امتیاز شما: ۲ از ۵" in (await stage.mina.sees("وضعیت:")).text


async def test_writing_to_a_solved_request_opens_it_again(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    await press_card(stage, ticket, stage.sara, "✅ حل شد")
    solved = await stage.mina.sees("حل‌شده اعلام کرد", after=0)
    stage.mina.say("هنوز نشده", reply_to=solved.message_id)
    await stage.mina.sees("اضافه شد")
    await stage.settled()
    assert (await now_of(stage, ticket)).status == "open"
    assert "در دست بررسی" in (await card_of(stage, ticket)).text


async def test_a_closed_request_takes_nothing_but_shows_the_way(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    await press_card(stage, ticket, stage.sara, "🔒 بستن")
    closed = await stage.mina.sees("بسته شد", after=0)
    stage.mina.say("یک چیز دیگر", reply_to=closed.message_id)
    shown = await stage.mina.sees("بسته است")
    assert shown_reference(ticket.reference) in shown.text
    assert labels(shown) == ["🔄 باز کردن دوباره"]
    stage.mina.press(data=f"t:{ticket.id}:write", message_id=closed.message_id)
    await stage.mina.sees("بسته است")
    stage.mina.say("سلام")  # not to the request any more
    await stage.mina.sees("خوش آمدید")
    stage.clock.move(timedelta(days=15))
    stage.mina.say("یک چیز دیگر", reply_to=closed.message_id)
    assert said(stage.mina, "menu.services") in labels(await stage.mina.sees("درخواست تازه‌ای ثبت کنید"))
    assert len(await stage.scalars(select(TicketMessage.id))) == 1


async def test_the_card_tells_the_last_answer_also_when_it_was_only_a_file(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    card = await card_of(stage, ticket)
    stage.staff.by(stage.sara).photo(reply_to=card.message_id)
    await stage.mina.sees("پاسخ کارشناس", after=0)
    stage.mina.say(ticket.reference)
    assert "یک فایل" in (await stage.mina.sees("آخرین پاسخ کارشناس")).text


async def test_requests_are_not_opened_without_end(stage: Stage) -> None:
    await requests_for(stage, stage.mina, tickets.MOST_OPEN)
    stage.mina.say("/human")
    await stage.mina.sees("در یک پیام")
    stage.mina.say("یکی دیگر")
    refused = await stage.mina.sees("۳۰ درخواست باز دارید")
    assert "لغو" in refused.text
    assert len(await tickets_of(stage, stage.mina)) == tickets.MOST_OPEN
