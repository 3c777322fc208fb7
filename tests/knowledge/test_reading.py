"""Reading a message: script, keyboard, courtesies, Finglish, and slips of words that the content knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.layout import Layout
from knowledge.reading import FEWEST_KNOWN, LONGEST_TEXT, Reader, instead

KNOWN = ("قیمت زمین شهرک صنعتی", "تمدید جواز تأسیس", "نمی‌توانم بسازم", "how much is a plot", "establishment permit")


def spelled(count: int, letters: str) -> Iterator[str]:
    """Different words of eight letters that are like none of the real ones, and not like each other."""
    for number in range(count):
        digits = [letters[(number // len(letters) ** place) % len(letters)] for place in range(4)]
        yield "".join(letter * 2 for letter in digits)


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Knows enough words of both scripts to take strange ones for slips."""
    persian = [*KNOWN[:3], *spelled(FEWEST_KNOWN, "بپتجچخ"), *spelled(FEWEST_KNOWN, "دذرزژس")]
    latin = [*KNOWN[3:], *spelled(FEWEST_KNOWN, "bdfghk"), *spelled(FEWEST_KNOWN, "mnpqrv")]
    return Reader(persian, latin)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("قیمت شهرک صنتعی", "قیمت شهرک صنعتی"),  # two letters changed places
        ("قیمت شهرک صنتی", "قیمت شهرک صنعتی"),  # one was left out
        ("قیمت شهرک صنععتی", "قیمت شهرک صنعتی"),  # one came twice
        ("قیمت شهرک سنعتی", "قیمت شهرک صنعتی"),  # another letter of the same sound
        ("establishmant permit", "establishment permit"),
    ],
)
def test_slips_are_corrected(reader: Reader, typed: str, read: str) -> None:
    assert reader.read(typed).text == reader.as_written(read).text


def test_known_words_stay_whatever_is_near_them(reader: Reader) -> None:
    for text in KNOWN:
        assert reader.read(text).text == reader.as_written(text).text


@pytest.mark.parametrize("word", ["12345678", "صنک", "zamn", "قیمتزمینشهرکصنعتیتمدیدجواز", "permitabcdef"])
def test_numbers_short_words_and_what_is_like_nothing_stay(reader: Reader, word: str) -> None:
    assert reader.read(word, "en" if word.isascii() else "fa").text == word


@pytest.mark.parametrize(("typed", "known"), [("نتوانستم", "توانستم"), ("توانستم", "نتوانستم")])
def test_a_not_is_never_lost_nor_made(typed: str, known: str) -> None:
    """One letter is the difference between "I could" and "I could not"."""
    reader = Reader([known, *spelled(FEWEST_KNOWN * 2, "بپتجچخ"), *spelled(FEWEST_KNOWN, "دذرزژس")], [])
    assert reader.read(known[:-1]).text == reader.as_written(known).text, "other slips of the word are corrected"
    assert reader.read(typed).text == reader.as_written(typed).text


def test_a_small_vocabulary_corrects_nothing() -> None:
    """What is strange to a small content is simply another word."""
    small = Reader(KNOWN[:3], KNOWN[3:])
    assert small.read("قیمت شهرک صنتعی").text.split()[-1] == "صنتعی"
    assert small.read("establishmant permit").text == "establishmant permit"


@pytest.mark.parametrize(
    ("typed", "read"),
    [("waht is this", "what is this"), ("i wnat a polt", "i want a plot"), ("xqzj", "xqzj"), ("nto", "nto")],
)
def test_two_english_letters_in_the_wrong_order_are_turned(reader: Reader, typed: str, read: str) -> None:
    assert reader.read(typed, "en").text == read


@pytest.mark.parametrize(
    ("text", "script"),
    [("قیمت زمین", "fa"), ("gheymate zamin chande", "fi"), ("how much is a plot", "en"), ("", "fa")],
)
def test_the_script_is_told(reader: Reader, text: str, script: str) -> None:
    assert reader.read(text).script == script or not text


def test_finglish_is_read_in_persian_letters(reader: Reader) -> None:
    assert reader.read("gheymate zamin").text == reader.as_written("قیمت زمین").text


def test_courtesies_are_dropped_and_what_was_typed_is_kept(reader: Reader) -> None:
    reading = reader.read("سلام خسته نباشید، قیمت زمین")
    assert reading.text == "قیمت زمین"
    assert "سلام" in reading.typed
    assert reading.words == 2
    assert reader.read("").words == 0


def test_a_wrong_keyboard_is_undone(reader: Reader) -> None:
    assert reader.read("rdlj cldk aivσ"[:9]).text == reader.as_written("قیمت زمین").text


def test_a_part_is_read_in_the_script_of_the_whole(reader: Reader) -> None:
    assert reader.read("plot", "en").text == "plot"
    assert reader.read("zamin", "fi").text == "زمین"


def test_only_so_much_is_read_as_a_message_can_have(reader: Reader) -> None:
    assert reader.read("زمین " * 100_000).words <= LONGEST_TEXT
    assert reader.read("ز" * LONGEST_TEXT + " قیمت").text.count(" ") == 0


@given(st.text(max_size=300))
def test_any_text_is_read_and_twice_alike(text: str) -> None:
    reader = SMALL
    reading = reader.read(text)
    assert reading == reader.read(text)
    assert reading.text == " ".join(reading.text.split())


SMALL = Reader(KNOWN[:3], KNOWN[3:])


@pytest.mark.parametrize(
    ("slip", "word"),
    [("پروانه بهره بردری", "پروانه بهره برداری"), ("تسهیالت", "تسهیلات")],
)
def test_slips_of_owners_are_corrected_by_the_real_content(layout: Layout, slip: str, word: str) -> None:
    assert layout.reader.read(slip).text == layout.reader.read(word).text


SYNONYMS = {
    "loan": ("وام", "تسهیلات", "قرضک", "loan", "lendable"),
    "fair": ("نمایشگاه", "نمایش صنعتگران", "وامکده"),
    "bank": ("بانک", "وامکده"),
}
USED = Counter({"وام": 9, "تسهیلات": 3, "نمایشگاه": 2, "بانک": 4, "loan": 5, "نمایش": 1})


def test_a_term_that_content_never_uses_stands_for_the_one_it_uses_most() -> None:
    assert instead(SYNONYMS, USED) == {
        "قرزک": "وام",  # by its spelling: homophones are folded
        "lendable": "loan",
        "نمایش سنعتگران": "نمایشگاه",
    }


def test_a_term_without_a_known_sister_in_its_script_stays() -> None:
    assert instead({"loan": ("قرضک", "loan"), "new": ("یکی", "دیگری")}, USED) == {}


def test_taught_words_are_read_as_known_ones() -> None:
    texts = ["وام وام می خواهم", "نمایشگاه کجاست", "وام بانک"]
    reader = Reader(texts, ["loan please"], SYNONYMS)
    assert reader.read("قرضک می‌خواهم").text == reader.read("وام می‌خواهم").text
    assert reader.read("نمایش صنعتگران کجاست").text == reader.read("نمایشگاه کجاست").text
    assert reader.read("gharzak mikhaham").text == reader.read("وام می‌خواهم").text, "in Finglish too"
    assert reader.read("lendable").text == "loan"
    assert reader.read("وامکده کجاست").text.startswith("وامکده"), "it may mean two things"
    assert reader.as_written("قرضک").text == "قرضک"
    assert Reader(texts, []).read("قرضک").text == "قرضک"
