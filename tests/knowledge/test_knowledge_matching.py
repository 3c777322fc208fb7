"""The index by words: spellings, services, two questions, stories, kinds that are not ours, and texts of all sorts.

How good its answers are is scored in test_answers.py and test_evaluation.py.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.encoder import EncoderAway
from knowledge.load import Content
from knowledge.matching import MOST_ENCODED, MOST_TOPICS, Answer, Index
from knowledge.splitting import LONGEST_STRETCH, MOST_STRETCHES
from tests.knowledge.small import Hashed, small
from tests.knowledge.small import deep as deep_index

Rows = list[dict[str, Any]]
SMALL = small()


@pytest.fixture(scope="module")
def deep() -> Index:
    """A small index that knows by meaning, of a stand-in for the encoder, and never by words alone."""
    return deep_index(Hashed())


@pytest.mark.parametrize(
    "text",
    [
        "زمین متری چنده",
        "زمين مترى چنده؟؟",
        "زَمینِ متری چندههه",
        "زمییییین متری چنده!!! 😀",
        "سلام وقت بخیر خسته نباشید ببخشید یه سوال داشتم زمین متری چنده ممنون میشم راهنمایی کنید",
        "zamin metri chande",
        "zamine metri chandeh?",
        "zamin\u200c metri\u200b chande",
        "ضمین متری چنده",
    ],
)
def test_the_same_question_in_many_spellings(text: str) -> None:
    answer = SMALL.ask(text)
    assert answer.topics[0].id == "land.price"
    assert answer.decision == "answer"
    assert (answer.service, answer.language) == ("land", "fa")


def test_english_is_answered_in_english() -> None:
    answer = SMALL.ask("How much is the land??")
    assert (answer.topics[0].id, answer.language) == ("land.price", "en")


def test_scores_fall_and_stay_within_bounds(index: Index, questions: Rows, outside: Rows) -> None:
    for row in questions + outside:
        answer = index.ask(row["text"])
        scores = [scored.score for scored in answer.topics]
        assert answer.more or scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)
        assert len({scored.id for scored in answer.topics}) == len(scores) == MOST_TOPICS


def test_decisions_are_those_of_the_learned_bounds(index: Index, questions: Rows) -> None:
    for row in questions:
        reading = index.layout.reader.read(row["text"])
        answer = index.ask(row["text"])
        if not answer.more and reading.words <= LONGEST_STRETCH:
            (finding,) = index.find([reading], None)
            assert answer.decision == finding.decision
            assert (finding.surplus >= 0) == (finding.decision == "answer")


NOTHING = ["", "   ", "؟؟؟", "😀😀😀", "\u202e\u200f", "\x00", "\ud800", "\n\r\t", "\u0640" * 9]


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_to_compare_gives_none(index: Index, text: str) -> None:
    for one in (SMALL, index):
        answer = one.ask(text)
        assert (answer.decision, answer.topics, answer.service, answer.more) == ("none", (), None, ())


@pytest.mark.parametrize(
    "text",
    [
        "\ud800 زمین \udfff",
        "ξένος λόγος",
        "私は土地が欲しい",
        "\x00\x07\x1b[31m زمین \x7f",
        "a" + "\u0301\u0316" * 2047,
        "😀" * 4096,
        "چ." * 2048,
        "زمین\n" * 819,
        "و " * 3000,
        "%s{}\\'\";--<b>",
        "۱۲۳۴۵۶۷۸۹۰" * 50,
        "زمین می‌خواهم " * 7000,
        "x" * 100_000,
    ],
)
def test_odd_texts_are_answered_with_bounded_work(index: Index, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounded by construction: so many stretches at most, each of so many words; time is measured in bench/."""
    asked: list[int] = []
    by_words = Index._by_words

    def counted(self: Index, reading: Any) -> Any:
        asked.append(reading.words)
        return by_words(self, reading)

    monkeypatch.setattr(Index, "_by_words", counted)
    assert index.ask(text).decision in ("answer", "choose", "none")
    assert len(asked) <= 1 + 2 * 8 + MOST_STRETCHES
    assert len(asked) <= 1 or max(asked) <= 2 * LONGEST_STRETCH, "only lone words are read in one piece"


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_gets_an_answer(text: str) -> None:
    answer = SMALL.ask(text)
    assert answer.decision in ("answer", "choose", "none")
    assert answer.decision == "none" or answer.topics


def test_a_need_told_in_plain_words_names_its_service(index: Index) -> None:
    assert index.ask("فروشم خیلی کم شده و نصف شده").service == "clinic"
    assert index.ask("یک وام برای خرید دستگاه می‌خواهم").service is not None
    assert index.ask("what a lovely evening").service is None


def test_a_lone_common_word_names_its_service(index: Index) -> None:
    for word, service in (("زمین", "land"), ("zamin", "land"), ("وام", "finance"), ("کلینیک", "clinic")):
        answer = index.ask(word)
        assert answer.decision != "none", word
        assert answer.service == service, word


