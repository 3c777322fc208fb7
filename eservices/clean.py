"""Cleaning of typed text and the one form in which texts are compared.

No meaning is judged here: `checks`, `dates`, `labels` and `fields` do that on what comes out of here.
"""

import re
import unicodedata

ZWNJ = "\u200c"
# Letters by their class, yet seen as nothing: with them an answer could look empty (Unicode 15, chart notes).
_INVISIBLE = dict.fromkeys(map(ord, "\u115f\u1160\u3164\uffa0\u2800\u00ad\u034f\u17b4\u17b5"))
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_MARKS_KEPT = 3  # Persian needs two marks on a letter at most; long stacks of marks cover the lines around them
# One spelling for what Persian keyboards, Arabic keyboards and phones type for the same letter.
_SAME = str.maketrans("يىئكةۀأإٱؤآ", "یییکههاااوا")


def latin_digits(text: str) -> str:
    """The text with every decimal digit of any script (Persian, Arabic, full-width ...) as 0 to 9; equal length."""
    return "".join(str(unicodedata.decimal(ch)) if not ch.isascii() and ch.isdecimal() else ch for ch in text)


def clean(text: str, *, lines: bool = False) -> str:
    """The text without control characters, direction overrides, invisible characters and surplus spaces.

    ZWNJ stays where it stands between two letters, as Persian needs it. With `lines` line breaks stay, at most one
    empty line in a row; otherwise they become spaces. The result can be encoded, and no space begins or ends it.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    kept: list[str] = []
    marks = 0
    for ch in unicodedata.normalize("NFC", text.translate(_INVISIBLE)):
        category = unicodedata.category(ch)
        if ch == "\n" and lines:
            kept.append(ch)
        elif ch in "\n\t\v\f" or category in ("Zs", "Zl", "Zp"):
            kept.append(" ")
        elif ch == ZWNJ or category not in _DROPPED:
            marks = marks + 1 if category in ("Mn", "Me") else 0
            if marks <= _MARKS_KEPT:
                kept.append(ch)
    text = re.sub(f"{ZWNJ}+", ZWNJ, "".join(kept))
    text = re.sub(f"{ZWNJ}?([ \n]|^|$){ZWNJ}?", r"\1", text)
    text = re.sub(" {2,}", " ", text)
    return re.sub(r"\n{3,}", "\n\n", re.sub(" ?\n ?", "\n", text)).strip()


def has_words(text: str) -> bool:
    """Whether there is any letter or digit, not only emoji and punctuation."""
    return any(unicodedata.category(ch)[0] in "LN" for ch in text)


def comparable(text: str) -> str:
    """The form in which labels and names are compared: no case, marks, punctuation or ZWNJ, one kind of ی and ک."""
    text = unicodedata.normalize("NFKC", clean(text).replace(ZWNJ, " "))
    text = "".join(ch for ch in text if unicodedata.category(ch) != "Mn")
    text = latin_digits(text).casefold().translate(_SAME)
    return re.sub(r"[\W_]+", " ", text).strip()
