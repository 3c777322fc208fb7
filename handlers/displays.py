"""How an answer of a form reads in a message: digits, dates, units, files, numbers that must stay left to right."""

from __future__ import annotations

from datetime import date

from eservices.questions import Field
from handlers.house import House
from locales import Html
from locales.show import LEFT_ISOLATE, POP_ISOLATE, digits, shown_html, shown_plain

# Digits and Latin letters that mean something in their order only.
_LEFT_TO_RIGHT = ("phone", "email", "person_id", "firm_id", "postal_code")
# What the staff group sees only in part.
_MASKED = ("person_id", "firm_id")


def display_in(house: House, language: str, field: Field, shown: object) -> Html:
    """A shown value (eservices.values.show) as HTML in this language."""
    texts = house.texts
    if field.type == "files" and isinstance(shown, list):
        return texts.html(language, "form.files", count=len(shown))
    if isinstance(shown, list) and shown and all(isinstance(part, float | int) for part in shown):
        return Html(f"{LEFT_ISOLATE}{', '.join(f'{part:.5f}' for part in shown)}{POP_ISOLATE}")
    if isinstance(shown, list):
        separator = texts.plain(language, "ask.list_separator")
        return Html(f"{separator} ".join(shown_html(language, str(part)) for part in shown))
    if isinstance(shown, int | float) and field.unit is not None:
        unit = field.unit.fa if language == "fa" else field.unit.en
        return texts.html(language, "form.with_unit", number=shown, unit=unit)
    if isinstance(shown, str) and field.type in _LEFT_TO_RIGHT:
        return Html(f"{LEFT_ISOLATE}{shown_html(language, Html(digits(language, _escaped(shown))))}{POP_ISOLATE}")
    if isinstance(shown, str | int | float | date):
        return Html(shown_html(language, shown))
    raise TypeError(f"no display for {type(shown).__name__}")


def masked(field: Field, shown: object) -> object:
    """The value as the staff group may see it: personal ids keep their last three digits only."""
    if field.type in _MASKED and isinstance(shown, str):
        return "•" * (len(shown) - 3) + shown[-3:]
    return shown


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_in(house: House, language: str, field: Field, shown: object) -> str:
    """The same as plain text."""
    return shown_plain(language, display_in(house, language, field, shown))
