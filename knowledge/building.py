"""Builds an index from content: words first, meaning when the sentence vectors are there, what is learned of both.

Some seconds of work for ten thousand phrasings: for a worker thread. When to build is decided in engine.py.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from knowledge.candidates import Meaning, Words, dimensions_for, directions, meaning_head, words_head
from knowledge.combining import Weighing
from knowledge.heads import Head, Vectors
from knowledge.layout import Layout
from knowledge.learning import Lesson, learn
from knowledge.lexical import Lexicon, Neighbours
from knowledge.matching import Index

LEARNED_FILE: Final = Path(__file__).with_name("learned.json")
"""What was learned from the content as it is shipped; `python -m knowledge learn` writes it anew."""


LEARNED_FORMAT: Final = 1
"""Changes with the meaning of what is learned, so that older sets are not taken for new ones."""


@dataclass(frozen=True)
class Learned:
    """What was learned, with what, and from how many texts."""

    encoder: str
    texts: int
    weighings: dict[str, Weighing]

    def fits(self, encoder: str, size: int, size_of: Callable[[int], int]) -> bool:
        """Whether it holds for this encoder and content of this size."""
        return self.encoder == encoder and abs(size_of(self.texts) - size) <= 1


@cache
def shipped_learned() -> Learned:
    """What LEARNED_FILE holds."""
    plain = json.loads(LEARNED_FILE.read_text(encoding="utf-8"))
    return Learned(plain["encoder"], plain["texts"], weighings_of(plain["weighings"]))


def ship_learned(learned: Learned) -> None:
    """Write LEARNED_FILE."""
    weighings = {name: weighing.plain() for name, weighing in learned.weighings.items()}
    plain = {"encoder": learned.encoder, "texts": learned.texts, "weighings": weighings}
    LEARNED_FILE.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")


def weighings_of(plain: Mapping[str, Any]) -> dict[str, Weighing]:
    """From JSON."""
    return {name: Weighing.of(values) for name, values in plain.items()}


def build_words(layout: Layout, head: Head | None = None) -> Words:
    """What is known by words; with a ready `head` in half the time."""
    corpus = layout.corpus
    lexicon = Lexicon(corpus.texts, layout.synonyms)
    cells = lexicon.cells(corpus.texts)
    if head is None:
        rows = lexicon.project_all(cells, dimensions_for(len(corpus.texts), corpus.topics))
        head = words_head(rows, corpus.owners, corpus.topics)
    # without the cells, which nobody needs who only asks
    return Words(corpus, Lexicon.kept(lexicon.arrays(), layout.synonyms), Neighbours(lexicon, cells), head)


def build_meaning(layout: Layout, vectors: Vectors, former: Meaning | None = None) -> Meaning:
    """What is known by meaning, from the vectors of the corpus's texts in their order. A `former` one of the same
    number of candidates saves most of the time."""
    corpus = layout.corpus
    start = former.head if former is not None and former.corpus.topics == corpus.topics else None
    seen = directions(vectors, vectors.mean(0, dtype=np.float32))
    return Meaning(corpus, vectors, meaning_head(seen, corpus.owners, corpus.topics, start))


def learn_weighings(
    layout: Layout, words: Words, meaning: Meaning | None, pause: Callable[[], None] = lambda: None
) -> dict[str, Weighing]:
    """What can be learned of how to weigh this content's evidence."""
    lesson = Lesson(layout.corpus, layout.topics, layout.ours, layout.scripts, layout.lengths)
    return learn(lesson, words, meaning, pause)


def build(layout: Layout, weighings: Mapping[str, Weighing] | None = None, vectors: Vectors | None = None) -> Index:
    """The index; learns the weighings when none are given."""
    words = build_words(layout)
    meaning = build_meaning(layout, vectors) if vectors is not None else None
    return Index(layout, words, weighings or learn_weighings(layout, words, meaning), meaning)
