"""Writes normalised words as people write them: verbs and plurals parted where they are, alef with its madda, "don't"
for "don t".

For the sentence encoder, which has learned from texts as they are written. What texts are compared by as words stays
normalised (normalise.py).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from numpy.typing import NDArray

from knowledge.normalise import normalise
from knowledge.packing import Arrays, Texts

_YE: Final = "\u06cc"
_LETTERS: Final = str.maketrans(
    {**dict.fromkeys("\u064a\u0649", _YE), "\u0643": "\u06a9", "\u200c": " ", "\u0640": None}
)
"""Arabic letters become Persian ones, half-spaces spaces, kashidas nothing."""
_MARKS: Final = re.compile("[\u064b-\u065f\u0670]")
_BETWEEN: Final = re.compile(r"[^\w\s]+|_+")
_SHORTENED: Final = re.compile(r"(?<=[a-z]) (?=(?:s|m|d|ll|re|ve)\b)|(?<=n) (?=t\b)")


class Orthography:
    """Knows how a set of texts writes its words. Immutable after it is built."""

    def __init__(self, texts: Iterable[str], plain: Callable[[str], str] = normalise) -> None:
        """`plain`: normalise(), or what remembers its results."""
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            if not text.isascii():
                for word, written in _words(text, plain):
                    found[word][written] += 1
        commonest = {word: max(ways, key=lambda way: (ways[way], way)) for word, ways in found.items()}
        self._written: Mapping[str, str] = {
            word: way for word, way in commonest.items() if way != word and not word.isdigit()
        }

    def arrays(self) -> dict[str, NDArray[Any]]:
        """To keep it."""
        return {
            **Texts.of(self._written).arrays("orthography.words"),
            **Texts.of(self._written.values()).arrays("orthography.written"),
        }

    @classmethod
    def kept(cls, arrays: Arrays) -> "Orthography":
        """What arrays() gave."""
        made = cls.__new__(cls)
        words, written = Texts.kept(arrays, "orthography.words"), Texts.kept(arrays, "orthography.written")
        made._written = dict(zip(words, written, strict=True))
        return made

    def write(self, text: str) -> str:
        """A normalised text as it would be written; words that are not known stay."""
        return _SHORTENED.sub("'", " ".join(self._written.get(word, word) for word in text.split()))


def _words(text: str, plain: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Each normalised word of a text with how it is written there, up to where the two no longer go together."""
    marked = text.casefold().translate(_LETTERS)
    parts = _BETWEEN.sub(" ", _MARKS.sub("", marked)).split()
    written = [(part, joined) for part in parts if (joined := _joined(part))]
    # a lone ezafe is no word (normalise.joined)
    written = [pair for at, pair in enumerate(written) if at == 0 or pair[1] != _YE]
    at = 0
    for word in plain(text).split():
        its, letters = [], ""
        while at < len(written) and len(letters) < len(word):
            its.append(written[at][0])
            letters += written[at][1]
            at += 1
        if letters != word:
            return
        yield word, " ".join(its)


@lru_cache(maxsize=16384)
def _joined(part: str) -> str:
    return normalise(part).replace(" ", "")
