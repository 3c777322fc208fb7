"""Finglish to Persian: Persian typed in Latin letters is written in Persian letters, word by word.

There is no one spelling, so the ways to write a word are tried among words that are known to be Persian, with and
without its endings; then known words with the same consonants; spelling by rule is the last resort. Pure, bounded,
never raising; takes and gives normalised text. The words themselves are in words.yaml and in the content.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import log1p
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from knowledge.normalise import STRETCHED, fold_homophones, joined, sound
from knowledge.packing import Arrays, Texts
from knowledge.spoken import FORMS
from knowledge.words import ABBREVIATIONS, ENGLISH, FINGLISH_TO_PERSIAN

LONGEST_WORD: Final = 24
"""Letters. What is longer is no word and stays as it is."""
MOST_SPELLINGS: Final = 48
"""Ways to write one word that are tried: a and o in the middle are written or left out."""
MOST_GUESSES: Final = 8
"""Those of them, the likeliest, that known words with the same consonants are compared with."""
MOST_CANDIDATES: Final = 60
"""Known words with the same consonants that are compared, the commonest first."""
FITTING: Final = 0.7
"""The least likeness of spelling at which a word with the same consonants is taken."""
COMMON_WEIGHT: Final = 0.04
"""What the logarithm of a word's count adds to its likeness."""
SECOND_CHOICE: Final = 0.5
"""What a spelling loses, in logarithms of counts, for each sound that is not written the likeliest way, per place."""
UNLIKELY: Final = 3.0
"""The same for the ways of `_UNLIKELY`."""
HALF_LIKELY: Final = 1.0
"""The same for a vowel whose syllable speaks against the way."""

_SOUNDS: Final[dict[str, tuple[str, ...]]] = {
    "kh": ("خ",), "gh": ("ق",), "ch": ("چ",), "sh": ("ش", "سه"), "zh": ("ژ",), "ck": ("ک",), "ph": ("ف",),
    "aa": ("ا",), "oo": ("و",), "ou": ("و",), "ow": ("و",), "ee": ("ی",), "ei": ("ی", ""), "ey": ("ی",),
    "ay": ("ای", "ی"), "iy": ("ی",), "ie": ("یه", "ی"), "oa": ("ا", "وا"), "ea": ("ا", "یا"), "ae": ("ا", "ای"),
    "ia": ("یا", "ی"), "io": ("یو", "ی"), "iye": ("یه", "ی"), "oe": ("و",), "oi": ("وی",), "ua": ("وا",),
    "ai": ("ای", "ی"), "ayi": ("ایی",), "aee": ("ای", "ایی", "ی"), "aei": ("ایی", "ای"), "ue": ("و",),
    "a": ("", "ا"), "e": ("", "ی"), "o": ("", "و"), "i": ("ی", ""), "u": ("و", ""), "y": ("ی",), "w": ("و",),
    "v": ("و",), "b": ("ب",), "c": ("ک",), "d": ("د",), "f": ("ف",), "g": ("گ", "ق"), "h": ("ه",), "j": ("ج", "ژ"),
    "k": ("ک",), "l": ("ل",), "m": ("م",), "n": ("ن",), "p": ("پ",),
    "q": ("ق",), "r": ("ر",), "s": ("س",), "t": ("ت",), "th": ("ت",), "x": ("خ", "کس"), "z": ("ز",),
}  # fmt: skip
"""What a sound may be in Persian letters, the likeliest first; homophones are folded. ع is not heard."""
_AT_START: Final[dict[str, tuple[str, ...]]] = {
    "a": ("ا",), "e": ("ا",), "o": ("ا", "او"), "i": ("ای", "ا"), "u": ("او",), "aa": ("ا",), "oo": ("او",),
    "ee": ("ای",), "ei": ("ای", "ی"), "ey": ("ای", "ی"), "ou": ("او",), "ay": ("ای",), "h": ("ه",), "ow": ("او",),
}  # fmt: skip
_AT_END: Final[dict[str, tuple[str, ...]]] = {
    "a": ("ا", "ه"), "e": ("ه", "", "ی"), "eh": ("ه",), "ah": ("اه", "ه"), "o": ("و", ""), "i": ("ی",),
    "h": ("ه",), "u": ("و",), "ai": ("ایی", "ای"), "ye": ("", "ی", "یه"), "ie": ("یه", "ی"),
    "iye": ("یه", "ی"), "ei": ("ی", "ه"), "oo": ("و",), "aye": ("ای", "ا", "ایه"), "eye": ("ه",), "oye": ("وی", "و"),
}  # fmt: skip
_UNLIKELY: Final = frozenset(
    {("i", ""), ("u", ""), ("g", "ق"), ("a", "ه"), ("ei", ""), ("oa", "ا"), ("ea", "ا"), ("e", "ی"), ("sh", "سه")}
)
"""Careless spellings."""
_PIECE: Final = re.compile(
    f"(?:{'|'.join(sorted(_AT_END, key=len, reverse=True))})$|{'|'.join(sorted(_SOUNDS, key=len, reverse=True))}|."
)
_DOUBLED: Final = re.compile(r"([b-df-hj-np-tv-z])\1+")
_LETTERS_AND_DIGITS: Final = re.compile(r"\d+|\D+")
_LONE_PREFIX: Final = re.compile(r"\b(mi|nemi) (?=[a-z])")
_VOWEL: Final = re.compile("[aeiouy]")

