"""A press and a message of one person travel in different queues: whichever comes first, both get a fair reply."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db.inbox import InboxRow
from db.models import Submission, Ticket
from tests.reliability.owners import label
from tests.stage import Stage

NEED = "می‌خواهم با کارشناس دربارهٔ وام حرف بزنم و راهنمایی بگیرم."
FILED = "درخواستتان ثبت شد"


async def _at_review(stage: Stage) -> None:
    """Mina's short form is filled in; only sending is left."""
    stage.mina.start("general")
    await stage.mina.sees("چطور پیش می‌رود")
    stage.mina.press(label("services.apply"))
    await stage.mina.sees("چه کمکی از ما برمی‌آید")
    stage.mina.say(NEED)
    await stage.mina.sees("عکس یا پرونده‌ای دارید")
    stage.mina.press(label("form.skip"))
    await stage.mina.sees("پیش از فرستادن")
    await stage.settled()


async def _all_done_and_one_ticket(stage: Stage) -> None:
    await stage.settled()
    assert set(await stage.scalars(select(InboxRow.status))) == {"done"}
    assert await stage.scalars(select(Ticket.service)) == ["general"]
    assert await stage.scalars(select(Submission.status)) == ["filed"]


async def test_message_overtakes_the_press_that_sends_the_form(stage: Stage) -> None:
    await _at_review(stage)
    stage.mina.say("سپاس!")
    stage.mina.press(label("form.send"))
    await stage.mina.sees(FILED)
    await _all_done_and_one_ticket(stage)
    texts = [seen.text for seen in stage.mina.screen if seen.author == "bot"]
    assert any("با دکمه‌ها درخواست را بفرستید" in text for text in texts)


async def test_press_that_sends_the_form_overtakes_the_message(stage: Stage) -> None:
    await _at_review(stage)
    stage.mina.press(label("form.send"))
    stage.mina.say("/help")
    await stage.mina.sees("پرسش")
    await stage.mina.sees(FILED, after=0)
    await _all_done_and_one_ticket(stage)


async def test_impatient_presses_send_once(stage: Stage) -> None:
    await _at_review(stage)
    presses = [stage.mina.press(label("form.send")) for _ in range(5)]
    await stage.mina.sees(FILED)
    await _all_done_and_one_ticket(stage)
    assert [seen for seen in stage.staff.screen if NEED in seen.text]
    assert sum(FILED in seen.text for seen in stage.mina.screen) == 1
    for press in presses[1:]:
        assert "پیش‌تر" in (await stage.mina.sees_answer(press)).text


async def test_answer_overtakes_the_press_before_it(stage: Stage) -> None:
    """She taps a choice and types the answer to the next question; the text comes first."""
    stage.mina.start("clinic")
    await stage.mina.sees("چطور پیش می‌رود")
    stage.mina.press(label("services.apply"))
    await stage.mina.sees("واحد شما چه می‌سازد")
    stage.mina.say("کفش چرمی")
    question = await stage.mina.sees("واحد الان در چه وضعی است")
    stage.mina.say("دو")  # meant for a later question
    stage.mina.press("کار می‌کند", message_id=question.message_id)
    await stage.settled()
    (row,) = await stage.scalars(select(Submission.state))
    assert row["answers"]["industry"] == "کفش چرمی"
    assert row["answers"]["state"] in ("working", "below_half")
    last = [seen for seen in stage.mina.screen if seen.author == "bot"][-1]
    assert last.buttons, "she has something to go on with"


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_queues_shuffled_after_an_outage(stage: Stage, seed: int) -> None:
    """Presses and messages of a minute come in one heap, mixed; each is worked off once."""
    await _at_review(stage)
    stage.world.faults.seed(seed)
    stage.world.faults.set(shuffle_updates=1, duplicate_updates=1)
    for act in range(4):
        stage.mina.press(label("form.send"))
        stage.mina.say(f"پیام {act}")
    await stage.settled()
    await stage.mina.sees(FILED, after=0)
    assert set(await stage.scalars(select(InboxRow.status))) == {"done"}
    assert await stage.scalars(select(Ticket.service)) == ["general"]


async def test_two_chats_do_not_wait_for_each_other(stage: Stage) -> None:
    """One update after another per chat, chats side by side: both orders are kept."""
    for number in range(6):
        for phone in (stage.mina, stage.reza):
            phone.say(["/help", "/privacy", "/services"][number % 3])
    await stage.settled()
    for phone in (stage.mina, stage.reza):
        rows = await stage.rows(
            select(InboxRow.id, InboxRow.done_at).where(InboxRow.lane == phone.user_id).order_by(InboxRow.id)
        )
        assert [row.done_at for row in rows] == sorted(row.done_at for row in rows)
        told = [seen.text for seen in phone.screen if seen.author == "bot"]
        assert len(told) == 6
        assert told[:3] == told[3:]
