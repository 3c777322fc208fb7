"""Dates as people type them: Jalali or Gregorian, any digits, numbers or month names, or a word such as "فردا".

Only whole dates are read; showing dates is the caller's work.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import jdatetime

from eservices.clean import comparable

_JALALI = (
    "فروردین farvardin", "اردیبهشت ordibehesht", "خرداد khordad", "تیر tir", "مرداد امرداد mordad",
    "شهریور shahrivar", "مهر mehr", "آبان aban", "آذر azar", "دی dey day", "بهمن bahman", "اسفند esfand",
)  # fmt: skip
_GREGORIAN = (
    "january jan ژانویه", "february feb فوریه", "march mar مارس", "april apr آوریل", "may مه می", "june jun ژوئن",
    "july jul ژوئیه جولای", "august aug اوت آگوست", "september sep sept سپتامبر", "october oct اکتبر",
    "november nov نوامبر", "december dec دسامبر",
)  # fmt: skip
_MONTHS = {
    comparable(name): (jalali, number)
    for jalali, months in ((True, _JALALI), (False, _GREGORIAN))
    for number, names in enumerate(months, start=1)
    for name in names.split()
}
_DAYS = {
    comparable(word): shift
    for shift, words in {
        -2: ("پریروز", "pariruz", "the day before yesterday"), -1: ("دیروز", "diruz", "dirooz", "yesterday"),
        0: ("امروز", "emruz", "emrooz", "today"), 1: ("فردا", "farda", "tomorrow"),
        2: ("پس‌فردا", "پسفردا", "pas farda", "pasfarda", "the day after tomorrow"),
    }.items()
    for word in words
}  # fmt: skip
# "دوشنبه ۵ مهر ۱۴۰۳", "on the 5th of May, 2026": words that add nothing to a whole date.
_IDLE_WORDS = (
    "شنبه یکشنبه دوشنبه سه‌شنبه سه چهارشنبه چهار پنجشنبه پنج یک دو جمعه ماه سال روز مورخ تاریخ ام م "
    "on the of mah sal st nd rd th monday tuesday wednesday thursday friday saturday sunday"
)
_IDLE = frozenset(word for part in _IDLE_WORDS.split(" ") for word in comparable(part).split())
_JALALI_YEARS = range(1250, 1500)
_GREGORIAN_YEARS = range(1900, 2101)
_AHEAD, _BEHIND = 5, 60  # years around today in which a two-digit year is believed


def read_date(text: str, today: date) -> tuple[date, ...]:
    """All the dates that `text` can mean: one when clear, two or more when ambiguous, none when it is no date.

    Year first or last; with the year last, the day comes before the month in Jalali dates, while a Gregorian date
    may be meant either way. A two-digit year is Jalali. A date without a year is none: a guess
    could be a year wrong.
    """
    words = comparable(text)
    if words in _DAYS:
        return (today + timedelta(days=_DAYS[words]),)
    if len(words) > 60:
        return ()
    words = re.sub(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)", " ", words)
    parts = [part for part in words.split() if part not in _IDLE]
    month = next((_MONTHS[part] for part in parts if part in _MONTHS), None)
    numbers = [part for part in parts if part not in _MONTHS]
    if not all(part.isdecimal() for part in numbers) or len(parts) - len(numbers) > 1:
        return ()
    if month is None and len(numbers) == 1 and len(numbers[0]) == 8:
        numbers = [numbers[0][:4], numbers[0][4:6], numbers[0][6:]]
    if len(numbers) != (3 if month is None else 2) or any(len(part) > 4 for part in numbers):
        return ()
    found = _named(numbers, month, today) if month else _numeric(numbers, today)
    return tuple(sorted(set(found)))


def _named(numbers: list[str], month: tuple[bool, int], today: date) -> Iterator[date]:
    jalali, number = month
    for year, day in ((numbers[0], numbers[1]), (numbers[1], numbers[0])):
        if len(day) <= 2:
            yield from _whole(year, number, int(day), today, calendars=(jalali,))


def _numeric(numbers: list[str], today: date) -> Iterator[date]:
    first, middle, last = numbers
    if len(middle) > 2:
        return
    if len(last) <= 2:
        yield from _whole(first, int(middle), int(last), today)
    if len(first) <= 2:
        yield from _whole(last, int(middle), int(first), today)
        yield from _whole(last, int(first), int(middle), today, calendars=(False,))


def _whole(
    year: str, month: int, day: int, today: date, *, calendars: tuple[bool, ...] = (True, False)
) -> Iterator[date]:
    """The date in each calendar in which this year, month and day exist; True stands for Jalali."""
    for jalali in calendars:
        number = int(year)
        if len(year) == 2 and jalali:
            this_year = jdatetime.date.fromgregorian(date=today).year
            number += (this_year + _AHEAD - number) // 100 * 100
            if number < this_year - _BEHIND:
                continue
        if len(year) not in (2, 4) or number not in (_JALALI_YEARS if jalali else _GREGORIAN_YEARS):
            continue
        try:
            yield jdatetime.date(number, month, day).togregorian() if jalali else date(number, month, day)
        except ValueError:  # no such day in that month
            continue
