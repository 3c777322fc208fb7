"""The one written form of a message: letters, digits, spaces and endings unified, in Persian, Finglish and English.

Pure functions, linear in the length, never raising. What is compared with what lives in features.py and matching.py.
"""

import re
import unicodedata
from typing import Final, Literal

from knowledge.words import COURTESY, ENGLISH, FINGLISH

Script = Literal["fa", "fi", "en"]
"""fa: Persian letters; fi: Finglish, Persian in Latin letters; en: English."""

_CACHED_BELOW: Final = 0x3000
"""Letters above this are rare: their mapping is not remembered, so that the table stays small."""

_SAME_LETTER: Final[dict[str, str]] = {
    **dict.fromkeys("يىېۍێےؠ", "ی"),
    **dict.fromkeys("كڪګڬڮ", "ک"),
    **dict.fromkeys("ةۀہھەۃۂ", "ه"),
    **dict.fromkeys("أإآٱٲٳٵ", "ا"),
    **dict.fromkeys("ؤۆۇۈۋ", "و"),
    "ء": "",
    "ـ": "",  # kashida
}
_NOTHING: Final = frozenset(map(chr, (*range(0x200D, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)))) | set(
    "\u00ad\u061c\u200b\ufeff"
)
"""Joins and direction marks that stand inside words. The half-space (U+200C) is not among them: it parts words."""


class _Table(dict[int, str]):
    """For str.translate: what becomes of a letter; worked out once for each."""

    def __missing__(self, code: int) -> str:
        mapped = _mapped(chr(code))
        if code < _CACHED_BELOW:
            self[code] = mapped
        return mapped


def _mapped(letter: str) -> str:
    if letter in _NOTHING:
        return ""
    same = _SAME_LETTER.get(letter)
    if same is not None:
        return same
    category = unicodedata.category(letter)
    if category[0] == "L":
        return letter
    if category[0] == "N":
        value = unicodedata.digit(letter, -1)
        return str(value) if value >= 0 else " "
    if category == "Mn":
        return ""
    return " "


_TABLE: Final = _Table()
_STRETCHED: Final = re.compile(r"([^\W\d_])\1{2,}")
_MARKS: Final = re.compile(r"[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]+")

_PREFIXES: Final = frozenset({"می", "نمی"})
_ENDINGS: Final = frozenset(
    "ها" + rest
    for rest in ("", "ی", "یی", "یم", "یت", "یش", "یمان", "یتان", "یشان", "م", "ت", "ش", "مون", "تون", "شون")
)


def normalise(text: str) -> str:
    """The text in lower case, with one form per letter, Latin digits, single spaces, without marks and punctuation.

    Idempotent: `normalise(normalise(t)) == normalise(t)`. Keeps the script; an empty string when nothing is left.
    """
    # Marks go first: a long run of them would make the decomposition sort them, which is not linear.
    plain = unicodedata.normalize("NFKD", _MARKS.sub("", text).casefold()).casefold()
    letters = _STRETCHED.sub(r"\1", plain.translate(_TABLE))
    return " ".join(_joined(letters.split()))


def _joined(words: list[str]) -> list[str]:
    """Verb prefixes and plural endings that stand alone, joined to their word; a lone ezafe ی dropped."""
    joined: list[str] = []
    for word in words:
        if word == "ی" and joined:
            continue
        # A join must not stretch a letter to three, or a second pass would change the text again.
        before = joined[-1] if joined else "a"
        ending = word in _ENDINGS and not before.isascii() and not before.endswith("هه")
        verb = before in _PREFIXES and not word.isascii() and not word.startswith("یی")
        if ending or verb:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


_ENGLISH_SHAPE: Final = re.compile(
    r"th|wh|ck|ing\b|tion|ght|ough|ee|ed\b|ly\b|qu|ss\b|ll\b|ty\b|ies\b|ment\b|ple\b|ss"
)
_FINGLISH_SHAPE: Final = re.compile(
    r"kh|gh|zh|aa|q(?!u)|\bmi|\bnemi|[bcdfgjklmnprstvyz]am\b|im\b|[aeiou]i\b|[bdgjkmnrsvz]e\b|eh\b|o\b|a\b|sht|shd|[aeiou]y[aeiou]"
)


