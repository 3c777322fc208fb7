"""How values look in a sentence: digits, numbers, dates of both calendars, moments, references, names, escaping."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import jdatetime
import pytest

from locales.show import (
    ZONE,
    Html,
    Moment,
    Reference,
    day,
    digits,
    isolated,
    moment,
    number,
    reference,
    shown_html,
    shown_plain,
)

FSI, LRI, PDI = "\u2068", "\u2066", "\u2069"
MONTHS = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")


def test_digits() -> None:
    assert digits("fa", "0123456789 abc ۷") == "۰۱۲۳۴۵۶۷۸۹ abc ۷"
    assert digits("en", "0123456789") == "0123456789"


@pytest.mark.parametrize(
    ("value", "fa", "en"),
    [
        (0, "۰", "0"), (7, "۷", "7"), (1405, "۱۴۰۵", "1405"), (9999, "۹۹۹۹", "9999"), (10000, "۱۰٬۰۰۰", "10,000"),
        (1_500_000_000, "۱٬۵۰۰٬۰۰۰٬۰۰۰", "1,500,000,000"), (-25000, "-۲۵٬۰۰۰", "-25,000"), (3.0, "۳", "3"),
        (2.5, "۲٫۵", "2.5"), (0.125, "۰٫۱۲۵", "0.125"), (12345.5, "۱۲٬۳۴۵٫۵", "12,345.5"),
        (0.1 + 0.2, "۰٫۳", "0.3"), (1e20, "۱۰۰٬۰۰۰٬۰۰۰٬۰۰۰٬۰۰۰٬۰۰۰٬۰۰۰", "100,000,000,000,000,000,000"),
    ],
)  # fmt: skip
def test_numbers(value: float, fa: str, en: str) -> None:
    assert (number("fa", value), number("en", value)) == (fa, en)


# Nowruz and the last days of Esfand as printed in calendars of Iran; 1399, 1403 and 1408 are leap years.
@pytest.mark.parametrize(
    ("gregorian", "fa"),
    [
        ("2021-03-20", "۳۰ اسفند ۱۳۹۹"), ("2021-03-21", "۱ فروردین ۱۴۰۰"), ("2022-03-20", "۲۹ اسفند ۱۴۰۰"),
        ("2022-03-21", "۱ فروردین ۱۴۰۱"), ("2024-03-19", "۲۹ اسفند ۱۴۰۲"), ("2024-03-20", "۱ فروردین ۱۴۰۳"),
        ("2025-03-20", "۳۰ اسفند ۱۴۰۳"), ("2025-03-21", "۱ فروردین ۱۴۰۴"), ("2024-02-29", "۱۰ اسفند ۱۴۰۲"),
        ("2026-03-20", "۲۹ اسفند ۱۴۰۴"), ("2026-03-21", "۱ فروردین ۱۴۰۵"), ("2026-09-22", "۳۱ شهریور ۱۴۰۵"),
        ("2026-09-23", "۱ مهر ۱۴۰۵"), ("2026-12-06", "۱۵ آذر ۱۴۰۵"), ("2030-03-20", "۳۰ اسفند ۱۴۰۸"),
        ("1979-02-11", "۲۲ بهمن ۱۳۵۷"),
    ],
)  # fmt: skip
def test_jalali_dates(gregorian: str, fa: str) -> None:
    assert day("fa", date.fromisoformat(gregorian)) == fa


def test_every_day_of_forty_years_follows_the_day_before() -> None:
    """Lengths of months by rule, leap years as decreed; and the library agrees."""
    leap = {1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412}
    today, wanted = date(1996, 3, 20), (1375, 1, 1)
    while wanted[0] < 1415:
        year, month, of_month = wanted
        assert day("fa", today) == digits("fa", f"{of_month} {MONTHS[month - 1]} {year}")
        assert jdatetime.date(year, month, of_month).togregorian() == today
        length = 31 if month <= 6 else 30 if month <= 11 or year in leap else 29
        wanted = (year, month, of_month + 1) if of_month < length else (year, month + 1, 1)
        wanted = (year + 1, 1, 1) if wanted[1] == 13 else wanted
        today += timedelta(days=1)


def test_gregorian_dates() -> None:
    assert day("en", date(2026, 12, 6)) == "6 Dec 2026"
    months = " ".join(day("en", date(2026, month, 1)).split()[1] for month in range(1, 13))
    assert months == "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"


def test_a_time_is_shown_as_the_day_in_iran() -> None:
    late = datetime(2026, 12, 6, 20, 29, 59, tzinfo=UTC)
    assert (day("fa", late), day("en", late)) == ("۱۵ آذر ۱۴۰۵", "6 Dec 2026")
    midnight = late + timedelta(seconds=1)
    assert (day("fa", midnight), day("en", midnight)) == ("۱۶ آذر ۱۴۰۵", "7 Dec 2026")


@pytest.mark.parametrize(
    ("utc", "fa", "en"),
    [
        ("2026-12-05 04:30", "شنبه ۱۴ آذر ۱۴۰۵ ساعت ۰۸:۰۰", "Saturday 5 Dec 2026 at 08:00"),
        ("2026-12-06 04:35", "یکشنبه ۱۵ آذر ۱۴۰۵ ساعت ۰۸:۰۵", "Sunday 6 Dec 2026 at 08:05"),
        ("2026-12-07 12:00", "دوشنبه ۱۶ آذر ۱۴۰۵ ساعت ۱۵:۳۰", "Monday 7 Dec 2026 at 15:30"),
        ("2026-12-08 12:00", "سه‌شنبه ۱۷ آذر ۱۴۰۵ ساعت ۱۵:۳۰", "Tuesday 8 Dec 2026 at 15:30"),
        ("2026-12-09 12:00", "چهارشنبه ۱۸ آذر ۱۴۰۵ ساعت ۱۵:۳۰", "Wednesday 9 Dec 2026 at 15:30"),
        ("2026-12-10 12:00", "پنجشنبه ۱۹ آذر ۱۴۰۵ ساعت ۱۵:۳۰", "Thursday 10 Dec 2026 at 15:30"),
        ("2026-12-10 21:00", "جمعه ۲۰ آذر ۱۴۰۵ ساعت ۰۰:۳۰", "Friday 11 Dec 2026 at 00:30"),
        ("2026-07-01 04:30", "چهارشنبه ۱۰ تیر ۱۴۰۵ ساعت ۰۸:۰۰", "Wednesday 1 Jul 2026 at 08:00"),
    ],
)
def test_moments(utc: str, fa: str, en: str) -> None:
    time = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert (moment("fa", time), moment("en", time)) == (fa, en)
    assert shown_plain("en", Moment.of(time.astimezone(ZoneInfo("Europe/Berlin")))) == en
    assert shown_plain("en", time) == day("en", time), "a time without `Moment` shows its day only"


def test_a_moment_is_the_time_it_was_made_of() -> None:
    opens = datetime(2026, 12, 5, 8, tzinfo=ZONE)
    assert Moment.of(opens) == opens
    assert isinstance(Moment.of(opens), Moment)


def test_references_keep_together_from_left_to_right() -> None:
    assert reference("fa", "48215377") == f"{LRI}۴۸۲۱-۵۳۷۷{PDI}"
    assert shown_plain("en", Reference("48215377")) == f"{LRI}4821-5377{PDI}"
    assert shown_html("fa", Reference("48215377")) == f"<code>{LRI}۴۸۲۱-۵۳۷۷{PDI}</code>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Reza", f"{FSI}Reza{PDI}"),
        ("مینا کریمی", f"{FSI}مینا کریمی{PDI}"),
        ("", ""),
        ("🙂 …", "🙂 …"),  # nothing in it has a direction
        ("123", "123"),
        ("\u202eEvil", f"{FSI}Evil{PDI}"),  # an override would turn the sentence around
        (f"a{PDI}{PDI}\u2066b\u200e\u200f", f"{FSI}ab{PDI}"),
    ],
)
def test_names_neither_leak_nor_take_a_direction(text: str, shown: str) -> None:
    assert isolated(text) == shown
    assert shown_plain("fa", text) == shown_plain("en", text) == shown


def test_isolates_are_always_closed() -> None:
    for text in ("\u2066\u2067\u2068 a", "ا\u202a\u202b\u202c", f"{PDI}{FSI}x"):
        opened = sum(char in (FSI, LRI) for char in isolated(text))
        assert opened == isolated(text).count(PDI) == 1
        rest = [char for char in isolated(text)[1:-1] if unicodedata.category(char) == "Cf"]
        assert not rest


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("<b>Tom & Jerry</b>", f"{FSI}&lt;b&gt;Tom &amp; Jerry&lt;/b&gt;{PDI}"),
        (Html("<b>ours & escaped</b>"), "<b>ours & escaped</b>"),
        ('"quotes"', f'{FSI}"quotes"{PDI}'),
        (5, "5"),
        (date(2026, 12, 6), "6 Dec 2026"),
    ],
)
def test_values_are_escaped_once(value: object, shown: str) -> None:
    assert shown_html("en", value) == shown


def test_our_markup_becomes_plain_for_buttons() -> None:
    assert shown_plain("en", Html("<b>a &amp; b</b> &lt;c&gt;")) == "a & b <c>"


@pytest.mark.parametrize("value", [None, True, [], {}, b"x", object()])
def test_what_has_no_form_in_a_sentence_is_refused(value: object) -> None:
    for show in (shown_plain, shown_html):
        with pytest.raises(TypeError, match="sentence"):
            show("fa", value)
