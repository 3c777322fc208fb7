"""Finglish to Persian: Persian typed in Latin letters is written in Persian letters, word by word.

There is no one spelling, so a word is looked up by its consonants among words that are known to be Persian, and the one
whose vowels fit best is taken. What is not known is stripped of its endings, and spelled by rule as the last resort.
Pure, bounded, never raising; takes and gives normalised text.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import log1p
from typing import Final

from rapidfuzz.distance import Levenshtein

from knowledge.normalise import fold_homophones, sound

LONGEST_WORD: Final = 24
"""Letters. What is longer is no word and stays as it is."""
FITTING: Final = 0.5
"""The least likeness of spelling at which a word with the same consonants is taken."""

COMMON_WEIGHT: Final = 0.04
"""What the logarithm of a word's count adds to its likeness."""

_DIGRAPHS: Final = (
    ("kh", "خ"), ("gh", "ق"), ("ch", "چ"), ("sh", "ش"), ("zh", "ژ"), ("ck", "ک"), ("ph", "ف"),
    ("aa", "ا"), ("oo", "و"), ("ou", "و"), ("ow", "و"), ("ee", "ی"), ("ei", "ی"), ("ey", "ی"), ("ay", "ی"), ("iy", "ی"), ("oa", "عا"),
)  # fmt: skip
_LETTERS: Final = dict(zip("bcdfghjklmnpqrstuvwxyiz", "بکدفگهجکلمنپقرستووویشیز", strict=False)) | {
    "u": "و", "v": "و", "w": "و", "x": "خ", "y": "ی", "i": "ی", "z": "ز",
}  # fmt: skip
_SHORT: Final = "aeo"
"""Vowels that Persian mostly leaves unwritten inside a word."""

_ENDINGS: Final[tuple[tuple[str, str], ...]] = tuple(
    sorted(
        {
            "haye": "های", "hayi": "هایی", "haie": "هایی", "ha": "ها", "hamun": "هامون", "hamoon": "هامون", "am": "م",
            "amo": "مو", "amu": "مو", "et": "ت", "at": "ت", "eto": "تو", "esh": "ش", "ash": "ش", "esho": "شو",
            "emun": "مون", "emoon": "مون", "emon": "مون", "etun": "تون", "etoon": "تون", "eton": "تون",
            "eshun": "شون", "eshoon": "شون", "eshon": "شون", "aro": "ا رو", "ro": " رو", "o": "و", "e": "", "ye": "",
            "i": "ی", "ie": "یه", "im": "یم", "in": "ین", "id": "ید", "and": "ند", "an": "ن", "as": "ه", "ei": "ه ای",
        }.items(),
        key=lambda pair: -len(pair[0]),
    )
)  # fmt: skip
_PREFIXES: Final = (("nemi", "نمی"), ("mi", "می"), ("bi", "بی"), ("na", "ن"), ("be", "ب"))


def spelled(word: str) -> tuple[str, str]:
    """A Latin word in Persian letters by rule: without the short vowels inside it, and with all vowels written."""
    text = word
    for pair, letter in _DIGRAPHS:
        text = text.replace(pair, letter)
    sparse: list[str] = []
    full: list[str] = []
    last = len(text) - 1
    for at, letter in enumerate(text):
        if letter in _SHORT:
            if at == 0:
                sparse.append("ا")
                full.append("ا")
                continue
            written = {"a": "ا", "o": "و", "e": "ه" if at == last else ""}[letter]
            full.append(written)
            if at == last:
                sparse.append(written)
        else:
            persian = _LETTERS.get(letter, letter)
            sparse.append(persian)
            full.append(persian)
    return "".join(sparse), "".join(full)


class Finglish:
    """Writes Finglish in Persian letters by the words of a vocabulary. Immutable after it is built."""

    def __init__(self, texts: Iterable[str], fixed: Mapping[str, str] | None = None) -> None:
        """`texts`: normalised Persian, whose words are the vocabulary; `fixed`: Latin words with their Persian form."""
        counts = Counter(word for text in texts for word in text.split() if not word.isascii())
        by_sound: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for word, count in counts.items():
            if len(word) > 1:
                by_sound[sound(word)].append((word, log1p(count)))
        self._by_sound = dict(by_sound)
        self._known = frozenset(counts)
        self._fixed = dict(fixed or {})
        self._persian_word = lru_cache(maxsize=8192)(self._look_up)

    def persian(self, normalised: str) -> str:
        """The text with its Latin words in Persian letters; digits and Persian words stay."""
        words = (self._persian_word(word) if _latin(word) else word for word in normalised.split())
        return " ".join(word for word in words if word)

    def known(self, word: str) -> bool:
        """Whether a normalised Persian word is in the vocabulary."""
        return word in self._known

    def _look_up(self, word: str) -> str:
        fixed = self._fixed.get(word)
        if fixed is not None:
            return fixed
        if len(word) > LONGEST_WORD:
            return word
        return self._nearest(word) or self._without_ending(word) or self._without_prefix(word) or spelled(word)[0]

    def _nearest(self, word: str) -> str | None:
        """The known word with the same consonants whose spelling is nearest; the commoner of two that fit alike."""
        if len(word) < 2:
            return None
        guesses = [fold_homophones(guess) for form in _without_ezafe(word) for guess in spelled(form)]
        best, best_score = None, FITTING
        for candidate, commonness in self._by_sound.get(sound(word), ()):
            folded = fold_homophones(candidate)
            likeness = max(Levenshtein.normalized_similarity(guess, folded) for guess in guesses)
            score = likeness + COMMON_WEIGHT * commonness
            if score > best_score and likeness >= FITTING:
                best, best_score = candidate, score
        return best

    def _without_ending(self, word: str) -> str | None:
        for latin, persian in _ENDINGS:
            if word.endswith(latin) and len(word) - len(latin) >= 2:
                start = self._fixed.get(word[: -len(latin)]) or self._nearest(word[: -len(latin)])
                if start:
                    return start + persian
        return None

    def _without_prefix(self, word: str) -> str | None:
        for latin, persian in _PREFIXES:
            if word.startswith(latin) and len(word) - len(latin) >= 2:
                rest = self._nearest(word[len(latin) :]) or self._without_ending(word[len(latin) :])
                if rest:
                    return persian + rest
        return None


def _without_ezafe(word: str) -> list[str]:
    """The word, and what is left when its last sound is only the link to the next word: shahrake, baraye."""
    forms = [word]
    if word.endswith("ye") and len(word) > 3:
        forms += [word[:-2], word[:-1]]
    elif word.endswith("e") and len(word) > 2:
        forms.append(word[:-1])
    return forms


def _latin(word: str) -> bool:
    return word.isascii() and not word.isdigit()
