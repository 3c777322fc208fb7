"""The index: how good its answers are (floors), what it does with odd texts, and that threads may share it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from statistics import mean
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.deciding import LIKELY, SURE
from knowledge.entries import Entry
from knowledge.matching import MOST_WINDOWS, Answer, Index, ServiceWords, TopicWords, queries
from knowledge.measuring import auroc, best_bounds, fit, held_out, judge, weighed
from knowledge.normalise import normalise

Rows = list[dict[str, Any]]

SMALL = Index(
    [
        TopicWords("land.price", "land", ("قیمت زمین",), ("زمین متری چنده", "زمین چند است", "how much is the land")),
        TopicWords("land.apply", "land", ("گرفتن زمین",), ("زمین می‌خواهم", "زمین از کجا بگیرم", "how do I get land")),
        TopicWords("land.tax", "land", ("مالیات",), ("معافیت مالیاتی زمین", "tax exemption of land")),
        TopicWords("training.apply", "training", ("ثبت‌نام دوره",), ("کلاس می‌خواهم", "I want a course")),
        TopicWords("general.greeting", "general", ("سلام",), ("سلام", "درود", "salam", "hello")),
    ],
    [
        ServiceWords("clinic", ("کلینیک",), ("clinic kasb o kar",), ("فروشم نصف شده", "my sales have dropped")),
        ServiceWords(
            "cluster", ("خوشه",), ("khooshe",), ("چند کارگاه کنار همیم", "we are many workshops close together")
        ),
    ],
)


def places(index: Index, rows: Rows) -> list[int]:
    """Where the right topic came, 0 first; 99 when it is not in the list."""
    found = []
    for row in rows:
        ids = [scored.id for scored in index.ask(row["text"]).topics]
        found.append(ids.index(row["topic"]) if row["topic"] in ids else 99)
    return found


def test_typical_questions_are_answered(index: Index, questions: Rows) -> None:
    assert len(questions) == 116
    found = places(index, questions)
    assert mean(place == 0 for place in found) >= 0.97
    assert mean(place < 3 for place in found) >= 0.99


def test_typical_questions_are_found_without_their_own_wording(entries: tuple[Entry, ...], questions: Rows) -> None:
    asked = {normalise(row["text"]) for row in questions}
    topics = [
        TopicWords(
            entry.id,
            entry.service,
            (entry.title.fa, entry.title.en),
            tuple(p for p in entry.phrasings.fa + entry.phrasings.en if normalise(p) not in asked),
        )
        for entry in entries
    ]
    found = places(Index(topics), questions)
    assert mean(place == 0 for place in found) >= WITHOUT_WORDING_TOP1
    assert mean(place < 3 for place in found) >= WITHOUT_WORDING_TOP3


WITHOUT_WORDING_TOP1 = 0.90
WITHOUT_WORDING_TOP3 = 0.96


@pytest.mark.slow
def test_phrasings_are_found_when_held_out_and_sure_answers_are_right(index: Index, outside: Rows) -> None:
    inside = held_out(index.topics, folds=4)
    assert mean(one.place == 0 for one in inside) >= 0.70
    assert mean(one.place is not None and one.place < 3 for one in inside) >= 0.86


def test_messages_out_of_scope_are_not_answered(index: Index, outside: Rows) -> None:
    assert len(outside) >= 80
    decisions = [(row["kind"], index.ask(row["text"]).decision) for row in outside]
    far = [decision for kind, decision in decisions if kind == "far"]
    near = [decision for kind, decision in decisions if kind == "near"]
    assert mean(decision == "answer" for decision in far + near) <= 0.04
    assert mean(decision == "none" for decision in far) >= 0.50
    assert mean(decision == "none" for decision in near) >= 0.15


def test_sureness_tells_in_scope_from_out_of_scope(index: Index, questions: Rows, outside: Rows) -> None:
    def sures(rows: Rows) -> list[float]:
        return [answer.topics[0].score if (answer := index.ask(row["text"])).topics else 0.0 for row in rows]

    assert auroc(sures(questions), sures(outside)) >= 0.97


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


def test_scores_fall_and_stay_within_bounds(index: Index, questions: Rows, outside: Rows) -> None:
    for row in questions + outside:
        answer = index.ask(row["text"])
        scores = [scored.score for scored in answer.topics]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)
        assert len(scores) <= 5
        assert len({scored.id for scored in answer.topics}) == len(scores)
        assert answer.decision == ("answer" if scores[0] >= SURE else "choose" if scores[0] >= LIKELY else "none")


@pytest.mark.parametrize("text", ["", "   ", "؟؟؟", "😀😀😀", "\u202e\u200f", "\x00", "\ud800", "ξένος λόγος"])
def test_nothing_to_compare_gives_none(text: str) -> None:
    answer = SMALL.ask(text)
    assert (answer.decision, answer.topics, answer.service) == ("none", (), None)


def test_a_lone_common_word_is_offered_choices(index: Index) -> None:
    answer = index.ask("زمین")
    assert answer.decision == "choose"
    assert answer.service == "land"


def test_a_greeting_alone_is_a_greeting() -> None:
    assert SMALL.ask("سلام").topics[0].id == "general.greeting"
    assert SMALL.ask("سلام، زمین متری چنده").topics[0].id == "land.price"


def test_a_need_told_in_plain_words_names_its_service() -> None:
    assert SMALL.ask("فروشم خیلی کم شده و نصف شده").service == "clinic"
    assert SMALL.ask("we are many small workshops close together").service == "cluster"
    assert SMALL.ask("what a lovely evening").service is None


def test_an_empty_index_answers_none() -> None:
    answer = Index([], []).ask("زمین متری چنده")
    assert (answer.decision, answer.topics, answer.service, answer.language) == ("none", (), None, "fa")


STORY = (
    "سلام و عرض ادب خدمت شما دوستان عزیز. من بیست سال است که در این شهر زندگی می‌کنم و پدرم هم همین‌جا بود. "
    "پسرم امسال دانشگاه قبول شد و خیلی خوشحالیم. هوا هم این روزها خوب شده است. دیروز با برادرم رفتیم باغ. "
    "راستش بانک کارخانه ما را به‌خاطر بدهی تملک کرده و گرفته، راهی هست که پسش بگیریم؟ "
    "ببخشید که سرتان را درد آوردم، خدا خیرتان بدهد. امیدوارم همیشه سلامت باشید و کارتان رونق داشته باشد."
)


def test_the_question_inside_a_story_is_found(index: Index) -> None:
    assert index.ask(STORY).topics[0].id == "revival.bank-owned"
    assert "revival.bank-owned" in [scored.id for scored in index.ask(STORY.replace(".", " ")).topics[:3]]


def longest_texts(index: Index) -> list[str]:
    phrasings = [phrasing for topic in index.topics for phrasing in topic.phrasings]
    return [
        ". ".join(phrasings)[:4096],
        " ".join(phrasings)[:4096],
        "".join(phrasings).replace(" ", "")[:4096],
        "\n".join(phrasings)[-4096:],
        "زمین\n" * 819,
        "چ." * 2048,
        "😀" * 4096,
        "a" + "\u0301\u0316" * 2047,
        "سلام " * 819,
    ]


def test_the_longest_message_is_bounded_work(index: Index) -> None:
    """Time is measured in bench/ask.py; here is why it is bounded: few windows, each of few words."""
    for text in [*longest_texts(index), " ".join(longest_texts(index)[:2]) * 100]:
        windows = queries(text, "fa")
        assert len(windows) <= MOST_WINDOWS, text[:40]
        assert index.ask(text).decision in ("answer", "choose", "none")


def without_time(answer: Answer) -> Answer:
    return replace(answer, ms=0.0)


def test_threads_get_the_same_answers(index: Index, questions: Rows, outside: Rows) -> None:
    texts = [row["text"] for row in questions + outside] * 3
    alone = [without_time(index.ask(text)) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = [without_time(answer) for answer in pool.map(index.ask, texts)]
    assert together == alone


def test_two_indexes_of_the_same_content_answer_alike(
    entries: tuple[Entry, ...], index: Index, questions: Rows
) -> None:
    other = Index.build(entries)
    for row in questions:
        assert other.ask(row["text"]).topics == index.ask(row["text"]).topics


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_any_text_gets_an_answer(text: str) -> None:
    answer = SMALL.ask(text)
    assert answer.decision in ("answer", "choose", "none")
    assert answer.decision == "none" or answer.topics


def test_auroc_counts_ties_by_half() -> None:
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1
    assert auroc([0.5], [0.5]) == 0.5
    assert auroc([0.1, 0.9], [0.5]) == 0.5
    assert auroc([], [0.5]) == 0


def test_measuring_finds_bounds_that_part_good_from_bad(questions: Rows, outside: Rows, index: Index) -> None:
    inside = [judge(index, row["text"], row["topic"]) for row in questions]
    beyond = [judge(index, row["text"], None) for row in outside]
    judged = weighed(inside, beyond)
    assert sum(one.weight for one in judged[len(inside) :]) == pytest.approx(len(inside) / 3)
    weights = fit(judged, rounds=300)
    answer_at, choose_at, cost = best_bounds(judged, weights)
    assert 0 < choose_at <= answer_at < 1
    assert cost < 0.5
