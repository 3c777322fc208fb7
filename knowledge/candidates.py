"""What speaks for each candidate: a table of topics by evidence, from words alone or from words and meaning.

Immutable after it is built. How the evidence is weighed is learned in learning.py and applied in combining.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from knowledge.features import Synonyms
from knowledge.heads import ROUNDS, Head, Matrix, Moments, Numbers, Vectors, discriminant, softmax_regression
from knowledge.lexical import Ids, Lexicon, Neighbours
from knowledge.packing import Arrays

LEXICAL: Final = ("lex", "near", "mass")
SEMANTIC: Final = ("sem", "meant", "sense")
"""By words: the head's score, the likeness of the nearest text, how many are near. By meaning: the same."""

SHARPNESS: Final = 12.0
"""How much nearer texts outweigh farther ones in the mass around a message."""
LEXICAL_PENALTY: Final = 0.1
LEXICAL_ROUNDS: Final = 15
"""Of the softmax regression over features; more of them find no more."""
LEXICAL_SHRINKAGE: Final = 0.3
SEMANTIC_SHRINKAGE: Final = 0.7
CHUNK: Final = 4096
"""Vectors that are centred at once."""
AXES: Final = 192
"""Along which sentence vectors are compared with each other: half of those that they have, for half of the time. The
other half finds no more (measured)."""
PENALTY: Final = 0.1
"""Of the softmax regression over directions."""
MOST_REGRESSED: Final = 600
"""Topics. With more, the heads are discriminants: the regression would take minutes."""
FEW_TEXTS: Final = 5000


def dimensions_for(texts: int, topics: int) -> int:
    """Places that the features of texts are spread over. More tell them apart better, and take longer to learn."""
    if topics > MOST_REGRESSED:
        return 512
    return 2048 if texts <= FEW_TEXTS else 1024


@dataclass(frozen=True)
class Corpus:
    """Rendered texts, sorted by the topic (0..topics-1) that each belongs to; each topic has one or more."""

    texts: Sequence[str]
    owners: Numbers
    topics: int
    starts: Numbers = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", np.searchsorted(self.owners, np.arange(self.topics)))

    def best(self, likeness: Matrix) -> Matrix:
        """The greatest of each topic's texts, over the last axis."""
        result: Matrix = np.maximum.reduceat(likeness, self.starts, axis=-1)
        return result

    def mass(self, likeness: Matrix) -> Matrix:
        """A soft count of each topic's near texts, in the scale of likeness."""
        sums = np.add.reduceat(np.exp(SHARPNESS * (likeness - 1)), self.starts, axis=-1)
        result: Matrix = (np.log(sums + 1e-12) / SHARPNESS + 1).astype(np.float32)
        return result


class Words:
    """Evidence by words."""

    def __init__(self, corpus: Corpus, lexicon: Lexicon, neighbours: Neighbours, head: Head) -> None:
        self.corpus = corpus
        self.lexicon = lexicon
        self.neighbours = neighbours
        self.head = head
        self.dimensions = head.weights.shape[0]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """To keep it, but for the corpus."""
        return {**self.lexicon.arrays(), **self.neighbours.arrays(), **self.head.arrays("words")}

    @classmethod
    def kept(cls, arrays: Arrays, corpus: Corpus, synonyms: Synonyms) -> "Words":
        """What arrays() gave."""
        lexicon = Lexicon.kept(arrays, synonyms)
        return cls(corpus, lexicon, Neighbours.kept(arrays, lexicon), Head.kept(arrays, "words"))

    def evidence(self, text: str) -> tuple[Matrix, float]:
        """(topics, LEXICAL), and the share of the text's words that are known."""
        ids, weights, known = self.lexicon.look_up(text)
        return self.weigh(ids, weights, self.head, None), known

    def weigh(self, ids: Ids, weights: Matrix, head: Head, hidden: Numbers | None) -> Matrix:
        """The same from looked-up features; `hidden` texts count as not there."""
        likeness = self.neighbours.likeness(ids, weights)
        if hidden is not None:
            likeness[hidden] = 0.0
        scores = head.scores(self.lexicon.projected(ids, weights, self.dimensions))
        return np.stack([scores, self.corpus.best(likeness), self.corpus.mass(likeness)], axis=-1)


class Meaning:
    """Evidence by sentence vectors."""

    def __init__(self, corpus: Corpus, vectors: Vectors, head: Head) -> None:
        self.corpus = corpus
        self.vectors = vectors
        self.centre: Matrix = vectors.mean(0, dtype=np.float32)
        self.head = head
        self._axes = main_axes(vectors, self.centre)
        self._along: Matrix = np.concatenate(
            [seen @ self._axes for seen in _seen_from(self.centre, vectors)] or [np.zeros((0, AXES), np.float32)]
        )

    def evidence(self, vector: Matrix) -> Matrix:
        """(topics, SEMANTIC) for one sentence vector."""
        only: Matrix = self.weigh(vector[None], self.head, None)[0]
        return only

    def weigh(self, vectors: Vectors, head: Head, hidden: Numbers | None) -> Matrix:
        """(n, topics, SEMANTIC); `hidden` texts count as not there."""
        asked = directions(vectors, self.centre)
        likeness = np.dot(np.dot(asked, self._axes), self._along.T)
        if hidden is not None:
            likeness[:, hidden] = -1.0
        return np.stack([head.scores(asked), self.corpus.best(likeness), self.corpus.mass(likeness)], axis=-1)


def main_axes(vectors: Vectors, centre: Matrix) -> Matrix:
    """(width, AXES): the directions in which those of the vectors differ most, each of length one."""
    products = np.zeros((len(centre), len(centre)), np.float32)
    for seen in _seen_from(centre, vectors):
        products += seen.T @ seen
    _, axes = np.linalg.eigh(products)
    return np.ascontiguousarray(axes[:, -AXES:])


def _seen_from(centre: Matrix, vectors: Vectors) -> Iterator[Matrix]:
    """Directions, some at a time."""
    for begin in range(0, len(vectors), CHUNK):
        yield directions(vectors[begin : begin + CHUNK], centre)


def directions(vectors: Vectors, centre: Matrix) -> Matrix:
    """Where they lie, seen from the centre: rows of length one."""
    return unit(vectors - centre)


def unit(vectors: Matrix) -> Matrix:
    """Rows of length one."""
    result: Matrix = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return result.astype(np.float32, copy=False)


def words_head(rows: Vectors, owners: Numbers, topics: int) -> Head:
    """The head over projected features."""
    if topics <= MOST_REGRESSED:
        return softmax_regression(rows, owners, topics, LEXICAL_PENALTY, rounds=LEXICAL_ROUNDS)
    return discriminant(_moments(rows, owners, topics), LEXICAL_SHRINKAGE)


def meaning_head(seen: Matrix, owners: Numbers, topics: int, start: Head | None = None) -> Head:
    """The head over directions of sentence vectors: how far out one lies says nothing of its topic (measured: out of
    scope is told from in scope by one point of AUROC better)."""
    if topics <= MOST_REGRESSED:
        rounds = ROUNDS if start is None else ROUNDS // 3
        return softmax_regression(seen, owners, topics, PENALTY, start, rounds)
    return discriminant(_moments(seen, owners, topics), SEMANTIC_SHRINKAGE)


def _moments(vectors: Vectors, owners: Numbers, topics: int) -> Moments:
    moments = Moments.none(topics, vectors.shape[1])
    for begin in range(0, len(vectors), CHUNK):
        moments.add(vectors[begin : begin + CHUNK].astype(np.float32), owners[begin : begin + CHUNK])
    return moments
