"""Small forms and fields for the tests of the form engine."""

from typing import Any

from eservices.catalogue import Field, Form

WORDS = {"fa": "متن", "en": "text"}


def field(kind: str, field_id: str = "it", **more: Any) -> Field:
    """One field of a type; a choice has three options unless told otherwise."""
    if kind in ("choice", "choices") and "options" not in more:
        more["options"] = [
            {"id": "money", "fa": "پول و نقدینگی", "en": "Money and liquidity"},
            {"id": "market", "fa": "بازار و فروش", "en": "Market and sales"},
            {"id": "people", "fa": "نیروی کار", "en": "People"},
        ]
    return Field.model_validate({"id": field_id, "type": kind, "label": WORDS, "ask": WORDS, **more})


def form(*fields: Field) -> Form:
    return Form.model_validate({"intro": WORDS, "done": WORDS, "fields": [one.model_dump() for one in fields]})
