"""Weighing evidence: which candidate it speaks for, and how surely. Small models in numpy, fitted by learning.py."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from knowledge.heads import Matrix, Numbers

SIGNS: Final = ("top", "lead", "share", "inside", "near", "second_near", "known", "short", "lone")
"""What speaks for trusting the best topic: its score, its lead, the logarithm of its share among all candidates, the
same against what is none of our business, its nearest text (by words; by meaning), the share of known words, how
short the message is, and whether it is one word."""


@dataclass(frozen=True)
class Weighing:
    """What was learned for one set of evidence (by words; by words and meaning)."""

    scale: tuple[float, ...]
    """Spread of each column of evidence."""
    weights: Mapping[str, tuple[float, ...]]
    """Of each column, by script."""
    trust: tuple[float, ...]
    """Logistic regression of "the best topic is right": constant, then SIGNS."""
    centre: tuple[float, ...]
    spread: tuple[float, ...]
    """Of SIGNS."""
    sure: float
    likely: float
    """Chances from which the best topic is answered, or offered among others."""
    alone: float = 1.1
    """Chance from which words alone decide, and the sentence vector is not asked for."""

    def scores(self, evidence: Matrix, script: str) -> Matrix:
        """(..., candidates) from (..., candidates, columns)."""
        weights = np.asarray(self.weights[script], np.float32) / np.asarray(self.scale, np.float32)
        return (evidence @ weights).astype(np.float32, copy=False)

    def chance(self, signs: NDArray[np.float64]) -> NDArray[np.float64]:
        """How likely the best topic is right, 0 to 1, for (n, SIGNS)."""
        normal = (signs - np.asarray(self.centre)) / np.asarray(self.spread)
        return logistic(self.trust[0] + normal @ np.asarray(self.trust[1:]))

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Weighing":
        """From JSON."""
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()
        }
        values["weights"] = {script: tuple(numbers) for script, numbers in plain["weights"].items()}
        return cls(**values)


def signs_of(
    scores: Matrix, evidence: Matrix, topics: int, ours: int, known: float, words: int
) -> NDArray[np.float64]:
    """(SIGNS,) for one message. Of the candidates, the first `topics` are topics, those up to `ours` services."""
    best = int(scores[:topics].argmax())
    top = float(scores[best])
    second = float(np.partition(scores[:topics], -2)[-2]) if topics > 1 else top - 12
    floor = float(scores.max())
    grown = np.exp(scores - floor)
    # a service that the topic leads to speaks for the topic, not against it
    share = top - floor - float(np.log(grown[:topics].sum() + grown[ours:].sum() + 1e-6))
    balance = float(np.log(grown[:ours].sum() + 1e-6) - np.log(grown[ours:].sum() + 1e-6))
    near = float(evidence[best, 1])
    meant = float(evidence[best, 4]) if evidence.shape[1] > 4 else near
    signs = [top, min(top - second, 12.0), share, balance, near, meant, known, 1 / max(1, words), float(words == 1)]
    return np.array(signs)


def logistic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + exp(-x)), without overflow."""
    return 1 / (1 + np.exp(-np.clip(x, -40, 40)))


def fit_choice(evidence: Matrix, right: Numbers, pull: NDArray[np.float64], strength: float) -> NDArray[np.float64]:
    """Weights of a conditional logit: (n, candidates, columns) of scaled evidence, of which `right` was meant. Drawn
    towards `pull` by `strength` (McFadden, Conditional logit analysis, 1974). By Newton's method; it is convex."""
    weights = pull.astype(np.float64).copy()
    every = np.arange(len(right))
    for _ in range(25):
        scores = evidence @ weights
        scores -= scores.max(1, keepdims=True)
        share = np.exp(scores)
        share /= share.sum(1, keepdims=True)
        mean = np.einsum("nk,nkd->nd", share, evidence)
        slope = (evidence[every, right] - mean).sum(0) - strength * (weights - pull)
        curve = np.einsum("nk,nkd,nke->de", share, evidence, evidence, optimize=True) - mean.T @ mean
        step = np.linalg.solve(curve + strength * np.eye(len(weights)), slope)
        size = float(np.abs(step).max())
        weights += step * min(1.0, 2.0 / max(size, 1e-9))
        if size < 1e-4:
            break
    return weights


def fit_logistic(
    x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64], penalty: float = 1.0
) -> NDArray[np.float64]:
    """Weights, the constant first, of a logistic regression of y (0 or 1) on x (n, columns)."""
    design = np.column_stack([np.ones(len(x)), x])
    ridge = np.diag([1e-6, *[penalty] * x.shape[1]])
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        chance = logistic(design @ weights)
        slope = design.T @ (weight * (y - chance)) - ridge @ weights
        curve = (design * (weight * chance * (1 - chance))[:, None]).T @ design + ridge
        step = np.linalg.solve(curve, slope)
        weights += step * min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-9))
        if float(np.abs(step).max()) < 1e-5:
            break
    return weights
