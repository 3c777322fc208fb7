"""Weighing evidence: the signs of trust, the fits, and keeping what was learned as JSON."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from knowledge.building import shipped_learned
from knowledge.combining import SIGNS, Weighing, fit_choice, fit_logistic, logistic, signs_of

# two topics, a service, a kind that is none of our business
SCORES = np.array([5.0, 3.0, 1.0, 2.0], np.float32)
EVIDENCE = np.array([[9, 0.8, 0], [7, 0.5, 0], [2, 0.1, 0], [1, 0.9, 0]], np.float32)


def named(scores: np.ndarray, evidence: np.ndarray, known: float = 0.5, words: int = 4) -> dict[str, float]:
    """The signs by name."""
    return dict(zip(SIGNS, signs_of(scores, evidence, 2, 3, known, words).tolist(), strict=True))


def test_what_the_signs_say() -> None:
    signs = named(SCORES, EVIDENCE)
    grown = np.exp(SCORES.astype(float))
    assert signs["top"] == 5
    assert signs["lead"] == 2
    assert signs["share"] == pytest.approx(np.log(grown[0] / grown[[0, 1, 3]].sum()), abs=1e-5)
    assert signs["inside"] == pytest.approx(np.log(grown[:3].sum() / grown[3]), abs=1e-3)
    assert signs["near"] == signs["second_near"] == pytest.approx(0.8)
    assert (signs["known"], signs["short"], signs["lone"]) == (0.5, 0.25, 0)


def test_a_service_speaks_for_its_topics_and_not_against_them() -> None:
    stronger = SCORES.copy()
    stronger[2] = 4.9
    before, after = named(SCORES, EVIDENCE), named(stronger, EVIDENCE)
    assert after["share"] == before["share"]
    assert after["inside"] > before["inside"]


def test_meaning_has_a_nearest_text_of_its_own() -> None:
    both = np.concatenate([EVIDENCE, EVIDENCE / 2], axis=1)
    signs = named(SCORES, both)
    assert signs["near"] == pytest.approx(0.8)
    assert signs["second_near"] == pytest.approx(0.4)


def test_a_lone_word_is_told() -> None:
    assert named(SCORES, EVIDENCE, words=1)["lone"] == 1
    assert named(SCORES, EVIDENCE, words=0)["short"] == 1


def test_a_lead_does_not_grow_for_ever() -> None:
    far = np.array([500.0, 3, 1, -500], np.float32)
    assert named(far, EVIDENCE)["lead"] == 12
    assert all(np.isfinite(list(named(far, EVIDENCE).values())))


def test_the_best_of_one_topic_leads() -> None:
    signs = signs_of(SCORES[:1], EVIDENCE[:1], 1, 1, 1.0, 2)
    assert np.isfinite(signs).all()
    assert signs[1] == 12


def test_what_is_none_of_our_business_speaks_against_trust() -> None:
    stronger = SCORES.copy()
    stronger[3] = 8
    before, after = named(SCORES, EVIDENCE), named(stronger, EVIDENCE)
    assert after["share"] < before["share"]
    assert after["inside"] < before["inside"]
    assert after["top"] == before["top"]


def test_the_logistic_function_overflows_nowhere() -> None:
    values = logistic(np.array([-1e9, -1.0, 0.0, 1.0, 1e9]))
    assert values[2] == 0.5
    assert values[1] + values[3] == pytest.approx(1)
    assert all(low < high for low, high in pairwise(values))


def choices(weights: list[float], count: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Messages with six candidates each, of which one is meant as the weights say."""
    random = np.random.default_rng(2)
    evidence = random.normal(size=(count, 6, len(weights)))
    chance = np.exp(evidence @ np.array(weights))
    chance /= chance.sum(1, keepdims=True)
    return evidence.astype(np.float32), np.array([random.choice(6, p=row) for row in chance])


def test_the_choice_finds_the_weights_that_made_it() -> None:
    evidence, right = choices([2.0, 1.0, 0.0, -0.5])
    found = fit_choice(evidence, right, np.zeros(4), strength=0.1)
    assert found.argsort().tolist() == [3, 2, 1, 0]
    np.testing.assert_allclose(found, [2, 1, 0, -0.5], atol=0.3)


def test_a_strong_pull_keeps_the_weights_where_they_were() -> None:
    evidence, right = choices([2.0, 1.0])
    pull = np.array([0.0, 3.0])
    np.testing.assert_allclose(fit_choice(evidence, right, pull, strength=1e6), pull, atol=0.01)
    weak = fit_choice(evidence, right, pull, strength=0.1)
    assert weak[0] > weak[1]


def test_evidence_that_parts_all_is_borne() -> None:
    """Without the pull the weights would grow for ever."""
    evidence = np.zeros((50, 3, 1), np.float32)
    evidence[:, 0, 0] = 1
    found = fit_choice(evidence, np.zeros(50, int), np.zeros(1), strength=0.01)
    assert np.isfinite(found).all()
    assert found[0] > 3


def test_the_logistic_regression_finds_what_made_the_labels() -> None:
    random = np.random.default_rng(4)
    x = random.normal(size=(4000, 2))
    y = (random.random(4000) < logistic(-1 + x @ np.array([2.0, -0.5]))).astype(float)
    found = fit_logistic(x, y, np.ones(4000), penalty=0.01)
    np.testing.assert_allclose(found, [-1, 2, -0.5], atol=0.25)


def test_what_weighs_nothing_is_not_learned_from() -> None:
    x = np.array([[1.0], [2.0], [-1.0], [-2.0], [3.0], [3.0]])
    y = np.array([1.0, 1, 0, 0, 0, 0])
    weight = np.array([1.0, 1, 1, 1, 0, 0])
    np.testing.assert_allclose(fit_logistic(x, y, weight), fit_logistic(x[:4], y[:4], weight[:4]), atol=1e-4)


def test_a_weighing_survives_json() -> None:
    for weighing in shipped_learned().weighings.values():
        again = Weighing.of(json.loads(json.dumps(weighing.plain())))
        assert again == weighing


def test_scores_and_chances_of_a_weighing() -> None:
    weighing = Weighing(
        scale=(2.0, 0.5),
        weights={"fa": (4.0, 1.0), "en": (0.0, 1.0)},
        trust=(0.0, 1.0),
        centre=(1.0,),
        spread=(2.0,),
        sure=0.7,
        likely=0.3,
    )
    evidence = np.array([[1.0, 1.0], [2.0, 0.0]], np.float32)
    assert weighing.scores(evidence, "fa").tolist() == [4.0, 4.0]
    assert weighing.scores(evidence, "en").tolist() == [2.0, 0.0]
    assert weighing.chance(np.array([[1.0], [3.0]])).tolist() == [0.5, pytest.approx(1 / (1 + np.exp(-1)))]
