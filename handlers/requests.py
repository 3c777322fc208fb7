"""My requests: the list, one request, adding to it, cancel, reopen, rate. Numbers typed anywhere lead here."""

from __future__ import annotations

from telegram import Message as TelegramMessage
from telegram import Update

from db.message import Button, Rows
from db.models import Ticket
from db.outbox import About
from desk import tickets
from desk.errors import Conflict
from handlers import given
from handlers.notices import rate_row
from handlers.staff_cards import mirror, refresh, service_name
from handlers.turn import Context
from locales.show import Reference

PAGE = 6


async def command(update: Update, context: Context) -> None:
    """/requests."""
    context.focus_on()
    await show_list(context, 0)


async def show_list(context: Context, skip: int, in_place: bool = False) -> None:
    """The person's requests, newest first, in pages; `in_place` turns the page in the message that was pressed."""
    rows_of_page, total = await tickets.mine(context.work, context.person, PAGE, skip)
    if not total:
        ways = ((context.button("menu.services", "m:services"),), (context.button("menu.home", "m:home"),))
        context.say_text("requests.none", ways)
        return
    rows: Rows = tuple((_ticket_button(context, ticket),) for ticket in rows_of_page)
    turn = []
    if skip > 0:
        turn.append(context.button("requests.newer", f"r:{max(0, skip - PAGE)}"))
    if skip + PAGE < total:
        turn.append(context.button("requests.older", f"r:{skip + PAGE}"))
    rows = (*rows, tuple(turn)) if turn else rows
    rows = (*rows, (context.button("menu.home", "m:home"),))
    text = context.html("requests.list", count=total)
    if in_place:
        context.edit_pressed(text, rows)
    else:
        context.say(text, rows)


def _ticket_button(context: Context, ticket: Ticket) -> Button:
    text = context.label(
        "requests.row",
        reference=Reference(ticket.reference),
        service=service_name(context.house, ticket, context.language),
        status=context.label(f"status.{ticket.status}"),
    )
    return Button(text, f"t:{ticket.id}:show")


async def press_page(update: Update, context: Context) -> None:
    """r:<skip>."""
    assert context.match is not None
    await show_list(context, min(int(context.match.group(1)), 10_000), in_place=True)


async def show(context: Context, ticket: Ticket) -> None:
    """One request: state in plain words, dates, the last answer, and what can be done."""
    reply = await tickets.last_reply(context.work, ticket)
    lang = context.language
    parts = [
        context.html(
            "requests.card",
            reference=Reference(ticket.reference),
            service=service_name(context.house, ticket, lang),
            status=context.label(f"status.{ticket.status}"),
            opened=ticket.opened_at,
            updated=ticket.updated_at,
        ),
        context.html(f"requests.means.{ticket.status}"),
    ]
    if reply is not None:
        text = reply.text[:1500] or context.label("form.files", count=len(reply.attachments))
        parts.append(context.html("requests.last_reply", text=text, date=reply.created_at))
    if ticket.rating is not None:
        parts.append(context.html("requests.rated", stars=ticket.rating))
    elif _may_rate(ticket):
        parts.append(context.html("requests.rate_us"))
    context.say("\n\n".join(parts), _rows(context, ticket), about=About(ticket_id=ticket.id))


def _rows(context: Context, ticket: Ticket) -> Rows:
    rows: list[tuple[Button, ...]] = []
    if ticket.status != "closed":
        rows.append((context.button("requests.write", f"t:{ticket.id}:write"),))
    if ticket.status in ("new", "open", "waiting"):
        rows.append((context.button("requests.cancel", f"t:{ticket.id}:cancel"),))
    if tickets.may_reopen(ticket, context.now):
        rows.append((context.button("requests.reopen", f"t:{ticket.id}:reopen"),))
    if _may_rate(ticket):
        rows.append(rate_row(context.house, ticket, context.language))
    rows.append((context.button("menu.requests", "m:requests"), context.button("menu.home", "m:home")))
    return tuple(rows)


def _may_rate(ticket: Ticket) -> bool:
    """It has ended, was not rated yet, and somebody did something that can be rated."""
    worked_on = ticket.claimed_by is not None or ticket.first_answer_at is not None
    return ticket.status in ("solved", "closed") and ticket.rating is None and worked_on