_ENDINGS: Final[tuple[tuple[str, str], ...]] = tuple(
    sorted(
        {
            "haye": "های", "hayi": "هایی", "haie": "های", "haei": "هایی", "hai": "هایی", "ha": "ها", "hamun": "هامون",
            "hamoon": "هامون", "hatoon": "هاتون", "haro": "هارو", "a": "ا", "aye": "ای", "am": "م", "amo": "مو",
            "amu": "مو", "et": "ت", "at": "ات", "eto": "تو", "esh": "ش", "ash": "ش", "esho": "شو", "emun": "مون",
            "emoon": "مون", "emon": "مون", "amoon": "امون",
            "moon": "مون", "etun": "تون", "etoon": "تون", "eton": "تون",
            "atoon": "اتون", "eshun": "شون", "eshoon": "شون", "eshon": "شون", "emoono": "مونو", "etoono": "تونو",
            "eshoono": "شونو",
            "aro": "ارو", "ro": " رو", "o": "و", "e": "", "ye": "", "i": "ی", "ie": "یه", "im": "یم", "in": "ین",
            "id": "ید", "and": "ند", "an": "ن", "ast": " است", "tar": "تر", "tarin": "ترین",
            "tare": "تر است", "m": "م", "sh": "ش",
        }.items(),
        key=lambda pair: -len(pair[0]),
    )
)  # fmt: skip
_PREFIXES: Final = (("nemi", "نمی"), ("mi", "می"), ("bi", "بی "), ("na", "ن"), ("be", "ب"))
_LEAST_START: Final = 3
"""Letters that are left of a word without its ending. With fewer, any word would be made of another."""


def spellings(word: str) -> dict[str, float]:
    """Up to MOST_SPELLINGS ways to write a Latin word in Persian letters, homophones folded, and what each loses."""
    pieces = _PIECE.findall(_DOUBLED.sub(r"\1", word))
    ways = {"": 0.0}
    for at in range(len(pieces)):
        options = _losses(pieces, at)
        if len(ways) * len(options) > MOST_SPELLINGS:
            options = options[:1]
        longer: dict[str, float] = {}
        for way, loss in ways.items():
            for option, more in options:
                longer[way + option] = min(loss + more, longer.get(way + option, loss + more))
        ways = longer
    heard: dict[str, float] = {}
    for way, loss in ways.items():
        key = _TWICE.sub(r"\1", way)
        heard[key] = min(loss, heard.get(key, loss))
    return heard


