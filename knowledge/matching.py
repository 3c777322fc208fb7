"""The index that finds the topic of a message: immutable, so that any number of threads may ask it at once.

How it is built and renewed is in building.py and engine.py; callers know `Index`, `Answer` and plain data only.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final, Literal

import numpy as np

from knowledge.candidates import Meaning, Words
from knowledge.combining import Weighing, signs_of
from knowledge.deciding import SHOWN, Decision, decide
from knowledge.encoder import EncoderAway
from knowledge.heads import Matrix
from knowledge.layout import GENERAL, Layout
from knowledge.reading import Reading
from knowledge.splitting import LONGEST_STRETCH, asks, halves, stretches, wanted

MOST_TOPICS: Final = 5
MOST_ENCODED: Final = 4
"""Stretches of a long message whose meaning is looked at: those whose words say most. With more of them no more
questions were found (measured with 2 to 12)."""
CLEAR_SERVICE: Final = 0.25
"""Share of all candidates at which a message without a sure topic names a service. Lower, and others are misled."""
HALF_SURE: Final = 0.5
"""Chance that each half must have in the end; one must be sure. The second question often leans on the first."""
TOLD_SURE: Final = 0.9
"""The same when one half is told, not asked ("I have no water. And what is the charge?"). Lower, and what only leads
up to a question is answered too (measured: 20 of 2,177 messages at 0.85, 13 here)."""
HALF_LIKELY: Final = 0.3
"""Chance by words alone that both halves of a message must have before their meaning is looked at."""

COURTESIES: Final = frozenset({f"{GENERAL}.greeting", f"{GENERAL}.thanks"})
"""Topics that are said around a question."""
NO_SECOND: Final = COURTESIES | {f"{GENERAL}.about-bot", f"{GENERAL}.human"}
"""Topics that half a message seems to be about ("where do I begin?") when it is about the other half's."""

