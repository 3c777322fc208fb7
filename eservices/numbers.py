"""Numbers as people type them: any digits, thousands separators, "۲ هزار", a unit behind.

Bounds belong to the field (`fields`); here only what the number is.
"""

import re
from collections.abc import Collection
from decimal import Decimal

from eservices.clean import comparable, latin_digits

_MAGNITUDES = {
    comparable(word): factor
    for factor, words in {
        10**3: ("هزار", "هزارتا", "hezar", "thousand", "k"),
        10**6: ("میلیون", "ملیون", "milion", "million"),
        10**9: ("میلیارد", "ملیارد", "miliard", "milyard", "billion"),
    }.items()
    for word in words
}
_FILLERS = frozenset(
    comparable(word)
    for word in ("حدود", "حدوداً", "تقریباً", "تقریبا", "تا", "عدد", "hodud", "taghriban", "ta", "about", "around")
)
_SHAPE = re.compile(r"(?P<before>\D*?)(?P<sign>[-+\u2212\u2013]?) ?(?P<number>\d(?:[\d.,٬٫،/' ]*\d)?)(?P<after>\D*)")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:(?:,\d{3})+|(?: \d{3})+|(?:'\d{3})+)")
_GROUPED_BY_POINTS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_DECIMAL = re.compile(r"\d+[./,]\d+")
_LONGEST = 60


def read_number(text: str, *, units: Collection[str] = (), decimals: bool = False) -> Decimal | None:
    """The one number that `text` says, or None when it says none, several, or anything beside it but a unit.

    `units` are the words that may stand behind the number; any other word could change its meaning and so refuses it.
    "." and "/" are decimal marks (the slash is the Persian habit), "," a thousands separator; "1.500" is 1500 unless
    the field has decimals.
    """
    text = latin_digits(text).strip().replace("٬", ",").replace("،", ",").replace("٫", ".")
    shape = _SHAPE.fullmatch(text) if len(text) <= _LONGEST else None
    if shape is None:
        return None
    factor = _factor(shape["before"], shape["after"], units)
    amount = _amount(shape["number"], decimals)
    if factor is None or amount is None:
        return None
    return amount * factor * (-1 if shape["sign"] not in ("", "+") else 1)


def _factor(before: str, after: str, units: Collection[str]) -> int | None:
    """What the words around the number multiply it by, or None if one of them is not understood."""
    allowed = _FILLERS | {word for unit in units for word in comparable(unit).split()}
    behind = comparable(after.replace("%", " % ").replace("٪", " % ")).split()
    factor = 1
    if behind and behind[0] in _MAGNITUDES:
        factor = _MAGNITUDES[behind.pop(0)]
    if behind and factor > 1 and behind[0] in _MAGNITUDES:  # "۲ هزار میلیارد"
        factor *= _MAGNITUDES[behind.pop(0)]
    return factor if set(behind) | set(comparable(before).split()) <= allowed else None


def _amount(number: str, decimals: bool) -> Decimal | None:
    if number.isdecimal():
        return Decimal(number)
    if _GROUPED.fullmatch(number) or (
        _GROUPED_BY_POINTS.fullmatch(number) and not _read_as_decimal(number, decimals)
    ):
        return Decimal(re.sub(r"\D", "", number))
    whole, mark, part = number.rpartition(".")
    if mark and part.isdecimal() and _GROUPED.fullmatch(whole):
        return Decimal(re.sub(r"\D", "", whole) + "." + part)
    return Decimal(re.sub(r"[/,]", ".", number)) if _DECIMAL.fullmatch(number) else None


def _read_as_decimal(number: str, decimals: bool) -> bool:
    return decimals and number.count(".") == 1