async def press(update: Update, context: Context) -> None:
    """t:<ticket>:<action>[:<argument>]. The ticket must be the person's own."""
    assert context.match is not None
    ticket_id, action, argument = int(context.match.group(1)), context.match.group(2), context.match.group(3)
    ticket = await tickets.owned(context.work, context.person, ticket_id)
    match action:
        case "show":
            await show(context, ticket)
        case "write":
            _choose(context, ticket)
        case "cancel":
            rows = (
                (context.button("requests.cancel_yes", f"t:{ticket.id}:cancelled"),),
                (context.button("requests.cancel_no", f"t:{ticket.id}:show"),),
            )
            context.say_text("requests.cancel_sure", rows, reference=Reference(ticket.reference))
        case "cancelled":
            await tickets.cancel(context.work, context.person, ticket)
            context.unbutton_pressed()
            mirror(context.work, context.house, ticket, "staff.cancelled", "", [])
            await refresh(context.work, context.house, ticket, context.person)
            await show(context, ticket)
        case "reopen":
            await tickets.reopen(context.work, context.person, ticket)
            context.unbutton_pressed()
            mirror(context.work, context.house, ticket, "staff.reopened", "", [])
            await refresh(context.work, context.house, ticket, context.person)
            _choose(context, ticket, "requests.reopened")
        case "rate":
            await tickets.rate(context.work, context.person, ticket, int(argument or 0))
            context.unbutton_pressed()
            context.say_text("requests.rated_thanks", stars=ticket.rating)
        case _:
            context.toast("press.stale")


def _choose(context: Context, ticket: Ticket, key: str = "requests.write_now") -> None:
    """From now on what is written goes to this request."""
    if ticket.status == "closed":
        raise Conflict("ticket.is_closed", reference=Reference(ticket.reference))
    context.focus_on("ticket", ticket.id)
    rows = ((context.button("requests.done_writing", "m:home"),),)
    context.say(context.html(key, reference=Reference(ticket.reference)), rows, about=About(ticket_id=ticket.id))


async def add(context: Context, ticket: Ticket, message: TelegramMessage) -> None:
    """What was written goes to the request, and to staff. To a closed one nothing is added: the way back is shown."""
    if ticket.status == "closed":
        reference = Reference(ticket.reference)
        if tickets.may_reopen(ticket, context.now):
            rows: Rows = ((context.button("requests.reopen", f"t:{ticket.id}:reopen"),),)
            context.say_text("ticket.is_closed", rows, reference=reference)
        else:
            rows = ((context.button("menu.services", "m:services"), context.button("menu.human", "m:human")),)
            context.say_text("ticket.reopen_too_late", rows, reference=reference, days=tickets.REOPEN_WITHIN.days)
        return
    context.conversation.updated_at = context.now
    attachment = given.attachment_of(message)
    files = given.as_stored(attachment)
    words = given.words_of(message)
    if not words and not files:
        context.say_text("requests.cannot_add")
        return
    written = tickets.Written(words, source=f"chat:{message.message_id}", attachments=files)
    added = await tickets.add_message(context.work, context.person, ticket, written)
    if added is None:
        return
    mirror(context.work, context.house, ticket, "staff.added", words, files)
    await refresh(context.work, context.house, ticket, context.person)
    if context.album_answered(message.media_group_id):
        return
    rows = ((context.button("requests.done_writing", "m:home"),),)
    text = context.html("requests.added", reference=Reference(ticket.reference))
    context.say(text, rows, about=About(ticket_id=ticket.id))


async def revise(context: Context, ticket: Ticket, message: TelegramMessage) -> None:
    """An edited message that belongs to a request: the new wording is added, the old one stays."""
    words = given.words_of(message)
    stamp = int(message.edit_date.timestamp()) if message.edit_date else 0
    written = tickets.Written(words, source=f"edit:{message.message_id}:{stamp}")
    if words and await tickets.add_message(context.work, context.person, ticket, written) is not None:
        mirror(context.work, context.house, ticket, "staff.edited", words, [])
        await refresh(context.work, context.house, ticket, context.person)
        context.say_text("requests.edited", reference=Reference(ticket.reference))
