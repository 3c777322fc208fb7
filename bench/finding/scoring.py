"""Figures of one contestant on one set, or on a part of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from bench.finding.sets import Message, Set
from bench.finding.worker import Found
from knowledge.measuring import auroc

ACCEPTED = 0.95
Pair = tuple[Message, Found]


def pairs(one: Set, found: Sequence[Found]) -> list[Pair]:
    """Messages that ask for a topic or are out of scope, with what was found; needs of services are left out."""
    return [(message, it) for message, it in zip(one.asked, found, strict=True) if message.service is None]


def first(pair: Pair) -> bool:
    """Whether a right topic came first."""
    return bool(pair[1].topics) and pair[1].topics[0] in pair[0].topics


def among_three(pair: Pair) -> bool:
    """Whether a right topic came among the first three."""
    return any(topic in pair[0].topics for topic in pair[1].topics[:3])


def share(hits: Iterable[bool]) -> float:
    """In percent; of nothing, 0."""
    values = list(hits)
    return 100 * sum(values) / len(values) if values else 0.0


def figures(asked: Sequence[Pair]) -> dict[str, float]:
    """In percent. falsely: out-of-scope messages above the score that 95 % of those in scope reach. The last four
    come from decisions, which only ours takes."""
    inside, outside = [pair for pair in asked if pair[0].topics], [pair for pair in asked if not pair[0].topics]
    scores, others = [pair[1].score for pair in inside], [pair[1].score for pair in outside]
    bound = sorted(scores)[int((1 - ACCEPTED) * len(scores))] if scores else 0.0
    return {
        "inside": len(inside),
        "outside": len(outside),
        "top1": share(map(first, inside)),
        "top3": share(map(among_three, inside)),
        "auroc": 100 * auroc(scores, others),
        "falsely": share(score >= bound for score in others),
        "sure": share(decided(pair, "answer") for pair in inside),
        "wrong": share(decided(pair, "answer") and not first(pair) for pair in inside),
        "offered": share(decided(pair, "choose") and among_three(pair) for pair in inside),
        "outside_sure": share(decided(pair, "answer") for pair in outside),
        "outside_choices": share(decided(pair, "choose") for pair in outside),
        "outside_none": share(decided(pair, "none") for pair in outside),
    }


def decided(pair: Pair, decision: str) -> bool:
    """Whether it was decided so."""
    return pair[1].decision == decision


def times(found: Sequence[Found]) -> dict[str, float]:
    """Milliseconds a message: mean and p95, of the processor and by the clock."""
    cpu, wall = [one.cpu for one in found], [one.ms for one in found]
    return {
        "cpu": float(np.mean(cpu)),
        "cpu_p95": float(np.percentile(cpu, 95)),
        "ms": float(np.mean(wall)),
        "ms_p95": float(np.percentile(wall, 95)),
    }
