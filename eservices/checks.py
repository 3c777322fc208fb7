"""Pure checks of numbers and addresses: national ids, postal codes, telephone numbers, e-mail.

Each takes cleaned text and gives the form in which the value is kept, or None; what to say about it is not here.
"""

import re

from eservices.clean import latin_digits

# Two-digit area codes of the 31 provinces (national numbering plan of 2014).
_AREA_CODES = "11 13 17 21 23 24 25 26 28 31 34 35 38 41 44 45 51 54 56 58 61 66 71 74 76 77 81 83 84 86 87"
_AREAS = frozenset(_AREA_CODES.split(" "))
_BETWEEN = re.compile(r"[\s()./\-\u2010-\u2015\u2212]+")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def digits_only(text: str) -> str:
    """The digits of a number as people group it ("001-234567-8", "۱۲ ۳۴"), or "" if anything else is in it."""
    digits = _BETWEEN.sub("", latin_digits(text))
    return digits if digits.isascii() and digits.isdigit() else ""


def person_id(text: str) -> str | None:
    """The national id of a person, ten digits, or None.

    Rule of the civil registry (ثبت احوال): the first nine digits are weighted 10 to 2 and summed; of the sum modulo
    11, the tenth digit is the rest if that is below 2, else 11 minus the rest. Ten equal digits satisfy the rule
    but are never given out.
    """
    digits = digits_only(text)
    if len(digits) != 10 or len(set(digits)) == 1:
        return None
    rest = sum(int(digit) * (10 - i) for i, digit in enumerate(digits[:9])) % 11
    return digits if int(digits[9]) == (rest if rest < 2 else 11 - rest) else None


def firm_id(text: str) -> str | None:
    """The national id of a firm (شناسهٔ ملی اشخاص حقوقی), eleven digits, or None.

    Rule in use for the register of legal persons: d is the tenth digit plus 2; each of the first ten digits plus d
    is weighted 29, 27, 23, 19, 17, 29, ... and summed; modulo 11, with 10 read as 0, it is the eleventh digit.
    Eleven equal digits and a serial (digits four to nine) of zeros are not given out.
    """
    digits = digits_only(text)
    if len(digits) != 11 or len(set(digits)) == 1 or digits[3:9] == "000000":
        return None
    shift = int(digits[9]) + 2
    weights = (29, 27, 23, 19, 17) * 2
    rest = sum((int(digit) + shift) * weight for digit, weight in zip(digits, weights, strict=False)) % 11
    return digits if int(digits[10]) == rest % 10 else None


def postal_code(text: str) -> str | None:
    """A postal code of Iran, ten digits, or None.

    The post does not use 0 and 2 in the first five digits, the delivery route, because they are misread as 5 and 3;
    the last five, the place on the route, are free. There is no check digit, so this is plausibility, not proof.
    """
    digits = digits_only(text)
    if len(digits) != 10 or set(digits[:5]) & {"0", "2"} or len(set(digits)) == 1:
        return None
    return digits


def iranian_phone(text: str) -> str | None:
    """A mobile or a landline of Iran in E.164, or None: +98, then ten digits.

    National numbering plan (ITU-T E.164, Iran): mobiles are 9 and nine digits; landlines a two-digit area code of a
    province and eight digits that start with 2 to 9. Taken with 0, +98, 0098, 98 or nothing in front.
    """
    digits = digits_only(text.strip().removeprefix("+"))
    for code in ("0098", "98", "0"):
        if digits.startswith(code) and len(digits) >= len(code) + 10:
            digits = digits[len(code) :]
            break
    if len(digits) == 11 and digits[0] == "0":  # "+98 0912 ..." is often written
        digits = digits[1:]
    if len(digits) != 10:
        return None
    if digits[0] == "9" or (digits[:2] in _AREAS and digits[2] in "23456789"):
        return "+98" + digits
    return None


def phone(text: str) -> str | None:
    """Any telephone number in E.164, or None: Iranian ones in all usual spellings, others with + or 00 in front."""
    text = latin_digits(text).strip()
    number = iranian_phone(text)
    if number:
        return number
    foreign = text.startswith(("+", "00"))
    digits = digits_only(text.removeprefix("+"))
    if text.startswith("00"):
        digits = digits[2:]
    if not foreign or digits.startswith(("98", "0")) or not 8 <= len(digits) <= 15:
        return None
    return "+" + digits


def shared_phone(text: str) -> str | None:
    """The number of a shared contact in E.164, or None; messengers leave out the + at times."""
    return phone(text) or phone("+" + latin_digits(text).strip().lstrip("+"))


def email(text: str) -> str | None:
    """An e-mail address with its domain in small letters, or None; at most 254 characters (RFC 5321, 4.5.3.1).

    Only the usual dot-atom form of RFC 5322 in ASCII. Each pattern runs on a bounded part and cannot backtrack far.
    """
    text = latin_digits(text).strip()
    if len(text) > 254 or text.count("@") != 1:
        return None
    local, domain = text.split("@")
    labels = domain.split(".")
    if len(local) > 64 or not _LOCAL.fullmatch(local) or len(labels) < 2:
        return None
    if not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit() or len(labels[-1]) < 2:
        return None
    return f"{local}@{domain.lower()}"
