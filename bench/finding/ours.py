"""Ours, by words and by words and meaning, as contestants. Without the cache of answers, in one thread."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence

from bench.finding.worker import Built, Found, timed
from knowledge.answering import Local, local
from knowledge.benchmark import topic
from knowledge.building import build_meaning, build_words, learn_weighings
from knowledge.candidates import Meaning
from knowledge.choosing import quickest
from knowledge.keeping import encode_all
from knowledge.layout import lay_out
from knowledge.matching import Index
from knowledge.synonyms import load_synonyms

WORDS, MEANING = "ours, by words", "ours, by words and meaning"


class Contestants:
    """The index, twice."""

    def __init__(self) -> None:
        self._encoder = quickest()
        self._indexes: dict[str, Local] = {}

    def learn(self, rows: Sequence[tuple[str, str]], topics: Sequence[str]) -> dict[str, Built]:
        """As `python -m knowledge benchmark` does it."""
        phrases: dict[str, list[str]] = defaultdict(list)
        for text, name in rows:
            if name in topics:
                phrases[name].append(text)

        def by_words(meaning: Meaning | None = None) -> Index:
            words = build_words(layout)
            return Index(layout, words, learn_weighings(layout, words, meaning), meaning)

        topics_asked = [topic(name, texts) for name, texts in phrases.items()]
        layout, *reading = timed(lambda: lay_out(topics_asked, synonyms=load_synonyms()))
        meaning, *meant = timed(lambda: build_meaning(layout, encode_all(self._encoder, layout.written)))
        index, *words = timed(by_words)
        deeper, *both = timed(lambda: by_words(meaning))
        self._indexes = {WORDS: Local(index, None), MEANING: Local(deeper, self._encoder.encode)}
        return {WORDS: _built(reading, words), MEANING: _built(reading, meant, both)}

    def learn_content(self) -> dict[str, Built]:
        """As shipped: vectors and what was learned are read."""
        index, *words = timed(lambda: local(meaning=False))
        deeper, *both = timed(local)
        if deeper.encode is None:
            sys.exit("The shipped vectors are not those of this content: run `python -m knowledge learn` first.")
        self._indexes = {WORDS: index, MEANING: deeper}
        return {WORDS: _built(words), MEANING: _built(both)}

    def find(self, text: str) -> dict[str, Found]:
        """One `ask` of each."""
        return {name: _find(index, text) for name, index in self._indexes.items()}


def _find(index: Local, text: str) -> Found:
    answer, ms, cpu = timed(lambda: index.ask(text))
    ids = [scored.id for scored in answer.topics]
    score = answer.topics[0].score if answer.topics else 0.0
    return Found(ids, score, ms, cpu, answer.decision, answer.service, answer.more)


def _built(*times: Sequence[float]) -> Built:
    return Built(*(sum(column) / 1000 for column in zip(*times, strict=True)))
