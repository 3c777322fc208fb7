"""A message of one word ("loan") names a matter and asks nothing of it: what could be asked is shown.

Not here: how it is shown (ask.py, entries.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from handlers.entries import SMALL_TALK
from knowledge.entries import Entry
from knowledge.matching import Answer
from knowledge.normalise import normalise

SURE_OF_ONE_WORD: Final = 0.9
"""Below it, one answer to a word is a guess among several."""
NOT_BY_CHANCE: Final = 0.01
MOST_ABOUT_A_WORD: Final = 4
GENERAL: Final = "general"


def is_one_word(text: str) -> bool:
    """Whether the message is a single word."""
    return len(normalise(text).split()) == 1


def less_sure(found: Answer) -> Answer:
    """What was found for one word: an answer that is not quite sure becomes a choice."""
    if found.decision == "answer" and found.service != GENERAL and found.topics[0].score < SURE_OF_ONE_WORD:
        return replace(found, decision="choose")
    return found


def about_word(entries: Mapping[str, Entry], found: Answer) -> list[Entry]:
    """What a word could be about: topics of the first one's service, those found before the sisters of the first."""
    likely = [entries[topic.id] for topic in found.topics if topic.score >= NOT_BY_CHANCE and topic.id in entries]
    if not likely:
        return []
    sisters = [entries[topic] for topic in likely[0].related if topic in entries]
    alike = [entry for entry in (*likely, *sisters) if entry.service == likely[0].service]
    asked = [entry for entry in alike if entry.id not in SMALL_TALK]
    return list({entry.id: entry for entry in asked}.values())[:MOST_ABOUT_A_WORD]
