"""A person instead of the assistant: what was asked and answered goes along. Says when somebody is at the desk."""

from __future__ import annotations

from datetime import timedelta

from telegram import Message as TelegramMessage
from telegram import Update

from db.message import Rows
from db.models import Question
from db.outbox import About
from desk import tickets
from handlers import given
from handlers.ask import OUTSIDE_WAYS
from handlers.entries import SMALL_TALK
from handlers.staff_cards import announce
from handlers.turn import Context
from knowledge import questions
from locales import Html
from locales.show import Moment, Reference

LATELY = timedelta(days=1)


async def command(update: Update, context: Context) -> None:
    """/human."""
    await offer(context)


async def offer(context: Context) -> None:
    """Ask for the matter; the last question can be handed over with one tap."""
    asked = await _asked_lately(context)
    context.focus_on("human")
    rows: Rows = ((context.button("human.never_mind", "m:home"),),)
    if asked:
        rows = ((context.button("human.send_question", f"h:q:{asked[0].id}"),), *rows)
        text = context.html("human.ask_with_question", question=asked[0].text[:300])
    else:
        text = context.html("human.ask")
    context.say(f"{text}\n\n{at_the_desk(context)}", rows)


async def _asked_lately(context: Context) -> list[Question]:
    """Newest first: what was asked within a day and still waits for a person. Greetings and thanks are no matter, nor
    are angry words, jokes and adverts: nobody wants them quoted."""
    return [
        question
        for question in await questions.last(context.work, context.person, 3)
        if context.now - question.asked_at <= LATELY
        and question.outcome != "ticket"
        and question.topic not in SMALL_TALK
        and question.outside not in OUTSIDE_WAYS
    ]


def at_the_desk(context: Context) -> Html:
    """Is anyone there now, and when an answer can be expected."""
    hours = context.house.hours
    if hours.is_open(context.now):
        return context.html("human.open_now")
    return context.html("human.closed_now", opens=Moment.of(hours.next_opening(context.now)))


async def press(update: Update, context: Context) -> None:
    """h:q:<question>: hand this question over."""
    assert context.match is not None
    question = await questions.asked_by(context.work, context.person, int(context.match.group(1)))
    if question is None:
        context.toast("press.stale")
        return
    context.unbutton_pressed()
    question.outcome = "ticket"
    written = tickets.Written(question.text, source=f"question:{question.id}")
    await _hand_over(context, written, origin=f"question:{question.id}", asked=[question])


async def receive(context: Context, message: TelegramMessage) -> None:
    """The matter, in the person's own words or as a file."""
    words = given.words_of(message)
    files = given.as_stored(given.attachment_of(message))
    if not words and not files:
        context.say_text("human.words_please")
        return
    written = tickets.Written(words, source=f"chat:{message.message_id}", attachments=files)
    asked = await _asked_lately(context)
    origin = f"chat:{context.person.chat_id}:{message.message_id}"
    await _hand_over(context, written, origin, asked)
    context.album_answered(message.media_group_id)


async def _hand_over(context: Context, written: tickets.Written, origin: str, asked: list[Question]) -> None:
    general = context.house.catalogue.service("general")
    answered = next((question.topic for question in asked if question.topic), None)
    earlier = [question.text for question in reversed(asked) if question.text != written.text]
    for question in asked:
        if question.outcome == "shown":  # a verdict stays: admins learn from it
            question.outcome = "ticket"
    new = tickets.NewTicket(
        service=general.id,
        team=general.team,
        first=written,
        subject=written.text[:200],
        origin=origin,
        question="\n".join(earlier)[-4000:] or None,
        answered=answered,
    )
    ticket, opened_now = await tickets.open_ticket(context.work, context.person, new)
    # a second message soon after belongs to the same request
    context.focus_on("ticket", ticket.id)
    rows = (
        (context.button("requests.open", f"t:{ticket.id}:show"),),
        (context.button("requests.done_writing", "m:home"),),
    )
    text = context.html("human.handed_over", reference=Reference(ticket.reference))
    context.say(f"{text}\n\n{at_the_desk(context)}", rows, about=About(ticket_id=ticket.id))
    if opened_now:
        await announce(context.work, context.house, ticket, context.person, written.text, written.attachments)
