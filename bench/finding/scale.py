"""Ten thousand topics with a hundred thousand phrasings, made by a seeded recipe from the words of the content.

Each topic has four words of its own, drawn by how often the content has them; a phrasing has two to four of these
and up to five of all words. A message is a phrasing that lost a word, got another, and has a slip in one of four.
Sentence vectors are random unit vectors around one of their topic. Prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

import numpy as np

from bench.finding.running import memory
from knowledge.building import build_meaning, build_words, learn_weighings, shipped_learned
from knowledge.candidates import unit
from knowledge.heads import Vectors
from knowledge.layout import TopicWords, lay_out, words_of
from knowledge.load import load_all
from knowledge.matching import Encode, Index
from knowledge.normalise import normalise
from knowledge.synonyms import load_synonyms

SEED, DIMENSIONS, OWN_WORDS, PHRASINGS = 7, 384, 4, 10
SPREAD = 0.6
"""How far a phrasing's vector is from its topic's."""


class Recipe:
    """Words and chances."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(SEED)
        asked = [words_of(entry) for entry in load_all().entries]
        self.kinds = []
        for texts in ([text for one in asked for text in one.persian], [text for one in asked for text in one.latin]):
            counts = Counter(word for text in texts for word in normalise(text).split())
            chances = np.array(list(counts.values()), float)
            self.kinds.append((np.array(list(counts)), chances / chances.sum(), chances**0.5 / (chances**0.5).sum()))

    def topic(self, number: int) -> TopicWords:
        """Seven phrasings in Persian letters, three in Latin ones."""
        persian, latin = (self._phrasings(kind, count) for kind, count in ((0, PHRASINGS - 3), (1, 3)))
        return TopicWords(f"t{number:05}", None, persian, latin)

    def _phrasings(self, kind: int, count: int) -> tuple[str, ...]:
        words, often, seldom = self.kinds[kind]
        own = self.random.choice(words, OWN_WORDS, p=seldom)
        return tuple(self._phrasing(own, words, often) for _ in range(count))

    def _phrasing(self, own: Any, words: Any, often: Any) -> str:
        some = self.random.choice(own, self.random.integers(2, OWN_WORDS + 1), replace=False)
        others = self.random.choice(words, self.random.integers(1, 6), p=often)
        return " ".join(self.random.permutation([*some, *others]))

    def message(self, topic: TopicWords) -> str:
        """What somebody types who wants it."""
        kind = int(self.random.random() < 0.3)
        phrasing = self.random.choice(topic.latin if kind else topic.persian).split()
        phrasing.pop(self.random.integers(len(phrasing)))
        phrasing.append(self.random.choice(self.kinds[kind][0]))
        if self.random.random() < 0.25:
            place = self.random.integers(len(phrasing))
            at = self.random.integers(max(1, len(phrasing[place]) - 1))
            phrasing[place] = phrasing[place][:at] + phrasing[place][at + 1 :] or phrasing[place]
        return " ".join(phrasing)


def measure(topics: int, messages: int, learning: bool) -> dict[str, Any]:
    """Times of building and finding, and memory."""
    recipe = Recipe()
    made = [recipe.topic(number) for number in range(topics)]
    asked = [(one, recipe.message(one)) for one in (made[at] for at in recipe.random.integers(0, topics, messages))]
    steps = [("content only", 0.0, 0.0, memory())]

    def step(name: str, work: Callable[[], Any]) -> Any:
        cpu, wall = process_time(), perf_counter()
        result = work()
        steps.append((name, perf_counter() - wall, process_time() - cpu, memory()))
        return result

    layout = step("laid out and read", lambda: lay_out(made, synonyms=load_synonyms()))
    words = step("words", lambda: build_words(layout))
    shipped = shipped_learned().weighings
    results = {"by words": _asked(Index(layout, words, {"words": shipped["words"]}), asked, None)}
    steps.append((f"{messages} messages by words", 0.0, 0.0, memory()))
    vectors = _vectors(layout.corpus.owners, topics, recipe.random)
    meaning = step("meaning", lambda: build_meaning(layout, vectors))
    directions = unit(recipe.random.normal(size=(64, DIMENSIONS)).astype(np.float32))
    always = {**shipped, "words": _never_alone(shipped["words"])}
    number = iter(range(10**9))
    results["by words and meaning, all messages"] = _asked(
        Index(layout, words, always, meaning), asked, lambda texts: directions[[next(number) % 64 for _ in texts]]
    )
    steps.append((f"{messages} messages by both", 0.0, 0.0, memory()))
    if learning:
        step("learning (in the background)", lambda: learn_weighings(layout, words, meaning))
    return {
        "topics": topics,
        "texts": len(layout.corpus.texts),
        "features": words.lexicon.features,
        "messages": messages,
        "steps": steps,
        "asked": results,
    }


def _asked(index: Index, asked: list[tuple[TopicWords, str]], encode: Encode | None) -> dict[str, float]:
    times, cpus, right = [], [], 0
    for topic, text in asked:
        cpu, wall = process_time(), perf_counter()
        answer = index.ask(text, encode)
        times.append((perf_counter() - wall) * 1000)
        cpus.append((process_time() - cpu) * 1000)
        right += bool(answer.topics) and answer.topics[0].id == topic.id
    result = {"top1": 100 * right / len(asked), "cpu": float(np.mean(cpus)), "ms": float(np.mean(times))}
    for name, values in (("cpu", cpus), ("ms", times)):
        result |= {f"{name}_p50": float(np.percentile(values, 50)), f"{name}_p95": float(np.percentile(values, 95))}
    return result


def _never_alone(weighing: Any) -> Any:
    return type(weighing).of(weighing.plain() | {"alone": 1.1})


def _vectors(owners: Any, topics: int, random: np.random.Generator) -> Vectors:
    """With two bytes a figure, as the assistant holds them."""
    centres = unit(random.normal(size=(topics, DIMENSIONS)).astype(np.float32))
    noise = unit(random.normal(size=(len(owners), DIMENSIONS)).astype(np.float32))
    return unit(centres[owners] + np.float32(SPREAD) * noise).astype(np.float16)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "learn")))
