"""Which language and script a message is in, as a whole and part by part."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.entries import Entry
from knowledge.normalise import Script, detect, normalise, parts, script_of
from knowledge.words import ENGLISH, FINGLISH


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("زمین شهرک متری چنده", "fa"),
        ("zamin shahrak metri chande", "fi"),
        ("How much is the land?", "en"),
        ("کد ISIC چیست", "fa"),
        ("vam mikham", "fi"),
        ("loan for my workshop", "en"),
        ("khoshe sanati yani chi", "fi"),
        ("kargozar fanavari kie", "fi"),
        ("moafiat maliati danesh bonyan", "fi"),
        ("tafsir zarib makani", "fi"),
        ("explain LQ", "en"),
        ("clusters near me", "en"),
        ("ghofl darbe sandogh shekast", "fi"),
        ("ye nafar pasokhgoo nist", "fi"),
        ("wherever would that happen", "en"),
        ("thoroughly overwhelmed", "en"),
        ("land", "en"),
        ("123", "fa"),
        ("", "fa"),
    ],
)
def test_detects_the_language(text: str, expected: str) -> None:
    assert detect(text) == expected
    assert script_of(normalise(text)) == expected


def test_detects_the_language_of_nearly_all_phrasings(entries: tuple[Entry, ...]) -> None:
    finglish = [p for entry in entries for p in entry.phrasings.finglish]
    english = [p for entry in entries for p in entry.phrasings.english]
    assert sum(detect(p) == "fi" for p in finglish) / len(finglish) > 0.99
    assert sum(detect(p) == "en" for p in english) / len(english) > 0.99


def test_tells_words_that_are_in_no_list_by_their_letters(entries: tuple[Entry, ...]) -> None:
    listed = ENGLISH | FINGLISH
    finglish = {w for entry in entries for p in entry.phrasings.finglish for w in normalise(p).split() if w.isalpha()}
    english = {w for entry in entries for p in entry.phrasings.english for w in normalise(p).split() if w.isalpha()}
    strange_finglish = [w for w in finglish - english - listed if len(w) > 3]
    strange_english = [w for w in english - finglish - listed if len(w) > 3]
    assert sum(detect(w) == "fi" for w in strange_finglish) / len(strange_finglish) > 0.9
    assert sum(detect(w) == "en" for w in strange_english) / len(strange_english) > 0.85


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("زمین چنده", [("fa", "زمین چنده")]),
        ("کد ISIC چیست", [("fa", "کد "), ("en", "ISIC "), ("fa", "چیست")]),
        ("12 salam زمین چنده 33 please!", [("fi", "12 salam "), ("fa", "زمین چنده 33 "), ("en", "please!")]),
        ("mikhamزمین", [("fi", "mikham"), ("fa", "زمین")]),
        ("  ؟ 5", [("fa", "  ؟ 5")]),
        ("", []),
    ],
)
def test_parts_of_a_mixed_message(text: str, expected: list[tuple[Script, str]]) -> None:
    assert parts(text) == expected


@given(st.one_of(st.text(max_size=200), st.text(alphabet="abc شهر12 .\n", max_size=80)))
def test_parts_put_together_are_the_text(text: str) -> None:
    found = parts(text)
    assert "".join(part for _, part in found) == text
    assert all((one == "fa") != (other == "fa") for (one, _), (other, _) in pairwise(found) if text.isprintable())
