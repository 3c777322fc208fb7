"""One parser per type of field: from what a person sent to the value that is kept, or a refusal with its reason.

Every refusal is a `Refused` with a key of the texts; the order of the questions is in `forms`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from eservices import checks
from eservices.clean import clean, has_words, latin_digits
from eservices.dates import read_date
from eservices.files import read_file
from eservices.given import Attachment, Given, Language, Location, Refused, Value
from eservices.labels import match
from eservices.numbers import read_number
from eservices.provinces import find_province, provinces
from eservices.questions import Field, FieldType, Option
from eservices.values import Shown, bounds, fits, in_order, limits, show

__all__ = [
    "Attachment", "Field", "Given", "Language", "Location", "Refused", "Shown", "Value",
    "bounds", "fits", "parse", "show",
]  # fmt: skip

_LONGEST = 20_000  # a messenger's message is far shorter; nothing longer is even cleaned


def parse(field: Field, given: Given, today: date) -> Value:
    """The value of one answer. Raises Refused, and nothing else, whatever was given.

    `today` is the date where the person is. For a files field the value is a list of the one file that came.
    """
    if given.options and field.type not in ("choice", "choices", "province"):
        raise Refused("form.out_of_date")
    return _PARSERS[field.type](field, given, today)


def _typed(field: Field, given: Given, *, lines: bool = False) -> str:
    """The cleaned text, if text is all that came: a caption would drag along a photo that nobody asked for."""
    if given.text is None or given.attachment or given.place or given.phone:
        raise Refused(f"field.{field.type}.wanted")
    return clean(given.text[:_LONGEST], lines=lines)


def _text(field: Field, given: Given, today: date) -> str:
    return _bounded(field, _typed(field, given, lines=field.type == "long_text"))


def _bounded(field: Field, text: str) -> str:
    low, high = bounds(field)
    if not has_words(text):
        raise Refused("field.text.no_words")
    if len(text) < low:
        raise Refused("field.text.too_short", min=low)
    if len(text) > high:
        raise Refused("field.text.too_long", max=high, over=len(text) - high)
    return text


def _number(field: Field, given: Given, today: date) -> int | float:
    units = (field.unit.fa, field.unit.en) if field.unit else ()
    number = read_number(_typed(field, given), units=units, decimals=field.decimals)
    if number is None:
        raise Refused("field.number.wanted")
    low, high = limits(field)
    if number < low:
        raise Refused("field.number.too_small", min=_plain(low))
    if number > high:
        raise Refused("field.number.too_big", max=_plain(high))
    if number == int(number):
        return int(number)
    if not field.decimals:
        raise Refused("field.number.whole")
    return float(number)


def _plain(bound: float) -> int | float:
    return int(bound) if bound == int(bound) else bound


# What people type for yes, no and "I do not know", whatever the labels say.
_ALSO = {
    "yes": ("بله", "بلی", "آره", "اره", "دارم", "bale", "baleh", "are", "areh", "yes", "yeah"),
    "no": ("خیر", "نه", "نخیر", "ندارم", "na", "kheyr", "kheir", "no", "nope"),
    "unsure": ("نمی‌دانم", "نمی‌دونم", "نمیدانم", "نمیدونم", "مطمئن نیستم", "nemidoonam", "nemidunam", "i don't know"),
}
_MEANS = {"yes": re.compile(r"Yes\b"), "no": re.compile(r"No(,|$)|Not yet$"), "unsure": re.compile("I do not know")}


def _labels(field: Field) -> dict[str, tuple[str, ...]]:
    return {option.id: (option.fa, option.en, *_also(option)) for option in field.options}


def _also(option: Option) -> tuple[str, ...]:
    """By the id, else by how the English label begins."""
    meant = next((meaning for meaning, begins in _MEANS.items() if begins.match(option.en)), "")
    return _ALSO.get(option.id, ()) or _ALSO.get(meant, ())


def _choice(field: Field, given: Given, today: date) -> str:
    if given.options:
        if len(given.options) != 1 or field.option(given.options[0]) is None:
            raise Refused("form.out_of_date")
        return given.options[0]
    found = match(_typed(field, given), _labels(field))
    if len(found) == 1:
        return found[0]
    raise Refused("field.choice.unclear" if found else "field.choice.wanted", options=found)


def _choices(field: Field, given: Given, today: date) -> list[str]:
    if given.options:
        if any(field.option(option) is None for option in given.options):
            raise Refused("form.out_of_date")
        return counted(field, in_order(field, list(given.options)))
    chosen = [option for part in _parts(_typed(field, given, lines=True)) for option in _some_of(field, part)]
    if not chosen:
        raise Refused("field.choices.wanted")
    return counted(field, in_order(field, chosen))


def _parts(text: str) -> list[str]:
    """The pieces of a typed list: "1 3", "۱ و ۳", "market, money", one per line; at most 50."""
    if re.fullmatch(r"[\d\s,،؛;.و]+", latin_digits(text)):
        return re.findall(r"\d+", latin_digits(text))[:50]
    return [piece for piece in re.split(r"[,،؛;\n]+", text) if has_words(piece)][:50]


def _some_of(field: Field, text: str) -> list[str]:
    """The options of one piece: a whole label first, as labels hold "و" themselves, then what is joined by it."""
    found = match(text, _labels(field))
    if len(found) == 1:
        return list(found)
    pieces = re.split(r" (?:و|and|va|o) ", text)[:50]
    if len(pieces) > 1:
        return [option for piece in pieces for option in _some_of(field, piece)]
    raise Refused("field.choices.unclear" if found else "field.choices.wanted", options=found)


def counted(field: Field, chosen: list[str]) -> list[str]:
    """The chosen options, if there are enough of them and not too many. Raises Refused."""
    low, high = bounds(field)
    if len(chosen) < max(low, 1):
        raise Refused("field.choices.too_few", min=max(low, 1))
    if len(chosen) > high:
        raise Refused("field.choices.too_many", max=high)
    return chosen


def _date(field: Field, given: Given, today: date) -> str:
    found = read_date(_typed(field, given), today)
    if len(found) == 1:
        return found[0].isoformat()
    raise Refused("field.date.unclear" if found else "field.date.wanted")


def _phone(field: Field, given: Given, today: date) -> str:
    if given.phone is not None:
        number = checks.shared_phone(given.phone[:40])
    else:
        text = _typed(field, given)
        number = checks.phone(text) if len(text) <= 40 else None
        if number is None and 7 <= len(checks.digits_only(text)) <= 8:
            raise Refused("field.phone.no_area")
    if number is None:
        raise Refused("field.phone.wanted")
    return number


def _email(field: Field, given: Given, today: date) -> str:
    address = checks.email(_typed(field, given))
    if address is None:
        raise Refused("field.email.wanted")
    return address


_IDS: Mapping[str, tuple[int, Callable[[str], str | None]]] = {
    "person_id": (10, checks.person_id),
    "firm_id": (11, checks.firm_id),
    "postal_code": (10, checks.postal_code),
}


def _id(field: Field, given: Given, today: date) -> str:
    """Numbers of fixed length: a wrong length is told apart from a wrong digit, as people can count digits."""
    length, check = _IDS[field.type]
    text = _typed(field, given)
    number = check(text)
    if number is not None:
        return number
    digits = checks.digits_only(text)
    if not digits:
        raise Refused(f"field.{field.type}.wanted")
    if len(digits) != length:
        raise Refused("field.digits.count", length=length, typed=len(digits))
    raise Refused(f"field.{field.type}.wrong")


def _province(field: Field, given: Given, today: date) -> str:
    if given.options:
        if len(given.options) != 1 or given.options[0] not in provinces():
            raise Refused("form.out_of_date")
        return given.options[0]
    found = find_province(_typed(field, given))
    if len(found) == 1:
        return found[0]
    raise Refused("field.province.unclear" if found else "field.province.wanted", options=found)


def _place(field: Field, given: Given, today: date) -> dict[str, Any]:
    if given.place is None or given.attachment:
        return {"text": _bounded(field, _typed(field, given))}
    latitude, longitude = round(given.place.latitude, 6), round(given.place.longitude, 6)
    point = {"latitude": latitude, "longitude": longitude}
    # (0, 0) lies in the ocean and is what a phone without a fix sends.
    if not fits(field, point) or (latitude == 0 and longitude == 0):
        raise Refused("field.place.impossible")
    return point


def _files(field: Field, given: Given, today: date) -> list[dict[str, Any]]:
    if given.attachment is None:
        raise Refused("field.files.wanted")
    return [read_file(given.attachment)]


_PARSERS: Mapping[FieldType, Callable[[Field, Given, date], Value]] = {
    "text": _text, "long_text": _text, "park": _text, "number": _number, "choice": _choice, "choices": _choices,
    "date": _date, "phone": _phone, "email": _email, "person_id": _id, "firm_id": _id, "postal_code": _id,
    "province": _province, "place": _place, "files": _files,
}  # fmt: skip
