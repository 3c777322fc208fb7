"""What two texts are compared by: words, joined word pairs, letter groups, sounds and ideas.

Takes text as the reader renders it (normalised, Persian letters for Finglish); weights live in lexical.py.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from sys import intern
from typing import Final

from knowledge.normalise import fold_homophones, normalise, sound, stem
from knowledge.words import STOP

SHORTEST: Final = 2
LONGEST: Final = 4
"""Letter groups of a word, its borders counted as letters."""
LONGEST_WORD: Final = 40
"""Letters of a word that are looked at; what is longer is no word."""
LONGEST_TERM: Final = 3
"""Words of a synonym."""


@lru_cache(maxsize=4096)
def spelling(word: str) -> str:
    """The spelling under which a word is looked up: without plural endings, letters of one sound unified."""
    if word.isascii():
        return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
    return fold_homophones(stem(word))


class Synonyms:
    """Words and phrases that stand for one idea: `terms` by the key of their idea. Immutable."""

    def __init__(self, terms: Mapping[str, Sequence[str]]) -> None:
        self.terms = {key: tuple(terms[key]) for key in sorted(terms)}
        ideas: dict[str, set[str]] = defaultdict(set)
        for idea, of_idea in self.terms.items():
            for term in of_idea:
                key = " ".join(map(spelling, normalise(term).split()))
                if key:
                    ideas[key].add("y:" + idea)
        self._ideas = {key: tuple(sorted(found)) for key, found in ideas.items()}
        self._begin = frozenset(key.partition(" ")[0] for key in ideas)

    def ideas(self, spelled: Sequence[str]) -> set[str]:
        """The ideas named in a text, given as the spellings of its words."""
        found: set[str] = set()
        for start, word in enumerate(spelled):
            if word in self._begin:
                for end in range(start + 1, min(start + LONGEST_TERM, len(spelled)) + 1):
                    found.update(self._ideas.get(" ".join(spelled[start:end]), ()))
        return found


NO_SYNONYMS: Final = Synonyms({})


def content_words(text: str) -> list[str]:
    """The words that carry meaning; all of them when there are only stop words."""
    words = [word[:LONGEST_WORD] for word in text.split()]
    return [word for word in words if word not in STOP] or words


@lru_cache(maxsize=4096)
def letter_groups(word: str) -> tuple[str, ...]:
    """The features of a word that are groups of its letters."""
    framed = f" {fold_homophones(word[:LONGEST_WORD])} "
    sizes = range(SHORTEST, min(LONGEST, len(framed)) + 1)
    # the same groups are in many words: kept once, they take a third of the memory
    return tuple(intern("g" + framed[i : i + size]) for size in sizes for i in range(len(framed) - size + 1))


@lru_cache(maxsize=4096)
def _sound(word: str) -> str:
    return sound(word)


def word_features(text: str, synonyms: Synonyms = NO_SYNONYMS) -> list[str]:
    """The features of a rendered text but for letter_groups() of its words, which are most of them; repeated as often
    as they occur. The first letter tells the kind.

    w: a word that carries meaning; v: any word; p: two neighbours that carry meaning, written as one, so that
    دانش بنیان meets دانشبنیان; q: any two neighbours; g: a letter group of any word; s: the consonants of a word;
    y: an idea of the synonyms.
    """
    words = text.split()
    content = content_words(text)
    spelled = [spelling(word) for word in content]
    every = [spelling(word) for word in words]
    found = ["w" + word for word in spelled]
    found += ["v" + word for word in every]
    found += ["p" + first + second for first, second in pairwise(spelled)]
    found += ["q" + first + " " + second for first, second in pairwise(every)]
    found += sorted(synonyms.ideas(every))  # in one order in all processes, so that sums come out alike
    found += ["s" + key for word in content if not word.isascii() and (key := _sound(word))]
    return found
