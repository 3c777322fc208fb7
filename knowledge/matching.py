"""The index that finds the topic of a message: immutable, built from entries and service words.

A later engine may replace this module; callers know `Index`, `Answer` and the plain data below only. How texts are
compared is in ranking.py, what follows from it in deciding.py.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final, Literal, Self

from knowledge.deciding import Decision, decide, sureness
from knowledge.entries import Entry
from knowledge.features import SYNONYMS
from knowledge.normalise import Script, detect, is_courtesy, normalise
from knowledge.ranking import Query, Ranker, Ranking

MOST_TOPICS: Final = 5
LONGEST_TEXT: Final = 4096
"""Characters that are looked at: as many as a message of the messenger has."""
LONGEST_WINDOW: Final = 24
"""Words. A longer text is read in windows: whole sentences, or overlapping stretches of them."""
MOST_WINDOWS: Final = 5
"""Those that name most ideas."""

SHOWN: Final[dict[Decision, int]] = {"answer": 1, "choose": 3, "none": 0}
"""How many of the topics a person gets to see."""

CLEAR_SERVICE: Final = 0.12
CLEAR_SERVICE_LEAD: Final = 0.08
"""Likeness to a service's words, and lead over the second, at which a text without a sure topic names a service."""


@dataclass(frozen=True, slots=True)
class ServiceWords:
    """How people speak of one service: its names, other names, and needs told in plain words, in both languages."""

    id: str
    names: tuple[str, ...]
    aliases: tuple[str, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicWords:
    """How people ask for one topic. An Entry is reduced to this."""

    id: str
    service: str | None
    titles: tuple[str, ...]
    phrasings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """A topic and how surely it is meant, 0 to 1."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the index makes of one message. `topics`: best first, up to five; `ms`: milliseconds it took."""

    decision: Decision
    topics: tuple[Scored, ...]
    service: str | None
    language: Literal["fa", "en"]
    ms: float


class Index:
    """Immutable after it is built, so that any number of threads may ask it at once."""

    def __init__(self, topics: Sequence[TopicWords], services: Sequence[ServiceWords] = ()) -> None:
        self._topics = tuple(topics)
        self._services = tuple(services)
        self._by_topic = Ranker([topic.titles + topic.phrasings for topic in topics])
        self._by_service = Ranker([service.names + service.aliases + service.needs for service in services])

    @classmethod
    def build(cls, entries: Iterable[Entry], services: Iterable[ServiceWords] = ()) -> Self:
        """An index of all entries; under a second for a few thousand phrasings."""
        return cls([words_of(entry) for entry in entries], tuple(services))

    @property
    def topics(self) -> tuple[TopicWords, ...]:
        """The topics it was built from."""
        return self._topics

    def ask(self, text: str) -> Answer:
        """What the text asks for. Any string; bounded work; never raises."""
        started = perf_counter()
        script = detect(text)
        rankings = [(query, self._by_topic.rank(query, MOST_TOPICS)) for query in queries(text, script)]
        topics = self._merged([ranking for _, ranking in rankings])
        decision = decide(topics[0].score) if topics else "none"
        service = self._shared_service(topics, decision) or self._clear_service([query for query, _ in rankings])
        language: Literal["fa", "en"] = "en" if script == "en" else "fa"
        return Answer(decision, topics, service, language, (perf_counter() - started) * 1000)

    def evidence(self, text: str) -> Ranking:
        """The bare ranking of a short text, for measuring."""
        return self._by_topic.rank(Query.of(text), MOST_TOPICS)

    def _merged(self, rankings: Iterable[Ranking]) -> tuple[Scored, ...]:
        """Each topic with its best score over all windows. Within one, the first has its sureness and the others fall
        from it in the ratio of the ranking."""
        best: dict[int, float] = {}
        for ranking in rankings:
            sure = sureness(ranking.evidence)
            for position, score in ranking.best:
                share = score / ranking.best[0][1]
                best[position] = max(best.get(position, 0.0), sure * share)
        order = sorted(best.items(), key=lambda item: (-item[1], item[0]))[:MOST_TOPICS]
        return tuple(Scored(self._topics[position].id, round(score, 4)) for position, score in order)

    def _shared_service(self, topics: Sequence[Scored], decision: Decision) -> str | None:
        """The service of the topic answered, or the one to which all offered choices lead."""
        shown = {topic.id for topic in topics[: SHOWN[decision]]}
        services = {topic.service for topic in self._topics if topic.id in shown}
        return services.pop() if len(services) == 1 else None

    def _clear_service(self, queries: Iterable[Query]) -> str | None:
        rankings = [self._by_service.rank(query, 2) for query in queries]
        best = max(rankings, key=lambda ranking: ranking.evidence.likeness, default=None)
        if best is None or best.evidence.likeness < CLEAR_SERVICE or best.evidence.lead < CLEAR_SERVICE_LEAD:
            return None
        return self._services[best.best[0][0]].id


def words_of(entry: Entry) -> TopicWords:
    """What the index needs of an entry."""
    return TopicWords(
        entry.id, entry.service, (entry.title.fa, entry.title.en), entry.phrasings.all
    )


_SENTENCE_END: Final = re.compile(r"[.!?؟؛\n\r…]+")


def queries(text: str, script: Script) -> list[Query]:
    """The text as one query when it is short, else its most telling windows. None without a word."""
    text = text[:LONGEST_TEXT]
    whole = normalise(text)
    if not whole:
        return []
    if len(whole.split()) <= LONGEST_WINDOW:
        return [Query.of(whole, script)]
    sentences = (normalise(sentence) for sentence in _SENTENCE_END.split(text))
    windows = dict.fromkeys(window for sentence in sentences for window in _stretches(sentence.split()))
    telling = [window for window in windows if not is_courtesy(window)] or list(windows)[:1]
    if len(telling) > MOST_WINDOWS:
        telling.sort(key=lambda window: -len(SYNONYMS.ideas(window.split(), script)))
    return [Query.of(window, script) for window in telling[:MOST_WINDOWS]]


def _stretches(words: Sequence[str]) -> list[str]:
    """A sentence, or overlapping stretches of one that is longer than a window."""
    step = LONGEST_WINDOW * 2 // 3
    starts = range(0, max(1, len(words) - LONGEST_WINDOW + step), step) if words else ()
    return [" ".join(words[start : start + LONGEST_WINDOW]) for start in starts]
