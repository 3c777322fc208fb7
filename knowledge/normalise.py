"""The one form of a message: letters, digits, spaces and endings unified; which language it or a part of it is in.

Pure functions, linear in the length, never raising. Spoken words are in spoken.py, Finglish in finglish.py, a wrong
keyboard layout in keyboard.py. What is compared with what lives in features.py and matching.py.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from math import log
from typing import Final, Literal

from knowledge.words import COURTESY, COURTESY_AROUND, ENGLISH, FINGLISH

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
    **dict.fromkeys("ءۥۦـ", ""),  # the last one is the kashida
}
_NOTHING: Final = frozenset(map(chr, (*range(0x200D, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)))) | set(
    "\u00ad\u061c\u200b\ufeff"
)
"""Joins and direction marks that stand inside words. The half-space (U+200C) is not among them: it parts words."""


class _Unmarked(dict[int, int | None]):
    """For str.translate: takes away what stands on letters. It goes before the decomposition, which sorts a run of
    marks, and that is not linear."""

    def __missing__(self, code: int) -> int | None:
        kept = None if unicodedata.combining(chr(code)) else code
        if code < _CACHED_BELOW:
            self[code] = kept
        return kept


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
_UNMARKED: Final = _Unmarked()
STRETCHED: Final = re.compile(r"([^\W\d_])\1{2,}")
_THOUSANDS: Final = re.compile(r"(?<=\d)[,\u060c\u066c](?=\d{3}(?!\d))")

_PREFIXES: Final = frozenset({"می", "نمی"})
_LONGEST_JOINED: Final = 40
"""Letters. A longer word takes no ending, or a message of nothing but ها would take time with its square."""
_ENDINGS: Final = frozenset({"تر", "ترین"}) | frozenset(
    "ها" + rest
    for rest in ("", "ی", "یی", "یم", "یت", "یش", "یمان", "یتان", "یشان", "م", "ت", "ش", "مون", "تون", "شون", "رو")
)


def normalise(text: str) -> str:
    """The text in lower case, with one form per letter, Latin digits, single spaces, without marks and punctuation.

    Idempotent: `normalise(normalise(t)) == normalise(t)`. Keeps the script; an empty string when nothing is left.
    """
    plain = _THOUSANDS.sub("", text).casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain.translate(_UNMARKED)).casefold()
    letters = STRETCHED.sub(r"\1", plain.translate(_TABLE))
    return " ".join(joined(letters.split()))


def joined(words: Iterable[str]) -> list[str]:
    """Normalised words, with lone verb prefixes and endings joined to their word, and without a lone ezafe ی."""
    done: list[str] = []
    for word in words:
        if word == "ی" and done:
            continue
        before = done[-1] if done else "a"
        ending = word in _ENDINGS and not before.isascii()
        verb = before in _PREFIXES and not word.isascii()
        if (ending or verb) and len(before) < _LONGEST_JOINED and not _would_stretch(before, word):
            done[-1] += word
        else:
            done.append(word)
    return done


def _would_stretch(before: str, word: str) -> bool:
    """Whether a join would put one letter three times in a row, so that a second pass would change the text again."""
    return (before[-2:] + word[:1]) == word[:1] * 3 or (before[-1:] + word[:2]) == word[:1] * 3


_KNOWN_WORD: Final = 2.0
_UNKNOWN_WORD: Final = 1.5
"""How much one word says at most about the language, when it is in a word list and when only its letters tell."""
_PER_GROUP: Final = 0.4
_JUDGED: Final = 600
"""Characters of a message, and of each part, that are looked at for the language."""


def _letter_groups(word: str) -> set[str]:
    """Its groups of two and three letters, with ^ and $ for its ends."""
    edged = f"^{word}$"
    return {edged[at : at + size] for size in (2, 3) for at in range(len(edged) - size + 1)}


@cache
def _leanings() -> dict[str, float]:
    """How much a letter group speaks for English (above 0) or Finglish, by the words of the two lists."""
    english = Counter(group for word in ENGLISH - FINGLISH for group in _letter_groups(word))
    finglish = Counter(group for word in FINGLISH - ENGLISH for group in _letter_groups(word))
    prior = log((len(FINGLISH) + 1) / (len(ENGLISH) + 1))
    groups = english.keys() | finglish.keys()
    return {group: log((english[group] + 0.5) / (finglish[group] + 0.5)) + prior for group in groups}


@lru_cache(maxsize=8192)
def _leaning(word: str) -> float:
    """How much a Latin word speaks for English (above 0) or Finglish (below); 0 when it is a word of both."""
    if word in ENGLISH or word in FINGLISH:
        return _KNOWN_WORD * ((word in ENGLISH) - (word in FINGLISH))
    leanings = _leanings()
    total = _PER_GROUP * sum(leanings.get(group, 0.0) for group in _letter_groups(word))
    return max(-_UNKNOWN_WORD, min(_UNKNOWN_WORD, total))


def detect(text: str) -> Script:
    """The script and language of a message; only its first 600 characters count. Text without letters is "fa"."""
    return script_of(normalise(text[:_JUDGED]))


def script_of(normalised: str) -> Script:
    """The same for normalised text: by letters first, then Finglish against English by words and their letters."""
    words = normalised.split()
    persian = sum(len(word) for word in words if not word.isascii() and not word.isdigit())
    latin_words = [word for word in words if word.isascii() and not word.isdigit()]
    if sum(map(len, latin_words)) <= persian:
        return "fa"
    return "en" if sum(map(_leaning, latin_words)) >= 0 else "fi"


_ARABIC: Final = r"[\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufefc]"
_LETTERS: Final = re.compile(rf"(?:(?={_ARABIC})[^\W\d_])+|(?:(?!{_ARABIC})[^\W\d_])+")


def parts(text: str) -> list[tuple[Script, str]]:
    """The stretches of one script in a mixed message, in order; put together they are the text itself.

    Digits, signs and spaces belong to the letters before them, at the start to those after. Neighbouring stretches
    differ in letters, so "fi" never stands beside "en". An empty text has none.
    """
    starts: list[tuple[int, bool]] = []
    for run in _LETTERS.finditer(text):
        latin = not "\u0600" <= run.group()[0] <= "\u08ff" and not "\ufb50" <= run.group()[0] <= "\ufefc"
        if not starts or starts[-1][1] != latin:
            starts.append((run.start(), latin))
    if not starts:
        return [("fa", text)] if text else []
    ends = [start for start, _ in starts[1:]] + [len(text)]
    begins = [0, *ends[:-1]]
    stretches = [(text[begin:end], latin) for begin, end, (_, latin) in zip(begins, ends, starts, strict=True)]
    return [(detect(stretch) if latin else "fa", stretch) for stretch, latin in stretches]


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
    return _without_courtesy(normalised) or normalised


def is_courtesy(normalised: str) -> bool:
    """Whether the text is nothing but greetings, thanks and pleas."""
    return not _without_courtesy(normalised)


def _without_courtesy(normalised: str) -> str:
    return COURTESY_AROUND.sub("", " ".join(COURTESY.sub(" ", normalised).split())).strip()
