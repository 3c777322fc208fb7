"""References: the check digit finds slips of the finger, and a number is found however people write it."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from desk.references import check_digit, eight_digits_in, is_reference, new_reference, references_in, shown
from locales.show import reference as shown_in

PERSIAN, ARABIC = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"), str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
GOOD = "48215377"


def _made(seed: int = 7) -> list[str]:
    chosen = random.Random(seed)
    bodies = [f"{chosen.randrange(10**7):07}" for _ in range(300)]
    return [body + check_digit(body) for body in [*bodies, "0000000", "9999999"]]


# 572 -> 4 is the example in the literature; the short ones were worked by hand through the table.
@pytest.mark.parametrize(
    ("digits", "check"), [("572", "4"), ("", "0"), ("0", "0"), ("1", "3"), ("12", "5"), ("123", "4"), ("99", "9")]
)
def test_known_check_digits(digits: str, check: str) -> None:
    assert check_digit(digits) == check
    assert check_digit(digits + check) == "0"


def test_every_single_wrong_digit_is_found() -> None:
    for good in _made():
        assert is_reference(good)
        for place, digit in enumerate(good):
            for wrong in set("0123456789") - {digit}:
                assert not is_reference(good[:place] + wrong + good[place + 1 :])


def test_every_swap_of_neighbours_is_found() -> None:
    for good in _made():
        for place in range(7):
            one, other = good[place], good[place + 1]
            if one != other:
                assert not is_reference(good[:place] + other + one + good[place + 2 :])


def test_new_references_are_right_spread_out_and_never_begin_with_zero() -> None:
    made = [new_reference() for _ in range(2000)]
    assert all(is_reference(reference) and reference[0] != "0" for reference in made)
    assert len(set(made)) > 1990
    assert {reference[0] for reference in made} == set("123456789")
    assert not any(int(after) - int(before) == 1 for before, after in pairwise(made))


@pytest.mark.parametrize("bad", ["", "4821537", "482153770", "۴۸۲۱۵۳۷۴", "4821-5377", "4821537x", "४८२१५३७४"])
def test_only_eight_latin_digits_are_a_reference(bad: str) -> None:
    assert is_reference(GOOD)
    assert not is_reference(bad)


@pytest.mark.parametrize("script", [{}, PERSIAN, ARABIC], ids=["latin", "persian", "arabic"])
@pytest.mark.parametrize(
    "written",
    [
        "48215377", "4821-5377", "4821 5377", "4821 - 5377", "4821–5377", "4821−5377", "4821ـ5377", "4821_5377",
        "4821.5377", "4821/5377", "4821\u200f-\u200e5377", "\u20664821-5377\u2069", "(4821-5377)", "#48215377",
        "شماره 4821-5377 چه شد؟", "my request 48215377, please", "درخواست‌48215377", "4821-5377.", "4821\n5377",
    ],
)  # fmt: skip
def test_a_reference_is_found_however_it_is_written(written: str, script: dict[int, str]) -> None:
    assert references_in(written.translate(script)) == [GOOD]


@pytest.mark.parametrize(
    "written",
    [
        "4821-5375", "482153770", "148215377", "4821-53771", "14821-5377", "48 21 53 74", "4821 - - 5377",
        "4821,5377", "4821x5377", "09148215377", "1234-4821-5377", "4821-5377-1234", "6037-4821-5377-1234",
        "4821/5377/12", "12.4821.5377", "482 15377", "",
    ],
)  # fmt: skip
def test_what_is_no_reference_or_part_of_a_longer_number_is_left_alone(written: str) -> None:
    assert references_in(written) == []


def test_a_mistyped_reference_is_seen_as_one() -> None:
    assert eight_digits_in("شماره ۴۸۲۱-۵۳۷۶") == ["48215376"]
    assert eight_digits_in("4821-5376-1111 و 482153761") == []


def test_several_references_are_found_once_each_in_order() -> None:
    one, two, three = _made()[:3]
    text = f"{shown(two)} و {one.translate(PERSIAN)}، {shown(two)}\n{three}"
    assert references_in(text) == [two, one, three]
    assert references_in(f"{shown(one)} {shown(two)}") == [one, two]


@pytest.mark.parametrize("language", ["fa", "en"])
def test_what_we_show_can_be_typed_back(language: str) -> None:
    for reference in _made(3)[:50]:
        assert references_in(shown_in(language, reference)) == [reference]
        assert references_in(f"«{shown_in(language, reference)}»") == [reference]