def _losses(pieces: list[str], at: int) -> list[tuple[str, float]]:
    """The ways to write one sound of a word, each with what it loses, the likeliest first."""
    piece = pieces[at]
    options = _options(pieces, at)
    if piece == "a" and 0 < at < len(pieces) - 1:
        # An open syllable has a long a; before two consonants it is mostly short; at the end of a word either may be.
        after = pieces[at + 2 : at + 3]
        is_open, is_last = bool(after and after[0][0] in "aeiou"), not after
        short_loss, long_loss = HALF_LIKELY * is_open, HALF_LIKELY * (not is_open and not is_last)
        return sorted([("", short_loss), ("ا", long_loss)], key=lambda option: option[1])
    return [
        (option, UNLIKELY if (piece, option) in _UNLIKELY else SECOND_CHOICE * place * (piece != "o"))
        for place, option in enumerate(options)
    ]


def _options(pieces: list[str], at: int) -> tuple[str, ...]:
    piece = pieces[at]
    options = _SOUNDS.get(piece, (piece,))
    if at == 0:
        return _AT_START.get(piece, options)
    return _AT_END.get(piece, options) if at == len(pieces) - 1 else options


def spelled(word: str) -> str:
    """A Latin word in Persian letters by rule alone: an a before the last consonant is written, other short vowels
    are not. `telefon` -> تلفن."""
    pieces = _PIECE.findall(_DOUBLED.sub(r"\1", word))
    last = len(pieces) - 1
    long_a = last - 1 if last > 2 else -1
    letters = ["ا" if (at, it) == (long_a, "a") else _options(pieces, at)[0] for at, it in enumerate(pieces)]
    return STRETCHED.sub(r"\1", "".join(letters))


class Finglish:
    """Writes Finglish in Persian letters by the words of a vocabulary. Immutable after it is built."""

    def __init__(self, texts: Iterable[str], fixed: Mapping[str, str] = FINGLISH_TO_PERSIAN) -> None:
        """`texts`: normalised Persian, whose words are the vocabulary; `fixed`: Latin words with their Persian."""
        counts = Counter(word for text in texts for word in text.split() if not word.isascii())
        counts.update(dict.fromkeys((word for form in (*fixed.values(), *sorted(FORMS)) for word in form.split()), 1))
        words = [word for word, _ in counts.most_common()]
        heard = [(sound(word), _unheard(word)) for word in words]
        self._take(_Vocabulary(words, [counts[word] for word in words], heard, fixed))

    def _take(self, words: "_Vocabulary") -> None:
        self._words = words
        # of the vocabulary, which does not know the cache: what refers to itself is not let go of by itself
        self._persian_word = lru_cache(maxsize=8192)(words.look_up)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """To keep it."""
        counts = self._words.counts
        return {
            **Texts.of(counts).arrays("finglish.words"),
            "finglish.counts": np.fromiter(counts.values(), np.int32, len(counts)),
            **Texts.of(sound(word) for word in counts).arrays("finglish.sounds"),
            **Texts.of(_unheard(word) for word in counts).arrays("finglish.letters"),
        }

    @classmethod
    def kept(cls, arrays: Arrays, same: Mapping[str, str]) -> "Finglish":
        """What arrays() gave; `same` has strings that are there already."""
        words, sounds, letters = (Texts.kept(arrays, f"finglish.{name}") for name in ("words", "sounds", "letters"))
        heard = zip(sounds, letters, strict=True)
        counts = arrays["finglish.counts"].tolist()
        made = cls.__new__(cls)
        made._take(_Vocabulary([same.get(word, word) for word in words], counts, heard, FINGLISH_TO_PERSIAN))
        return made

    def persian(self, normalised: str) -> str:
        """The text with its Latin words in Persian letters; digits, Persian words and abbreviations stay."""
        whole = _LONE_PREFIX.sub(r"\1", normalised).split()
        words = " ".join(self._persian_word(word) if _latin(word) else word for word in whole)
        return " ".join(joined(words.split()))

    def known(self, word: str) -> bool:
        """Whether a normalised Persian word is in the vocabulary."""
        return word in self._words.counts


