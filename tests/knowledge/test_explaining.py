"""Why an answer is what it is: what was read, what spoke for each candidate, and the words that mattered."""

from __future__ import annotations

import json

import pytest

from knowledge.__main__ import main
from knowledge.building import build, build_meaning, learn_weighings
from knowledge.candidates import LEXICAL, SEMANTIC
from knowledge.explaining import SHOWN, explain
from knowledge.keeping import encode_all
from knowledge.layout import lay_out
from knowledge.matching import Index
from tests.knowledge.small import OUTSIDE, SERVICES, TOPICS, Hashed, small

SMALL = small()
STORY = "ما سال‌ها کار کردیم و خسته شدیم. هوا هم خوب بود و رفتیم باغ. راستی زمین متری چنده؟ " + "خدا خیرتان بدهد. " * 8


def test_the_word_that_mattered_comes_first() -> None:
    explained = explain(SMALL, "لطفاً برای معافیت مالیاتی زمین بگویید", None)
    assert explained.answer.topics[0].id == explained.candidates[0].id == "land.tax"
    words = [word for word, _ in explained.words]
    falls = [fall for _, fall in explained.words]
    assert words[0] in ("معافیت", "مالیاتی")
    assert falls == sorted(falls, reverse=True)
    assert falls[0] > 0
    assert words.index("زمین") > words.index("معافیت"), "three topics speak of land"


def test_it_explains_the_answer_that_is_given(index: Index) -> None:
    for text in ("زمین شهرک متری چنده", "zamin mikham", "how do I renew my permit", "فردا هوا چطور است"):
        explained = explain(index, text, None)
        answer = index.ask(text)
        assert explained.answer.topics == answer.topics
        assert explained.answer.decision == answer.decision
        decided = "answer" if explained.chance >= explained.sure_from else "choose"
        assert answer.decision == (decided if explained.chance >= explained.likely_from else "none")
        assert explained.script == index.layout.reader.read(text).script


def test_candidates_come_best_first_with_what_spoke_for_them(index: Index) -> None:
    explained = explain(index, "زمین شهرک متری چنده", None)
    assert len(explained.candidates) == SHOWN
    shares = [one.share for one in explained.candidates]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1.001
    assert all(set(one.adds) == set(LEXICAL) for one in explained.candidates)
    best, second = explained.candidates[:2]
    # what the columns add differs between two candidates by what their scores differ by
    assert sum(best.adds.values()) - sum(second.adds.values()) == pytest.approx(best.score - second.score, abs=0.02)


def test_a_story_is_explained_by_its_question() -> None:
    explained = explain(SMALL, STORY, None)
    assert explained.answer.topics[0].id == "land.price"
    assert "متری" in explained.read_as
    assert "باغ" not in explained.read_as


@pytest.mark.parametrize("text", ["", "؟؟", "😀", "\ud800", "و", "x" * 100_000])
def test_what_says_nothing_is_explained_too(text: str) -> None:
    explained = explain(SMALL, text, None)
    assert explained.answer.decision in ("none", "choose")
    assert explained.readable()


def test_by_what_it_was_found() -> None:
    layout, encoder = lay_out(TOPICS, SERVICES, OUTSIDE), Hashed()
    by_words = build(layout)
    meaning = build_meaning(layout, encode_all(encoder, layout.written))
    index = Index(layout, by_words.words, learn_weighings(layout, by_words.words, meaning), meaning)
    explained = explain(index, "یک چیز دیگر درباره پلاک و باران", encoder.encode)
    assert explained.found_by == "words and meaning"
    assert set(explained.candidates[0].adds) == {*LEXICAL, *SEMANTIC}
    encoder.away = "gone"
    assert explain(index, "یک چیز دیگر درباره پلاک و باران", encoder.encode).found_by == "words"


def test_it_can_be_read_and_kept_as_json() -> None:
    explained = explain(SMALL, "زمین متری چنده", None)
    lines = explained.readable().splitlines()
    assert lines[0].startswith("answer  service=land  language=fa")
    assert any(line.startswith("read as") and explained.read_as in line for line in lines)
    assert "land.price" in lines[lines.index("candidates") + 1]
    assert explained.words[0][0] in lines[lines.index("words that mattered") + 1]
    plain = json.loads(json.dumps(explained.plain()))
    assert plain["answer"]["topics"][0]["id"] == "land.price"
    assert plain["candidates"][0]["adds"].keys() == set(LEXICAL)


def test_the_command_explains(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["ask", "--words-only", "--explain", "زمین شهرک متری چنده"]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "found by   words\n" in said
    assert "land.price" in said
    assert main([*command, "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain["found_by"] == "words"
    assert plain["candidates"][0]["id"] == "land.price"
    assert {"answer", "read_as", "script", "chance", "sure_from", "likely_from", "words"} < set(plain)
