"""Working hours: the week as it is in Iran, holidays, the next opening, and a file that cannot be used."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from desk.hours import FILE, Hours, HoursError, load_hours

HOURS = load_hours()


def local(text: str) -> datetime:
    """2026-12-05 08:00 on a clock in Iran."""
    return datetime.fromisoformat(text).replace(tzinfo=HOURS.zone)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-12-05 07:59:59", False),  # Saturday, the first day of the week
        ("2026-12-05 08:00", True),
        ("2026-12-05 15:59:59", True),
        ("2026-12-05 16:00", False),
        ("2026-12-06 12:00", True),  # Sunday to Wednesday
        ("2026-12-07 12:00", True),
        ("2026-12-08 12:00", True),
        ("2026-12-09 15:30", True),
        ("2026-12-10 11:59", True),  # Thursday until noon
        ("2026-12-10 12:00", False),
        ("2026-12-11 10:00", False),  # Friday
        ("2026-12-05 00:00", False),
        ("2027-02-11 10:00", False),  # 22 Bahman, a Thursday
        ("2027-03-20 10:00", False),  # 29 Esfand, oil nationalisation
        ("2026-06-04 10:00", False),  # 14 Khordad
    ],
)
def test_when_somebody_is_at_the_desk(moment: str, is_open: bool) -> None:
    at = local(moment)
    assert HOURS.is_open(at) is is_open
    assert HOURS.is_open(at.astimezone(UTC)) is is_open, "the zone in which we are asked does not matter"


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-12-05 07:00", "2026-12-05 08:00"),
        ("2026-12-05 08:00", "2026-12-06 08:00"),  # open already: the next time is tomorrow
        ("2026-12-05 16:00", "2026-12-06 08:00"),
        ("2026-12-09 23:59", "2026-12-10 08:00"),
        ("2026-12-10 12:00", "2026-12-12 08:00"),  # Thursday noon: Saturday
        ("2026-12-11 09:00", "2026-12-12 08:00"),
        ("2027-02-10 17:00", "2027-02-13 08:00"),  # 22 Bahman is a Thursday, then Friday
        ("2026-03-19 12:30", "2026-03-25 08:00"),  # Thursday, Friday 29 Esfand, then 1 to 4 Farvardin
        ("2025-03-19 16:00", "2025-03-25 08:00"),  # a leap year: 30 Esfand is Thursday 20 March
    ],
)
def test_the_next_opening(moment: str, opens: str) -> None:
    if moment.startswith("2025"):
        # in a leap year 30 Esfand is a working day: a Thursday
        assert HOURS.next_opening(local(moment)) == local("2025-03-20 08:00")
        moment = "2025-03-20 12:00"
    assert HOURS.next_opening(local(moment)) == local(opens)


def test_the_next_opening_is_open_and_nothing_between_is() -> None:
    """Hour by hour through a year and more."""
    at, last = local("2026-02-01 00:30"), local("2027-06-01 00:00")
    while at < last:
        opens = HOURS.next_opening(at)
        assert opens > at
        assert HOURS.is_open(opens)
        assert not HOURS.is_open(opens - timedelta(seconds=1))
        if not HOURS.is_open(at):
            assert not any(HOURS.is_open(at + (opens - at) * part / 7) for part in range(7))
        at += timedelta(hours=7)


def test_the_clock_is_never_put_forward() -> None:
    """Iran ended summer time in September 2022: half past three hours before UTC all year."""
    for month in range(1, 13):
        assert datetime(2026, month, 15, tzinfo=HOURS.zone).utcoffset() == timedelta(hours=3, minutes=30)
    summer = datetime(2026, 7, 4, 4, 30, tzinfo=UTC)
    assert HOURS.is_open(summer)
    assert not HOURS.is_open(summer - timedelta(seconds=1))


def test_a_date_of_this_year_only(tmp_path: Path) -> None:
    file = tmp_path / "hours.yaml"
    file.write_text(FILE.read_text("utf-8").replace("dates: []", "dates: [2026-12-06, '2026-12-07']"), "utf-8")
    hours = load_hours(file)
    assert hours.dates == {date(2026, 12, 6), date(2026, 12, 7)}
    assert hours.next_opening(local("2026-12-05 16:00")) == local("2026-12-08 08:00")
    assert not hours.is_open(local("2026-12-06 10:00"))


@pytest.mark.parametrize(
    ("was", "now", "reason"),
    [
        ("zone: Asia/Tehran", "zone: Asia/Teheran", "Teheran"),
        ("zone: Asia/Tehran", "", "zone"),
        ('["08:00", "12:00"]', '["08:00"]', "['08:00'] instead of two times"),
        ('["08:00", "12:00"]', "12", "12 instead of two times"),
        ('["08:00", "12:00"]', '["08:00", "noon"]', "noon"),
        ('["08:00", "12:00"]', '["12:00", "08:00"]', "begins before it ends"),
        ("3: [", "9: [", "9"),
        ('"11-22"', '"13-22"', "13-22"),
        ('"11-22"', '"Bahman"', "Bahman"),
        ("dates: []", "dates: ['1405-13-01']", "1405-13-01"),
        ("dates: []", "dates: [1405-11-22]", "1405-11-22 is not a Gregorian date"),  # Jalali by mistake
        ("dates: []", "dates: 5", "int"),
        ("days:", "days: [", "ParserError"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, was: str, now: str, reason: str) -> None:
    text = FILE.read_text("utf-8")
    assert was in text
    file = tmp_path / "hours.yaml"
    file.write_text(text.replace(was, now), "utf-8")
    with pytest.raises(HoursError, match=r"^The working hours in hours\.yaml cannot be read: .*\.$") as said:
        load_hours(file)
    assert reason in str(said.value)
    assert "\n" not in str(said.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(HoursError, match=r"cannot be read: FileNotFoundError"):
        load_hours(tmp_path / "hours.yaml")


def test_a_desk_that_never_opens_is_said() -> None:
    never = Hours(HOURS.zone, {}, frozenset(), frozenset())
    with pytest.raises(HoursError, match="no open day"):
        never.next_opening(local("2026-12-05 08:00"))
