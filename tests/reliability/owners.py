"""Owners who file a request each, as fast as they can: they answer every question once, when they see it.

They repeat nothing by themselves: what gets lost on the way stays lost, and then they wait in vain.
"""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import dataclass, field
from functools import cache

from bot.setup import CATALOGUE
from eservices.catalogue import Catalogue, Form
from eservices.catalogue import load as load_catalogue
from locales import Texts, load_texts
from sandbox.driver import Phone
from sandbox.pending import Update
from sandbox.world import World
from tests.eservices.happy import Step, steps_for

SHORT, LONG = "general", "training"
_REFERENCE = re.compile(r"[۰-۹]{4}-[۰-۹]{4}")
_TO_LATIN = str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")


@cache
def catalogue() -> Catalogue:
    """The services, read once."""
    return load_catalogue(CATALOGUE)


@cache
def texts() -> Texts:
    """The product's sentences, read once."""
    return load_texts()


def label(key: str, **values: object) -> str:
    """A sentence of the product in Persian."""
    return texts().plain("fa", key, **values)


@dataclass
class Owner:
    """A person with one request to file. `acts` are the updates of everything that they did."""

    phone: Phone
    service: str
    patience: float = 60.0
    acts: list[Update] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    reference: str = ""

    @property
    def form(self) -> Form:
        """The form that this owner fills in."""
        return catalogue().service(self.service).form

    async def files_request(self) -> None:
        """From the greeting to the reference number."""
        self.acts.append(self.phone.start(self.service))
        await self._sees(label("services.apply"), button=True)
        self._press(label("services.apply"))
        for step in steps_for(self.form, "fa", branch=self.phone.user_id):
            await self._sees(step.field.ask.fa)
            await self._answer(step)
        await self._sees(label("form.send"), button=True)
        self._press(label("form.send"))
        filed = await self._sees(self.form.done.fa)
        found = _REFERENCE.search(filed)
        assert found, filed
        self.reference = found[0].replace("-", "").translate(_TO_LATIN)

    async def _answer(self, step: Step) -> None:
        match step.field.type:
            case "choice" | "province":
                self._press(step.typed or "")
            case "files":
                self._press(label("form.skip"))
            case "text" | "long_text" | "park":
                words = f"{step.typed} {self.phone.user_id}"
                self.words.append(words)
                self._say(words)
            case _:
                self._say(step.typed or "")

    def _say(self, text: str) -> None:
        self.acts.append(self.phone.say(text))

    def _press(self, text: str) -> None:
        self.acts.append(self.phone.press(text))

    async def _sees(self, text: str, button: bool = False) -> str:
        """The newest message that came since the last act and holds the text, or shows it on a button."""
        if not button:
            return (await self.phone.sees(text, timeout=self.patience)).text
        end = asyncio.get_running_loop().time() + self.patience
        while True:
            for seen in reversed(self.phone.screen):
                shows = any(text in row for row in seen.buttons)
                if seen.author == "bot" and seen.mark > self.phone.chat.last_act and shows:
                    return seen.text
            left = end - asyncio.get_running_loop().time()
            if left <= 0 or not await self.phone.state.next_change(left):
                raise AssertionError(f"{self.phone.user_id} waits in vain for the button {text!r}")


def owners(world: World, count: int, patience: float = 60.0) -> list[Owner]:
    """So many owners with phones of their own; every second one has the longer form."""
    made = []
    for number in range(count):
        phone = world.phone(70_000 + number, f"صاحب {number}", language_code="fa")
        made.append(Owner(phone, LONG if number % 2 else SHORT, patience))
    return made


async def all_file(crowd: list[Owner], seed: int = 1, spread: float = 0.5) -> None:
    """Everybody begins within `spread` seconds and goes on until the reference is there."""
    dice = random.Random(seed)

    async def later(owner: Owner, wait: float) -> None:
        await asyncio.sleep(wait)
        await owner.files_request()

    async with asyncio.TaskGroup() as group:
        for owner in crowd:
            group.create_task(later(owner, dice.uniform(0, spread)))