def detect(text: str) -> Script:
    """The script and language of a message; only its first 600 characters count. Text without letters is "fa"."""
    return script_of(normalise(text[:600]))


def script_of(normalised: str) -> Script:
    """The same for normalised text: by letters first, then Finglish against English by words and word shapes."""
    words = normalised.split()
    persian = sum(len(word) for word in words if not word.isascii() and not word.isdigit())
    latin_words = [word for word in words if word.isascii() and not word.isdigit()]
    latin = sum(map(len, latin_words))
    if latin <= persian:
        return "fa"
    score = 0.0
    for word in latin_words:
        if word in ENGLISH and word in FINGLISH:
            continue
        if word in ENGLISH:
            score += 2.0
        elif word in FINGLISH:
            score -= 2.0
        else:
            score += 0.8 * len(_ENGLISH_SHAPE.findall(word)) - 0.8 * len(_FINGLISH_SHAPE.findall(word))
    return "en" if score >= 0 else "fi"


_HOMOPHONES: Final = str.maketrans(
    {**dict.fromkeys("صث", "س"), **dict.fromkeys("ذضظ", "ز"), "ط": "ت", "غ": "ق", "ح": "ه"}
)


def fold_homophones(normalised: str) -> str:
    """Letters that sound alike written as one of them: س for ص/ث, ز for ذ/ض/ظ, ت for ط, ق for غ, ه for ح."""
    return normalised.translate(_HOMOPHONES)


_PAIRS: Final = (("kh", "X"), ("gh", "Q"), ("ch", "C"), ("sh", "S"), ("zh", "J"), ("ck", "k"))
"""Two Latin letters that write one sound. Joined in Persian words too: in تسهیلات the sh is two sounds."""
_PERSIAN_SOUNDS: Final = str.maketrans(dict(zip("بپتجچخدرزژسشفقکگلمنهویاع", "bptjCXdrzJsSfQkglmnhvyaa", strict=True)))
_LATIN_SOUNDS: Final = str.maketrans({**dict.fromkeys("eiou", "a"), "w": "v", "q": "Q", "c": "k", "x": "ks"})
_SOFT: Final = re.compile(r"(?<=.)[avy]+")
_TWICE: Final = re.compile(r"(.)\1+")


def sound(word: str) -> str:
    """The consonants of one normalised word, one sign a sound, alike for Persian and Latin letters.

    `شهرک`, `shahrak`, `shahrake` -> `Shrk`; `صنعتی`, `صنتی`, `sanaati` -> `snt`. Vowels, and v and y, which Persian
    writes like vowels, count only at the start. A lone ezafe `e` gives an empty string. Digits stay.
    """
    if word.isdigit() or word in _LONE_EZAFE:
        return word if word.isdigit() else ""
    if word.isascii():
        for pair, sign in _PAIRS:
            word = word.replace(pair, sign)
        key = word.translate(_LATIN_SOUNDS)
    else:
        key = fold_homophones(word).translate(_PERSIAN_SOUNDS)
        for pair, sign in _PAIRS:
            key = key.replace(pair, sign)
    if len(key) > 1 and key.endswith("h"):
        key = key[:-1]
    return _TWICE.sub(r"\1", _SOFT.sub("", key))


_LONE_EZAFE: Final = frozenset("eiy")
_WHOSE: Final = ("مان", "تان", "شان", "مون", "تون", "شون")
_SPOKEN_ENDINGS: Final = (
    *("های" + whose for whose in _WHOSE),
    *("ها" + whose for whose in _WHOSE),
    *("هایی", "هایم", "های", "ها"),
    *_WHOSE,
)
"""Longest first, for the first that fits is taken."""


def stem(word: str) -> str:
    """A normalised Persian word without its plural or possessive ending (های، مون), if three letters are left."""
    if word.isascii():
        return word
    for ending in _SPOKEN_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def without_courtesy(normalised: str) -> str:
    """The normalised text without greetings, thanks and pleas; the text itself when nothing else is in it."""
    rest = " ".join(COURTESY.sub(" ", normalised).split())
    return rest or normalised


def is_courtesy(normalised: str) -> bool:
    """Whether the text is nothing but greetings, thanks and pleas."""
    return not COURTESY.sub(" ", normalised).split()
