"""Linear classifiers over vectors, in numpy: a shrunken discriminant in closed form, and softmax regression.

Pure functions over arrays; what the vectors are is for the callers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from knowledge.packing import Arrays

Matrix = NDArray[np.float32]
Vectors = NDArray[np.float32] | NDArray[np.float16]
"""Half the memory where that is exact enough."""
Numbers = NDArray[np.int64]

PART: Final = 4096
"""Rows that are worked on at once."""
ROUNDS: Final = 60
"""Steps of the softmax regression; more change less than the draw of phrasings does."""


@dataclass(frozen=True, slots=True)
class Head:
    """Scores of `classes` for a vector x: (x - centre) @ weights + bias."""

    centre: Matrix
    weights: Matrix
    bias: Matrix

    def scores(self, vectors: Matrix) -> Matrix:
        """(n, classes) for (n, dimensions), or (classes,) for one vector."""
        return ((vectors - self.centre) @ self.weights + self.bias).astype(np.float32, copy=False)

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """To keep it under this name."""
        return {f"head.{name}.{part}": getattr(self, part) for part in self.__slots__}

    @classmethod
    def kept(cls, arrays: Arrays, name: str) -> "Head":
        """What arrays() gave."""
        return cls(**{part: arrays[f"head.{name}.{part}"] for part in cls.__slots__})


@dataclass
class Moments:
    """Sums over vectors, enough for a discriminant."""

    count: NDArray[np.float64]
    sums: Matrix
    products: Matrix

    @classmethod
    def none(cls, classes: int, dimensions: int) -> "Moments":
        """Of no vectors."""
        zeros = np.zeros((classes, dimensions), np.float32)
        return cls(np.zeros(classes), zeros, np.zeros((dimensions, dimensions), np.float32))

    def add(self, vectors: Matrix, classes: Numbers) -> None:
        """Take (n, dimensions) vectors of these classes in."""
        order = np.argsort(classes, kind="stable")
        present, starts = np.unique(classes[order], return_index=True)
        if len(present):
            self.sums[present] += np.add.reduceat(vectors[order], starts, axis=0)
        self.count += np.bincount(classes, minlength=len(self.count))
        self.products += vectors.T @ vectors


def discriminant(moments: Moments, shrinkage: float) -> Head:
    """Linear discriminant analysis with equal priors; the covariance within classes is drawn towards a multiple of
    the identity by `shrinkage`, 0 to 1 (Friedman, Regularized Discriminant Analysis, JASA 1989)."""
    total = float(moments.count.sum())
    centre = (moments.sums.sum(0) / max(1.0, total)).astype(np.float32)
    count = np.maximum(1.0, moments.count)[:, None].astype(np.float32)
    means = moments.sums / count
    within = moments.products - (means * count).T @ means
    classes, dimensions = means.shape
    within /= max(1.0, total - classes)
    level = max(float(np.trace(within)) / dimensions, 1e-9)
    within *= 1 - shrinkage
    within[np.diag_indices(dimensions)] += shrinkage * level
    means = np.where(moments.count[:, None] > 0, means - centre, 0).astype(np.float32)
    weights = np.linalg.solve(within, means.T).astype(np.float32)
    bias = (-0.5 * np.einsum("cd,dc->c", means, weights)).astype(np.float32)
    empty = moments.count == 0
    bias[empty] = bias[~empty].min()  # of which nothing is known: as unlikely as the unlikeliest
    return Head(centre, weights, bias)


def softmax_regression(
    vectors: Vectors, classes: Numbers, many: int, penalty: float, start: Head | None = None, rounds: int = ROUNDS
) -> Head:
    """Multinomial logistic regression with an L2 penalty, by steps under a fixed bound of the curvature (Böhning,
    Multinomial logistic regression algorithm, Ann. Inst. Stat. Math. 1992) with Nesterov's momentum."""
    centre = vectors.mean(0, dtype=np.float32)
    products = sum(part.T @ part for _, part in _parts(vectors))
    bound = 0.5 * (products - len(vectors) * np.outer(centre, centre)).astype(np.float64)
    bound[np.diag_indices(len(bound))] += penalty
    step = np.linalg.inv(bound).astype(np.float32)
    bias_step = np.float32(1 / (0.5 * len(vectors) + penalty))
    # the last row is the bias; around the centre it has nothing to do with the others
    at = np.zeros((len(centre) + 1, many), np.float32)
    if start is not None:
        at[:-1], at[-1] = start.weights, start.bias + (centre - start.centre) @ start.weights
    ahead, momentum = at, 1.0
    for _ in range(rounds):
        slope = _slope(vectors, centre, classes, ahead) - np.float32(penalty) * ahead
        following = ahead + np.vstack([step @ slope[:-1], bias_step * slope[-1:]])
        faster = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        ahead = following + np.float32((momentum - 1) / faster) * (following - at)
        at, momentum = following, faster
    return Head(centre, at[:-1], at[-1])


def _slope(vectors: Vectors, centre: Matrix, classes: Numbers, weights: Matrix) -> Matrix:
    total = np.zeros_like(weights)
    shift = weights[-1] - centre @ weights[:-1]
    for begin, part in _parts(vectors):
        miss = part @ weights[:-1] + shift
        miss -= miss.max(1, keepdims=True)
        np.exp(miss, out=miss)
        miss /= -miss.sum(1, keepdims=True)
        miss[np.arange(len(part)), classes[begin : begin + len(part)]] += 1
        total[:-1] += part.T @ miss
        total[-1] += miss.sum(0)
    total[:-1] -= np.outer(centre, total[-1])
    return total


def _parts(vectors: Vectors) -> Iterator[tuple[int, Matrix]]:
    """Some rows at a time, and the number of the first of them."""
    for begin in range(0, len(vectors), PART):
        yield begin, vectors[begin : begin + PART].astype(np.float32, copy=False)
