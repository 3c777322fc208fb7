"""From a chance to a decision: answer, offer choices, or do neither; and what each mistake costs.

The bounds between them are learned (learning.py) as those of the least cost on held-out messages.
"""

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Decision = Literal["answer", "choose", "none"]
"""answer: the first topic is meant; choose: offer the first three; none: nothing fits."""

WRONG_ANSWER: Final = 5.0
UNNEEDED_CHOICE: Final = 1.0
USELESS_CHOICE: Final = 2.0
"""A choice without the right topic, or offered to somebody who asked for something else."""
SILENCE: Final = 3.0
"""None, although there is an answer."""
SHOWN: Final[dict[Decision, int]] = {"answer": 1, "choose": 3, "none": 0}
"""How many topics a person gets to see."""


def decide(chance: float, sure: float, likely: float) -> Decision:
    """What to do when the best topic is right with this chance."""
    if chance >= sure:
        return "answer"
    return "choose" if chance >= likely else "none"


def cost(
    chance: NDArray[np.float64], place: NDArray[np.int64], inside: NDArray[np.bool_], sure: float, likely: float
) -> NDArray[np.float64]:
    """What the decision on each message costs. `place`: where the right topic came, 0 first; `inside`: it has one."""
    answered, offered = chance >= sure, (chance < sure) & (chance >= likely)
    useful = inside & (place < 3)
    return (
        np.where(answered & (place != 0), WRONG_ANSWER, 0.0)
        + np.where(offered, np.where(useful, UNNEEDED_CHOICE, USELESS_CHOICE), 0.0)
        + np.where(~answered & ~offered & inside, SILENCE, 0.0)
    )


def best_bounds(
    chance: NDArray[np.float64],
    place: NDArray[np.int64],
    inside: NDArray[np.bool_],
    weight: NDArray[np.float64],
) -> tuple[float, float]:
    """The bounds `sure` and `likely` with the least weighted cost."""
    steps = np.arange(1, 50) / 50
    best = min(
        (float(weight @ cost(chance, place, inside, high, low)), high, low)
        for high in steps
        for low in steps
        if low <= high
    )
    return float(best[1]), float(best[2])
