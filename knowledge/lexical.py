"""The lexical side of the index: texts as weighted features, their nearest neighbours, and their projection.

Immutable after it is built. What features are is in features.py; what becomes of likenesses in candidates.py.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from knowledge.features import SYNONYMS, Synonyms, features

Vector = NDArray[np.float32]
Ids = NDArray[np.int32]

KIND_WEIGHT: Final = {"w": 1.0, "v": 0.6, "p": 0.8, "q": 0.6, "s": 0.5, "g": 0.35, "y": 1.0}
"""What a feature of each kind counts beside its rarity."""
COMMON: Final = 0.2
"""Features that a larger share of all texts has are left out of the search for neighbours: they tell little and cost
most of the time."""
CHUNK: Final = 512
"""Texts that are spread out at once."""


class Lexicon:
    """The features of a set of texts and how rare each is."""

    def __init__(self, texts: Sequence[str], synonyms: Synonyms = SYNONYMS) -> None:
        self._synonyms = synonyms
        ids: defaultdict[str, int] = defaultdict()
        ids.default_factory = ids.__len__  # a new feature gets the next number
        # in one growing array: lists of numbers would leave holes in the memory that nobody gets back
        found, lengths = array("i"), array("i")
        for text in texts:
            before = len(found)
            found.extend(map(ids.__getitem__, features(text, synonyms)))
            lengths.append(len(found) - before)
        self._ids = dict(ids)
        rows = np.repeat(np.arange(len(texts), dtype=np.int64), np.frombuffer(lengths, np.int32))
        columns = np.frombuffer(found, np.int32)
        cells, counts = np.unique(rows * max(1, len(self._ids)) + columns, return_counts=True)
        self.rows = (cells // max(1, len(self._ids))).astype(np.int32)
        self.columns = (cells % max(1, len(self._ids))).astype(np.int32)
        having = np.bincount(self.columns, minlength=len(self._ids))
        self.share = having / max(1, len(texts))
        rarity = np.log((1 + len(texts)) / np.maximum(1, having)) + 0.3
        kinds = np.fromiter((KIND_WEIGHT[name[0]] for name in self._ids), np.float64, len(self._ids))
        self._weight = (rarity * kinds).astype(np.float32)
        self._hashes = np.fromiter((crc32(name.encode()) for name in self._ids), np.int64, len(self._ids))
        weights = self._weight[self.columns] * (1 + np.log(counts)).astype(np.float32)
        lengths2 = np.sqrt(np.bincount(self.rows, weights.astype(np.float64) ** 2, minlength=len(texts)))
        self.weights: Vector = (weights / np.maximum(lengths2, 1e-9)[self.rows]).astype(np.float32)
        self.size = len(texts)
        self._spread: dict[int, list[tuple[NDArray[np.int64], Vector]]] = {}

    def names(self, ids: Sequence[int]) -> list[str]:
        """The features with these numbers, for explanations."""
        every = list(self._ids)
        return [every[i] for i in ids]

    def look_up(self, text: str, as_new: bool = False) -> tuple[Ids, Vector, float]:
        """The known features of a text with their weights (a unit vector if all were known), and the share of its
        words, by weight, that are known. `as_new`: as if the lexicon had not been made of this text too."""
        counts = Counter(features(text, self._synonyms))
        if as_new:
            alone = 1.5 / max(1, self.size)
            own = [name for name in counts if name in self._ids and self.share[self._ids[name]] < alone]
            for name in own:
                counts["?" + name] = counts.pop(name)
        unknown = float(np.log(1 + self.size) + 0.3)
        known = [(self._ids[name], n) for name, n in counts.items() if name in self._ids]
        strange = [name.lstrip("?")[0] for name in counts if name not in self._ids]
        missing = sum((KIND_WEIGHT[kind] * unknown) ** 2 for kind in strange)
        ids = np.fromiter((i for i, _ in known), np.int32, len(known))
        times = np.fromiter((n for _, n in known), np.float32, len(known))
        weights = self._weight[ids] * (1 + np.log(times))
        total = float(weights @ weights)
        words = [name for name in counts if name.lstrip("?")[0] == "w"]
        have = sum(float(self._weight[self._ids[name]]) / unknown for name in words if name in self._ids)
        mass = have + sum(name not in self._ids for name in words)
        # half of the unknown counts: a text with a strange word is less near to all, but not by much
        return (
            ids,
            (weights / max(1e-9, (total + 0.5 * missing) ** 0.5)).astype(np.float32),
            have / mass if mass else 0.0,
        )

    def projected(self, ids: Ids, weights: Vector, dimensions: int) -> Vector:
        """One text's features spread over a few thousand dimensions (signed hashing, two places a feature)."""
        out = np.zeros(dimensions, np.float32)
        for places, signs in self._places(dimensions):
            np.add.at(out, places[ids], weights * signs[ids])
        return out

    def project_all(self, dimensions: int) -> list[Vector]:
        """The same for all texts, in chunks of CHUNK rows."""
        spread = self._places(dimensions)
        chunks = []
        for start in range(0, self.size, CHUNK):
            low, high = np.searchsorted(self.rows, (start, start + CHUNK))
            rows, columns, weights = self.rows[low:high] - start, self.columns[low:high], self.weights[low:high]
            height = min(CHUNK, self.size - start)
            flat = np.zeros(height * dimensions, np.float64)
            for places, signs in spread:
                cells = rows.astype(np.int64) * dimensions + places[columns]
                flat += np.bincount(cells, weights * signs[columns], minlength=len(flat))
            chunks.append(flat.reshape(height, dimensions).astype(np.float32))
        return chunks

    def _places(self, dimensions: int) -> list[tuple[NDArray[np.int64], Vector]]:
        """For each of the two places of a feature: where it is, and its sign."""
        if dimensions in self._spread:
            return self._spread[dimensions]
        first = self._hashes % dimensions
        second = (self._hashes >> 11) * 2654435761 % 2**32 % dimensions
        signs = np.where(self._hashes >> 31 == 1, 0.7071, -0.7071).astype(np.float32)
        other = np.where(self._hashes >> 30 & 1 == 1, 0.7071, -0.7071).astype(np.float32)
        return self._spread.setdefault(dimensions, [(first, signs), (second, other)])


class Neighbours:
    """How like a text is to each text of a lexicon: the cosine of their features, without the commonest ones."""

    def __init__(self, lexicon: Lexicon) -> None:
        keep = lexicon.share[lexicon.columns] <= COMMON
        columns, rows, weights = lexicon.columns[keep], lexicon.rows[keep], lexicon.weights[keep]
        order = np.argsort(columns, kind="stable")
        self._rows = rows[order]
        self._weights = weights[order]
        self._starts = np.searchsorted(columns[order], np.arange(len(lexicon.share) + 1))
        self._size = lexicon.size

    def likeness(self, ids: Ids, weights: Vector) -> Vector:
        """(texts,), 0 to 1."""
        out = np.zeros(self._size, np.float32)
        for feature, weight in zip(ids.tolist(), weights.tolist(), strict=True):
            low, high = self._starts[feature], self._starts[feature + 1]
            out[self._rows[low:high]] += weight * self._weights[low:high]
        return out
