"""The lexical side of the index: texts as weighted features, their nearest neighbours, and their projection.

Immutable after it is built, and made of arrays: features go by hashes of their names. What features are is in
features.py; what becomes of likenesses in candidates.py.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from knowledge.features import NO_SYNONYMS, Synonyms, letter_groups, word_features
from knowledge.packing import Arrays

Vector = NDArray[np.float32]
Ids = NDArray[np.int32]

KIND_WEIGHT: Final = {"w": 1.0, "v": 0.6, "p": 0.8, "q": 0.6, "s": 0.5, "g": 0.35, "y": 1.0}
"""What a feature of each kind counts beside its rarity."""
COMMON: Final = 0.06
FEW: Final = 150
"""Features that a larger share of all texts has, and more than a few, are left out of the search for neighbours: they
tell little and cost most of the time."""
CHUNK: Final = 512
"""Texts that are spread out at once."""


@dataclass(frozen=True)
class Cells:
    """The features of texts: `weights` of feature `columns` in text `rows`, by text. Needed while something is built
    or learned; ten times the memory of all else here."""

    rows: NDArray[np.int32]
    columns: Ids
    weights: Vector


class Lexicon:
    """The features of a set of texts and how rare each is; they are numbered in the order of their hashes."""

    def __init__(self, texts: Sequence[str], synonyms: Synonyms = NO_SYNONYMS) -> None:
        self.synonyms = synonyms
        self.size = len(texts)
        names, rows, columns, counts = _counted(texts, synonyms)
        having = np.bincount(columns, minlength=len(names))
        rarity = np.log((1 + len(texts)) / np.maximum(1, having)) + 0.3
        kinds = np.fromiter((KIND_WEIGHT[name[0]] for name in names), np.float64, len(names))
        places = np.fromiter((crc32(name.encode()) for name in names), np.uint32, len(names))
        hashes = _hashes(names)
        order = np.argsort(hashes)
        self._hashes = hashes[order]
        self._having = having[order].astype(np.int32)
        self._weight: Vector = (rarity * kinds)[order].astype(np.float32)
        self._places = places[order]
        at = np.empty(len(order), np.int32)
        at[order] = np.arange(len(order), dtype=np.int32)
        self._cells: Cells | None = self._weighed(rows, at[columns], counts)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """To keep it; without its cells."""
        return {
            "lexicon.size": np.array([self.size]),
            "lexicon.hashes": self._hashes,
            "lexicon.having": self._having,
            "lexicon.weight": self._weight,
            "lexicon.places": self._places,
        }

    @classmethod
    def kept(cls, arrays: Arrays, synonyms: Synonyms = NO_SYNONYMS) -> "Lexicon":
        """What arrays() gave."""
        made = cls.__new__(cls)
        made.synonyms = synonyms
        made.size = int(arrays["lexicon.size"][0])
        made._hashes, made._having = arrays["lexicon.hashes"], arrays["lexicon.having"]
        made._weight, made._places = arrays["lexicon.weight"], arrays["lexicon.places"]
        made._cells = None
        return made

    @property
    def features(self) -> int:
        """How many there are."""
        return len(self._hashes)

    @property
    def is_common(self) -> NDArray[np.bool_]:
        """Whether each feature tells too little to look for neighbours by it."""
        common: NDArray[np.bool_] = self._having > max(FEW, COMMON * self.size)
        return common

    def cells(self, texts: Sequence[str]) -> Cells:
        """The cells of the very texts that the lexicon was made of; counted again when they are not at hand."""
        if self._cells is not None:
            return self._cells
        names, rows, columns, counts = _counted(texts, self.synonyms)
        return self._weighed(rows, self.ids(names)[columns], counts)

    def _weighed(self, rows: NDArray[np.int32], columns: Ids, counts: NDArray[np.int64]) -> Cells:
        """Each text as a unit vector."""
        weights = self._weight[columns] * (1 + np.log(counts)).astype(np.float32)
        lengths = np.sqrt(np.bincount(rows, weights.astype(np.float64) ** 2, minlength=self.size))
        return Cells(rows, columns, (weights / np.maximum(lengths, 1e-9)[rows]).astype(np.float32))

    def ids(self, names: Sequence[str]) -> Ids:
        """The numbers of features; -1 for an unknown one."""
        return self._numbers_of(_hashes(names))

    def _numbers_of(self, hashes: NDArray[np.uint64]) -> Ids:
        if not len(self._hashes):
            return np.full(len(hashes), -1, np.int32)
        at = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        found: Ids = np.where(self._hashes[at] == hashes, at, -1).astype(np.int32)
        return found

    def look_up(self, text: str, as_new: bool = False) -> tuple[Ids, Vector, float]:
        """The known features of a text with their weights (a unit vector if all were known), and the share of its
        words, by weight, that are known. `as_new`: as if the lexicon had not been made of this text too."""
        counts = Counter(word_features(text, self.synonyms))
        names = list(counts)
        groups, often = np.unique(_group_hashes(text), return_counts=True)
        at = self._numbers_of(np.concatenate([_hashes(names), groups]))
        if as_new:
            at[(at >= 0) & (self._having[at] < 1.5)] = -1
        known = at >= 0
        ids = at[known]
        times = np.concatenate([np.fromiter(counts.values(), np.float32, len(names)), often])[known]
        weights = self._weight[ids] * (1 + np.log(times))
        total = float(weights @ weights)
        unknown = float(np.log(1 + self.size) + 0.3)
        missing = (KIND_WEIGHT["g"] * unknown) ** 2 * int((~known[len(names) :]).sum())
        have, strange = 0.0, 0
        for name, place in zip(names, at.tolist(), strict=False):
            if place < 0:
                missing += (KIND_WEIGHT[name[0]] * unknown) ** 2
            if name[0] == "w":
                strange += place < 0
                have += float(self._weight[place]) / unknown if place >= 0 else 0.0
        mass = have + strange
        # half of the unknown counts: a text with a strange word is less near to all, but not by much
        return (
            ids,
            (weights / max(1e-9, (total + 0.5 * missing) ** 0.5)).astype(np.float32),
            have / mass if mass else 0.0,
        )

    def projected(self, ids: Ids, weights: Vector, dimensions: int) -> Vector:
        """One text's features spread over a few thousand dimensions (signed hashing, two places a feature)."""
        out = np.zeros(dimensions, np.float32)
        for places, signs in _spread(self._places[ids], dimensions):
            np.add.at(out, places, weights * signs)
        return out

    def project_all(self, cells: Cells, dimensions: int) -> NDArray[np.float16]:
        """The same for all texts: (texts, dimensions)."""
        spread = _spread(self._places, dimensions)
        projected = np.empty((self.size, dimensions), np.float16)
        for start in range(0, self.size, CHUNK):
            low, high = np.searchsorted(cells.rows, (start, start + CHUNK))
            rows, columns, weights = cells.rows[low:high] - start, cells.columns[low:high], cells.weights[low:high]
            height = min(CHUNK, self.size - start)
            flat = np.zeros(height * dimensions, np.float64)
            for places, signs in spread:
                flat_places = rows.astype(np.int64) * dimensions + places[columns]
                flat += np.bincount(flat_places, weights * signs[columns], minlength=len(flat))
            projected[start : start + height] = flat.reshape(height, dimensions)
        return projected


