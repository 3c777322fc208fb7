"""Working hours of the desk: is anyone there now, and when is somebody there next.

Not here: what is said about it (locales).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import jdatetime
import yaml


class HoursError(Exception):
    """The file of working hours cannot be used; one sentence that names the place."""


@dataclass(frozen=True)
class Hours:
    """Opening times by weekday (Monday is 0) in one zone, yearly Jalali holidays and single dates."""

    zone: ZoneInfo
    days: dict[int, tuple[time, time]]
    yearly: frozenset[tuple[int, int]]
    dates: frozenset[date]

    def opens_on(self, day: date) -> tuple[datetime, datetime] | None:
        """From when to when the desk is open on a day, or None."""
        jalali = jdatetime.date.fromgregorian(date=day)
        if day.weekday() not in self.days or (jalali.month, jalali.day) in self.yearly or day in self.dates:
            return None
        start, end = self.days[day.weekday()]
        return datetime.combine(day, start, self.zone), datetime.combine(day, end, self.zone)

    def is_open(self, now: datetime) -> bool:
        """Is anybody expected at the desk at this moment."""
        span = self.opens_on(now.astimezone(self.zone).date())
        return span is not None and span[0] <= now < span[1]

    def next_opening(self, now: datetime) -> datetime:
        """The next moment at which the desk opens; always within the coming year."""
        today = now.astimezone(self.zone).date()
        for ahead in range(366):
            span = self.opens_on(today + timedelta(days=ahead))
            if span is not None and span[0] > now:
                return span[0]
        raise HoursError("The working hours in desk/hours.yaml leave no open day in a year.")


FILE = Path(__file__).with_name("hours.yaml")


def load_hours(path: Path = FILE) -> Hours:
    """Read the file. Raises HoursError, one sentence that names the file and the value that cannot be meant."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Hours(
            zone=ZoneInfo(raw["zone"]),
            days=dict(_span(day, span) for day, span in raw["days"].items()),
            yearly=frozenset(_jalali_day(text) for text in raw["yearly"]),
            dates=frozenset(_date(text) for text in raw["dates"]),
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise HoursError(
            f"The working hours in {path.name} cannot be read: {type(error).__name__} {reason}."
        ) from None


def _span(day: object, span: object) -> tuple[int, tuple[time, time]]:
    try:
        start, end = (time.fromisoformat(text) for text in span)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise ValueError(f"the hours of day {day} are {span} instead of two times") from None
    if day not in range(7) or start >= end:
        raise ValueError(f"day {day} with the hours {span} is no day from 0 to 6 that begins before it ends")
    return int(str(day)), (start, end)


def _jalali_day(text: object) -> tuple[int, int]:
    month, _, day = str(text).partition("-")
    try:
        jdatetime.date(1403, int(month), int(day))  # a leap year: 30 Esfand exists
    except ValueError:
        raise ValueError(f"{text} is no month and day of the Jalali year") from None
    return int(month), int(day)


def _date(text: object) -> date:
    try:
        found = date.fromisoformat(str(text))
    except ValueError:
        raise ValueError(f"{text} is no date") from None
    if found.year < 2000:
        raise ValueError(f"{text} is not a Gregorian date of our time")
    return found
