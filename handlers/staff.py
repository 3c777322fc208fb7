"""The staff group: an explicit reply to a card reaches the owner, everything else stays among staff.

Who is in the group is staff; the group itself is checked by its id. Not here: how cards look (staff_cards.py).
"""

from __future__ import annotations

from telegram import Message as TelegramMessage
from telegram import Update, User

from db import chats, outbox
from db.message import Message
from db.models import Ticket
from desk import staff
from desk.errors import Conflict, InvalidInput
from desk.privacy import ERASED
from desk.references import references_in
from desk.staff import Actor
from desk.tickets import Written
from handlers import given
from handlers.notices import say_reply, say_status
from handlers.staff_cards import STAFF_LANGUAGE, refresh
from handlers.turn import Context

MOST_REPLY = 3500


def _actor(user: User) -> Actor:
    name = " ".join(part for part in (user.first_name, user.last_name) if part)
    return Actor(user.id, name[:200] or str(user.id))


async def reply(update: Update, context: Context) -> None:
    """A message that answers a card or anything said of a ticket: it goes to the owner."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None or message.reply_to_message is None:
        return
    if user.is_bot and message.sender_chat is None:  # another bot; an anonymous admin speaks as the group
        return
    ticket = await _ticket_of(context, message.reply_to_message)
    if ticket is None:
        return
    words = given.words_of(message)
    files = given.as_stored(given.attachment_of(message))
    if not words and not files:
        raise InvalidInput("staff.cannot_send")
    if len(words) > MOST_REPLY:
        raise InvalidInput("staff.too_long", most=MOST_REPLY, over=len(words) - MOST_REPLY)
    ticket, owner = await staff.ticket_and_owner(context.work, ticket.id)
    if not owner.reachable:
        raise Conflict("staff.owner_gone" if owner.channel == ERASED else "staff.owner_away")
    # with the chat: ids begin anew when the group becomes a supergroup
    written = Written(words, source=f"group:{message.chat_id}:{message.message_id}", attachments=files)
    added = await staff.reply(context.work, _actor(user), ticket, written)
    if added is None:
        return
    say_reply(context.work, context.house, ticket, owner, added)
    await refresh(context.work, context.house, ticket, owner)
    outbox.react(context.work, message.chat_id, message.message_id, "👌")


async def _ticket_of(context: Context, answered: TelegramMessage) -> Ticket | None:
    """The ticket that a message of ours speaks of: by its link, else by the number in it.

    A copy that was sent twice, or before the group moved, has no link.
    """
    ticket = await staff.ticket_of_message(context.work, answered.chat_id, answered.message_id)
    if ticket is None and answered.from_user is not None and answered.from_user.id == context.bot.id:
        found = references_in(answered.text or answered.caption or "")
        ticket = await staff.ticket_by_reference(context.work, found[0]) if found else None
    return ticket


async def edited(update: Update, context: Context) -> None:
    """An edited reply was sent already: staff hear that the owner does not see the change."""
    message = update.edited_message
    if message is None or message.reply_to_message is None:
        return
    ticket = await _ticket_of(context, message.reply_to_message)
    if ticket is not None:
        text = context.house.texts.html(STAFF_LANGUAGE, "staff.edit_not_sent")
        outbox.say(context.work, message.chat_id, Message(text, reply_to=message.message_id), outbox.Priority.MIRROR)


async def press(update: Update, context: Context) -> None:
    """g:<ticket>:<version>:<action> on a card."""
    assert context.match is not None
    query = update.callback_query
    assert query is not None
    if query.message is None or not context.house.is_staff_chat(query.message.chat.id):
        if context.turn.person is not None:
            context.toast("press.stale")
        return
    ticket_id, version, action = int(context.match.group(1)), int(context.match.group(2)), context.match.group(3)
    ticket, owner = await staff.ticket_and_owner(context.work, ticket_id)
    if ticket.version != version:
        # somebody changed it since this card was drawn: draw it anew, press again
        await refresh(context.work, context.house, ticket, owner, query.message.message_id)
        taken = action == "claim" and ticket.claimed_by
        key = "staff.taken" if taken else "staff.card_renewed"
        context.turn.toast = context.house.texts.plain(STAFF_LANGUAGE, key, name=ticket.claimed_by or "")
        return
    actor = _actor(query.from_user)
    before = ticket.status
    match action:
        case "claim":
            await staff.claim(context.work, actor, ticket)
        case "wait":
            await staff.ask_owner(context.work, actor, ticket)
        case "solve":
            await staff.end(context.work, actor, ticket, "solved")
        case _:
            await staff.end(context.work, actor, ticket, "closed")
    await context.work.session.flush()
    if ticket.status != before:
        say_status(context.work, context.house, ticket, owner)
    await refresh(context.work, context.house, ticket, owner, query.message.message_id)


async def membership(update: Update, context: Context) -> None:
    """The assistant is in the group again: cards that could not reach it come now."""
    change = update.my_chat_member
    if change is not None and change.new_chat_member.status not in ("kicked", "left"):
        await chats.revive(context.work, change.chat.id)


async def migrated(update: Update, context: Context) -> None:
    """The group became a supergroup: it has a new id from now on."""
    message = update.effective_message
    if message is None or message.migrate_to_chat_id is None or not context.house.is_staff_chat(message.chat_id):
        return
    await chats.move(context.work, message.chat_id, message.migrate_to_chat_id)
    context.house.moved[message.chat_id] = message.migrate_to_chat_id
