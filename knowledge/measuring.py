"""Measures the matcher: on its own phrasings held out, on messages out of scope, and on any labelled set.

Prints nothing and reads no content; the commands are in __main__.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import exp
from random import Random
from typing import Final

from knowledge.deciding import features_of
from knowledge.matching import Index, TopicWords

FOLDS: Final = 8
SEED: Final = 7
OUTSIDE_SHARE: Final = 0.25
"""Share of messages out of scope that the thresholds are chosen for."""
WRONG_ANSWER, UNNEEDED_CHOICE, USELESS_CHOICE, SILENCE = 5.0, 1.0, 2.0, 3.0


@dataclass(frozen=True, slots=True)
class Judged:
    """One message with a known topic (None: out of scope): where that topic came (0 first, None not in the list), and
    what spoke for the first."""

    topic: str | None
    place: int | None
    numbers: tuple[float, ...]
    weight: float = 1.0


def judge(index: Index, text: str, topic: str | None) -> Judged:
    """What the index makes of one short text."""
    ranking = index.evidence(text)
    ids = [index.topics[position].id for position, _ in ranking.best]
    return Judged(topic, ids.index(topic) if topic in ids else None, features_of(ranking.evidence))


def ask(index: Index, text: str, topic: str | None) -> tuple[Judged, float, float]:
    """The same through the front door: the judgement, the sureness of the first topic, and the milliseconds."""
    answer = index.ask(text)
    ids = [scored.id for scored in answer.topics]
    place = ids.index(topic) if topic in ids else None
    return Judged(topic, place, ()), answer.topics[0].score if ids else 0.0, answer.ms


def held_out(topics: Sequence[TopicWords], folds: int = FOLDS) -> list[Judged]:
    """Every phrasing asked of an index that was built without it (and without the others of its fold)."""
    random = Random(SEED)
    fold_of = [[random.randrange(folds) for _ in topic.phrasings] for topic in topics]
    judged: list[Judged] = []
    for fold in range(folds):
        kept = [
            replace(topic, phrasings=tuple(p for p, f in zip(topic.phrasings, numbers, strict=True) if f != fold))
            for topic, numbers in zip(topics, fold_of, strict=True)
        ]
        index = Index(kept)
        judged += [
            judge(index, phrasing, topic.id)
            for topic, numbers in zip(topics, fold_of, strict=True)
            for phrasing, number in zip(topic.phrasings, numbers, strict=True)
            if number == fold
        ]
    return judged


def weighed(inside: Sequence[Judged], outside: Sequence[Judged]) -> list[Judged]:
    """Both lists together, out-of-scope messages weighted to OUTSIDE_SHARE of the whole."""
    each = OUTSIDE_SHARE / (1 - OUTSIDE_SHARE) * len(inside) / max(1, len(outside))
    return [*inside, *(replace(one, weight=each) for one in outside)]


def fit(judged: Sequence[Judged], rounds: int = 4000, rate: float = 2.0) -> tuple[float, ...]:
    """Weights of a logistic regression of "the first topic is right" on the evidence, by gradient descent."""
    weights = [0.0] * len(judged[0].numbers)
    total = sum(one.weight for one in judged)
    for _ in range(rounds):
        slope = [0.0] * len(weights)
        for one in judged:
            miss = one.weight * ((one.place == 0) - chance(weights, one.numbers))
            for at, number in enumerate(one.numbers):
                slope[at] += miss * number
        weights = [w + rate * s / total for w, s in zip(weights, slope, strict=True)]
    return tuple(round(weight, 2) for weight in weights)


def chance(weights: Sequence[float], numbers: Sequence[float]) -> float:
    """The logistic of the weighed evidence."""
    return 1 / (1 + exp(-sum(w * x for w, x in zip(weights, numbers, strict=True))))


def cost(one: Judged, sure: float, answer_at: float, choose_at: float) -> float:
    """What the decision on one message costs (see deciding.py)."""
    if sure >= answer_at:
        return 0.0 if one.place == 0 else WRONG_ANSWER
    if sure >= choose_at:
        useful = one.topic is None or (one.place is not None and one.place < 3)
        return UNNEEDED_CHOICE if useful else USELESS_CHOICE
    return 0.0 if one.topic is None else SILENCE


def best_bounds(judged: Sequence[Judged], weights: Sequence[float]) -> tuple[float, float, float]:
    """The bounds for answering and for choosing with the least mean cost, and that cost."""
    steps = [step / 50 for step in range(1, 50)]
    sures = [chance(weights, one.numbers) for one in judged]
    total = sum(one.weight for one in judged)
    found = min(
        (
            sum(one.weight * cost(one, sure, high, low) for one, sure in zip(judged, sures, strict=True)) / total,
            high,
            low,
        )
        for high in steps
        for low in steps
        if low <= high
    )
    return found[1], found[2], found[0]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a labelled set was answered. Shares are 0 to 1; of an empty part, 0."""

    inside: int
    outside: int
    top1: float
    top3: float
    auroc: float
    coverage: float
    wrong: float
    outside_answered: float


def outcome(rows: Sequence[tuple[Judged, float]], answer_at: float) -> Outcome:
    """The figures of judged messages with their sureness.

    Top-1 and top-3 accuracy; AUROC of in scope against out of scope; coverage: share of in-scope messages answered
    surely; wrong: share of all sure answers that were wrong; outside_answered: share of out-of-scope ones answered.
    """
    inside = [(one, sure) for one, sure in rows if one.topic is not None]
    outside = [(one, sure) for one, sure in rows if one.topic is None]
    answered = [one for one, sure in rows if sure >= answer_at]
    return Outcome(
        inside=len(inside),
        outside=len(outside),
        top1=_share(one.place == 0 for one, _ in inside),
        top3=_share(one.place is not None and one.place < 3 for one, _ in inside),
        auroc=auroc([sure for _, sure in inside], [sure for _, sure in outside]),
        coverage=_share(sure >= answer_at for _, sure in inside),
        wrong=_share(one.place != 0 for one in answered),
        outside_answered=_share(sure >= answer_at for _, sure in outside),
    )


def auroc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """The chance that one of `higher` is above one of `lower`, ties by half (Mann-Whitney); 0 if a side is empty."""
    if not higher or not lower:
        return 0.0
    values = sorted([(value, True) for value in higher] + [(value, False) for value in lower])
    ranks, at = 0.0, 0
    while at < len(values):
        end = at
        while end < len(values) and values[end][0] == values[at][0]:
            end += 1
        ranks += sum(is_higher for _, is_higher in values[at:end]) * (at + end + 1) / 2
        at = end
    return (ranks - len(higher) * (len(higher) + 1) / 2) / (len(higher) * len(lower))


def _share(hits: Iterable[bool]) -> float:
    values = list(hits)
    return sum(values) / len(values) if values else 0.0
