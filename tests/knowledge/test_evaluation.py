"""The evaluation set: how often the right topic is found in messages that nobody saw who wrote the content.

Floors stand a point or two under what was measured when they were written, and never under what was promised. Raise
them with the engine. The set is asked once, by words and meaning and by words alone: a minute or two.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest

from knowledge.answering import local
from knowledge.load import Content
from knowledge.normalise import normalise
from tests.knowledge.scoring import figures, rows, score

pytestmark = pytest.mark.slow

PROMISED: Final = {
    "persian_top1": 92,
    "persian_top3": 98,
    "finglish_top1": 88,
    "finglish_top3": 96,
    "typos_top1": 90,
    "typos_top3": 97,
    "english_top1": 90,
    "english_top3": 97,
    "needs_service": 92,
}
"""In percent, at least."""
PROMISED_MOST: Final = {"far_answered": 4, "near_answered": 10, "wrong_sure": 4}
"""In percent, at most."""

FLOORS: Final = {
    "persian_top1": 96,
    "persian_top3": 98.5,
    "finglish_top1": 97,
    "finglish_top3": 98,
    "typos_top1": 95,
    "typos_top3": 98,
    "english_top1": 97,
    "english_top3": 98.5,
    "needs_service": 96,
    "story_top1": 73,
    "story_top3": 85,
    "two_top1": 97,
    "two_shown": 65,
    "layout_mixed_top1": 97,
    "right_sure": 89,
}
CEILINGS: Final = {"far_answered": 2, "near_answered": 4, "others_answered": 3, "wrong_sure": 2}
WORDS_FLOORS: Final = {
    "persian_top1": 91.5,
    "persian_top3": 96,
    "finglish_top1": 94.5,
    "finglish_top3": 97.3,
    "typos_top1": 92,
    "typos_top3": 95.8,
    "english_top1": 88,
    "english_top3": 96.2,
    "needs_service": 87.5,
    "story_top1": 65,
    "two_shown": 52,
    "layout_mixed_top1": 93,
    "right_sure": 68,
}
WORDS_CEILINGS: Final = {"far_answered": 2, "near_answered": 4.5, "others_answered": 3, "wrong_sure": 2.5}
LONG_THAT_MEET: Final = 14
ALL_THAT_MEET: Final = 50
"""There were 12 and 44 when all was written."""

Measured = tuple[dict[str, float], dict[str, float]]


@pytest.fixture(scope="module")
def measured() -> Measured:
    """Figures by words and meaning, and by words alone."""
    here = local()
    assert here.encode is not None, "the built-in sentence encoder is needed, and so is knowledge/vectors.npz"
    return figures(score(here.ask)), figures(score(here.index.ask))


@pytest.mark.parametrize(("name", "least"), FLOORS.items())
def test_by_words_and_meaning_at_least(measured: Measured, name: str, least: float) -> None:
    value = measured[0][name]
    assert value >= least, f"{name}: {value:.1f} % by words and meaning, the floor is {least} %"


@pytest.mark.parametrize(("name", "most"), CEILINGS.items())
def test_by_words_and_meaning_at_most(measured: Measured, name: str, most: float) -> None:
    value = measured[0][name]
    assert value <= most, f"{name}: {value:.1f} % by words and meaning, the most is {most} %"


@pytest.mark.parametrize(("name", "least"), WORDS_FLOORS.items())
def test_by_words_alone_at_least(measured: Measured, name: str, least: float) -> None:
    value = measured[1][name]
    assert value >= least, f"{name}: {value:.1f} % by words alone, the floor is {least} %"


@pytest.mark.parametrize(("name", "most"), WORDS_CEILINGS.items())
def test_by_words_alone_at_most(measured: Measured, name: str, most: float) -> None:
    value = measured[1][name]
    assert value <= most, f"{name}: {value:.1f} % by words alone, the most is {most} %"


def test_no_floor_is_under_what_was_promised() -> None:
    assert all(FLOORS[name] >= least for name, least in PROMISED.items())
    assert all(CEILINGS[name] <= most for name, most in PROMISED_MOST.items())


def test_the_set_is_whole_and_its_labels_exist(content: Content) -> None:
    every = rows()
    assert len(every) == 2277
    topics, services = {entry.id for entry in content.entries}, {service.id for service in content.services}
    for row in every:
        assert row["text"].strip()
        if "service" in row:
            assert row["service"] in services, row
            continue
        also = row.get("also", [])
        second = [row["and"]] if "and" in row else []
        ids = {row["intent"], *([also] if isinstance(also, str) else also), *second} - {"oos"}
        assert ids <= topics, row
    asked = Counter(row["intent"] for row in every if row.get("intent", "oos") != "oos")
    assert topics == set(asked), "every topic is asked for"


def test_nobody_wrote_phrasings_from_the_set_nor_the_set_from_phrasings(content: Content) -> None:
    """A greeting or a lone word is bound to meet; whole sentences are not."""
    asked = {normalise(text) for entry in content.entries for text in entry.phrasings.all}
    asked |= {normalise(text) for kind in content.outside for text in kind.messages}
    asked |= {normalise(text) for service in content.services for text in service.needs}
    met = [row["text"] for row in rows() if normalise(row["text"]) in asked]
    long = [text for text in met if len(text.split()) >= 5]
    assert len(long) <= LONG_THAT_MEET, long
    assert len(met) <= ALL_THAT_MEET, met
