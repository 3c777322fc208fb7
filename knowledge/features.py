"""What two texts are compared by: words, joined word pairs and letter groups, in writing and in sound.

Takes normalised text from normalise.py; weights and decisions live in matching.py.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final

import yaml

from knowledge.normalise import Script, fold_homophones, normalise, sound, stem
from knowledge.words import STOP

SHORTEST: Final = 2
LONGEST: Final = 4
"""Letter groups of a word, its borders counted as letters."""
LONGEST_WORD: Final = 40
"""Letters of a word that are looked at; what is longer is no word."""


@lru_cache(maxsize=16384)
def _groups(kind: str, word: str) -> tuple[str, ...]:
    """The letter groups of one word, marked by kind."""
    framed = f" {word} "
    sizes = range(SHORTEST, min(LONGEST, len(framed)) + 1)
    return tuple(kind + framed[i : i + size] for size in sizes for i in range(len(framed) - size + 1))


@lru_cache(maxsize=16384)
def heard(word: str) -> str:
    """The sound key of a word, remembered."""
    return sound(word)


@lru_cache(maxsize=16384)
def written(word: str) -> str:
    """The spelling under which a word is looked up: without plural endings, letters of one sound unified."""
    return fold_homophones(stem(word))


class Synonyms:
    """Words and phrases that stand for one idea. Found by spelling, and in Finglish by sound."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._ideas: dict[str, set[str]] = defaultdict(set)
        for number, line in enumerate(lines):
            for term in line.replace("،", ",").split(","):
                words = normalise(term).split()
                self._ideas[" ".join(map(_singular, words))].add(f"y{number}")
                sounds = " ".join(map(sound, words))
                if words and not words[0].isascii() and len(sounds) > 1:
                    self._ideas["~" + sounds].add(f"y{number}")

    def ideas(self, words: Sequence[str], script: Script) -> set[str]:
        """The ideas named in a text, given as its normalised words."""
        found: set[str] = set()
        self._collect(found, "", [_singular(word) for word in words])
        if script == "fi":
            self._collect(found, "~", [key for key in map(heard, words) if key])
        return found

    def _collect(self, found: set[str], mark: str, keys: Sequence[str]) -> None:
        for size in range(1, LONGEST_TERM + 1):
            for start in range(len(keys) - size + 1):
                found |= self._ideas.get(mark + " ".join(keys[start : start + size]), set())


def _singular(word: str) -> str:
    if not word.isascii():
        return written(word)
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


LONGEST_TERM: Final = 3
SYNONYMS: Final = Synonyms(yaml.safe_load(Path(__file__).with_name("synonyms.yaml").read_text(encoding="utf-8")))


def content_words(normalised: str) -> list[str]:
    """The words that carry meaning; all of them when there are only stop words."""
    words = [word[:LONGEST_WORD] for word in normalised.split()]
    return [word for word in words if word not in STOP] or words


def features(normalised: str, script: Script) -> dict[str, float]:
    """How often each feature occurs; the first letter tells its kind.

    w: a word, or two neighbours written as one (so that دانش بنیان meets دانشبنیان); g: a letter group of a word;
    s and k: the same in sound, so that Persian meets Finglish (not for English); y: an idea of synonyms.yaml.
    """
    counts: Counter[str] = Counter()
    content = content_words(normalised)
    spelled = [written(word) for word in content]
    counts.update("w" + word for word in spelled)
    counts.update(SYNONYMS.ideas(normalised.split(), script))
    counts.update("w" + first + second for first, second in pairwise(spelled))
    for word in normalised.split():
        counts.update(_groups("g", fold_homophones(word[:LONGEST_WORD])))
    if script != "en":
        sounds = [key for key in map(heard, content) if key]
        counts.update("s" + key for key in sounds)
        counts.update("s" + first + second for first, second in pairwise(sounds))
        for key in sounds:
            counts.update(_groups("k", key))
    return dict(counts)