Encode = Callable[[Sequence[str]], Matrix]
"""Sentence vectors of texts. Raises EncoderAway; then words alone decide."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A topic and how surely it is meant, 0 to 1."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the index makes of one message. `topics`: best first, up to five; `ms`: milliseconds it took; `more`: ids
    of further topics that it surely asks for; `outside`: with "none", the kind of message that is not ours."""

    decision: Decision
    topics: tuple[Scored, ...]
    service: str | None
    language: Literal["fa", "en"]
    ms: float
    more: tuple[str, ...] = ()
    outside: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for one stretch of text: scores of all candidates, the chance that the best topic is right, and
    the evidence behind them (candidates, columns); the share of words that are known."""

    reading: Reading
    scores: Matrix
    chance: float
    weighing: Weighing
    evidence: Matrix
    known: float

    @property
    def decision(self) -> Decision:
        """What to do."""
        return decide(self.chance, self.weighing.sure, self.weighing.likely)

    @property
    def surplus(self) -> float:
        """How far above the bound for answering, in its own measure: findings by words and by meaning compare."""
        return self.chance - self.weighing.sure


class Index:
    """Finds topics by words and, when sentence vectors are there, by meaning."""

    def __init__(
        self, layout: Layout, words: Words, weighings: Mapping[str, Weighing], meaning: Meaning | None = None
    ) -> None:
        self.layout = layout
        self.words = words
        self.meaning = meaning if "meaning" in weighings else None
        self.weighings = weighings

    def ask(self, text: str, encode: Encode | None = None) -> Answer:
        """What the text asks for. Any string; bounded work. Without `encode`, or when it is away, by words alone."""
        started = perf_counter()
        reading = self.layout.reader.read(text)
        language: Literal["fa", "en"] = "en" if reading.script == "en" else "fa"
        if not reading.text:
            return Answer("none", (), None, language, (perf_counter() - started) * 1000)
        more: list[Finding] = []
        sure_of = ""
        if reading.words > LONGEST_STRETCH:
            findings = self.find_in_long(text, reading, encode)
        else:
            findings = self.find([reading], encode)
            findings = self._without_refusal(text, findings, encode)
            more = self._second_question(text, findings[0], encode)
            sure_of = self._top(findings[0]) if findings[0].decision == "answer" else ""
            findings = more or self._sure_half(text, findings, encode)
        best = max(findings, key=lambda finding: finding.surplus)
        decision: Decision = "answer" if more else best.decision
        # a message that is as a whole surely about one of the two begins with that
        more.sort(key=lambda finding: self._top(finding) != sure_of)
        asked = [self._top(finding) for finding in more]
        topics = tuple(sorted(self._topics(findings), key=lambda topic: _place(topic.id, asked)))
        return Answer(
            decision,
            topics,
            self._service(best, decision, topics),
            language,
            (perf_counter() - started) * 1000,
            tuple(asked[1:]),
            self._outside(best, decision),
        )

    def find(self, readings: Sequence[Reading], encode: Encode | None, most: int = MOST_ENCODED) -> list[Finding]:
        """A finding for each stretch: by words, and by meaning where words leave it open (for `most` of them)."""
        found = [self._by_words(reading) for reading in readings]
        if self.meaning is None or encode is None:
            return found
        alone = self.weighings["words"].alone
        open_ = [at for at, finding in enumerate(found) if finding.chance < alone]
        open_ = sorted(open_, key=lambda at: -found[at].chance)[:most]
        if open_:
            try:
                vectors = encode([self.layout.reader.orthography.write(readings[at].text) for at in open_])
            except EncoderAway:
                return found
            for at, vector in zip(open_, vectors, strict=True):
                found[at] = self._by_meaning(found[at], vector)
        return found

    def find_in_long(self, text: str, whole: Reading, encode: Encode | None) -> list[Finding]:
        """Findings for the stretches of a long message that say most, best first."""
        reader = self.layout.reader
        readings = [reader.read(stretch, whole.script) for stretch in stretches(text)]
        readings = [reading for reading in readings if reading.text] or [whole]
        found = self.find(readings, encode)
        return [finding for finding in found if self._top(finding) not in COURTESIES] or found

    def _by_words(self, reading: Reading) -> Finding:
        evidence, known = self.words.evidence(reading.text)
        return self._weighed(reading, evidence, known, self.weighings["words"])

    def _by_meaning(self, former: Finding, vector: Matrix) -> Finding:
        assert self.meaning is not None
        evidence = np.concatenate([former.evidence, self.meaning.evidence(vector)], axis=1)
        return self._weighed(former.reading, evidence, former.known, self.weighings["meaning"])

    def _weighed(self, reading: Reading, evidence: Matrix, known: float, weighing: Weighing) -> Finding:
        scores = weighing.scores(evidence, reading.script)
        layout = self.layout
        signs = signs_of(scores, evidence, layout.topics, layout.ours, known, reading.words)
        return Finding(reading, scores, float(weighing.chance(signs[None])[0]), weighing, evidence, known)

    def _without_refusal(self, text: str, findings: list[Finding], encode: Encode | None) -> list[Finding]:
        """What is meant when a part of the message only says what is not wanted: the rest."""
        rest = wanted(text)
        reading = self.layout.reader.read(rest, findings[0].reading.script) if rest != text else None
        return self.find([reading], encode) if reading is not None and reading.text else findings

    def _second_question(self, text: str, whole: Finding, encode: Encode | None) -> list[Finding]:
        """The findings of both halves when a message surely asks two things; else none."""
        reader = self.layout.reader
        likely: list[tuple[bool, float, list[Reading]]] = []
        for pair in halves(text):
            readings = [reader.read(half, whole.reading.script) for half in pair]
            asked = [asks(half) for half in pair]
            if not (all(reading.text for reading in readings) and any(asked)):
                continue
            found = []
            for reading in sorted(readings, key=lambda reading: reading.words):
                found.append(self._by_words(reading))
                if found[-1].chance < HALF_LIKELY:
                    break  # the shorter half says mostly that there are not two
            else:
                if self._top(found[0]) != self._top(found[1]):
                    likely.append((all(asked), min(finding.chance for finding in found), readings))
        if not likely:
            return []
        both_ask, _, best = max(likely, key=lambda pair: pair[:2])
        found = self.find(best, encode)
        tops = {self._top(finding) for finding in found}
        near = {self.layout.ids[at] for at in np.argsort(-whole.scores[: self.layout.topics])[:MOST_TOPICS]}
        sure = (
            any(finding.decision == "answer" for finding in found)
            and min(finding.chance for finding in found) >= (HALF_SURE if both_ask else TOLD_SURE)
            and not tops & NO_SECOND
        )
        return found if sure and len(tops) == 2 and tops & near else []

    def _sure_half(self, text: str, findings: list[Finding], encode: Encode | None) -> list[Finding]:
        """Of a message that as a whole is none of our business, the half that surely is."""
        whole = findings[0]
        if whole.decision != "none" or self._outside(whole, "none") is None:
            return findings
        reader = self.layout.reader
        for pair in halves(text)[:2]:
            readings = [reader.read(half, whole.reading.script) for half in pair if asks(half)]
            sure = [
                finding
                for finding in self.find([reading for reading in readings if reading.text], encode)
                if finding.decision == "answer" and self._top(finding) not in NO_SECOND
            ]
            if len(sure) == 1:
                return sure
        return findings

    def _top(self, finding: Finding) -> str:
        return self.layout.ids[int(finding.scores[: self.layout.topics].argmax())]

    def _topics(self, findings: Sequence[Finding]) -> tuple[Scored, ...]:
        """Each topic with the chance that one of the findings is of it. Within a finding, the first topic has its
        chance and the others fall from it in the ratio of their shares."""
        missed: dict[int, float] = defaultdict(lambda: 1.0)
        for finding in findings:
            scores = finding.scores[: self.layout.topics]
            for at in np.argsort(-scores)[:MOST_TOPICS].tolist():
                missed[at] *= 1 - min(0.999, finding.chance * float(np.exp(scores[at] - scores.max())))
        order = sorted(missed.items(), key=lambda item: (item[1], item[0]))[:MOST_TOPICS]
        return tuple(Scored(self.layout.ids[at], round(1 - miss, 4)) for at, miss in order)

    def _service(self, finding: Finding, decision: Decision, topics: Sequence[Scored]) -> str | None:
        """The service of the topic answered, or the one that most speaks for."""
        place = {topic: at for at, topic in enumerate(self.layout.ids[: self.layout.topics])}
        services = {self.layout.services[place[topic.id]] for topic in topics[: SHOWN[decision]]}
        if len(services) == 1:
            return services.pop()
        shares = self.shares(finding)
        by_service: dict[str, float] = defaultdict(float)
        for at, service in enumerate(self.layout.services):
            if service is not None and service != GENERAL:
                by_service[service] += float(shares[at])
        name = max(by_service, key=lambda service: by_service[service], default=None)
        return name if name is not None and by_service[name] >= CLEAR_SERVICE else None

    def _outside(self, finding: Finding, decision: Decision) -> str | None:
        ours = self.layout.ours
        if decision != "none" or len(self.layout.ids) == ours:
            return None
        shares = self.shares(finding)
        return self.layout.ids[ours + int(shares[ours:].argmax())] if shares[ours:].sum() > 0.5 else None

    def shares(self, finding: Finding) -> Matrix:
        """The shares of all candidates, adding up to one."""
        grown = np.exp(finding.scores - finding.scores.max())
        result: Matrix = grown / grown.sum()
        return result


def _place(topic: str, asked: Sequence[str]) -> int:
    """Topics that were asked one after the other come first, in that order."""
    return asked.index(topic) if topic in asked else len(asked)
