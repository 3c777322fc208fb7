"""Short turns without a question in them: "ok", "no", "what?", "menu". Each gets a short, kind reaction.

Only whole messages are meant: a word more makes it a question again. The words are in short_turns.yaml. Not here: how
questions are answered (ask.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

from handlers import menu
from handlers.turn import Context
from knowledge import questions
from knowledge.normalise import normalise

WORDS_FILE: Final = Path(__file__).with_suffix(".yaml")
_LONGEST: Final = 60


_IN_FORM: Final = "form_"


def _read(in_form: bool) -> dict[str, str]:
    """The turn of each message, by its normalised text: those in a form, or the others."""
    lines: dict[str, list[str]] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    turns = {name: all_ for name, all_ in lines.items() if name.startswith(_IN_FORM) == in_form}
    return {
        normalise(typed): name.removeprefix(_IN_FORM)
        for name, all_ in turns.items()
        for line in all_
        for typed in line.split(",")
    }


_TURN_OF: Final = _read(in_form=False)
_STEP_OF: Final = _read(in_form=True)


def short_turn(text: str) -> str | None:
    """What the whole message is, when it is nothing but one of these."""
    return _TURN_OF.get(normalise(text)) if len(text) <= _LONGEST else None


def form_step(text: str) -> str | None:
    """back, skip or cancel, when a whole message typed in a form is nothing but that."""
    return _STEP_OF.get(normalise(text)) if len(text) <= _LONGEST else None


async def react(context: Context, turn: str) -> None:
    """A short reaction and a way on. Nothing is recorded: nobody asked anything."""
    match turn:
        case "menu":
            await menu.show_menu(context, context.html("menu.what"))
        case "stop":
            await menu.show_menu(context, context.html("cancel.nothing"))
        case "unclear":
            ways = (context.button("menu.services", "m:services"), context.button("menu.human", "m:human"))
            context.say_text("short.unclear", (ways,))
        case "refused":
            ways = (context.button("menu.human", "m:human"), context.button("menu.home", "m:home"))
            context.say_text("short.refused", (ways,))
        case "agreed" if (open_question := await _still_open(context)) is not None:
            context.say_text("short.agreed", ((context.button("ask.hand_over", f"h:q:{open_question}"),),))
        case _:
            context.say_text("short.fine", ((context.button("menu.home", "m:home"),),))


async def _still_open(context: Context) -> int | None:
    """The id of the question that was asked last, when the person was offered to have it passed on."""
    from handlers.human import LATELY

    for question in await questions.last(context.work, context.person, 1):
        offered = question.outcome in ("not_useful", "none_of_these")
        unknown = question.outcome == "shown" and question.decision == "none" and question.outside is None
        if (offered or unknown) and context.now - question.asked_at <= LATELY:
            return question.id
    return None
