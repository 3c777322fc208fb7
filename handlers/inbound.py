"""Everything a person sends that is not a command or a press: who gets it, and what is said to the rest.

Order: an answer to a message of a request; then the form, request or person that has the chat; then a question.
"""

from __future__ import annotations

from telegram import Message as TelegramMessage
from telegram import Update

from db import chats
from db.models import Ticket
from desk import tickets
from desk.errors import NotFound
from desk.references import eight_digits_in, references_in
from handlers import ask, filing, given, human, requests
from handlers.turn import Context
from locales.show import Reference


async def message(update: Update, context: Context) -> None:
    """A message in a private chat."""
    incoming = update.message
    if incoming is None:
        return
    answered = incoming.reply_to_message
    if answered is not None:
        ticket = await _ticket_of(context, answered)
        if ticket is not None:
            await requests.add(context, ticket, incoming)
            return
    if incoming.text and context.conversation.focus and await _is_own_number(context, incoming.text):
        return
    _let_go_after_a_pause(context)
    match context.conversation.focus:
        case "form":
            await filing.receive(context, incoming)
        case "ticket":
            await _for_ticket(context, incoming)
        case "human":
            await human.receive(context, incoming)
        case _:
            await _unaddressed(context, incoming)


def _let_go_after_a_pause(context: Context) -> None:
    """After a long pause a text is a question again, not one more line to a request; forms ask (filing.py)."""
    conversation = context.conversation
    if conversation.focus in ("ticket", "human") and context.now - conversation.updated_at > filing.LONG_PAUSE:
        context.focus_on()


async def _ticket_of(context: Context, answered: TelegramMessage) -> Ticket | None:
    """The request that a message speaks of: ours by its link or the number in it, the person's by having added it."""
    work, person = context.work, context.person
    ticket = await tickets.owned_by_message(work, person, answered.message_id)
    if ticket is not None or answered.from_user is None:
        return ticket
    if answered.from_user.id != context.bot.id:
        return await tickets.owned_by_source(work, person, f"chat:{answered.message_id}")
    # a copy that was sent twice has no link
    found = references_in(answered.text or answered.caption or "")
    return await tickets.owned_by_reference(work, person, found[0]) if found else None


async def _for_ticket(context: Context, incoming: TelegramMessage) -> None:
    try:
        ticket = await tickets.owned(context.work, context.person, context.conversation.focus_id or 0)
    except NotFound:
        context.focus_on()
        await _unaddressed(context, incoming)
        return
    if ticket.status == "closed":
        context.focus_on()
        await _unaddressed(context, incoming)
        return
    await requests.add(context, ticket, incoming)


async def _unaddressed(context: Context, incoming: TelegramMessage) -> None:
    words = given.words_of(incoming) if not (incoming.contact or incoming.location) else ""
    if words and not await _found_by_number(context, words):
        await ask.answer(context, words)
    elif not words:
        _reply_to_kind(context, incoming)


async def _found_by_number(context: Context, words: str) -> bool:
    """A reference typed anywhere opens the request; a number alone that is nobody's here is said to be unknown."""
    references = references_in(words)
    for reference in references:
        ticket = await tickets.owned_by_reference(context.work, context.person, reference)
        if ticket is not None:
            await requests.show(context, ticket)
            return True
    letters = sum(char.isalpha() for char in words)
    # with a slip the check digit is wrong: such a number stands alone, else it is part of a question
    strange = references if letters < 12 else []
    strange = strange or (eight_digits_in(words) if letters == 0 else [])
    if strange:
        rows = ((context.button("menu.requests", "m:requests"),),)
        context.say_text("requests.unknown_number", rows, reference=Reference(strange[0]))
    return bool(strange)


async def _is_own_number(context: Context, text: str) -> bool:
    """The number of one's own request and nothing else is asked about, whatever is going on."""
    if any(char.isalpha() for char in text):
        return False
    return any(
        [await tickets.owned_by_reference(context.work, context.person, found) for found in references_in(text)]
    ) and await _found_by_number(context, text)


def _reply_to_kind(context: Context, incoming: TelegramMessage) -> None:
    """A sensible answer to what is not text: what can be done with it here."""
    if incoming.sticker or incoming.dice:
        context.say_text("kind.sticker")
        return
    if incoming.voice or incoming.video_note or incoming.audio:
        key = "kind.voice"
    elif incoming.photo or incoming.document or incoming.video or incoming.animation:
        if context.album_answered(incoming.media_group_id):
            return
        key = "kind.file"
    elif incoming.contact:
        key = "kind.contact"
    elif incoming.location or incoming.venue:
        key = "kind.place"
    else:
        key = "kind.other"
    rows = (
        (context.button("menu.services", "m:services"), context.button("menu.human", "m:human")),
        (context.button("menu.requests", "m:requests"),),
    )
    context.say_text(key, rows)


async def edited(update: Update, context: Context) -> None:
    """An edited message: a request gets the new wording, a form keeps its answer, a question is asked again."""
    incoming = update.edited_message
    if incoming is None:
        return
    ticket = await tickets.owned_by_source(context.work, context.person, f"chat:{incoming.message_id}")
    if ticket is not None:
        await requests.revise(context, ticket, incoming)
    elif context.conversation.focus == "form":
        context.say_text("form.edited")
    elif context.conversation.focus == "" and incoming.text and not incoming.text.startswith("/"):
        await ask.answer(context, incoming.text)


async def stale_press(update: Update, context: Context) -> None:
    """A button of a kind that does not exist any more, or that somebody made up."""
    context.toast("press.stale")


async def membership(update: Update, context: Context) -> None:
    """The person blocked or unblocked the assistant; what was said meanwhile arrives when they come back."""
    change = update.my_chat_member
    if change is None:
        return
    context.person.reachable = change.new_chat_member.status not in ("kicked", "left")
    if context.person.reachable:
        await chats.revive(context.work, context.person.chat_id)
