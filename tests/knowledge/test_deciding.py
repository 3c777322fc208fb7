"""From a chance to a decision: what each mistake costs, and the bounds of the least cost."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from knowledge.deciding import (
    SHOWN,
    SILENCE,
    UNNEEDED_CHOICE,
    USELESS_CHOICE,
    WRONG_ANSWER,
    best_bounds,
    cost,
    decide,
)

NOWHERE = 9


@pytest.mark.parametrize(
    ("chance", "decision"),
    [(1.0, "answer"), (0.7, "answer"), (0.69, "choose"), (0.2, "choose"), (0.19, "none"), (0.0, "none")],
)
def test_bounds_belong_to_the_bolder_side(chance: float, decision: str) -> None:
    assert decide(chance, sure=0.7, likely=0.2) == decision


def test_what_people_get_to_see() -> None:
    assert SHOWN == {"answer": 1, "choose": 3, "none": 0}


def test_a_wrong_answer_costs_five_unneeded_choices() -> None:
    assert WRONG_ANSWER == 5 * UNNEEDED_CHOICE
    assert UNNEEDED_CHOICE < USELESS_CHOICE < SILENCE < WRONG_ANSWER


@pytest.mark.parametrize(
    ("chance", "place", "inside", "price"),
    [
        (0.9, 0, True, 0),  # answered, rightly
        (0.9, 1, True, WRONG_ANSWER),
        (0.9, NOWHERE, True, WRONG_ANSWER),
        (0.9, NOWHERE, False, WRONG_ANSWER),  # it asked for nothing of ours
        (0.5, 0, True, UNNEEDED_CHOICE),
        (0.5, 2, True, UNNEEDED_CHOICE),
        (0.5, 3, True, USELESS_CHOICE),  # a fourth choice is not shown
        (0.5, NOWHERE, False, USELESS_CHOICE),
        (0.1, 0, True, SILENCE),
        (0.1, NOWHERE, True, SILENCE),
        (0.1, NOWHERE, False, 0),  # rightly silent
    ],
)
def test_the_table_of_costs(chance: float, place: int, inside: bool, price: float) -> None:
    (found,) = cost(np.array([chance]), np.array([place]), np.array([inside]), sure=0.8, likely=0.3)
    assert found == price


def test_the_best_bounds_of_a_few_messages() -> None:
    """Two right ones at 0.9, a wrong and a right one at 0.6, a stranger at 0.3 and one at 0.05."""
    chance = np.array([0.9, 0.91, 0.6, 0.61, 0.3, 0.05])
    place = np.array([0, 0, 1, 0, NOWHERE, NOWHERE])
    inside = np.array([True, True, True, True, False, False])
    sure, likely = best_bounds(chance, place, inside, np.ones(6))
    assert 0.61 < sure <= 0.9
    assert 0.3 < likely <= 0.6
    assert cost(chance, place, inside, sure, likely).sum() == 2 * UNNEEDED_CHOICE


def test_no_other_bounds_cost_less() -> None:
    random = np.random.default_rng(3)
    chance = random.random(200)
    place = np.where(random.random(200) < chance, 0, random.integers(1, 6, 200))
    inside = random.random(200) < 0.5 + chance / 2
    weight = random.random(200)
    sure, likely = best_bounds(chance, place, inside, weight)
    least = weight @ cost(chance, place, inside, sure, likely)
    steps = np.arange(1, 50) / 50
    for high, low in product(steps, steps):
        if low <= high:
            assert least <= weight @ cost(chance, place, inside, high, low) + 1e-9


def test_weights_decide_what_is_worth_avoiding() -> None:
    """One who is answered wrongly at the same chance as one who is answered rightly: whoever weighs more decides."""
    chance, place, inside = np.array([0.8, 0.8]), np.array([0, 1]), np.array([True, True])
    assert best_bounds(chance, place, inside, np.array([9.0, 1.0]))[0] <= 0.8
    assert best_bounds(chance, place, inside, np.array([1.0, 9.0]))[0] > 0.8