def test_a_greeting_alone_is_a_greeting_and_around_a_question_it_is_none(index: Index) -> None:
    assert index.ask("سلام").topics[0].id == "general.greeting"
    for text in (
        "سلام، زمین شهرک متری چنده",
        "زمین شهرک متری چنده؟ ممنون",
        "salam khaste nabashid zamin shahrak metri chande",
        "hello, how much does a plot in the park cost? thank you",
    ):
        answer = index.ask(text)
        assert (answer.topics[0].id, answer.more) == ("land.price", ()), text
        assert answer.decision != "none", text


def test_two_questions_are_both_answered_one_after_the_other(index: Index) -> None:
    for one, text, pair in (
        (SMALL, "زمین متری چنده؟ معافیت مالیاتی زمین چیه؟", ["land.price", "land.tax"]),
        (SMALL, "معافیت مالیاتی زمین چیه؟ زمین متری چنده؟", ["land.price", "land.tax"]),
        (index, "زمین شهرک متری چنده؟ و برای درخواست زمین چه مدارکی لازمه؟", ["land.documents", "land.price"]),
    ):
        answer = one.ask(text)
        assert answer.decision == "answer"
        assert sorted([answer.topics[0].id, *answer.more]) == pair
        assert [scored.id for scored in answer.topics[:2]] == [answer.topics[0].id, *answer.more]


@pytest.mark.parametrize("text", ["زمین متری چنده و قیمت زمین", "سلام. زمین متری چنده", "آب و برق", "زمین و xyz abc"])
def test_one_question_has_no_second(text: str) -> None:
    assert SMALL.ask(text).more == ()


STORY = (
    "سلام و عرض ادب خدمت شما دوستان عزیز. من بیست سال است که در این شهر زندگی می‌کنم و پدرم هم همین‌جا بود. "
    "پسرم امسال دانشگاه قبول شد و خیلی خوشحالیم. هوا هم این روزها خوب شده است. دیروز با برادرم رفتیم باغ. "
    "راستش بانک کارخانه ما را به‌خاطر بدهی تملک کرده و گرفته، راهی هست که پسش بگیریم؟ "
    "ببخشید که سرتان را درد آوردم، خدا خیرتان بدهد. امیدوارم همیشه سلامت باشید و کارتان رونق داشته باشد."
)


def test_the_question_inside_a_story_is_found(index: Index) -> None:
    assert index.ask(STORY).topics[0].id == "revival.bank-owned"
    assert "revival.bank-owned" in [scored.id for scored in index.ask(STORY.replace(".", " ")).topics[:3]]


def test_what_is_none_of_our_business_names_its_kind(index: Index, content: Content) -> None:
    kinds = {kind.id for kind in content.outside}
    texts = [kind.messages[0] for kind in content.outside]
    answers = [index.ask(text) for text in texts]
    assert {answer.outside for answer in answers if answer.outside} <= kinds
    silent = [answer for answer in answers if answer.decision == "none"]
    assert len(silent) >= 0.8 * len(texts), "even the examples themselves are taken for ours"
    named = [answer.outside == kind.id for answer, kind in zip(answers, content.outside, strict=True)]
    assert sum(named) >= 0.7 * len(texts)
    assert all(answer.outside is None for answer in answers if answer.decision != "none")


def test_without_kinds_nothing_is_named() -> None:
    assert SMALL.ask("هوا چطور است").outside is None


def test_meaning_is_asked_for_where_words_leave_it_open(deep: Index) -> None:
    encoder = Hashed()
    answer = deep.ask("زمین متری چنده", encoder.encode)
    assert answer.topics[0].id == "land.price"
    assert len(encoder.asked) == 1
    bold = {**deep.weighings, "words": replace(deep.weighings["words"], alone=0.0)}
    shortcut = Index(deep.layout, deep.words, bold, deep.meaning)
    shortcut.ask("زمین متری چنده", encoder.encode)
    assert len(encoder.asked) == 1, "words alone were enough"


def test_of_a_story_few_stretches_are_encoded(deep: Index) -> None:
    encoder = Hashed()
    deep.ask(STORY, encoder.encode)
    assert sum(map(len, encoder.asked)) <= MOST_ENCODED


def test_an_encoder_that_is_away_leaves_words(deep: Index) -> None:
    encoder = Hashed()
    encoder.away = "gone"
    with pytest.raises(EncoderAway):
        encoder.encode(["x"])
    for text in ("زمین متری چنده", STORY, "زمین متری چنده؟ معافیت مالیاتی زمین چیه؟"):
        assert without_time(deep.ask(text, encoder.encode)) == without_time(deep.ask(text))


def without_time(answer: Answer) -> Answer:
    return replace(answer, ms=0.0)


def test_threads_get_the_same_answers(index: Index, questions: Rows, outside: Rows) -> None:
    texts = [row["text"] for row in questions[::2] + outside[::3]] * 3
    alone = [without_time(index.ask(text)) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = [without_time(answer) for answer in pool.map(index.ask, texts)]
    assert together == alone
