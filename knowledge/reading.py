"""Reads a message: undoes the keyboard, finds the script, drops courtesies, writes Finglish in Persian letters.

What comes out is what texts are compared by. Splitting long messages is in splitting.py.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log1p
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.features import LONGEST_TERM, spelling
from knowledge.finglish import Finglish
from knowledge.keyboard import undone
from knowledge.normalise import Script, fold_homophones, normalise, parts, script_of, without_courtesy
from knowledge.orthography import Orthography
from knowledge.packing import Arrays, Texts, plain_array, plain_of
from knowledge.words import ENGLISH, FINGLISH, STOP

LONGEST_TEXT: Final = 4096
"""Characters that are looked at: as many as a message of the messenger has."""
FEWEST_KNOWN: Final = 2500
"""Words that the content must have in a script before strange ones are taken for slips: most that are strange to a
small content are simply other words."""
SHORTEST_CORRECTED: Final = 4
"""Letters. A strange shorter word may be anything."""
SHORTEST_LATIN: Final = 6
"""A shorter one may have two neighbours in the wrong order at most."""
LONGEST_CORRECTED: Final = 20
LIKE_ENOUGH: Final = 0.74
LIKE_ENOUGH_LATIN: Final = 0.8
"""Likeness of spelling from which a strange word is taken for a known one: one slip in four letters, two in eight.
The content knows few English words, so that most strange ones are no slips."""
COMMON: Final = 15
"""How often the content must have a word of four letters."""
COMMON_WEIGHT: Final = 0.03
"""What the logarithm of a known word's count adds to its likeness."""
_LATIN: Final = re.compile("[a-z]")


@dataclass(frozen=True, slots=True)
class Reading:
    """A message made ready: `text` is compared, `typed` is what was typed, normalised."""

    text: str
    script: Script
    typed: str

    @property
    def words(self) -> int:
        """How many."""
        return self.text.count(" ") + 1 if self.text else 0


class Reader:
    """Knows the words of the content. Immutable after it is built."""

    def __init__(
        self,
        persian: Iterable[str],
        latin: Iterable[str],
        synonyms: Mapping[str, Sequence[str]] | None = None,
        plain: Callable[[str], str] = normalise,
    ) -> None:
        """Texts in Persian letters, and in Latin ones; their words are what is known, and those of `synonyms` (terms
        by the key of their idea). `plain`: normalise(), or what remembers its results."""
        persian = list(persian)
        terms = [normalise(term) for of_idea in (synonyms or {}).values() for term in of_idea]
        told, foreign = list(map(plain, persian)), list(map(plain, latin))
        replaced = instead(synonyms or {}, Counter(word for text in told + foreign for word in text.split()))
        written = told + [term for term in terms if not term.isascii()]
        foreign += [term for term in terms if term.isascii()]
        counts = Counter(word for text in written for word in text.split())
        counts.update(word for text in foreign for word in text.split())
        self._take(Finglish(written), _Known(counts), replaced)
        self.orthography = Orthography(persian, plain)

    def _take(self, finglish: Finglish, known: "_Known", replaced: Mapping[str, str]) -> None:
        self._finglish = finglish
        self._words = known
        self._instead = replaced
        # of the words, which do not know the cache: what refers to itself is not let go of by itself
        self._corrected = lru_cache(maxsize=8192)(known.correct)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """To keep it."""
        counts = self._words.counts
        return {
            **Texts.of(counts).arrays("reader.words"),
            "reader.counts": np.fromiter(counts.values(), np.int32, len(counts)),
            "reader.instead": plain_array(self._instead),
            **self._finglish.arrays(),
            **self.orthography.arrays(),
        }

    @classmethod
    def kept(cls, arrays: Arrays) -> "Reader":
        """What arrays() gave."""
        counts = dict(zip(Texts.kept(arrays, "reader.words"), arrays["reader.counts"].tolist(), strict=True))
        made = cls.__new__(cls)
        finglish = Finglish.kept(arrays, {word: word for word in counts})
        made._take(finglish, _Known(counts), plain_of(arrays["reader.instead"]))
        made.orthography = Orthography.kept(arrays)
        return made

    def read(self, raw: str, script: Script | None = None) -> Reading:
        """The reading of a message, or of a part of one whose `script` is known."""
        typed = normalise(undone(raw[:LONGEST_TEXT], self._words.has))
        script = script or script_of(typed)
        text = self._rendered(without_courtesy(typed), script)
        return Reading(" ".join(self._replaced([self._corrected(word) for word in text.split()])), script, typed)

    def as_written(self, raw: str, plain: Callable[[str], str] = normalise) -> Reading:
        """The reading of a phrasing, whose words are all known. `plain`: as above."""
        typed = plain(raw)
        script = script_of(typed)
        return Reading(self._rendered(without_courtesy(typed), script), script, typed)

    def _replaced(self, words: list[str]) -> list[str]:
        """The words, with terms that the content uses in the place of those that it does not."""
        if not self._instead:
            return words
        done: list[str] = []
        at = 0
        while at < len(words):
            for length in range(min(LONGEST_TERM, len(words) - at), 0, -1):
                known = self._instead.get(" ".join(map(spelling, words[at : at + length])))
                if known is not None:
                    done += known.split()
                    at += length
                    break
            else:
                done.append(words[at])
                at += 1
        return done

    def _rendered(self, text: str, script: Script) -> str:
        """The text with its Finglish in Persian letters, also where it stands among Persian ones."""
        if script == "fi":
            return self._finglish.persian(text)
        if script == "en" or not _LATIN.search(text):
            return text
        return " ".join(self._finglish.persian(part) if of == "fi" else part.strip() for of, part in parts(text))


