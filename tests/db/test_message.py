"""Messages: length as the messenger counts it, cutting long ones where it hurts least, what the outbox keeps."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.message import TEXT_LIMIT, Button, KeyboardButton, Message, split_text, visible_length


@pytest.mark.parametrize(
    ("markup", "length"),
    [
        ("", 0), ("abc", 3), ("سلام", 4), ("می‌شود", 6), ("👋", 2), ("👨‍👩‍👧", 8), ("🇮🇷", 4), ("<b>ab</b>", 2),
        ("&lt;b&gt;", 3), ("a &amp; b", 5), ("<code>\u20664821-5377\u2069</code>", 11), ("é", 1), ("e\u0301", 2),
    ],
)  # fmt: skip
def test_length_in_utf_16_units_without_markup(markup: str, length: int) -> None:
    assert visible_length(markup) == length


def test_what_fits_stays_as_it_is() -> None:
    for text in ("", "a", "<b>a</b>\n\n b ", "x" * TEXT_LIMIT, "👋" * (TEXT_LIMIT // 2)):
        assert split_text(text) == [text]


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("one\n\ntwo\n\nthree", 9, ["one\n\ntwo", "three"]),  # paragraphs stay together while they fit
        ("one\n\ntwo\n\nthree", 5, ["one", "two", "three"]),
        ("ab\ncd\nef\n\ngh", 5, ["ab\ncd", "ef", "gh"]),  # a long paragraph at its lines
        ("one two three four", 9, ["one two", "three", "four"]),  # a long line at its words
        ("abcdefghij", 4, ["ab", "cd", "ef", "gh", "ij"]),  # a word without end
        ("👋👋👋", 4, ["👋👋", "👋"]),
        ("<b>one</b>\n<i>two</i>", 5, ["<b>one</b>", "<i>two</i>"]),
        ("<b>one two</b>", 4, ["one", "two"]),  # a line that is cut loses its tags
        ("<b>ab\ncd</b>", 2, ["<b>ab</b>", "<b>cd</b>"]),  # tags around a cut are closed and opened again
        ("<b>one two\nab</b>", 4, ["one", "two", "ab"]),  # also where the line with their beginning lost them
        ("&lt;b&gt; &amp; c", 3, ["&lt;b&gt;", "&amp; c"]),  # and keeps its escapes whole
    ],
)
def test_where_a_long_text_is_cut(text: str, limit: int, parts: list[str]) -> None:
    assert split_text(text, limit) == parts


def test_exactly_at_the_limit() -> None:
    assert [len(part) for part in split_text("x" * 4097)] == [2048, 2048, 1]
    assert split_text("x" * 4090 + " 👋👋👋") == ["x" * 4090, "👋👋👋"]
    assert split_text("x" * 4089 + " 👋👋👋") == ["x" * 4089 + " 👋👋👋"]


_signs = st.sampled_from("abیک۱&<>👋\u200c")
_words = st.text(_signs, min_size=1, max_size=30).map(lambda text: html.escape(text, quote=False))
_lines = st.lists(_words, min_size=1, max_size=8).map(" ".join)
_bold = _lines.map(lambda line: f"<b>{line}</b>")
_texts = st.lists(_lines | _bold, min_size=1, max_size=12).flatmap(
    lambda lines: st.sampled_from(["\n", "\n\n"]).map(lambda separator: separator.join(lines))
)


_bold_over_lines = st.lists(_lines, min_size=2, max_size=8).map(lambda lines: "<b>" + "\n".join(lines) + "</b>")


@given(_texts | _bold_over_lines, st.integers(min_value=4, max_value=60))
def test_every_part_fits_is_whole_and_nothing_is_lost(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(0 < visible_length(part) <= limit for part in parts)
    for part in parts:
        assert part.count("<b>") == part.count("</b>")
        assert not re.search(r"&(?!amp;|lt;|gt;)", part), "an escape is cut in two"
    assert re.sub(r"\s|</?b>", "", "".join(parts)) == re.sub(r"\s|</?b>", "", text)


def test_a_payload_holds_what_is_there_and_no_more() -> None:
    assert Message("a").payload() == {"text": "a"}
    assert Message("a", keyboard=None).payload() == {"text": "a", "keyboard": None}
    keyboard = ((KeyboardButton("📱", "contact"), KeyboardButton("متن")),)
    assert Message("a", keyboard=keyboard).payload()["keyboard"] == [
        [{"text": "📱", "asks": "contact"}, {"text": "متن", "asks": ""}]
    ]
    full = Message("", ((Button("b", "d"),),), (), "id", "photo", 5, "slot", "{}", "a.json").payload()
    assert full == {
        "text": "", "buttons": [[{"text": "b", "data": "d"}]], "file": {"kind": "photo", "id": "id"},
        "upload": {"name": "a.json", "text": "{}"}, "reply_to": 5, "reply_slot": "slot",
    }  # fmt: skip
