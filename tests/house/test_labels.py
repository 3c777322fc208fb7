"""Titles on buttons: short enough for a phone, whole words only, and every real title stands there whole."""

from __future__ import annotations

import pytest

from db.message import Button
from handlers.labels import HALF_FITS, ROW_FITS, fitting, in_rows, width
from knowledge.load import load_content


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("مدارک درخواست زمین", 38, "مدارک درخواست زمین"),
        ("کارهای قرارداد: المثنی، نام، تفکیک، انصراف", 38, "کارهای قرارداد"),
        ("وام برای طرح نیمه‌تمام (بالای ۶۰ درصد) و جز آن", 38, "وام برای طرح نیمه‌تمام"),
        ("What the business clinic is and how it helps", 38, "What the business clinic…"),
        ("Letters to a bank, for guarantees or exchanges", 20, "Letters to a bank…"),
        ("TAP: students, academics, service graduates", 30, "TAP: students, academics…"),
        ("Donaudampfschifffahrtsgesellschaft", 10, "Donaudampfschifffahrtsgesellschaft…"),
        ("صورت‌حساب، تسویه و جایگزینی بانک", 24, "صورت‌حساب، تسویه…"),
    ],
)
def test_a_long_title_ends_after_a_clause_or_a_word(text: str, most: int, shown: str) -> None:
    assert fitting(text, most) == shown


def test_joiners_and_marks_take_no_room() -> None:
    assert width("هزینهٔ می‌شود") == width("هزینه میشود") == 11


@pytest.mark.parametrize("code", ["fa", "en"])
def test_every_title_stands_whole_on_a_button_and_is_its_topic_s_alone(code: str) -> None:
    titles = {entry.id: getattr(entry.title, code) for entry in load_content()}
    long = {topic: title for topic, title in titles.items() if len(title) > ROW_FITS}
    assert not long, f"longer than {ROW_FITS} characters"
    assert all(fitting(title, ROW_FITS) == title for title in titles.values())
    assert len(set(titles.values())) == len(titles), "two buttons could read the same"


def test_only_short_neighbours_share_a_row() -> None:
    short, long = "x" * HALF_FITS, "x" * (HALF_FITS + 1)
    buttons = [Button(text, "m:home") for text in (short, long, short, short, short)]
    assert [[button.text for button in row] for row in in_rows(buttons)] == [[short], [long], [short, short], [short]]
    assert in_rows([]) == ()
