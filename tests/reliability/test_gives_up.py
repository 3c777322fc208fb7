"""What cannot be delivered is tried for a day, not for ever; staff see that a reply did not arrive."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from db.models import TicketMessage
from db.outbox import OutboxRow
from tests.scenarios.desk_steps import card_of, hand_over
from tests.stage import Stage


async def test_an_answer_is_given_up_after_a_day(stage: Stage) -> None:
    card = await card_of(stage, await hand_over(stage, stage.mina, "برق سوله وصل نیست"))
    await stage.settled()
    stage.world.faults.target(["sendMessage"])
    stage.world.faults.set(server_error=1.0)
    stage.staff.say(stage.sara, "فردا می‌آییم", reply_to=card.message_id)
    while not await stage.scalars(select(OutboxRow.id).where(OutboxRow.error.is_not(None))):
        await stage.world.next_change(0.05)
    stage.clock.move(timedelta(hours=25))
    while await stage.scalars(select(TicketMessage.delivery).where(TicketMessage.author == "staff")) != ["failed"]:
        await stage.world.next_change(0.05)
    stage.world.faults.clear()
    await stage.staff.sees("به دست صاحبش نرسید")
