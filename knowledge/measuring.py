"""Figures of answers to labelled messages. Prints nothing, asks nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.matching import Answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A message's right topics (none: out of scope) and what was answered."""

    topics: Sequence[str]
    answer: Answer

    @property
    def first(self) -> bool:
        """Whether a right topic came first."""
        return bool(self.answer.topics) and self.answer.topics[0].id in self.topics

    @property
    def among_three(self) -> bool:
        """Whether a right topic came among the first three."""
        return any(topic.id in self.topics for topic in self.answer.topics[:3])

    @property
    def sureness(self) -> float:
        """The score of the first topic, 0 to 1."""
        return self.answer.topics[0].score if self.answer.topics else 0.0


def figures(asked: Sequence[Asked]) -> dict[str, float]:
    """Shares are 0 to 1; of an empty part, 0.

    top1, top3: right topic first, among the first three. auroc: how well the first score tells in scope from out of
    scope. coverage: in-scope messages answered surely; wrong_sure: in-scope messages answered surely and wrongly;
    offered: in-scope messages answered rightly or offered the right topic; outside_answered: out-of-scope messages
    answered as if sure; outside_none: those that got neither answer nor choice.
    """
    inside = [one for one in asked if one.topics]
    outside = [one for one in asked if not one.topics]
    return {
        "inside": len(inside),
        "outside": len(outside),
        "top1": _share(one.first for one in inside),
        "top3": _share(one.among_three for one in inside),
        "auroc": round(auroc([one.sureness for one in inside], [one.sureness for one in outside]), 4),
        "coverage": _share(one.answer.decision == "answer" for one in inside),
        "wrong_sure": _share(one.answer.decision == "answer" and not one.first for one in inside),
        "offered": _share(
            one.first if one.answer.decision == "answer" else one.answer.decision == "choose" and one.among_three
            for one in inside
        ),
        "outside_answered": _share(one.answer.decision == "answer" for one in outside),
        "outside_none": _share(one.answer.decision == "none" for one in outside),
    }


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
    return round(sum(values) / len(values), 4) if values else 0.0
