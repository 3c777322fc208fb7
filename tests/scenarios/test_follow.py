"""Following one's requests, as a chat: the list, numbers in any digits, adding by answering and by the button."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db.models import Question, TicketMessage
from desk.references import check_digit
from tests.scenarios.desk_steps import card_of, hand_over, no_refusals, now_of, requests_for
from tests.scenarios.steps import labels, said, shown_reference, start_of, tickets_of
from tests.stage import Stage

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


async def test_nobody_has_requests_at_first(stage: Stage) -> None:
    stage.emma.say("/requests")
    shown = await stage.emma.sees("not filed a request yet")
    assert said(stage.emma, "menu.services") in labels(shown)


async def test_the_list_has_pages_that_turn_in_place(stage: Stage) -> None:
    await requests_for(stage, stage.mina, 8)
    stage.mina.say("/requests")
    page = await stage.mina.sees("۸ درخواست دارید")
    assert len([row for row in page.buttons if "ثبت شده" in row[0]]) == 6
    stage.mina.press("قدیمی‌ترها")
    older = await stage.mina.sees("۸ درخواست دارید")
    assert older.message_id == page.message_id
    assert len([row for row in older.buttons if "ثبت شده" in row[0]]) == 2
    assert ["تازه‌ترها"] in older.buttons
    stage.mina.press(older.buttons[0][0])
    card = await stage.mina.sees("وضعیت:")
    assert "گفت‌وگو با کارشناس" in card.text
    stage.mina.press("تازه‌ترها")
    assert (await stage.mina.sees("۸ درخواست دارید")).buttons == page.buttons
    await no_refusals(stage)


@pytest.mark.parametrize(
    "shape",
    ["{0}-{1}", "{0}{1}", "{0} {1}", "{0}–{1}", "  {0}  {1}\n", "شماره من {0}-{1} است، چه شد؟", "#{0}-{1}"],
)
async def test_a_number_in_any_digits_finds_the_request(stage: Stage, shape: str) -> None:
    await requests_for(stage, stage.mina, 1)
    reference = (await tickets_of(stage, stage.mina))[0].reference
    for digits in ({}, PERSIAN, ARABIC):
        stage.mina.say(shape.format(reference[:4], reference[4:]).translate(digits))
        card = await stage.mina.sees("وضعیت:")
        assert shown_reference(reference) in card.text
    assert not await stage.scalars(select(Question.text)), "a number is no question"


async def test_the_number_is_known_whatever_is_going_on(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک لازم دارم")
    stage.mina.say(ticket.reference)  # while what is written goes to the request
    await stage.mina.sees("وضعیت:")
    stage.mina.start("clinic")
    await stage.mina.sees("کلینیک")
    stage.mina.press(said(stage.mina, "services.apply"))
    await stage.mina.sees(start_of(stage.mina, "form.question"))
    stage.mina.say(ticket.reference.translate(PERSIAN))
    await stage.mina.sees("وضعیت:")
    stage.mina.say("/human")
    await stage.mina.sees("در یک پیام")
    stage.mina.say(ticket.reference)
    await stage.mina.sees("وضعیت:")
    await stage.settled()
    assert len(await tickets_of(stage, stage.mina)) == 1
    assert await stage.scalars(select(TicketMessage.text)) == ["کمک لازم دارم"]


async def test_wrong_and_strange_numbers_are_not_found(stage: Stage) -> None:
    await requests_for(stage, stage.mina, 1)
    reference = (await tickets_of(stage, stage.mina))[0].reference
    mistyped = reference[:7] + str((int(reference[7]) + 1) % 10)
    free = next(f"{n}{check_digit(str(n))}" for n in range(9_999_999, 0, -1) if str(n) != reference[:7])
    for number in (mistyped, free):
        stage.mina.say(number)
        shown = await stage.mina.sees("پیدا نکردم")
        assert shown_reference(number) in shown.text
    stage.mina.say("۱۲۳")
    await stage.mina.sees("نفهمیدم این عدد برای چیست")
    assert not await stage.scalars(select(Question.text))


async def test_eve_sees_nothing_of_minas_request(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "راز کارگاه من")
    stage.eve.say(ticket.reference)
    shown = await stage.eve.sees("I found no request of yours")
    for action in ("show", "write", "cancel", "cancelled", "reopen", "rate:5"):
        stage.eve.press(data=f"t:{ticket.id}:{action}", message_id=shown.message_id)
        await stage.eve.sees("I cannot find this request")
    for data in ("h:q:1", "a:1:useful", "f:1:0:go"):
        press = stage.eve.press(data=data, message_id=shown.message_id)
        assert "out of date" in (await stage.eve.sees_answer(press)).text
    stage.eve.say("and what about me", reply_to=shown.message_id)
    await stage.settled()
    assert not any("راز" in seen.text for seen in stage.eve.screen)
    assert (await now_of(stage, ticket)).version == ticket.version
    assert not await tickets_of(stage, stage.eve)


async def test_words_photos_and_files_are_added_by_answering(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک لازم دارم")
    linked = await stage.mina.sees("به کارشناس رساندم", after=0)
    stage.mina.press("✓ تمام شد")
    await stage.mina.sees("چه کاری انجام دهیم")
    stage.mina.say("شماره‌ام عوض شد", reply_to=linked.message_id)
    await stage.mina.sees("اضافه شد")
    await stage.staff.sees("شماره‌ام عوض شد", after=0)
    stage.mina.photo("عکس دستگاه", reply_to=linked.message_id)
    await stage.mina.sees("اضافه شد")
    stage.mina.document("نقشه.pdf", b"%PDF-1.4", reply_to=linked.message_id)
    await stage.mina.sees("اضافه شد")
    stage.mina.voice(reply_to=linked.message_id)
    await stage.mina.sees("اضافه شد")
    stage.mina.sticker(reply_to=linked.message_id)
    await stage.mina.sees("نمی‌توانم به درخواست اضافه کنم")
    await no_refusals(stage)
    sent = [seen for seen in stage.staff.screen if seen.photo or seen.document or seen.voice]
    assert len(sent) == 3
    card = await card_of(stage, ticket)
    assert {seen.reply_to for seen in sent} == {card.message_id}
    assert len(await stage.scalars(select(TicketMessage).where(TicketMessage.author == "owner"))) == 5


async def test_answering_ones_own_added_message_adds_too(stage: Stage) -> None:
    await hand_over(stage, stage.emma, "please help me")
    own = next(seen for seen in stage.emma.screen if seen.text == "please help me")
    stage.emma.press("✓ Done")
    await stage.emma.sees("What would you like to do")
    stage.emma.say("this is more urgent now", reply_to=own.message_id)
    await stage.emma.sees("Added to request")


async def test_the_write_button_adds_until_done(stage: Stage) -> None:
    await requests_for(stage, stage.mina, 1)
    ticket = (await tickets_of(stage, stage.mina))[0]
    stage.mina.say(ticket.reference)
    await stage.mina.sees("وضعیت:")
    stage.mina.press("✍️ نوشتن به کارشناس")
    await stage.mina.sees("به درخواست")
    stage.mina.say("یک")
    await stage.mina.sees("اضافه شد")
    stage.mina.say("دو")
    await stage.mina.sees("اضافه شد")
    stage.mina.press("✓ تمام شد")
    await stage.mina.sees("چه کاری انجام دهیم")
    stage.mina.say("سلام")
    await stage.mina.sees("خوش آمدید")
    texts = await stage.scalars(select(TicketMessage.text).order_by(TicketMessage.id))
    assert texts == ["کار 0", "یک", "دو"]


async def test_an_edited_message_goes_to_staff_with_its_new_wording(stage: Stage) -> None:
    await hand_over(stage, stage.mina, "سه ماشین داریم")
    own = next(seen for seen in stage.mina.screen if seen.text == "سه ماشین داریم")
    stage.mina.edit(own.message_id, "سی ماشین داریم")
    await stage.mina.sees("متن تازه به درخواست")
    changed = await stage.staff.sees("سی ماشین داریم")
    assert "پیامش را عوض کرد" in changed.text
    texts = await stage.scalars(select(TicketMessage.text).order_by(TicketMessage.id))
    assert texts == ["سه ماشین داریم", "سی ماشین داریم"]
