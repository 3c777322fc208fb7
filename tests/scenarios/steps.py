"""What scenarios share: our sentences as a person reads them, references on a screen, and walking through a form.

Not here: the cast and the process (tests/stage.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from db.models import Person, Submission, Ticket
from eservices import forms
from eservices.catalogue import Catalogue, Field, Form, Service
from locales import load_texts
from sandbox.driver import WAIT_SECONDS, Group, Phone
from sandbox.seen import Seen
from tests.eservices import build
from tests.eservices.happy import Step, give, step_for
from tests.stage import Stage

TEXTS = load_texts()
_LATIN = str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")


def language(phone: Phone) -> Any:
    """The language that this person is spoken to in."""
    return "fa" if phone.person.language_code == "fa" else "en"


def said(phone: Phone, key: str, **values: Any) -> str:
    """Our sentence or button in the person's language, as it reads on the screen."""
    return TEXTS.plain(language(phone), key, **values)


def start_of(phone: Phone, key: str) -> str:
    """A sentence up to its first placeholder: enough to know it on a screen."""
    template = TEXTS.languages[language(phone)][key]
    assert isinstance(template, str)
    start = re.sub(r"<[^>]*>", "", template).partition("{")[0].strip()
    assert start, f"{key} begins with a placeholder"
    return start


def reference_in(text: str) -> str:
    """The eight digits of the first reference in a text, in Latin digits."""
    found = re.search(r"\b(\d{4})-(\d{4})\b", text.translate(_LATIN))
    assert found, f"no reference in {text!r}"
    return found[1] + found[2]


def shown_reference(reference: str, language: str = "fa") -> str:
    """A reference as it stands on a screen, to be looked for."""
    text = f"{reference[:4]}-{reference[4:]}"
    return text.translate({value: key for key, value in _LATIN.items()}) if language == "fa" else text


def labels(seen: Seen) -> list[str]:
    """All buttons of a message."""
    return [label for row in seen.buttons for label in row]


def live_buttons(place: Phone | Group, prefix: str = "f:") -> list[Seen]:
    """The messages that still show buttons of a kind: by how their data begins."""
    return [
        seen
        for seen in place.screen
        if any(button.get("callback_data", "").startswith(prefix) for row in seen.markup for button in row)
    ]


async def asks(phone: Phone, text: str) -> Seen:
    """Wait for a message with this text that can be answered by buttons: one that lost them is not meant."""
    while True:
        seen = await phone.sees(text)
        if seen.buttons:
            return seen
        assert await phone.state.next_change(WAIT_SECONDS), f"no buttons under {text!r}"


async def open_form(stage: Stage, phone: Phone, service_id: str) -> Service:
    """From a deep link over the card into the form; the first question, or the offer of known answers, is there."""
    service = stage.process.house.catalogue.service(service_id)
    phone.start(service_id)
    await phone.sees(service.name.said(language(phone)))
    phone.press(said(phone, "services.apply"))
    await phone.sees(service.form.intro.said(language(phone)).strip()[:40])
    return service


