"""Evidence by meaning: texts are compared along the directions in which they differ most."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge import candidates
from knowledge.candidates import AXES, Corpus, Meaning, directions, main_axes, meaning_head
from knowledge.heads import Matrix

OWNERS = np.repeat(np.arange(4), 5)
CORPUS = Corpus([f"text {number}" for number in range(len(OWNERS))], OWNERS, 4)


def _vectors(width: int, spread: int) -> Matrix:
    """That differ in `spread` of their `width` figures."""
    random = np.random.default_rng(3)
    vectors = np.ones((len(OWNERS), width))
    vectors[:, :spread] += random.normal(size=(len(OWNERS), spread))
    return vectors.astype(np.float32)


def _meaning(vectors: Matrix) -> Meaning:
    return Meaning(CORPUS, vectors, meaning_head(directions(vectors, vectors.mean(0)), OWNERS, 4))


def _cosines(vectors: Matrix, asked: Matrix) -> Matrix:
    """Of centred vectors, written out."""
    seen, one = vectors - vectors.mean(0), asked - vectors.mean(0)
    result: Matrix = seen @ one / np.linalg.norm(seen, axis=1) / np.linalg.norm(one)
    return result


@pytest.mark.parametrize(("width", "spread"), [(30, 30), (400, 60)])
def test_the_nearest_text_is_the_one_of_the_greatest_cosine(width: int, spread: int) -> None:
    vectors = _vectors(width, spread)
    meaning = _meaning(vectors)
    for asked in vectors[::3] * np.float32(0.9) + np.float32(0.05):
        nearest = [_cosines(vectors, asked)[topic == OWNERS].max() for topic in range(4)]
        np.testing.assert_allclose(meaning.evidence(asked)[:, 1], nearest, atol=1e-4)


def test_axes_are_those_in_which_vectors_differ() -> None:
    vectors = _vectors(400, 60)
    axes = main_axes(vectors, vectors.mean(0))
    assert axes.shape == (400, AXES)
    np.testing.assert_allclose(axes.T @ axes, np.eye(AXES), atol=1e-4)
    seen = directions(vectors, vectors.mean(0))
    np.testing.assert_allclose(np.linalg.norm(seen @ axes, axis=1), 1, atol=1e-4)


def test_fewer_axes_are_never_further_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = _vectors(40, 40)
    whole = _meaning(vectors).evidence(vectors[7])
    monkeypatch.setattr(candidates, "AXES", 12)
    few = _meaning(vectors).evidence(vectors[7])
    np.testing.assert_array_equal(few[:, 0], whole[:, 0])
    assert few[1, 1] == few[:, 1].max() > 0.5
    assert few[1, 1] < whole[1, 1]


def test_two_bytes_a_figure_do() -> None:
    vectors = _vectors(60, 60)
    short = Meaning(CORPUS, vectors.astype(np.float16), _meaning(vectors).head)
    np.testing.assert_allclose(short.evidence(vectors[3]), _meaning(vectors).evidence(vectors[3]), atol=0.01)


def test_hidden_texts_are_not_there() -> None:
    vectors = _vectors(30, 30)
    meaning = _meaning(vectors)
    seen = meaning.weigh(vectors[2:3], meaning.head, np.array([2]))[0]
    assert seen[0, 1] < meaning.evidence(vectors[2])[0, 1] == pytest.approx(1, abs=1e-4)