class _Known:
    """The words of the content and how often it has each."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = counts
        by_length: dict[tuple[bool, int], dict[str, str]] = defaultdict(dict)
        for word, count in counts.items():
            if len(word) > SHORTEST_CORRECTED or (len(word) == SHORTEST_CORRECTED and count >= COMMON):
                folded = fold_homophones(word)
                by_length[word.isascii(), len(word)][word] = word if folded == word else folded
        small = {latin for latin in (True, False) if sum(latin is word.isascii() for word in counts) < FEWEST_KNOWN}
        self._by_length = {key: words for key, words in by_length.items() if key[0] not in small}

    def has(self, word: str) -> bool:
        """Whether it is one of them, or a word that everybody knows."""
        return word in self.counts or word in ENGLISH or word in FINGLISH or word in STOP

    def correct(self, word: str) -> str:
        """The word, or the known one that it is a slip of; the commoner of two that are alike near."""
        latin = word.isascii()
        if self.has(word) or not SHORTEST_CORRECTED <= len(word) <= LONGEST_CORRECTED or word.isdigit():
            return word
        if latin:
            turned = [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)]
            known = [other for other in turned if other in self.counts or other in ENGLISH]
            if known or len(word) < SHORTEST_LATIN:
                return max(known, key=lambda other: self.counts.get(other, 0), default=word)
        return self._likest(word, latin)

    def _likest(self, word: str, latin: bool) -> str:
        folded = fold_homophones(word)
        best, best_score = word, 0.0
        for length in (len(word), len(word) + 1, len(word) - 1):
            choices = self._by_length.get((latin, length), {})
            cutoff = LIKE_ENOUGH_LATIN if latin else LIKE_ENOUGH
            near = process.extract(folded, choices, scorer=OSA.normalized_similarity, score_cutoff=cutoff, limit=8)
            for _, likeness, known in near:
                score = likeness + COMMON_WEIGHT * log1p(self.counts[known])
                if score > best_score and not (latin and known[0] != word[0]) and not _negates(word, known):
                    best, best_score = known, score
        return best


def instead(synonyms: Mapping[str, Sequence[str]], counts: Mapping[str, int]) -> dict[str, str]:
    """For each term with a word that the content never uses (`counts` of its words), by its spelling: the term of the
    same idea and script that it uses most. A term of several ideas has none, for nobody knows which is meant."""
    known = {spelling(word) for word in counts}
    found: dict[str, set[str]] = defaultdict(set)
    for of_idea in synonyms.values():
        terms = [term for term in map(normalise, of_idea) if term]
        used = {term: min(counts.get(word, 0) for word in term.split()) for term in terms}
        for term in terms:
            key = " ".join(map(spelling, term.split()))
            if not known.issuperset(key.split()):
                best = max((one for one in terms if one.isascii() is term.isascii()), key=lambda one: used[one])
                found[key].add(best if used[best] else "")
    return {key: next(iter(best)) for key, best in found.items() if len(best) == 1 and "" not in best}


def _negates(word: str, other: str) -> bool:
    """Whether only a Persian "not" (ن) tells the two apart."""
    return "ن" + other == word or "ن" + word == other
