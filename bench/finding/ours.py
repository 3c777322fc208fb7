"""Ours, by words and by words and meaning, as contestants. Without the cache of answers, in one thread.

The encoder is taught the phrases of a public set before, as that of the project was taught the content.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence

from bench.finding.worker import Built, Found, timed
from knowledge.answering import Local, local, tuned
from knowledge.benchmark import topic
from knowledge.building import build_meaning, build_words, learn_weighings
from knowledge.e5.encoder import BuiltIn
from knowledge.e5.tuned import Tuning
from knowledge.keeping import encode_all
from knowledge.layout import lay_out
from knowledge.matching import Index
from knowledge.synonyms import load_synonyms

WORDS, MEANING, SHIPPED = "ours, by words", "ours, by words and meaning", "the same, encoder not taught the phrases"


class Contestants:
    """The index, with more and less."""

    def __init__(self) -> None:
        self._encoder = BuiltIn()
        self._indexes: dict[str, Local] = {}

    def learn(self, rows: Sequence[tuple[str, str]], topics: Sequence[str]) -> dict[str, Built]:
        """As `python -m knowledge benchmark` does it."""
        phrases: dict[str, list[str]] = defaultdict(list)
        for text, name in rows:
            if name in topics:
                phrases[name].append(text)

        layout, *reading = timed(
            lambda: lay_out([topic(name, texts) for name, texts in phrases.items()], synonyms=load_synonyms())
        )
        words, *by_words = timed(lambda: build_words(layout))
        alone, *weighing_words = timed(lambda: learn_weighings(layout, words, None))
        meaning, *meant = timed(lambda: build_meaning(layout, encode_all(self._encoder, layout.written)))
        weighings, *weighing = timed(lambda: learn_weighings(layout, words, meaning))
        taught, *teaching = timed(lambda: BuiltIn(tuned(layout, Tuning.read(), lambda step, steps, loss: None)))
        deeper, *again = timed(lambda: build_meaning(layout, encode_all(taught, layout.written)))
        self._indexes = {
            WORDS: Local(Index(layout, words, alone), None),
            SHIPPED: Local(Index(layout, words, weighings, meaning), self._encoder.encode),
            MEANING: Local(Index(layout, words, weighings, deeper), taught.encode),
        }
        shipped = (reading, by_words, meant, weighing)
        return {
            WORDS: _built(reading, by_words, weighing_words),
            SHIPPED: _built(*shipped),
            MEANING: _built(*shipped, teaching, again),
        }

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