class _Vocabulary:
    """Persian words, the commonest first, by how they sound and by how they are heard letter by letter."""

    def __init__(
        self, words: Sequence[str], counts: Sequence[int], heard: Iterable[tuple[str, str]], fixed: Mapping[str, str]
    ) -> None:
        self.counts = dict(zip(words, counts, strict=True))
        self._fixed = dict(fixed)
        self._by_sound: dict[str, list[str]] = {}
        self._by_letters: dict[str, str] = {}
        for word, (key, letters) in zip(words, heard, strict=True):
            if len(word) > 1:
                alike = self._by_sound.setdefault(key, [])
                if len(alike) < MOST_CANDIDATES:
                    alike.append(word)
                self._by_letters.setdefault(word if letters == word else letters, word)

    def look_up(self, word: str) -> str:
        """A Latin word in Persian letters."""
        if len(word) > LONGEST_WORD or word in ABBREVIATIONS:
            return word
        fixed = self._fixed.get(word)
        if fixed is not None:
            return fixed
        if not word.isalpha():
            parts = _LETTERS_AND_DIGITS.findall(word)
            return " ".join(self.look_up(part) if _latin(part) else part for part in parts)
        if not word.isascii():
            return word
        return self._known_form(word) or self._nearest(word) or self._unknown(word)

    def _known_form(self, word: str) -> str | None:
        """A known word that is spelled so, as it is, with an ending, or with a verb's prefix."""
        return self._exact(word) or self._without_ending(word) or self._without_prefix(word)

    def _exact(self, word: str) -> str | None:
        """The known word that is spelled so: likely spellings and common words first."""
        if len(word) < 2:
            return None
        best, best_score = None, float("-inf")
        for spelling, loss in spellings(word).items():
            found = self._by_letters.get(spelling)
            if found and (score := log1p(self.counts[found]) - loss) > best_score:
                best, best_score = found, score
        return best

    def _without_ending(self, word: str) -> str | None:
        for latin, persian in _ENDINGS:
            start = word.removesuffix(latin)
            if start != word and len(start) >= _LEAST_START:
                known = self._fixed.get(start) or self._exact(start)
                if known:
                    return _with_ending(known, persian)
        return None

    def _without_prefix(self, word: str) -> str | None:
        for latin, persian in _PREFIXES:
            rest = word.removeprefix(latin)
            if rest != word and len(rest) >= _LEAST_START:
                known = self._exact(rest)
                if known:
                    return persian + known
        return None

    def _nearest(self, word: str) -> str | None:
        """The known word with the same consonants whose spelling is nearest; the commoner of two that fit alike."""
        if len(word) <= _LEAST_START or not _VOWEL.search(word):
            return None
        guesses = sorted(ways := spellings(word), key=ways.__getitem__)[:MOST_GUESSES]
        best, best_score = None, 0.0
        for candidate in self._by_sound.get(sound(word), ()):
            folded = _unheard(candidate)
            likeness = max(Levenshtein.normalized_similarity(guess, folded) for guess in guesses)
            score = likeness + COMMON_WEIGHT * log1p(self.counts[candidate])
            if likeness >= FITTING and score > best_score:
                best, best_score = candidate, score
        return best

    def _unknown(self, word: str) -> str:
        """English words and what has no vowel stay; all else is spelled by rule."""
        return word if word in ENGLISH or not _VOWEL.search(word) else spelled(word)


def _with_ending(known: str, ending: str) -> str:
    """After a silent ه an ending stands alone: خانه ام."""
    if not known.endswith("ه") or known.endswith(("اه", "وه")) or ending[:1] not in {"م", "ت", "ش"}:
        return known + ending
    return known + (" ا" if ending in {"م", "ت", "ش"} else " ") + ending


@lru_cache(maxsize=2048)
def _unheard(word: str) -> str:
    """A Persian word as it is heard: homophones folded, without ع, and one letter for two of a kind inside it."""
    start = "ا" + word[1:].removeprefix("ا") if word.startswith("ع") else word
    return _TWICE.sub(r"\1", fold_homophones(start).replace("ع", ""))


_TWICE: Final = re.compile(r"(?<=.)(.)\1+(?=.)")


def _latin(word: str) -> bool:
    return word.isascii() and not word.isdigit()
