"""Splits a long message into stretches in which its question may be, and a message with two questions in two.

Works on the raw text; knows nothing of topics.
"""

import re
from collections.abc import Sequence
from typing import Final

from knowledge.words import QUESTION, REFUSAL

LONGEST_STRETCH: Final = 24
"""Words. A longer sentence is read in overlapping stretches."""
MOST_STRETCHES: Final = 12
FEWEST_WORDS: Final = 2

_SENTENCE_END: Final = re.compile(r"[.!?؟؛;\n\r…]+")
_CLAUSE_END: Final = re.compile(r"[.!?؟؛;\n\r…،,]+|\b(?:ولی|اما|بلکه|vali|ama|but)\b", re.IGNORECASE)
_JOINT: Final = re.compile(
    r"\s+(?:و\s+(?:همچنین|هم|اینکه|بعدش?|ضمنا)|و|همچنین|ضمناً|ضمنا|بعدشم|در\s+ضمن|va\s+hamchenin|va\s+inke|va|zemnan|and\s+also|and|also|plus|then)\s+"
    r"|[،,]\s*(?:و\s+|va\s+|and\s+)?",
    re.IGNORECASE,
)


def asks(text: str) -> bool:
    """Whether a stretch of text is worded as a question."""
    return QUESTION.search(text) is not None


def wanted(text: str) -> str:
    """The text without the clauses that only say what is not wanted; the text itself when nothing would be left."""
    clauses = _CLAUSE_END.split(text)
    kept = [clause for clause in clauses if not REFUSAL.search(clause)]
    if len(kept) == len(clauses) or sum(len(clause.split()) for clause in kept) < FEWEST_WORDS:
        return text
    return " ".join(clause.strip() for clause in kept)


def stretches(text: str) -> list[str]:
    """The sentences of a text, long ones cut in overlapping stretches; the last ones if there are many, because the
    question mostly comes at the end, and the first."""
    found = [piece for sentence in _SENTENCE_END.split(text) for piece in _cut(sentence.split())]
    if len(found) > MOST_STRETCHES:
        found = found[:2] + found[-(MOST_STRETCHES - 2) :]
    return list(dict.fromkeys(found))


def halves(text: str) -> list[tuple[str, str]]:
    """The ways to read a short message as two questions: cut at the end of a sentence, or at a word such as "and"."""
    cuts = [*_SENTENCE_END.finditer(text.rstrip(" .!?؟\n")), *_JOINT.finditer(text)]
    found = []
    for cut in sorted(cuts, key=lambda match: match.start())[:8]:
        # a question mark stays with its question, a word such as "and" with neither
        end = cut.end() if cut.re is _SENTENCE_END else cut.start()
        first, second = text[:end].strip(), text[cut.end() :].strip()
        if min(len(first.split()), len(second.split())) >= FEWEST_WORDS:
            found.append((first, second))
    return found


def _cut(words: Sequence[str]) -> list[str]:
    if len(words) <= LONGEST_STRETCH:
        return [" ".join(words)] if len(words) >= FEWEST_WORDS else []
    step = LONGEST_STRETCH * 2 // 3
    starts = range(0, len(words) - LONGEST_STRETCH + step, step)
    return [" ".join(words[start : start + LONGEST_STRETCH]) for start in starts]
