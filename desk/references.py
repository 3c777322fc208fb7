"""References of tickets: eight digits, not sequential, the last a Damm check digit.

H. M. Damm, "Total anti-symmetrische Quasigruppen" (2004): the order-10 quasigroup below finds every single wrong
digit and every swap of neighbours; 572 has check digit 4.
"""

from __future__ import annotations

import re
import secrets

_QUASIGROUP = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
# Eight digits, perhaps in two fours, between them a dash of any kind, a space, or a mark of direction. They stand
# alone: fours that are joined to more digits belong to a longer number, such as a bank card's.
_JOINT = r"\-\u2010-\u2015\u2212\u0640_./"
_SHAPE = re.compile(
    rf"(?<!\d)(?<!\d[{_JOINT}])"
    rf"(\d{{4}})[\s{_JOINT}\u200e\u200f\u202a-\u202e\u2066-\u2069]{{0,3}}(\d{{4}})"
    rf"(?!\d)(?![{_JOINT}]\d)"
)


def check_digit(digits: str) -> str:
    """The Damm check digit of a string of Latin digits."""
    interim = 0
    for digit in digits:
        interim = _QUASIGROUP[interim][int(digit)]
    return str(interim)


def new_reference() -> str:
    """A random reference. Uniqueness is the table's; the caller tries again when it collides."""
    digits = str(1_000_000 + secrets.randbelow(9_000_000))
    return digits + check_digit(digits)


def is_reference(digits: str) -> bool:
    """Eight Latin digits with the right check digit."""
    return len(digits) == 8 and digits.isascii() and digits.isdigit() and check_digit(digits) == "0"


def references_in(text: str) -> list[str]:
    """All references in a text, in Latin, Persian or Arabic digits, with or without dash or space."""
    return [digits for digits in eight_digits_in(text) if is_reference(digits)]


def eight_digits_in(text: str) -> list[str]:
    """Whatever has the shape of a reference, also with a wrong check digit: somebody may have mistyped one."""
    found = ("".join(match.groups()) for match in _SHAPE.finditer(text.translate(_DIGITS)))
    return list(dict.fromkeys(found))


def shown(reference: str) -> str:
    """As people read it: 4821-5377."""
    return f"{reference[:4]}-{reference[4:]}"
