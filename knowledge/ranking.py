"""Ranks groups of texts (topics, services) by likeness to a text, and says what speaks for the best.

Each group is one vector: its texts' features, summed, flattened by a square root, weighted by their rarity.
What follows from a ranking is decided in deciding.py.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Final

from rapidfuzz import fuzz, process

from knowledge.features import content_words, features, written
from knowledge.normalise import Script, normalise, script_of, without_courtesy

KIND_WEIGHT: Final = {"w": 1.0, "s": 0.8, "g": 0.35, "k": 0.25, "y": 1.2}
"""What a feature of each kind counts (kinds: features.py). Chosen on held-out phrasings; 20 % off is as good."""

COMMON: Final = 0.4
"""Letter groups that a larger share of all groups has are left out: they tell little and cost most of the time."""

SPELLED_WEIGHT: Final = 0.25
"""What the nearest text of a group counts beside the group's vector."""

NEAR_GROUPS: Final = 8
"""Only the best groups by vector are compared text by text."""


VAGUE: Final = 0.05
"""A word that more than this share of the groups know does not tell which is meant."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for the best group, each up to 1.

    Likeness to the group and its lead over the second; likeness to its nearest text; by what share the whole score is
    ahead of the second; the share of the text's words, weighted by rarity, that the group knows.
    """

    likeness: float
    lead: float
    nearest: float
    ahead: float
    known: float
    vague: bool = False
    """A single word that many groups know."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Groups (by position) with scores, best first, and the evidence for the first. Empty: nothing in common."""

    best: tuple[tuple[int, float], ...]
    evidence: Evidence


NOTHING: Final = Ranking((), Evidence(0.0, 0.0, 0.0, 0.0, 0.0))


@dataclass(frozen=True, slots=True)
class Query:
    """A text made ready: normalised, without courtesies, with its features."""

    text: str
    script: Script
    counts: Mapping[str, float]

    @classmethod
    def of(cls, raw: str, script: Script | None = None) -> "Query":
        """The query for a raw or normalised text; `script` if it is known from a longer text around it."""
        normalised = normalise(raw)
        text = without_courtesy(normalised)
        script = script or script_of(normalised)
        return cls(text, script, features(text, script))


class Ranker:
    """Immutable after it is built."""

    def __init__(self, groups: Sequence[Iterable[str]]) -> None:
        queries = [[Query.of(text) for text in texts] for texts in groups]
        self._texts = tuple(tuple(dict.fromkeys(query.text for query in group)) for group in queries)
        shared = Counter(feature for group in queries for feature in set().union(*(query.counts for query in group)))
        self._unknown = log(1 + len(groups)) + 0.3
        self._rarity = {feature: log((1 + len(groups)) / n) + 0.3 for feature, n in shared.items()}
        self._scale = {
            feature: KIND_WEIGHT[feature[0]] * self._rarity[feature]
            for feature, n in shared.items()
            if n <= COMMON * len(groups) or feature[0] not in "gk"
        }
        self._weights = tuple(self._vector_of_group(group) for group in queries)
        postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for position, vector in enumerate(self._weights):
            for feature, weight in vector.items():
                postings[feature].append((position, weight))
        self._postings = dict(postings)

    def _vector(self, counts: Mapping[str, float]) -> dict[str, float]:
        scale = self._scale
        return _unit({f: scale[f] if n == 1 else scale[f] * (1 + log(n)) for f, n in counts.items() if f in scale})

    def _vector_of_group(self, group: Iterable[Query]) -> dict[str, float]:
        total: dict[str, float] = defaultdict(float)
        for query in group:
            for feature, weight in self._vector(query.counts).items():
                total[feature] += weight
        return _unit({feature: sqrt(weight) for feature, weight in total.items()})

    def rank(self, query: Query, most: int) -> Ranking:
        """The groups nearest to the query, up to `most`."""
        scores = [0.0] * len(self._weights)
        for feature, weight in self._vector(query.counts).items():
            for position, strength in self._postings[feature]:
                scores[position] += weight * strength
        near = sorted(range(len(scores)), key=lambda position: -scores[position])[: max(NEAR_GROUPS, most)]
        near = [position for position in near if scores[position] > 0]
        if not near:
            return NOTHING
        nearest = {position: self._nearest(position, query.text) for position in near}
        total = {position: scores[position] + SPELLED_WEIGHT * nearest[position] for position in near}
        order = sorted(near, key=lambda position: -total[position])
        first, second = order[0], order[1] if len(order) > 1 else None
        evidence = Evidence(
            likeness=scores[first],
            lead=scores[first] - (scores[second] if second is not None else 0.0),
            nearest=nearest[first],
            ahead=1 - total[second] / total[first] if second is not None else 1.0,
            known=self._known(first, query),
            vague=self._vague(query),
        )
        return Ranking(tuple((position, total[position]) for position in order[:most]), evidence)

    def _nearest(self, position: int, text: str) -> float:
        found = process.extractOne(text, self._texts[position], scorer=fuzz.token_sort_ratio)
        return found[1] / 100 if found else 0.0

    def _vague(self, query: Query) -> bool:
        words = content_words(query.text)
        common = self._unknown - log(max(1.0, VAGUE * len(self._weights)))
        return len(words) == 1 and self._rarity.get("w" + written(words[0]), self._unknown) < common

    def _known(self, position: int, query: Query) -> float:
        kind = "s" if query.script == "fi" else "w"
        words = [feature for feature in query.counts if feature[0] == kind]
        weights = self._weights[position]
        mass = sum(self._rarity.get(word, self._unknown) for word in words)
        return sum(self._rarity[word] for word in words if word in weights) / mass if mass else 0.0


def _unit(vector: Mapping[str, float]) -> dict[str, float]:
    length = sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {feature: weight / length for feature, weight in vector.items()}
