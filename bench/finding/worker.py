"""A process with contestants: told on stdin what to learn and what to find, a line of JSON each; answers on stdout.

Its times are taken here: by the clock, and by the processor time of this process, which neighbours shake less.
Imports nothing of the product, so that it runs in the peers' environment too.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter, process_time
from typing import Any, Protocol, TypeVar

Result = TypeVar("Result")


@dataclass
class Found:
    """What one contestant makes of one message. `score` tells in scope from out of scope; the rest is ours only."""

    topics: Sequence[str]
    score: float
    ms: float
    cpu: float
    decision: str | None = None
    service: str | None = None
    more: Sequence[str] = ()


@dataclass
class Built:
    """Seconds that learning took."""

    seconds: float
    cpu: float


class Group(Protocol):
    """Contestants that live in one process, by name."""

    def learn(self, rows: Sequence[tuple[str, str]], topics: Sequence[str]) -> dict[str, Built]:
        """Learn (text, class), sorted by class; the classes that are not in `topics` are none of our business."""

    def learn_content(self) -> dict[str, Built]:
        """Learn what is shipped."""

    def find(self, text: str) -> dict[str, Found]:
        """What each makes of a message."""


def timed(work: Callable[[], Result]) -> tuple[Result, float, float]:
    """A result, and the milliseconds it took: by the clock, of the processor, also in processes that it started."""
    cpu, wall = _cpu(), perf_counter()
    result = work()
    return result, (perf_counter() - wall) * 1000, (_cpu() - cpu) * 1000


def _cpu() -> float:
    ended = getrusage(RUSAGE_CHILDREN)
    return process_time() + ended.ru_utime + ended.ru_stime


def main() -> None:
    # what libraries print must not get between the answers
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    group: Group = importlib.import_module(f"bench.finding.{sys.argv[1]}").Contestants()
    for line in sys.stdin:
        answers.write(json.dumps(_obey(group, json.loads(line))) + "\n")
        answers.flush()


def _obey(group: Group, command: Mapping[str, Any]) -> Any:
    if "find" in command:
        return [{name: asdict(found) for name, found in group.find(text).items()} for text in command["find"]]
    built = group.learn_content() if "content" in command else group.learn(command["learn"], command["topics"])
    return {name: asdict(one) for name, one in built.items()}


if __name__ == "__main__":
    main()
