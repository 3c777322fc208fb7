"""The linear classifiers: they part what can be parted, start from what is known, and bear a class without texts."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.heads import Head, Matrix, Moments, Numbers, discriminant, softmax_regression

CLASSES = 4
CENTRES = np.array([[3, 0, 0], [0, 3, 0], [0, 0, 3], [-3, -3, -3]], np.float32)


def drawn(each: int = 30, seed: int = 5) -> tuple[Matrix, Numbers]:
    """Clouds of points around CENTRES, with the class of each."""
    random = np.random.default_rng(seed)
    classes = np.repeat(np.arange(CLASSES), each)
    points = CENTRES[classes] + random.normal(size=(len(classes), 3))
    return points.astype(np.float32), classes


def moments(points: Matrix, classes: Numbers, many: int = CLASSES) -> Moments:
    """Their moments."""
    made = Moments.none(many, points.shape[1])
    made.add(points, classes)
    return made


def right(head: Head, points: Matrix, classes: Numbers) -> float:
    """The share that gets its own class."""
    return float((head.scores(points).argmax(1) == classes).mean())


@pytest.mark.parametrize("shrinkage", [0.1, 0.5, 1.0])
def test_the_discriminant_parts_what_can_be_parted(shrinkage: float) -> None:
    points, classes = drawn()
    head = discriminant(moments(points, classes), shrinkage)
    assert right(head, *drawn(seed=6)) >= 0.97


def test_the_discriminant_knows_how_clouds_are_stretched() -> None:
    """Two classes differ in the second direction only, while both are far wider in the first."""
    random = np.random.default_rng(1)
    classes = np.arange(400) % 2
    wide, narrow = random.normal(size=400) * 20, random.normal(size=400) * 0.2
    points = np.column_stack([wide, narrow + classes]).astype(np.float32)
    points[:, 0] += classes * 2
    given = moments(points[:200], classes[:200], 2)
    assert right(discriminant(given, 0.01), points[200:], classes[200:]) >= 0.97
    assert right(discriminant(given, 1.0), points[200:], classes[200:]) < 0.8


def test_a_class_without_texts_never_wins_the_discriminant() -> None:
    points, classes = drawn()
    head = discriminant(moments(points, classes, CLASSES + 1), 0.3)
    scores = head.scores(np.concatenate([points, points.mean(0, keepdims=True)]))
    assert np.isfinite(scores).all()
    assert (scores.argmax(1) < CLASSES).all()


def test_one_class_and_one_text_are_borne() -> None:
    head = discriminant(moments(np.ones((1, 3), np.float32), np.array([0]), 1), 0.3)
    assert np.isfinite(head.scores(np.zeros((2, 3), np.float32))).all()
    other = softmax_regression(np.ones((1, 3), np.float32), np.array([0]), 1, 0.01)
    assert np.isfinite(other.scores(np.zeros((2, 3), np.float32))).all()


def test_the_regression_parts_what_can_be_parted() -> None:
    points, classes = drawn()
    assert right(softmax_regression(points, classes, CLASSES, 0.01), *drawn(seed=6)) >= 0.97


def test_the_regression_bears_a_class_without_texts() -> None:
    points, classes = drawn()
    scores = softmax_regression(points, classes, CLASSES + 1, 0.01).scores(points)
    assert np.isfinite(scores).all()
    assert (scores.argmax(1) < CLASSES).all()


def loss(head: Head, points: Matrix, classes: Numbers, penalty: float) -> float:
    """What the regression makes small."""
    scores = head.scores(points).astype(float)
    chance = np.exp(scores - scores.max(1, keepdims=True))
    chance /= chance.sum(1, keepdims=True)
    size = float((head.weights.astype(float) ** 2).sum() + (head.bias.astype(float) ** 2).sum())
    return float(-np.log(chance[np.arange(len(points)), classes]).sum() + penalty * size / 2)


def test_more_steps_fit_better_and_come_to_rest() -> None:
    points, classes = drawn()
    losses = [
        loss(softmax_regression(points, classes, CLASSES, 1.0, rounds=rounds), points, classes, 1.0)
        for rounds in (1, 20, 300, 600)
    ]
    assert losses[0] > losses[1] > losses[2]
    assert losses[2] == pytest.approx(losses[3], rel=1e-3)


def test_a_warm_start_saves_steps() -> None:
    points, classes = drawn()
    former = softmax_regression(points, classes, CLASSES, 1.0, rounds=300)
    # one text more, and another centre: the former head is carried over
    more = np.concatenate([points, CENTRES[:1] * 1.5])
    owners = np.append(classes, 0)
    cold = loss(softmax_regression(more, owners, CLASSES, 1.0, rounds=2), more, owners, 1.0)
    warm = loss(softmax_regression(more, owners, CLASSES, 1.0, former, rounds=2), more, owners, 1.0)
    best = loss(softmax_regression(more, owners, CLASSES, 1.0, rounds=500), more, owners, 1.0)
    assert warm - best < 0.05 * (cold - best)


def test_one_vector_and_many_get_the_same_scores() -> None:
    points, classes = drawn()
    head = discriminant(moments(points, classes), 0.3)
    together = head.scores(points)
    assert together.dtype == np.float32
    np.testing.assert_allclose(together[7], head.scores(points[7]), rtol=1e-5, atol=1e-5)
