"""What could not be delivered because a chat was closed goes out when it opens again."""

from __future__ import annotations

from tests.scenarios.desk_steps import card_of, hand_over
from tests.stage import Stage


async def test_a_staff_reply_arrives_when_the_owner_comes_back(stage: Stage) -> None:
    card = await card_of(stage, await hand_over(stage, stage.mina, "برق سوله وصل نیست"))
    stage.mina.person.blocked = True  # and the assistant has not heard of it yet
    stage.staff.say(stage.sara, "فردا تماس می‌گیریم", reply_to=card.message_id)
    await stage.staff.sees("به دست صاحبش نرسید")
    stage.mina.unblocks()
    await stage.mina.sees("فردا تماس می‌گیریم")


async def test_cards_arrive_when_the_group_takes_the_assistant_in_again(stage: Stage) -> None:
    stage.staff.kick_bot(by=stage.sara)
    stage.mina.say("/human")
    await stage.mina.sees("در یک پیام")
    stage.mina.say("آب شهرک قطع است")
    await stage.mina.sees("شمارهٔ پیگیری")
    await stage.settled()
    stage.staff.add_bot(by=stage.sara)
    await stage.staff.sees("آب شهرک قطع است")
