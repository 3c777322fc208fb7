"""From evidence to a decision: how sure the best topic is, and whether to answer, to offer choices or to do neither.

The numbers are measured; `python -m knowledge measure --outside tests/knowledge/outside.yaml` prints them anew.
"""

from math import exp
from typing import Final, Literal

from knowledge.ranking import Evidence

Decision = Literal["answer", "choose", "none"]
"""answer: the first topic is meant; choose: offer the first three; none: nothing fits."""

WEIGHTS: Final = (-3.63, 10.3, 7.11, 0.5, 3.02, 2.66)
"""Logistic regression of "the first topic is the right one": constant, then the evidence in its order."""

SURE: Final = 0.82
LIKELY: Final = 0.14
"""Bounds of sureness with the least cost on held-out phrasings and out-of-scope messages (these a quarter of all).
Costs: a wrong sure answer 5, a choice 1 (2 without the right topic), silence to a question that has an answer 3."""

VAGUE_AT_MOST: Final = 0.7
"""A lone word such as "land" is never answered outright: choices are kinder than a guess."""


def features_of(evidence: Evidence) -> tuple[float, ...]:
    """The evidence as the numbers that WEIGHTS weighs, the constant first."""
    return (1.0, evidence.likeness, evidence.lead, evidence.nearest, evidence.ahead, evidence.known)


def sureness(evidence: Evidence) -> float:
    """The chance, 0 to 1, that the best topic is the one meant."""
    chance = 1 / (1 + exp(-sum(w * x for w, x in zip(WEIGHTS, features_of(evidence), strict=True))))
    return min(chance, VAGUE_AT_MOST) if evidence.vague else chance


def decide(sure: float) -> Decision:
    """What to do at this sureness."""
    if sure >= SURE:
        return "answer"
    return "choose" if sure >= LIKELY else "none"
