"""Lays out what the index is made of: candidates in one row (topics, services, what is none of our business), and the
texts by which each is known.

Candidates are numbered; evidence and scores are arrays in that order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from knowledge.candidates import Corpus
from knowledge.features import NO_SYNONYMS, Synonyms
from knowledge.normalise import Script, normalise
from knowledge.packing import Arrays, Texts, plain_array, plain_of
from knowledge.reading import Reader

if TYPE_CHECKING:  # a builder, which is started for each index, needs neither
    from knowledge.entries import Entry
    from knowledge.load import Content, Outside

GENERAL: Final = "general"
SCRIPTS: Final[tuple[Script, ...]] = get_args(Script)


@dataclass(frozen=True, slots=True)
class TopicWords:
    """How people ask for one topic. An Entry is reduced to this."""

    id: str
    service: str | None
    persian: tuple[str, ...]
    latin: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceWords:
    """How people speak of one service: its names, other names, and needs told in plain words, in both languages."""

    id: str
    names: tuple[str, ...]
    aliases: tuple[str, ...]
    needs: tuple[str, ...]


def words_of(entry: Entry) -> TopicWords:
    """What the index needs of an entry."""
    asked = entry.phrasings
    return TopicWords(
        entry.id,
        entry.service,
        (entry.title.fa, *asked.formal, *asked.spoken),
        (entry.title.en, *asked.finglish, *asked.english),
    )


@dataclass(frozen=True)
class Layout:
    """Candidates 0..topics-1 are topics, up to `ours` services, the rest kinds of what is none of our business."""

    ids: tuple[str, ...]
    topics: int
    ours: int
    services: tuple[str | None, ...]
    """The service that each candidate below `ours` leads to."""
    corpus: Corpus
    written: Sequence[str]
    """The corpus's texts as people write them, for the sentence encoder."""
    scripts: tuple[Script, ...]
    lengths: tuple[int, ...]
    reader: Reader
    synonyms: Synonyms = NO_SYNONYMS

    def arrays(self) -> dict[str, NDArray[Any]]:
        """To keep it."""
        codes = {script: code for code, script in enumerate(SCRIPTS)}
        return {
            "layout": plain_array([self.ids, self.topics, self.ours, self.services]),
            **Texts.of(self.corpus.texts).arrays("texts"),
            **Texts.of(self.written).arrays("texts.written"),
            "texts.owners": self.corpus.owners.astype(np.int32),
            "texts.scripts": np.array([codes[script] for script in self.scripts], np.uint8),
            "texts.lengths": np.array(self.lengths, np.int16),
            **self.reader.arrays(),
            "synonyms": plain_array(self.synonyms.terms),
        }

    @classmethod
    def kept(cls, arrays: Arrays) -> Layout:
        """What arrays() gave."""
        ids, topics, ours, services = plain_of(arrays["layout"])
        return cls(
            tuple(ids),
            topics,
            ours,
            tuple(services),
            Corpus(Texts.kept(arrays, "texts"), arrays["texts.owners"].astype(np.int64), len(ids)),
            Texts.kept(arrays, "texts.written"),
            tuple(SCRIPTS[code] for code in arrays["texts.scripts"].tolist()),
            tuple(arrays["texts.lengths"].tolist()),
            Reader.kept(arrays),
            Synonyms(plain_of(arrays["synonyms"])),
        )


def lay_out_content(content: Content) -> Layout:
    """The layout of all content."""
    persian_texts = (text for entry in content.entries for text in (entry.short.fa, entry.details.fa))
    topics = [words_of(entry) for entry in content.entries]
    return lay_out(topics, content.services, content.outside, persian_texts, content.synonyms)


def lay_out(
    topics: Sequence[TopicWords],
    services: Sequence[ServiceWords] = (),
    outside: Sequence[Outside | TopicWords] = (),
    more_persian: Iterable[str] = (),
    synonyms: Mapping[str, Sequence[str]] | None = None,
) -> Layout:
    """The layout of topics with their phrasings; `more_persian` and the terms of `synonyms` only add known words."""
    ideas = Synonyms(synonyms or {})
    services = [service for service in services if service.id != GENERAL]
    groups: list[tuple[str, str | None, tuple[str, ...]]] = [
        *((topic.id, topic.service, topic.persian + topic.latin) for topic in topics),
        *((service.id, service.id, service.names + service.aliases + service.needs) for service in services),
        *((kind.id, None, (*kind.persian, *kind.latin)) for kind in outside),
    ]
    persian = [text for topic in topics for text in topic.persian]
    persian += [text for kind in outside for text in kind.persian]
    latin = [text for topic in topics for text in topic.latin] + [text for kind in outside for text in kind.latin]
    spoken_of = [text for _, _, texts in groups[len(topics) : len(topics) + len(services)] for text in texts]
    plain = cache(normalise)  # each text is needed three times
    reader = Reader([*persian, *spoken_of, *more_persian], latin, ideas.terms, plain)
    texts: list[str] = []
    scripts: list[Script] = []
    lengths: list[int] = []
    owners: list[int] = []
    for number, (_, _, phrasings) in enumerate(groups):
        written = (reader.as_written(phrasing, plain) for phrasing in phrasings)
        readings = {reading.text: reading for reading in written if reading.text}
        texts += readings
        scripts += [reading.script for reading in readings.values()]
        lengths += [reading.words for reading in readings.values()]
        owners += [number] * len(readings)
    kept = sorted(set(owners))
    place = {number: at for at, number in enumerate(kept)}
    groups = [groups[number] for number in kept]
    ours = sum(number < len(topics) + len(services) for number in kept)
    return Layout(
        tuple(group[0] for group in groups),
        sum(number < len(topics) for number in kept),
        ours,
        tuple(group[1] for group in groups[:ours]),
        Corpus(Texts.of(texts), np.array([place[o] for o in owners], np.int64), len(groups)),
        Texts.of(map(reader.orthography.write, texts)),
        tuple(scripts),
        tuple(lengths),
        reader,
        ideas,
    )
