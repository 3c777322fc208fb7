"""Admins teach words that mean the same: /synonyms shows them, /synonym adds some after a look and a yes.

In the private chat of an admin and in the staff group. Whom routes.py lets in is an admin; to all others these
commands are unknown. Not here: the rules for words, and what becomes of them (knowledge/teaching.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from telegram import Update

from db import outbox
from db.message import Button, Message, Rows, split_text
from desk.errors import InvalidInput
from handlers.house import House
from handlers.staff_cards import STAFF_LANGUAGE
from handlers.turn import Context
from knowledge import teaching
from knowledge.synonyms import Terms, TermsRefused, terms_in
from knowledge.teaching import Idea, Proposal, ProposalOutdated
from locales import Html

SHOWN = 20
"""Ideas in one answer."""


def is_admin(house: House, update: Update) -> bool:
    """An admin, in a chat where admins may teach: their own or the staff group."""
    user, chat = update.effective_user, update.effective_chat
    if user is None or chat is None or user.id not in house.admin_ids:
        return False
    return chat.id == user.id or house.is_staff_chat(chat.id)


@dataclass(frozen=True)
class _Place:
    """Where an admin speaks: the chat, its language, and who it is."""

    context: Context
    chat_id: int
    language: str
    actor: str

    @classmethod
    def of(cls, update: Update, context: Context) -> _Place:
        assert update.effective_chat is not None
        assert update.effective_user is not None
        person = context.turn.person
        language = person.language if person is not None else STAFF_LANGUAGE
        return cls(context, update.effective_chat.id, language, f"admin:{update.effective_user.id}")

    def html(self, key: str, **values: Any) -> Html:
        return self.context.house.texts.html(self.language, key, **values)

    def plain(self, key: str, **values: Any) -> str:
        return self.context.house.texts.plain(self.language, key, **values)

    def terms(self, terms: Terms) -> str:
        """Terms as one reads them."""
        return f"{self.plain('teaching.separator')} ".join(terms)

    def say(self, text: str, buttons: Rows = ()) -> None:
        *before, last = split_text(text)
        for part in before:
            outbox.say(self.context.work, self.chat_id, Message(part))
        outbox.say(self.context.work, self.chat_id, Message(last, buttons))

    def show_instead(self, update: Update, text: str, buttons: Rows = ()) -> None:
        """In the place of the message whose button was pressed, or anew when that cannot be changed."""
        query = update.callback_query
        message = query.message if query is not None else None
        if message is None or not message.is_accessible or len(split_text(text)) > 1:
            self.say(text, buttons)
        else:
            outbox.edit(self.context.work, self.chat_id, Message(text, buttons), message_id=message.message_id)


def _words(update: Update) -> str:
    """What stands behind the command."""
    text = update.message.text if update.message is not None else None
    return "".join((text or "").split(maxsplit=1)[1:])


async def listing(update: Update, context: Context) -> None:
    """/synonyms [word]."""
    place, word = _Place.of(update, context), _words(update)
    found = await teaching.ideas(context.work.session, word)
    if not found:
        place.say(place.html("teaching.none"))
        return
    lines = [place.html("teaching.idea", idea=one.key, terms=place.terms(one.terms)) for one in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(place.html("teaching.more", count=len(found) - SHOWN))
    place.say("\n".join(lines))


async def teach(update: Update, context: Context) -> None:
    """/synonym term, term: shows what would become of them, and asks."""
    place, terms = _Place.of(update, context), terms_in(_words(update))
    if not terms:
        place.say(place.html("teaching.how"))
        return
    try:
        proposal = await teaching.propose(context.work, place.actor, terms)
    except TermsRefused as error:
        raise InvalidInput(error.key, **error.values) from None
    place.say(*_asked(place, proposal))


def _asked(place: _Place, proposal: Proposal) -> tuple[str, Rows]:
    """Each thing that the terms could become, with its button."""
    parts, rows = [], []
    for idea in proposal.extends:
        terms = place.terms(idea.with_terms(proposal.terms))
        parts.append(place.html("teaching.would_extend", idea=idea.key, terms=terms))
        rows.append((Button(place.plain("teaching.extend", idea=idea.key), f"y:{proposal.id}:{idea.mark}"),))
    parts.append(place.html("teaching.would_add", terms=place.terms(proposal.terms)))
    rows.append((Button(place.plain("teaching.add"), f"y:{proposal.id}:new"),))
    rows.append((Button(place.plain("teaching.drop"), f"y:{proposal.id}:drop"),))
    return "\n\n".join([*parts, place.html("teaching.sure")]), tuple(rows)


async def press(update: Update, context: Context) -> None:
    """y:<proposal>:<mark of the idea to extend, new or drop>."""
    assert context.match is not None
    place = _Place.of(update, context)
    number, what = int(context.match.group(1)), context.match.group(2)
    try:
        if what == "drop":
            said = place.html("teaching.dropped") if await teaching.drop(context.work, place.actor, number) else None
        else:
            idea = await teaching.accept(context.work, place.actor, number, what)
            said = _taught(place, idea) if idea is not None else None
    except TermsRefused as error:
        place.show_instead(update, place.html(error.key, **error.values))
        return
    except ProposalOutdated:
        await _ask_anew(update, place, number)
        return
    if said is not None:
        place.show_instead(update, said)
    else:
        context.turn.toast = place.plain("press.stale")


def _taught(place: _Place, idea: Idea) -> Html:
    return place.html("teaching.taught", idea=idea.key, terms=place.terms(idea.terms))


async def _ask_anew(update: Update, place: _Place, number: int) -> None:
    """The idea changed since it was shown: show it as it is now."""
    place.context.turn.toast = place.plain("teaching.renewed")
    try:
        proposal = await teaching.proposal(place.context.work, number)
    except TermsRefused as error:
        place.show_instead(update, place.html(error.key, **error.values))
        return
    if proposal is not None:
        place.show_instead(update, *_asked(place, proposal))