def _counted(texts: Iterable[str], synonyms: Synonyms) -> tuple[list[str], NDArray[np.int32], Ids, NDArray[np.int64]]:
    """The names of all features, and which text has which how often, by text."""
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__  # a new feature gets the next number
    # in one growing array: lists of numbers would leave holes in the memory that nobody gets back
    found, lengths = array("i"), array("i")
    grouped: dict[str, array[int]] = {}
    for text in texts:
        before = len(found)
        found.extend(map(numbers.__getitem__, word_features(text, synonyms)))
        for word in text.split():
            if word not in grouped:
                grouped[word] = array("i", map(numbers.__getitem__, letter_groups(word)))
            found.extend(grouped[word])
        lengths.append(len(found) - before)
    many = max(1, len(numbers))
    rows = np.repeat(np.arange(len(lengths), dtype=np.int64), np.frombuffer(lengths, np.int32))
    cells, counts = np.unique(rows * many + np.frombuffer(found, np.int32), return_counts=True)
    return list(numbers), (cells // many).astype(np.int32), (cells % many).astype(np.int32), counts


def _hashes(names: Sequence[str]) -> NDArray[np.uint64]:
    """Of 64 bits: among a million features, two are alike once in forty million contents."""
    digests = b"".join([blake2b(name.encode(), digest_size=8).digest() for name in names])
    return np.frombuffer(digests, "<u8")


@lru_cache(maxsize=8192)
def _group_hashes_of(word: str) -> NDArray[np.uint64]:
    return _hashes(letter_groups(word))


def _group_hashes(text: str) -> NDArray[np.uint64]:
    """Of the letter groups of all words, repeated as often as they occur: most features, and in most messages."""
    found = [_group_hashes_of(word) for word in text.split()]
    return np.concatenate(found) if found else np.zeros(0, np.uint64)


def _spread(hashes: NDArray[np.uint32], dimensions: int) -> list[tuple[NDArray[np.int64], Vector]]:
    """For each of the two places of features: where it is, and its sign."""
    wide = hashes.astype(np.int64)
    first = wide % dimensions
    second = (wide >> 11) * 2654435761 % 2**32 % dimensions
    signs = np.where(wide >> 31 == 1, 0.7071, -0.7071).astype(np.float32)
    other = np.where(wide >> 30 & 1 == 1, 0.7071, -0.7071).astype(np.float32)
    return [(first, signs), (second, other)]


class Neighbours:
    """How like a text is to each text of a lexicon: the cosine of their features, without the commonest ones."""

    def __init__(self, lexicon: Lexicon, cells: Cells) -> None:
        keep = ~lexicon.is_common[cells.columns]
        columns = cells.columns[keep]
        order = np.argsort(columns, kind="stable")
        # two bytes each do for most contents, and a cosine is not told to more than three places
        self._rows = cells.rows[keep][order].astype(np.min_scalar_type(max(1, lexicon.size)))
        self._weights = cells.weights[keep][order]
        self._starts = np.searchsorted(columns[order], np.arange(lexicon.features + 1)).astype(np.int32)
        self._size = lexicon.size

    def arrays(self) -> dict[str, NDArray[Any]]:
        """To keep them."""
        return {
            "neighbours.rows": self._rows,
            "neighbours.weights": self._weights,
            "neighbours.starts": self._starts,
        }

    @classmethod
    def kept(cls, arrays: Arrays, lexicon: Lexicon) -> "Neighbours":
        """What arrays() gave."""
        made = cls.__new__(cls)
        made._rows, made._weights = arrays["neighbours.rows"], arrays["neighbours.weights"]
        made._starts, made._size = arrays["neighbours.starts"], lexicon.size
        return made

    def likeness(self, ids: Ids, weights: Vector) -> Vector:
        """(texts,), 0 to 1."""
        starts, ends = self._starts[ids], self._starts[ids + 1]
        parts = [slice(low, high) for low, high in zip(starts.tolist(), ends.tolist(), strict=True)]
        if not parts:
            return np.zeros(self._size, np.float32)
        rows = np.concatenate([self._rows[part] for part in parts])
        each = np.concatenate([self._weights[part] for part in parts]) * np.repeat(weights, ends - starts)
        return np.bincount(rows, each, minlength=self._size).astype(np.float32)
