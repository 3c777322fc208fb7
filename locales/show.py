"""How values look in a sentence: digits, dates, references, names in another script.

Not here: the sentences. Times are aware UTC until this point; here they become local.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import jdatetime

ZONE = ZoneInfo("Asia/Tehran")
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_JALALI_MONTHS = (
    ("fa", ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")),
)
_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = {
    "fa": ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
FIRST_STRONG_ISOLATE, LEFT_ISOLATE, POP_ISOLATE = "\u2068", "\u2066", "\u2069"
LEFT_MARK, RIGHT_MARK = "\u200e", "\u200f"
_DIRECTION_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Html(str):
    """Text that is escaped already and may hold our tags."""

    __slots__ = ()


class Reference(str):
    """Eight digits of a ticket, shown in two fours."""

    __slots__ = ()


class Moment(datetime):
    """A time whose hour matters: shown with weekday and clock."""

    @classmethod
    def of(cls, time: datetime) -> Moment:
        """The same time, to be shown with its hour."""
        return cls.fromtimestamp(time.timestamp(), time.tzinfo)


def digits(language: str, text: str) -> str:
    """Latin digits in the digits of the language."""
    return text.translate(_PERSIAN_DIGITS) if language == "fa" else text


def number(language: str, value: int | float) -> str:
    """A number with thousands separators from five digits on."""
    whole = isinstance(value, int) or value.is_integer()
    text = f"{int(value)}" if whole else f"{value:.10g}"
    if abs(value) >= 10_000 and "e" not in text:
        text = f"{int(value):,}" if whole else f"{value:,.2f}".rstrip("0").rstrip(".")
    if language != "fa":
        return text
    return digits("fa", text.replace(",", "٬").replace(".", "٫"))


def day(language: str, value: date) -> str:
    """A date: Jalali in Persian, Gregorian in English."""
    if isinstance(value, datetime):
        value = value.astimezone(ZONE).date()
    if language == "fa":
        jalali = jdatetime.date.fromgregorian(date=value)
        return digits("fa", f"{jalali.day} {_JALALI_MONTHS[0][1][jalali.month - 1]} {jalali.year}")
    return f"{value.day} {_ENGLISH_MONTHS[value.month - 1]} {value.year}"


def moment(language: str, value: datetime) -> str:
    """Weekday, date and hour, in local time."""
    local = value.astimezone(ZONE)
    weekday = _WEEKDAYS[language][local.weekday()]
    if language == "fa":
        return f"{weekday} {day('fa', local.date())} ساعت {digits('fa', f'{local:%H:%M}')}"
    return f"{weekday} {day('en', local.date())} at {local:%H:%M}"


def reference(language: str, value: str) -> str:
    """4821-5377, in the digits of the language, kept together from left to right."""
    return f"{LEFT_ISOLATE}{digits(language, f'{value[:4]}-{value[4:]}')}{POP_ISOLATE}"


def isolated(text: str) -> str:
    """A name or words of somebody inside our sentence: its direction neither leaks out nor is changed.

    Their own direction marks are taken out: an override would turn our sentence around.
    """
    cleaned = _DIRECTION_MARKS.sub("", text)
    return f"{FIRST_STRONG_ISOLATE}{cleaned}{POP_ISOLATE}" if has_strong(cleaned) else cleaned


def has_strong(text: str) -> bool:
    """Does any character in it have a direction of its own: letters have, digits and signs have not."""
    return any(unicodedata.bidirectional(char) in ("L", "R", "AL") for char in text)


def mark(language: str) -> str:
    """The invisible sign that makes a line run in the direction of the language."""
    return RIGHT_MARK if language == "fa" else LEFT_MARK


def directed(text: str, show: Callable[[str, object], str], language: str) -> str:
    """Words that have lines for themselves: each line runs as most of its letters do, not as the first one does."""
    return "\n".join(_directed_line(line, show, language) for line in _DIRECTION_MARKS.sub("", text).split("\n"))


def _directed_line(line: str, show: Callable[[str, object], str], language: str) -> str:
    kinds = [kind for kind in map(unicodedata.bidirectional, line) if kind in ("L", "R", "AL")]
    shown = show(language, Html(html.escape(line, quote=False)))
    to_right = sum(kind == "L" for kind in kinds)
    if not kinds or (kinds[0] == "L") == (to_right * 2 >= len(kinds)):
        return shown
    return (LEFT_MARK if kinds[0] != "L" else RIGHT_MARK) + shown


def shown_plain(language: str, value: object) -> str:
    """A value for plain text."""
    match value:
        case Html():
            return html.unescape(re.sub(r"<[^>]*>", "", value))
        case Reference():
            return reference(language, value)
        case str():
            return isolated(value)
        case bool():
            raise TypeError("a truth value has no form in a sentence")
        case int() | float():
            return number(language, value)
        case Moment():
            return moment(language, value)
        case date():
            return day(language, value)
        case _:
            raise TypeError(f"no form in a sentence for {type(value).__name__}")


def shown_html(language: str, value: object) -> str:
    """A value for HTML: escaped, unless it is Html already."""
    if isinstance(value, Html):
        return value
    if isinstance(value, Reference):
        # a reference can be copied with one tap
        return f"<code>{reference(language, value)}</code>"
    return html.escape(shown_plain(language, value), quote=False)
