"""Why an answer is what it is: candidates, what spoke for each, and the words that mattered."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from knowledge.candidates import LEXICAL, SEMANTIC
from knowledge.matching import Answer, Encode, Finding, Index

SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate: its share of all, its weighed score, and what each column of evidence adds to the score."""

    id: str
    share: float
    score: float
    adds: dict[str, float]


@dataclass(frozen=True, slots=True)
class Explained:
    """The answer; what was read; by what it was found; candidates, best first; and how much the best one's score
    falls without each word."""

    answer: Answer
    read_as: str
    script: str
    found_by: str
    chance: float
    sure_from: float
    likely_from: float
    candidates: tuple[Candidate, ...]
    words: tuple[tuple[str, float], ...]

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    def readable(self) -> str:
        """As lines."""
        answer = self.answer
        lines = [
            f"{answer.decision}  service={answer.service or '-'}  language={answer.language}  {answer.ms:.1f} ms",
            f"read as    {self.read_as}  ({self.script})",
            f"found by   {self.found_by}",
            f"chance     {self.chance:.2f}  (answer from {self.sure_from:.2f}, choices from {self.likely_from:.2f})",
            "candidates",
        ]
        for one in self.candidates:
            adds = "  ".join(f"{name} {value:+.2f}" for name, value in one.adds.items())
            lines.append(f"  {one.share:6.1%}  {one.score:7.2f}  {one.id:28} {adds}")
        lines.append("words that mattered")
        lines += [f"  {fall:+.2f}  {word}" for word, fall in self.words]
        return "\n".join(lines)


def explain(index: Index, text: str, encode: Encode | None) -> Explained:
    """Why the index answers the text as it does. Long texts are explained by their most telling stretch."""
    answer = index.ask(text, encode)
    reading = index.layout.reader.read(text)
    findings = index.find_in_long(text, reading, encode)
    if reading.text:
        findings += index.find([reading], encode)
    finding = max(findings, key=lambda one: one.surplus)
    by = "meaning" if finding.evidence.shape[1] > len(LEXICAL) else "words"
    return Explained(
        answer,
        finding.reading.text,
        finding.reading.script,
        "words and meaning" if by == "meaning" else "words",
        round(finding.chance, 4),
        finding.weighing.sure,
        finding.weighing.likely,
        _candidates(index, finding),
        _words(index, finding),
    )


def _candidates(index: Index, finding: Finding) -> tuple[Candidate, ...]:
    names: Sequence[str] = (LEXICAL + SEMANTIC)[: finding.evidence.shape[1]]
    shares = index.shares(finding)
    weighing = finding.weighing
    factors = np.array(weighing.weights[finding.reading.script]) / np.array(weighing.scale)
    # against the mean of all candidates, so that what speaks for all alike is not seen
    adds = (finding.evidence - finding.evidence.mean(0)) * factors
    return tuple(
        Candidate(
            index.layout.ids[at],
            round(float(shares[at]), 4),
            round(float(finding.scores[at]), 3),
            {name: round(float(value), 3) for name, value in zip(names, adds[at], strict=True)},
        )
        for at in np.argsort(-shares)[:SHOWN].tolist()
    )


def _words(index: Index, finding: Finding) -> tuple[tuple[str, float], ...]:
    """By how much the best candidate's lead over the mean, by words, falls when a word is left out."""
    best = int(finding.scores.argmax())
    words = finding.reading.text.split()
    weighing = index.weighings["words"]

    def lead(text: str) -> float:
        scores = weighing.scores(index.words.evidence(text)[0], finding.reading.script)
        return float(scores[best] - scores.mean())

    whole = lead(finding.reading.text)
    falls = {word: whole - lead(" ".join(words[:at] + words[at + 1 :])) for at, word in enumerate(words)}
    return tuple((word, round(fall, 3)) for word, fall in sorted(falls.items(), key=lambda pair: -pair[1]))
