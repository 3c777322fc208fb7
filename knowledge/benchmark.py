"""Scores the engine on a labelled set: phrases to learn from, messages to find, some of them out of scope."""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np

from knowledge.answering import Tell, builtin, tuned
from knowledge.building import build_meaning, build_words, learn_weighings
from knowledge.e5.encoder import BuiltIn
from knowledge.e5.tuned import Tuning
from knowledge.encoder import Encoder, EncoderMissing
from knowledge.faults import ContentError
from knowledge.keeping import encode_all
from knowledge.layout import Layout, TopicWords, lay_out
from knowledge.matching import Index
from knowledge.measuring import Asked, figures
from knowledge.synonyms import load_synonyms

OUT_OF_SCOPE: Final = "oos"
_NO_LETTERS: Final = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled text."""

    text: str
    intent: str


def run(train: Path, test: Path, meaning: bool = True, tell: Tell | None = None) -> dict[str, Any]:
    """Learn from one file and ask the other. With `tell`, which hears how far it is, the encoder is taught the first
    file before, where it can be. Raises ContentError for a broken file."""
    phrases: dict[str, list[str]] = defaultdict(list)
    for row in rows(train):
        if row.intent != OUT_OF_SCOPE:
            phrases[row.intent].append(row.text)
    if not phrases:
        raise ContentError(train, 1, None, "holds no phrase of any intent")
    tests = list(rows(test))
    encoder = builtin() if meaning else None
    started = perf_counter()
    layout = lay_out([topic(intent, texts) for intent, texts in phrases.items()], synonyms=load_synonyms())
    words = build_words(layout)
    meant = build_meaning(layout, encode_all(encoder, layout.written)) if encoder is not None else None
    # before the encoder has seen the phrases: held-out ones would look found by what it was taught
    weighings = learn_weighings(layout, words, meant)
    learned = perf_counter()
    taught = _taught(layout, tell) if tell is not None and encoder is not None else None
    if taught is not None:
        encoder = taught
        meant = build_meaning(layout, encode_all(encoder, layout.written))
    index = Index(layout, words, weighings, meant)
    built = perf_counter()
    asked, times = [], []
    for row in tests:
        answer = index.ask(row.text, encoder.encode if encoder is not None else None)
        asked.append(Asked((row.intent,) if row.intent != OUT_OF_SCOPE else (), answer))
        times.append(answer.ms)
    return {
        "by": "words and meaning" if meant else "words",
        "taught": taught is not None,
        **figures(asked),
        "ms_mean": round(float(np.mean(times)), 3) if times else 0.0,
        "ms_p95": round(float(np.percentile(times, 95)), 3) if times else 0.0,
        "build_seconds": round(built - started, 3),
        "of_which_teaching": round(built - learned, 3),
    }


def _taught(layout: Layout, tell: Tell) -> Encoder | None:
    try:
        return BuiltIn(tuned(layout, Tuning.read(), tell))
    except EncoderMissing as error:
        print(f"{error} It stays as it is shipped.", file=sys.stderr)
        return None


def topic(intent: str, texts: list[str]) -> TopicWords:
    """A topic from bare phrases. The words of its name are one more, as titles are of our own topics."""
    texts = [*texts, _NO_LETTERS.sub(" ", intent).strip()]
    return TopicWords(
        intent,
        None,
        tuple(text for text in texts if not text.isascii()),
        tuple(text for text in texts if text.isascii()),
    )


def rows(file: Path) -> Iterator[Row]:
    """Text and intent of each line. Raises ContentError."""
    try:
        lines = file.read_bytes().splitlines()
    except OSError as fault:
        raise ContentError(file, 1, None, f"cannot be read: {fault.strerror}") from fault
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError) as fault:
            raise ContentError(file, number, None, "not a line of JSON in UTF-8") from fault
        if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("text", "intent")):
            raise ContentError(file, number, None, 'not a mapping with strings "text" and "intent"')
        yield Row(row["text"], row["intent"])
