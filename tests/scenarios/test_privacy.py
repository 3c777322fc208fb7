"""Privacy, as a chat: what is kept is told, given out and erased; nothing of a person is left in the database."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from db.models import Conversation, Person, Question, Ticket
from db.types import Base
from eservices import forms
from sandbox.driver import Phone
from tests.scenarios.desk_steps import card_of, hand_over, no_refusals, now_of, press_card
from tests.scenarios.steps import Filling, labels, tickets_of
from tests.stage import Stage

SECRET = "رازمگو"


async def erased(phone: Phone) -> None:
    phone.say("/privacy")
    await phone.sees("چه چیزی نگه می‌داریم")
    phone.press("🗑 پاک کردن اطلاعات من")
    await phone.sees("برگشت ندارد")
    phone.press("بله، همه را پاک کن")
    await phone.sees("اطلاعات شما پاک شد")


async def everything_kept(stage: Stage) -> str:
    """All columns of all tables that hold words, as one text."""
    kept: list[str] = []
    for table in Base.metadata.sorted_tables:
        if table.name in ("entries", "service_versions"):
            continue
        for row in await stage.rows(select(table)):
            kept.append(f"{table.name}: {json.dumps([str(value) for value in row], ensure_ascii=False)}")
            kept += [value for value in row if isinstance(value, str)]
    text = "\n".join(kept)
    # updates are kept as JSON with escapes
    return text + text.encode().decode("unicode_escape", "ignore")


async def export_of(stage: Stage, phone: Phone) -> dict[str, Any]:
    phone.say("/privacy")
    await phone.sees("?" if phone is stage.emma else "؟")
    phone.press(data="p:export")
    file = await phone.sees("everything that we keep" if phone is stage.emma else "این همهٔ چیزهایی است")
    assert file.document is not None
    assert file.document["file_name"] == "sanatyar.json"
    data = stage.world.files[file.document["file_id"]].data
    found: dict[str, Any] = json.loads(data)
    return found


async def test_what_is_kept_is_told(stage: Stage) -> None:
    stage.emma.say("/privacy")
    told = await stage.emma.sees("What do we keep, and why?")
    assert labels(told) == ["📦 Get my data", "🗑 Erase my data", "🏠 Menu"]


async def test_the_export_holds_ones_own_data_and_nobody_elses(stage: Stage) -> None:
    await hand_over(stage, stage.mina, f"{SECRET} مینا")
    ticket = await hand_over(stage, stage.emma, "my lathe is broken")
    card = await card_of(stage, ticket)
    stage.staff.say(stage.omid, "we will call you", reply_to=card.message_id)
    await stage.emma.sees("we will call you", after=0)
    stage.emma.press("✓ Done")
    await stage.emma.sees("What would you like")
    stage.emma.say("What is a business clinic?")
    await stage.emma.sees("Source:")
    data = await export_of(stage, stage.emma)
    assert data["person"]["name"] == "Emma"
    assert [r["reference"] for r in data["requests"]] == [ticket.reference]
    assert [m["text"] for m in data["requests"][0]["messages"]] == ["my lathe is broken", "we will call you"]
    assert [q["text"] for q in data["questions"]] == ["What is a business clinic?"]
    assert SECRET not in json.dumps(data, ensure_ascii=False)


async def test_the_export_of_a_form_holds_its_answers(stage: Stage) -> None:
    filling = await Filling.begin(stage, stage.mina, "training")
    await filling.answer()
    data = await export_of(stage, stage.mina)
    assert [form["service"] for form in data["forms"]] == ["training"]
    assert data["forms"][0]["answers"]


async def test_erasing_asks_first(stage: Stage) -> None:
    await hand_over(stage, stage.mina, "کمک")
    stage.mina.say("/privacy")
    await stage.mina.sees("چه چیزی")
    stage.mina.press("🗑 پاک کردن اطلاعات من")
    await stage.mina.sees("برگشت ندارد")
    stage.mina.press("نه، بماند")
    await stage.mina.sees("چه کاری")
    assert (await tickets_of(stage, stage.mina))[0].status == "new"


async def test_nothing_of_an_erased_person_is_left(stage: Stage) -> None:
    phone = stage.world.phone(777, "پروانه‌نام", last_name="یکتافامیل", language_code="fa", username="yektauser")
    filling = await Filling.begin(stage, phone, "land")
    await filling.until(forms.REVIEW)
    phone.press("✅ فرستادن درخواست")
    await phone.sees("درخواستتان ثبت شد")
    ticket = await hand_over(stage, phone, f"{SECRET} یک")
    card = await card_of(stage, ticket)
    stage.staff.say(stage.sara, f"{SECRET} پاسخ", reply_to=card.message_id)
    await phone.sees(f"{SECRET} پاسخ", after=0)
    await press_card(stage, ticket, stage.omid, "✋ برمی‌دارم")
    own = phone.say(f"{SECRET} دو")
    await phone.sees("اضافه شد")
    phone.edit(own["message"]["message_id"], f"{SECRET} سه")
    await phone.sees("متن تازه")
    phone.photo(f"{SECRET} عکس")
    await phone.sees("اضافه شد")
    phone.press("✓ تمام شد")
    phone.say(f"{SECRET} کجاست")
    await stage.settled()
    before = await everything_kept(stage)
    words = [SECRET, "پروانه‌نام", "یکتافامیل", "yektauser", "9123456789", "کفش ممتاز"]
    assert [word for word in words if word not in before] == []

    await erased(phone)
    await stage.settled()
    after = await everything_kept(stage)
    assert [word for word in words if word in after] == []
    kept = await stage.scalars(select(Ticket).order_by(Ticket.id))
    assert [t.status for t in kept] == ["closed", "closed"], "requests are anonymised, not lost"
    assert [t.reference for t in kept]
    assert SECRET not in (await card_of(stage, ticket)).text
    assert "به خواست صاحبش پاک شده" in (await card_of(stage, ticket)).text
    await stage.staff.sees("اطلاعاتش را پاک کرد", after=0)


async def test_who_writes_again_starts_afresh(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    await erased(stage.mina)
    stage.mina.say(ticket.reference)
    await stage.mina.sees("پیدا نکردم")
    stage.mina.start()
    greeting = await stage.mina.sees("من صنعت‌یارم")
    assert greeting.buttons == [["فارسی", "English"]]
    people = await stage.scalars(select(Person).order_by(Person.id))
    assert [(p.channel, p.name) for p in people] == [("erased", ""), ("telegram", "مینا کریمی")]
    assert await stage.scalars(select(Conversation.person_id)) == [people[1].id]
    assert not await stage.scalars(select(Question.id))
    await no_refusals(stage)


async def test_staff_cannot_write_to_somebody_who_was_erased(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    await erased(stage.mina)
    await stage.settled()
    card = await card_of(stage, ticket)
    stage.staff.say(stage.sara, "هنوز هستید؟", reply_to=card.message_id)
    await stage.staff.sees("اطلاعاتش را پاک کرده است")
    assert (await now_of(stage, ticket)).status == "closed"


async def test_old_buttons_of_an_erased_person_do_nothing(stage: Stage) -> None:
    ticket = await hand_over(stage, stage.mina, "کمک")
    shown = await stage.mina.sees("به کارشناس رساندم", after=0)
    await erased(stage.mina)
    stage.mina.press(data=f"t:{ticket.id}:show", message_id=shown.message_id)
    await stage.mina.sees("این درخواست را پیدا نکردم")
    stage.mina.say("هنوز هستم", reply_to=shown.message_id)
    await stage.settled()
    assert (await now_of(stage, ticket)).person_id == 1
    assert not await tickets_of(stage, stage.mina)
