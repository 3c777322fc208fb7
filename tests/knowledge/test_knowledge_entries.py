"""Entries and sources: the rules of the real content, and the sentence that a broken file gets."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from knowledge.entries import Entry, content_hash, find_faults, find_thin, load_entries
from knowledge.faults import ContentError
from knowledge.sources import load_sources

HERE = Path(__file__).parent
NAMES = (
    "بهار پاییز تابستان زمستان باران برف باد خاک آب آتش کوه دشت رود دریا جنگل بیشه چمن گل سنگ شن ماه تیر مهر آبان آذر"
)
FORMAL = [f"بهای زمین {name} چقدر است" for name in NAMES.split()]
SPOKEN = [f"زمین {name} چنده" for name in NAMES.split()]
FINGLISH = ["gheymat zamin", "zamin chande"]
FINGLISH += [f"nerkh zamin {letter}{letter}o" for letter in "bcdfghjklmnpqrstvwxyzia"]
ENGLISH = [f"what is the price of plot {letter}{letter}a" for letter in "bcdfghjklmnpqrstvwxyzeiou"]

ENTRY = f"""# a comment
- id: land.price
  service: land
  kind: staff
  title: {{fa: "قیمت زمین", en: "Price of land"}}
  short:
    fa: قیمت را کارشناس می‌گوید.
    en: An expert tells the price.
  details:
    fa: ""
    en: ""
  phrasings:
    formal: {FORMAL!r}
    spoken: {SPOKEN!r}
    finglish: {FINGLISH!r}
    english: {ENGLISH!r}
  sources: [R17]
  related: []
  checked_on: 2026-11-22
