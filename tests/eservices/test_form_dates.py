"""Typed dates: which ones are read, which are ambiguous, which are none."""

from datetime import date

import jdatetime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eservices.dates import read_date

TODAY = date(2026, 11, 22)  # 1 Azar 1405


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1403/05/12", date(2024, 8, 2)),
        ("۱۴۰۳/۵/۱۲", date(2024, 8, 2)),
        ("١٤٠٣-٠٥-١٢", date(2024, 8, 2)),
        ("1403.5.12", date(2024, 8, 2)),
        ("1403 5 12", date(2024, 8, 2)),
        ("14030512", date(2024, 8, 2)),
        ("12/5/1403", date(2024, 8, 2)),
        ("۱۲ مرداد ۱۴۰۳", date(2024, 8, 2)),
        ("12 mordad 1403", date(2024, 8, 2)),
        ("1403 Mordad 12", date(2024, 8, 2)),
        ("جمعه ۱۲ مرداد ماه ۱۴۰۳", date(2024, 8, 2)),
        ("۱۲مرداد۱۴۰۳", date(2024, 8, 2)),
        ("03/05/12", date(2024, 8, 2)),  # 12 cannot be a year near today
        ("۹۹/۱۲/۳۰", date(2021, 3, 20)),
        ("12 mordad 99", date(2020, 8, 2)),
        ("30 اسفند 1403", date(2025, 3, 20)),  # a leap year
        ("2024-02-29", date(2024, 2, 29)),
        ("20240229", date(2024, 2, 29)),
        ("29/2/2024", date(2024, 2, 29)),
        ("2/29/2024", date(2024, 2, 29)),
        ("May 5, 2026", date(2026, 5, 5)),
        ("5th of May 2026", date(2026, 5, 5)),
        ("5 مه 2026", date(2026, 5, 5)),
        ("۵ می ۲۰۲۶", date(2026, 5, 5)),
        ("امروز", TODAY),
        ("دیروز", date(2026, 11, 21)),
        ("فردا", date(2026, 11, 23)),
        ("پس‌فردا", date(2026, 11, 24)),
        ("پریروز", date(2026, 11, 20)),
        ("Tomorrow", date(2026, 11, 23)),
        ("farda", date(2026, 11, 23)),
    ],
)
def test_a_clear_date(typed: str, meant: date) -> None:
    assert read_date(typed, TODAY) == (meant,)


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        ("05/06/2024", (date(2024, 5, 6), date(2024, 6, 5))),
        ("03/05/04", (date(2024, 7, 25), date(2025, 7, 25))),
    ],
)
def test_an_ambiguous_date_has_all_its_readings(typed: str, readings: tuple[date, ...]) -> None:
    assert read_date(typed, TODAY) == readings


@pytest.mark.parametrize(
    "typed",
    [
        "", "soon", "۵ مهر", "مهر ۱۴۰۳", "1403", "1403/13/01", "1403/12/31", "30 esfand 1402", "2023-02-29",
        "0000/00/00", "1403/05", "1403/05/12/01", "31/31/31", "99999/1/1", "5 mehr may 1403", "1403/5/12 ساعت ۹",
        "۱۲/۱۲/۱۸۰۰", "1" * 500,
    ],
)  # fmt: skip
def test_what_is_no_date(typed: str) -> None:
    assert read_date(typed, TODAY) == ()


_DAYS = st.dates(date(1925, 1, 1), date(2099, 12, 31))


@given(_DAYS, st.sampled_from("/-. "))
def test_every_day_is_read_with_its_year_first(day: date, between: str) -> None:
    jalali = jdatetime.date.fromgregorian(date=day)
    assert read_date(f"{jalali.year}{between}{jalali.month}{between}{jalali.day}", TODAY) == (day,)
    assert read_date(f"{day.year}{between}{day.month}{between}{day.day}", TODAY) == (day,)


@given(_DAYS)
def test_with_the_year_last_the_meant_day_is_among_the_readings(day: date) -> None:
    jalali = jdatetime.date.fromgregorian(date=day)
    assert read_date(f"{jalali.day}/{jalali.month}/{jalali.year}", TODAY) == (day,)
    assert day in read_date(f"{day.day}/{day.month}/{day.year}", TODAY)


@given(st.text(max_size=80), _DAYS)
def test_nothing_typed_raises(text: str, today: date) -> None:
    assert all(isinstance(day, date) for day in read_date(text, today))
