"""Asks the evaluation set and counts: the figures behind the floors of test_evaluation.py. `python -m
tests.knowledge.scoring` prints them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from knowledge.answering import local
from knowledge.matching import Answer

FOLDER: Final = Path(__file__).with_name("evaluation")
FILES: Final = ("persian", "latin_and_typos", "outside", "needs")


@dataclass(frozen=True)
class Scored:
    """One line of the set and what was answered."""

    row: dict[str, Any]
    answer: Answer

    @property
    def style(self) -> str:
        """The style; needs are one of their own."""
        return "needs" if "service" in self.row else str(self.row["style"])

    @property
    def right(self) -> set[str]:
        """The ids that are right."""
        second = self.row.get("and", [])
        more = [second] if isinstance(second, str) else list(second)
        also = self.row.get("also", [])
        return {self.row.get("intent", ""), *([also] if isinstance(also, str) else also), *more}

    @property
    def ids(self) -> list[str]:
        """The ids found, best first."""
        return [topic.id for topic in self.answer.topics]

    @property
    def first(self) -> bool:
        """Whether a right topic came first."""
        return bool(self.ids) and self.ids[0] in self.right

    @property
    def kind(self) -> bool:
        """Whether it is small talk and got what a person would say: a greeting, thanks, or what the assistant is."""
        return self.style == "smalltalk" and self.ids[:1] in (
            ["general.greeting"],
            ["general.thanks"],
            ["general.about-bot"],
        )

    @property
    def sure(self) -> bool:
        """Whether it was answered as if sure."""
        return self.answer.decision == "answer"


def rows() -> list[dict[str, Any]]:
    """All lines."""
    return [
        json.loads(line)
        for name in FILES
        for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def score(ask: Callable[[str], Answer]) -> list[Scored]:
    """All of the set, asked."""
    return [Scored(row, ask(row["text"])) for row in rows()]


def share(hits: Iterable[bool]) -> float:
    """In percent, of one or more."""
    values = list(hits)
    return 100 * sum(values) / len(values)


def figures(scored: list[Scored]) -> dict[str, float]:
    """In percent: top1 and top3 of each style in scope; messages of none of our business (far, near, others: small
    talk and worse) answered as if sure; messages in scope answered surely and wrongly, and surely and rightly; second
    questions found; needs whose service was named."""
    inside = [one for one in scored if one.row.get("intent", "oos") != "oos"]
    found: dict[str, float] = {}
    for name, styles in STYLES.items():
        some = [one for one in inside if one.style in styles]
        found[f"{name}_top1"] = share(one.first for one in some)
        found[f"{name}_top3"] = share(bool(one.right & set(one.ids[:3])) for one in some)
    for name, styles in (("far", ("far",)), ("near", ("near",)), ("others", OTHERS)):
        found[f"{name}_answered"] = share(one.sure and not one.kind for one in scored if one.style in styles)
    found["wrong_sure"] = share(one.sure and not one.first for one in inside)
    found["right_sure"] = share(one.sure and one.first for one in inside)
    two = [one for one in inside if "and" in one.row]
    found["two_shown"] = share(set(one.ids[:1] + list(one.answer.more)) == one.right for one in two)
    found["needs_service"] = share(one.answer.service == one.row["service"] for one in scored if one.style == "needs")
    return found


STYLES: Final = {
    "persian": ("formal", "spoken"),
    "finglish": ("finglish",),
    "typos": ("typos",),
    "english": ("english",),
    "story": ("story",),
    "two": ("two",),
    "layout_mixed": ("layout", "mixed"),
}
OTHERS: Final = ("smalltalk", "insult", "spam", "injection", "nonsense")

if __name__ == "__main__":
    for meaning in (True, False):
        print("by words and meaning" if meaning else "by words alone")
        for name, value in figures(score(local(meaning=meaning).ask)).items():
            print(f"  {name:16} {value:5.1f}")
