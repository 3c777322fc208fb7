"""How texts become buttons that fit a phone: long ones are shortened between words, two short ones share a row."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from db.message import Button, Rows

# Characters that a button of a whole row, or of half a row, shows on a phone 360 points wide.
ROW_FITS = 40
HALF_FITS = 17
_LITTLE_WORD = 4


def width(text: str) -> int:
    """Characters that take room: joiners and marks above a letter do not."""
    return sum(unicodedata.category(character) not in ("Mn", "Cf") for character in text)


def fitting(text: str, most: int) -> str:
    """The text if it fits, else its first clause if it has several, else as many whole words as fit and "…".

    A little word ("of", "with") is not left hanging at the end. A single word that is too long stays whole.
    """
    if width(text) <= most:
        return text
    for mark in (":", "("):
        clause = text.partition(mark)[0].rstrip()
        if clause != text and most // 3 <= width(clause) <= most:
            return clause
    words = text.split()
    while len(words) > 1 and (width(" ".join(words)) >= most or width(words[-1]) <= _LITTLE_WORD):
        words.pop()
    return " ".join(words).rstrip(" ,;:(\u060c\u061b") + "…"


def in_rows(buttons: Iterable[Button]) -> Rows:
    """One button in a row; two neighbours that are both short share one."""
    rows: list[tuple[Button, ...]] = []
    for button in buttons:
        short = width(button.text) <= HALF_FITS
        if short and rows and len(rows[-1]) == 1 and width(rows[-1][0].text) <= HALF_FITS:
            rows[-1] = (*rows[-1], button)
        else:
            rows.append((button,))
    return tuple(rows)