"""


@pytest.fixture
def broken(tmp_path: Path) -> Callable[[str], ContentError]:
    """Writes a content file and gives the fault of loading it."""

    def load(text: str) -> ContentError:
        (tmp_path / "land.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(ContentError) as fault:
            load_entries(tmp_path, {"R17"})
        return fault.value

    return load


def test_a_sound_file_loads(tmp_path: Path) -> None:
    (tmp_path / "land.yaml").write_text(ENTRY, encoding="utf-8")
    (entry,) = load_entries(tmp_path, {"R17"})
    assert (entry.id, entry.kind, entry.checked_on) == ("land.price", "staff", date(2026, 11, 22))


@pytest.mark.parametrize(
    ("was", "becomes", "line", "reason"),
    [
        ("kind: staff", "kind: maybe", 4, "kind"),
        ("kind: staff", "kind: staff\n  colour: red", 5, "colour"),
        ("kind: staff", "kind: staff\n  kind: full", 5, '"kind" is written twice'),
        ("kind: staff", "kind staff", 5, "not valid YAML"),
        ('fa: "قیمت زمین"', f'fa: "{"زمین " * 20}"', 5, "60"),
        ('fa: "قیمت زمین"', 'fa: "Price of land"', 5, "not Persian"),
        ('en: "Price of land"', 'en: "قیمت زمین"', 5, "not English"),
        ("قیمت را کارشناس می‌گوید.", "<b>قیمت</b> را کارشناس می‌گوید.", 7, "markup"),
        ("قیمت را کارشناس می‌گوید.", "قيمت را کارشناس می‌گوید.", 7, "Arabic"),
        ("قیمت را کارشناس می‌گوید.", "قیمت ۱۲ است و 34 نیست.", 7, "Latin digits"),
        ("An expert tells the price.", "An **expert** tells the price.", 8, "markup"),
        ("An expert tells the price.", "x" * 451, 8, "450"),
        ("'zamin chande'", "'!!!'", 15, "holds no word"),
        ("'zamin chande'", "'gheymat zamin'", 15, "already in land.price"),
        ("'zamin chande', ", "", 15, "fewer than 25 finglish phrasings"),
        ("'زمین بهار چنده', ", "", 14, "fewer than 25 spoken phrasings"),
        ("'بهای زمین بهار چقدر است', ", "", 13, "fewer than 25 formal phrasings"),
        (", 'what is the price of plot uua'", "", 16, "fewer than 25 english phrasings"),
        ("sources: [R17]", "sources: [R17, R99]", 17, "R99 is not known"),
        ("sources: [R17]", "sources: []", 17, "names no source"),
        ("related: []", "related: [land.apply]", 18, "land.apply"),
        ("related: []", "related: [a.b, a.c, a.d, a.e, a.f]", 18, "related"),
        ("checked_on: 2026-11-22", "checked_on: soon", 19, "checked_on"),
    ],
)
def test_a_broken_file_is_told_by_line(
    broken: Callable[[str], ContentError], was: str, becomes: str, line: int, reason: str
) -> None:
    assert was in ENTRY
    fault = broken(ENTRY.replace(was, becomes, 1))
    assert fault.line == line
    assert reason in fault.reason
    sentence = str(fault)
    assert sentence.count("\n") == 0
    assert sentence.endswith(".")
    assert f"land.yaml, line {line}" in sentence
    if "YAML" not in reason and "twice" not in reason:
        assert fault.topic == "land.price"


def test_a_missing_key_is_told_at_its_entry(broken: Callable[[str], ContentError]) -> None:
    fault = broken(ENTRY + ENTRY.replace("land.price", "land.apply").replace("  service: land\n", ""))
    assert (fault.line, fault.topic) == (21, "land.apply")


def test_one_phrasing_in_two_topics_is_told_even_when_typed_differently(
    broken: Callable[[str], ContentError],
) -> None:
    other = ENTRY.replace("land.price", "land.apply").replace("zamin chande", "ZAMIN  chande!")
    for word, another in (("plot", "parcel"), ("بهای", "نرخ"), ("زمین", "سوله"), ("nerkh zamin", "nerkh suleh")):
        other = other.replace(word, another)
    other = other.replace("gheymat zamin", "gheymat suleh")
    fault = broken(ENTRY + other)
    assert fault.topic == "land.apply"
    assert "already in land.price" in fault.reason


@pytest.mark.parametrize("content", [b"\xff\xfe", b"just text", b"a: }", b"- 5"])
def test_a_file_that_is_no_list_of_entries_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.yaml").write_bytes(content)
    with pytest.raises(ContentError, match=r"bad\.yaml, line 1"):
        load_entries(tmp_path, set())


def test_a_folder_without_content_is_refused_by_its_name(tmp_path: Path) -> None:
    for folder, reason in ((tmp_path, "no content files"), (tmp_path / "away", "this folder of content is not")):
        with pytest.raises(ContentError) as refused:
            load_entries(folder, set())
        assert str(refused.value).startswith(f"{folder}: {reason}")
    (tmp_path / "land.yaml").write_text("[]", encoding="utf-8")
    with pytest.raises(ContentError) as refused:
        load_entries(tmp_path, set())
    assert str(refused.value) == f"{tmp_path}: the content files here hold no entries."


def test_the_hash_changes_with_the_entry_and_only_then(entries: tuple[Entry, ...]) -> None:
    entry = entries[0]
    same = Entry.model_validate(entry.model_dump(mode="json"))
    other = entry.model_copy(update={"kind": "partial" if entry.kind == "full" else "full"})
    assert content_hash(same) == content_hash(entry) != content_hash(other)
    assert len({content_hash(one) for one in entries}) == len(entries)


def test_entries_cannot_be_changed(entries: tuple[Entry, ...]) -> None:
    with pytest.raises(ValidationError):
        entries[0].kind = "full"  # type: ignore[misc]


def test_the_real_content_keeps_every_rule(entries: tuple[Entry, ...]) -> None:
    assert list(find_faults(entries, load_sources().keys())) == []
    assert list(find_thin(entries)) == []


def test_every_topic_of_the_catalogue_has_its_entry(entries: tuple[Entry, ...]) -> None:
    topics = (HERE / "topics.txt").read_text(encoding="utf-8").split()
    assert not set(topics) - {entry.id for entry in entries}


def test_no_answer_without_a_fact_holds_a_price_or_percentage(entries: tuple[Entry, ...]) -> None:
    for entry in entries:
        if entry.kind == "staff":
            text = entry.short.en + entry.details.en
            assert not any(mark in text for mark in ("%", " percent", "rial", " toman")), entry.id


def test_all_sources_are_there_and_named() -> None:
    sources = load_sources()
    assert list(sources) == [f"R{number:02d}" for number in range(1, 193)]
    assert Counter(source.kind for source in sources.values()).keys() == {"O", "N", "S"}
    assert sources["R01"].name.fa == "تهران تایمز"
    assert sources["R01"].date is not None
    assert sources["R01"].date.fa == "۲۲ مرداد ۱۳۹۹"
    assert sources["R21"].date is None


def test_a_source_listed_twice_is_told(tmp_path: Path) -> None:
    row = {"id": "R01", "address": "a.example", "kind": "N", "name": {"fa": "الف", "en": "a"}, "date": None}
    (tmp_path / "sources.yaml").write_text(yaml.safe_dump([row, row], allow_unicode=True), encoding="utf-8")
    with pytest.raises(ContentError, match="R01 is listed twice"):
        load_sources(tmp_path / "sources.yaml")
