"""Splitting a message: the stretches of a long one, and the ways to read a short one as two questions."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.splitting import FEWEST_WORDS, LONGEST_STRETCH, MOST_STRETCHES, asks, halves, stretches


def words(count: int, name: str = "w") -> str:
    """So many different words."""
    return " ".join(f"{name}{number}" for number in range(count))


def test_sentences_are_stretches_and_lone_words_are_not() -> None:
    assert stretches("سلام. زمین متری چند است؟ ممنونم!\nدوره کجاست؛ بعدش چه…") == [
        "زمین متری چند است",
        "دوره کجاست",
        "بعدش چه",
    ]
    assert stretches("") == stretches(" .!؟ ") == []


def test_a_sentence_without_end_is_cut_in_overlapping_stretches() -> None:
    found = stretches(words(100))
    assert max(len(one.split()) for one in found) == LONGEST_STRETCH
    assert {word for one in found for word in one.split()} == set(words(100).split())
    for one, other in pairwise(found):
        assert set(one.split()) & set(other.split()), "a question on a border stands whole in one of them"


def test_of_many_stretches_the_last_ones_are_read_and_the_first() -> None:
    sentences = [words(3, f"s{number}-") for number in range(40)]
    found = stretches(". ".join(sentences))
    assert len(found) == MOST_STRETCHES
    assert found == sentences[:2] + sentences[-(MOST_STRETCHES - 2) :]


def test_what_is_said_twice_is_read_once() -> None:
    assert stretches("زمین متری چند. زمین متری چند. دوره کجا") == ["زمین متری چند", "دوره کجا"]


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("زمین متری چنده؟ دوره کجا برگزار میشه؟", ("زمین متری چنده؟", "دوره کجا برگزار میشه؟")),
        ("زمین متری چنده و دوره کجاست", ("زمین متری چنده", "دوره کجاست")),
        ("زمین متری چنده و همچنین دوره کجاست", ("زمین متری چنده", "دوره کجاست")),
        ("زمین متری چنده، دوره کجاست", ("زمین متری چنده", "دوره کجاست")),
        ("zamin metri chande va dore kojast", ("zamin metri chande", "dore kojast")),
        ("how much is land AND where is the course", ("how much is land", "where is the course")),
    ],
)
def test_two_questions_are_cut_where_people_join_them(text: str, pair: tuple[str, str]) -> None:
    assert pair in halves(text)


@pytest.mark.parametrize(
    "text", ["زمین متری چنده؟", "آب و برق", "salam, zamin", "zaminva chande kojast", "", "...", "and and and"]
)
def test_one_question_is_left_whole(text: str) -> None:
    assert halves(text) == []


def test_all_cuts_are_offered_and_no_more_than_eight() -> None:
    assert len(halves("یک دو و سه چهار و پنج شش")) == 2
    assert len(halves(" و ".join("زمین متری" for _ in range(50)))) <= 8


@pytest.mark.parametrize(
    "text",
    ["زمین متری چنده", "دوره کجاست", "چطور وام بگیرم", "zamin chande", "how much is it", "آب دارید؟", "any land?"],
)
def test_questions_are_told(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize("text", ["بیست سال است کار می‌کنم", "پسرم دانشگاه قبول شد", ""])
def test_what_only_tells_does_not_ask(text: str) -> None:
    assert not asks(text)


@given(st.text(max_size=2000))
def test_any_text_is_split_and_nothing_is_made_up(text: str) -> None:
    found = stretches(text)
    assert len(found) <= MOST_STRETCHES
    have = set(text.split())
    for one in found:
        assert FEWEST_WORDS <= len(one.split()) <= LONGEST_STRETCH
        assert all(any(word in typed for typed in have) for word in one.split())
    for first, second in halves(text):
        assert first in text
        assert second in text
        assert min(len(first.split()), len(second.split())) >= FEWEST_WORDS
