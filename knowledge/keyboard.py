"""A wrong keyboard layout undone: Persian typed with the Latin layout on (slhl for سلام), and the reverse (سشمشپ).

Works on the raw text, for ; ' [ ] , and \\ are letters of the Persian layout. Which words exist is asked of the
caller; what becomes of the text is in normalise.py.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from knowledge.normalise import normalise

LONGEST_TEXT: Final = 1000
"""Characters that are looked at. A person sees a wrong layout before that."""
_FEW_VOWELS: Final = 0.36
_MANY_VOWELS: Final = 0.2
"""Shares of vowel keys: in Latin letters a text with fewer, in Persian letters one with more, may be in the wrong
layout. Right texts have 0.35 to 0.5 and 0.1 to 0.2; the same keys give the reverse."""
_KNOWN_ENOUGH: Final = 0.6
_KNOWN_BEFORE: Final = 0.25
"""Shares of letters in known words: at least, as the other layout reads it, and at most, as it stands."""
_LEAST_LETTERS: Final = 4
"""Letters in known words that the other reading needs: shorter ones are words by chance."""

# ISIRI 9147 and Windows' Persian (Standard). Capitals differ from small letters only where a letter stands there.
_LATIN_KEYS: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,"
_STANDARD: Final = "ضصثقفغعهخحجچشسیبلاتنمکگظطزرذدپو"
_SHIFTED: Final = {"H": "آ", "C": "ژ", "A": "ؤ", "S": "ئ", "F": "إ", "G": "أ", "J": "ة", "M": "ء", "B": "\u200c"}
_OTHER_SIGNS: Final = {"?": "؟", "`": "پ", "\\": "پ"}
_TO_PERSIAN: Final = str.maketrans(
    dict(zip(_LATIN_KEYS, _STANDARD, strict=True))
    | {key.upper(): letter for key, letter in zip(_LATIN_KEYS, _STANDARD, strict=True) if key.isalpha()}
    | _OTHER_SIGNS
)
_TO_PERSIAN_WITH_CAPITALS: Final = _TO_PERSIAN | str.maketrans(_SHIFTED)
_TO_PERSIAN_OLDER: Final = _TO_PERSIAN_WITH_CAPITALS | str.maketrans({"m": "ئ"})
"""The older layout of Windows: پ on the backslash and ئ on m."""
_TO_LATIN: Final = str.maketrans(
    dict(zip(_STANDARD, _LATIN_KEYS, strict=True))
    | {letter: key.lower() for key, letter in _SHIFTED.items() if letter not in "ئء\u200c"}
    | {"ئ": "m", "ء": "m", "ي": "d", "ك": ";", "؟": "?", "،": ",", "\u200c": " "}
)
_LATIN_READINGS: Final = (_TO_PERSIAN_WITH_CAPITALS, _TO_PERSIAN, _TO_PERSIAN_OLDER)
_VOWEL_KEYS: Final = frozenset("aeiouAEIOU" + "شثهخع")
_PERSIAN: Final = re.compile(r"[\u0620-\u064a\u066e-\u06d3]")
_LATIN: Final = re.compile(r"[a-zA-Z]")
_LATIN_KEY: Final = re.compile(r"[a-zA-Z;'\[\],`\\]")
_SIGN: Final = re.compile(r"[;'\[\]`\\]|,[a-zA-Z]")
_SIGN_AS_LETTER: Final = re.compile(r"[;'\[\],`\\][a-zA-Z;'\[\],]")
"""A sign with no space behind it: rare in a right text, and common where و گ ک چ ج are meant."""
_PIECE: Final = re.compile(r"\s+|\S+")
_NOT_TYPED: Final = re.compile(r"@|://|www\.|[^\W\d]\.[^\W\d]|/\w|_|[^\W\d]\d|\d[^\W\d]")
"""Addresses, names of accounts, and codes are in the layout they are in."""


def undone(text: str, known: Callable[[str], bool]) -> str:
    """The text as it was meant; the text itself unless the other reading has clearly more known words.

    `known`: whether a normalised word exists, Persian, English or Finglish. Each stretch of words in one script is
    judged by itself. Spaces between words are kept. Never raises unless `known` does; bounded by LONGEST_TEXT.
    """
    head = text[:LONGEST_TEXT]
    stretches = list(_stretches(head))
    if not any(map(_may_be_wrong, stretches)):
        return text
    return "".join(_judged(stretch, known) for stretch in stretches) + text[LONGEST_TEXT:]


def _may_be_wrong(stretch: str) -> bool:
    """The cheap check: whether the keys, as vowels and signs, speak against the layout. A few microseconds."""
    persian = _PERSIAN.findall(stretch)
    letters = persian or _LATIN.findall(stretch)
    vowels = sum(letter in _VOWEL_KEYS for letter in letters)
    if persian:
        return vowels > _MANY_VOWELS * len(letters)
    return vowels < _FEW_VOWELS * len(letters) or _SIGN.search(stretch) is not None


def _stretches(text: str) -> Iterator[str]:
    """Neighbouring words in one script with the spaces around them; put together they are the text."""
    current, script = "", ""
    for piece in _PIECE.findall(text):
        found = "fa" if _PERSIAN.search(piece) else "latin" if _LATIN_KEY.search(piece) else script
        if script and found != script:
            yield current
            current = ""
        current += piece
        script = found
    if current:
        yield current


def _judged(stretch: str, known: Callable[[str], bool]) -> str:
    """The stretch, or its other reading where that one is clearly made of words and the stretch is not."""
    if not _may_be_wrong(stretch) or _NOT_TYPED.search(stretch):
        return stretch
    plain = " ".join(
        word for word in stretch.split() if not _SIGN_AS_LETTER.search(word) and not _is_abbreviation(word, stretch)
    )
    if _known(plain, known)[1] > _KNOWN_BEFORE * len(normalise(stretch).replace(" ", "")):
        return stretch
    tables = (_TO_LATIN,) if _PERSIAN.search(stretch) else _LATIN_READINGS
    best, best_share = stretch, _KNOWN_ENOUGH
    for table in tables:
        reading = _read(stretch, table)
        share, letters = _known(reading, known)
        if letters >= _LEAST_LETTERS and share > best_share:
            best, best_share = reading, share
    return best


def _read(stretch: str, table: dict[int, str]) -> str:
    """The stretch in the other layout, without its abbreviations."""
    pieces = _PIECE.findall(stretch)
    return "".join(piece if _is_abbreviation(piece, stretch) else piece.translate(table) for piece in pieces)


def _is_abbreviation(word: str, stretch: str) -> bool:
    """Capitals among small letters, such as CDA."""
    return len(word) > 1 and word.isascii() and word.isalpha() and word.isupper() and not stretch.isupper()


def _known(text: str, known: Callable[[str], bool]) -> tuple[float, int]:
    """The share of letters that stand in known words, and how many they are."""
    words = normalise(text).split()
    letters = sum(len(word) for word in words if known(word))
    total = sum(map(len, words))
    return (letters / total if total else 0.0), letters