@dataclass
class Filling:
    """A form that a person fills: asks the pure engine what comes next, gives good answers, looks at the screen."""

    stage: Stage
    phone: Phone
    form: Form
    state: forms.State = field(default_factory=forms.State)
    branch: int = 0

    @classmethod
    async def begin(cls, stage: Stage, phone: Phone, service_id: str, branch: int = 0) -> Filling:
        """Open the form of a service; nothing is known of the person yet."""
        service = await open_form(stage, phone, service_id)
        filling = cls(stage, phone, service.form, forms.start(service.form, {}), branch)
        await filling.asked()
        return filling

    @property
    def at(self) -> Field:
        """The question of the moment."""
        found = self.form.field(self.state.at)
        assert found is not None
        return found

    async def asked(self) -> Seen:
        """The message that asks now: a question or the review."""
        if self.state.at == forms.REVIEW:
            return await asks(self.phone, start_of(self.phone, "form.review"))
        return await asks(self.phone, self.at.ask.said(language(self.phone)))

    async def answer(self, step: Step | None = None) -> None:
        """Give a good answer in the handiest way, and see the next question."""
        step = step or step_for(self.at, language(self.phone), self.branch)
        asked = self.at
        await self._give(step)
        self.state = give(self.form, self.state, step.given)
        if asked.type in ("phone", "place"):  # said again, as that is what takes the keyboard away
            await self.phone.sees("✓")
        await self.asked()

    async def until(self, field_id: str) -> None:
        """Answer until this field, or the review, is asked."""
        while self.state.at != field_id:
            await self.answer()

    async def _give(self, step: Step) -> None:
        phone, given = self.phone, step.given
        match step.field.type:
            case "choice":
                option = step.field.option(given.options[0])
                assert option is not None
                phone.press(option.said(language(phone)))
            case "choices":
                for option_id in given.options:
                    option = step.field.option(option_id)
                    assert option is not None
                    await self.mark(option.said(language(phone)))
                phone.press(said(phone, "form.finish"))
            case "province":
                phone.say(step.typed or "")
            case "place":
                assert given.place is not None
                phone.location(given.place.latitude, given.place.longitude)
            case "phone":
                await phone.sees(said(phone, "form.keyboard.phone"), after=0)
                phone.contact(given.phone)
            case "files":
                phone.photo()
                await self.sees_button(said(phone, "form.finish"))
                phone.press(said(phone, "form.finish"))
            case _:
                phone.say(step.typed or "")

    async def mark(self, label: str) -> None:
        """Mark one option and see the mark."""
        self.phone.press(f"☐ {label}")
        await self.sees_button(f"☑ {label}")

    async def sees_button(self, label: str) -> Seen:
        """Wait until a message shows this button; the newest one is returned."""
        while True:
            for seen in reversed(self.phone.screen):
                if label in labels(seen):
                    return seen
            assert await self.phone.state.next_change(WAIT_SECONDS), f"no button {label!r}"


async def tickets_of(stage: Stage, phone: Phone) -> list[Ticket]:
    """All tickets of a person, oldest first."""
    query = select(Ticket).join(Person, Person.id == Ticket.person_id)
    return await stage.scalars(query.where(Person.chat_id == phone.user_id).order_by(Ticket.id))


async def submissions_of(stage: Stage, phone: Phone) -> list[Submission]:
    """All submissions of a person, oldest first."""
    query = select(Submission).join(Person, Person.id == Submission.person_id)
    return await stage.scalars(query.where(Person.chat_id == phone.user_id).order_by(Submission.id))


async def state_of(stage: Stage, phone: Phone) -> dict[str, Any]:
    """How far the person's newest form is, as it is kept; everything that was sent is worked off first."""
    await stage.settled()
    return (await submissions_of(stage, phone))[-1].state


def question(kind: str, field_id: str, **more: Any) -> Field:
    """A field for a form of a test's own, which asks by its id."""
    ask = {"fa": f"{field_id} را بگویید.", "en": f"Tell {field_id}."}
    label = {"fa": f"برچسب {field_id}", "en": f"label {field_id}"}
    return build.field(kind, field_id, ask=ask, label=label, **more)


def with_form(stage: Stage, service_id: str, form: Form) -> None:
    """From now on the service has this form, as after a deploy."""
    house = stage.process.house
    house.catalogue = Catalogue(
        one.model_copy(update={"form": form}) if one.id == service_id else one for one in house.catalogue
    )


def without_service(stage: Stage, service_id: str) -> None:
    """From now on the catalogue does not hold this service."""
    house = stage.process.house
    house.catalogue = Catalogue(service for service in house.catalogue if service.id != service_id)


def data_of(seen: Seen, label: str) -> str:
    """What a button under a message sends when pressed."""
    return next(str(button["callback_data"]) for row in seen.markup for button in row if button["text"] == label)
