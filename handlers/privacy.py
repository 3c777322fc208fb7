"""Export and erasure of a person's data. What is said about it stands in menu.py."""

from __future__ import annotations

import json

from telegram import Update

from db import outbox
from db.message import Message
from desk import privacy
from handlers.staff_cards import mirror, refresh
from handlers.turn import Context


async def press(update: Update, context: Context) -> None:
    """p:export, p:erase (asks again), p:erased (does it)."""
    assert context.match is not None
    match context.match.group(1):
        case "export":
            data = await privacy.export(context.work, context.person)
            text = json.dumps(data, ensure_ascii=False, indent=2)
            message = Message(context.html("privacy.exported"), upload=text, upload_name="sanatyar.json")
            outbox.say(context.work, context.person.chat_id, message)
        case "erase":
            rows = (
                (context.button("privacy.erase_yes", "p:erased"),),
                (context.button("privacy.erase_no", "m:home"),),
            )
            context.say_text("privacy.erase_sure", rows)
        case _:
            context.unbutton_pressed()
            context.say_text("privacy.erased")
            for ticket in await privacy.erase(context.work, context.person):
                if ticket.ended_at == context.now:
                    mirror(context.work, context.house, ticket, "staff.owner_erased", "", [])
                await refresh(context.work, context.house, ticket, context.person)
