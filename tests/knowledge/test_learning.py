"""Learning how to weigh: the same from the same content, never from what is asked about, and letting others in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from knowledge import learning
from knowledge.building import build_meaning, build_words, learn_weighings
from knowledge.candidates import Meaning, Words
from knowledge.combining import Weighing
from knowledge.keeping import encode_all
from knowledge.layout import Layout, TopicWords, lay_out
from tests.house.source import ROOT
from tests.knowledge.small import OUTSIDE, Hashed

SUBJECTS = ("زمین", "وام", "جواز", "دوره", "سوله", "نمایشگاه")
ASKS = ("{} می‌خواهم", "{} چطور بگیرم", "قیمت {} چند", "مدارک {} چیست", "{} تمدید کنم", "درباره {} بگویید", "شرایط {}")


def content() -> tuple[list[TopicWords], list[TopicWords]]:
    """Six topics of seven phrasings, and the same in another order of phrasings."""
    made = [TopicWords(f"t.{n}", None, tuple(ask.format(one) for ask in ASKS), ()) for n, one in enumerate(SUBJECTS)]
    return made, [replace(topic, persian=topic.persian[::-1]) for topic in made]


@pytest.fixture(scope="module")
def built() -> tuple[Layout, Words, Meaning]:
    layout = lay_out(content()[0], (), OUTSIDE)
    return layout, build_words(layout), build_meaning(layout, encode_all(Hashed(), layout.written))


def test_the_same_content_gives_the_same_numbers(built: tuple[Layout, Words, Meaning]) -> None:
    layout, words, meaning = built
    one, two = learn_weighings(layout, words, meaning), learn_weighings(layout, words, meaning)
    assert one == two
    assert set(one) == {"words", "meaning"}
    assert set(learn_weighings(layout, words, None)) == {"words"}


_LEARN = """
import json
from tests.knowledge.test_learning import content
from knowledge.building import build_words, learn_weighings
from knowledge.layout import lay_out
layout = lay_out(content()[0])
print(json.dumps({name: one.plain() for name, one in learn_weighings(layout, build_words(layout), None).items()}))
"""


def test_other_processes_learn_the_same() -> None:
    found = [
        subprocess.run(
            [sys.executable, "-c", _LEARN],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert found[0] == found[1]
    assert Weighing.of(json.loads(found[0])["words"]).sure > 0


def test_what_is_learned_is_usable(built: tuple[Layout, Words, Meaning]) -> None:
    for weighing in learn_weighings(*built).values():
        assert 0 < weighing.likely <= weighing.sure < 1
        assert set(weighing.weights) == {"fa", "fi", "en"}
        assert min(weighing.scale) > 0
        assert min(weighing.spread) > 0
        numbers = [*weighing.trust, *weighing.centre, *weighing.spread, *weighing.scale, *weighing.weights["fa"]]
        assert np.isfinite(numbers).all()
        assert weighing.weights["fa"][0] > 0, "the classifier's score speaks for a topic"


def test_held_out_phrasings_do_not_find_themselves(built: tuple[Layout, Words, Meaning]) -> None:
    """The evidence that is learned from is that of heads and neighbours which do not have the phrasing."""
    layout, words, meaning = built
    lesson = learning.Lesson(layout.corpus, layout.topics, layout.ours, layout.scripts, layout.lengths)
    asked = learning._ask_held_out(lesson, words, meaning, np.random.default_rng(1), lambda: None)
    assert asked.meaning is not None
    owners = layout.corpus.owners[asked.texts]
    own = np.arange(len(owners)), owners
    known = [words.evidence(layout.corpus.texts[text])[0] for text in asked.texts]
    nearest = np.array([evidence[owner, 1] for evidence, owner in zip(known, owners, strict=True)])
    # the nearest text of a phrasing that is there is itself; of one that is hidden it is another
    assert (asked.words[..., 1][own] < nearest - 0.05).mean() > 0.9
    assert (asked.meaning[..., 1][own] < 0.999).mean() > 0.9


def test_a_kind_that_is_asked_about_is_hidden_whole(built: tuple[Layout, Words, Meaning]) -> None:
    """Other strangers than those of the list will come: so a kind is judged by those who never saw it."""
    layout, words, _ = built
    lesson = learning.Lesson(layout.corpus, layout.topics, layout.ours, layout.scripts, layout.lengths)
    asked = learning._ask_held_out(lesson, words, None, np.random.default_rng(1), lambda: None)
    owners = layout.corpus.owners[asked.texts]
    outside = owners >= layout.ours
    assert outside.any()
    assert (asked.words[outside][np.arange(outside.sum()), owners[outside], 1] == 0).all()


def test_others_get_their_turn_while_it_learns(built: tuple[Layout, Words, Meaning]) -> None:
    turns: list[int] = []
    learn_weighings(*built, lambda: turns.append(1))
    assert len(turns) >= len(SUBJECTS) * len(ASKS)


def test_no_more_is_asked_than_bounds_allow(
    built: tuple[Layout, Words, Meaning], monkeypatch: pytest.MonkeyPatch
) -> None:
    layout, words, _ = built
    monkeypatch.setattr(learning, "MOST_ASKED", 12)
    lesson = learning.Lesson(layout.corpus, layout.topics, layout.ours, layout.scripts, layout.lengths)
    asked = learning._ask_held_out(lesson, words, None, np.random.default_rng(1), lambda: None)
    inside = layout.corpus.owners[asked.texts] < layout.topics
    assert (inside.sum(), (~inside).sum()) == (12, 4)


def test_without_strangers_trust_is_not_bought_by_what_is_near() -> None:
    """No example says what is none of our business: then the known words and the nearest text count, not the lead."""
    layout = lay_out(content()[0])
    weighing = learn_weighings(layout, build_words(layout), None)["words"]
    assert weighing.trust[2:5] == (0, 0, 0)
    assert weighing.trust[1] > 0
