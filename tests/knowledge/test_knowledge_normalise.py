"""The normaliser: pairs that must meet, what must stay, and properties that hold for any text."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.entries import Entry
from knowledge.normalise import (
    Script,
    detect,
    fold_homophones,
    is_courtesy,
    joined,
    normalise,
    parts,
    script_of,
    sound,
    stem,
    without_courtesy,
)
from knowledge.words import ENGLISH, FINGLISH

ZWNJ = "\u200c"

PERSIAN_BITS = st.sampled_from(
    [
        *("می", "نمی", "ها", "های", "تر", "ترین", "ی", "یی", "ییی", "ه", "هه", "ت", "تت", " ", "  ", ZWNJ, "\u200f"),
        *("\u064e", "ـ", "آ", "ي", "ك", "ۀ", "ء", "١", "۲", "12", ",", "٬", "345", "😀", "a", "É", "ß", "İ", "ﷲ"),
        *("\u05b0", "\u20e3"),
    ]
)
ANY_TEXT = st.one_of(st.text(max_size=200), st.lists(PERSIAN_BITS, max_size=40).map("".join))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("كارخانه يك", "کارخانه یک"),
        ("مؤسسه‌ی تأسیس", "موسسه تاسیس"),
        ("آیا مسئول ٱست", "ایا مسیول است"),
        ("زمینِ شَهرَک", "زمین شهرک"),
        ("شهـــرک", "شهرک"),
        ("سلاااااام", "سلام"),
        ("heeeelp MEEE", "help me"),
        ("۱۲۳ ٤٥٦ 789 １０", "123 456 789 10"),
        ("100000 تومان", "100000 تومان"),
        ("می‌خواهم", "میخواهم"),
        ("می خواهم", "میخواهم"),
        ("نمی دانم", "نمیدانم"),
        ("شهرک ها", "شهرکها"),
        ("شهرک‌های", "شهرکهای"),
        ("شهرک های صنعتی", "شهرکهای صنعتی"),
        ("خانه ی ما", "خانه ما"),
        ("دانش‌بنیان", "دانش بنیان"),
        ("\u202eزمین\u202c\u200f", "زمین"),
        ("زمین؟؟؟ چنده!!! 😀👍🏽", "زمین چنده"),
        ("shahrak-e Sanati", "shahrak e sanati"),
        ("R&D", "r d"),
        ("café", "cafe"),
        ("𝓵𝓪𝓷𝓭 ﻻ", "land لا"),
        ("a\ud800b", "a b"),
        ("خرید\x00زمین\tشهرک\nالف", "خرید زمین شهرک الف"),
        ("😀😀", ""),
        ("ﺳﻼﻡ", "سلام"),
        ("علي", "علی"),
        ("شرکة", "شرکه"),
        ("هۀ خانۀ", "هه خانه"),
        ("پرونده‌ے", "پرونده"),
        ("ڪارگاه گرفت ڬ", "کارگاه گرفت ک"),
        ("مـــی‌خـوام", "میخوام"),
        ("خیلیییی گرونههههه", "خیلی گرونه"),
        ("چرااااا؟؟", "چرا"),
        ("mersiiiii", "mersi"),
        ("noooo", "no"),
        ("بله", "بله"),
        ("مُدیریَّت", "مدیریت"),
        ("قرآن", "قران"),
        ("جزء", "جز"),
        ("مسئولیت", "مسیولیت"),
        ("هیأت‌مدیره", "هیات مدیره"),
        ("۱۲٬۵۰۰٬۰۰۰ تومان", "12500000 تومان"),
        ("1,000,000", "1000000"),
        ("12,34", "12 34"),
        ("ماده ۱۲، ۱۳", "ماده 12 13"),
        ("٪۲۰", "20"),
        ("۳/۵ درصد", "3 5 درصد"),
        ("²", "2"),
        ("①", "1"),
        ("१२", "12"),
        ("1️⃣ سوال", "1 سوال"),
        ("🇮🇷ایران🇮🇷", "ایران"),
        ("👨‍👩‍👧 خانواده", "خانواده"),
        ("بزرگ‌تر", "بزرگتر"),
        ("ارزان ترین زمین", "ارزانترین زمین"),
        ("کارخانه‌ها", "کارخانهها"),
        ("کارخانه هایمان", "کارخانههایمان"),
        ("قسط هامون", "قسطهامون"),
        ("نمی‌شود", "نمیشود"),
        ("می", "می"),
        ("ها", "ها"),
        ("loan ها", "loan ها"),
        ("نیم‌¬فاصله", "نیم فاصله"),
        ("سلام\u00a0دنیا", "سلام دنیا"),
        ("e-mail", "e mail"),
        ("Straße", "strasse"),
        ("ＬＯＡＮ", "loan"),
        ("زمین…شهرک", "زمین شهرک"),
        ("«شهرک»", "شهرک"),
        ("(زمین)", "زمین"),
        ("kargāh", "kargah"),
        ("ﷲ", "الله"),
        ("a\u05b0\u05b1b", "ab"),
        ("", ""),
    ],
)
def test_writes_one_form(typed: str, expected: str) -> None:
    assert normalise(typed) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("شهرک", "shahrak"),
        ("شهرک", "shahrake"),
        ("صنعتی", "sanaati"),
        ("صنعتی", "سنعتی"),
        ("صنعتی", "صنتی"),
        ("تسهیلات", "tashilat"),
        ("پروانه", "parvaneh"),
        ("کارخانه", "karkhoone"),
        ("کارخانه", "کارخونه"),
        ("خوشه", "khooshe"),
        ("قیمت", "gheymat"),
        ("قیمت", "qeimat"),
        ("غرفه", "قرفه"),
        ("ضمانت", "zemaanat"),
        ("مزایده", "مضایده"),
        ("احیا", "ehya"),
        ("کلینیک", "clinic"),
        ("کلینیک", "kelinik"),
        ("چطور", "chetor"),
        ("وثیقه", "vasighe"),
        ("وام", "vam"),
    ],
)
def test_sounds_alike(one: str, other: str) -> None:
    assert sound(normalise(one)) == sound(normalise(other)) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("زمین", "ضمانت"), ("وام", "بام"), ("خوشه", "کوشش"), ("برق", "برگ"), ("گاز", "کاج")]
)
def test_sounds_different(one: str, other: str) -> None:
    assert sound(one) != sound(other)


def test_a_lone_ezafe_has_no_sound_and_numbers_keep_theirs() -> None:
    assert sound("e") == ""
    assert sound("18") == "18"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("کارگاهمون", "کارگاه"),
        ("کارخانههای", "کارخانه"),
        ("وامها", "وام"),
        ("زمین", "زمین"),
        ("زمان", "زمان"),
        ("shahrakha", "shahrakha"),
    ],
)
def test_stems_endings_of_persian_words_only(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_homophones_share_one_letter() -> None:
    assert fold_homophones("صثسذضظزطتغقحه") == "سسسززززتتققهه"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("زمین شهرک متری چنده", "fa"),
        ("zamin shahrak metri chande", "fi"),
        ("How much is the land?", "en"),
        ("کد ISIC چیست", "fa"),
        ("vam mikham", "fi"),
        ("loan for my workshop", "en"),
        ("khoshe sanati yani chi", "fi"),
        ("kargozar fanavari kie", "fi"),
        ("moafiat maliati danesh bonyan", "fi"),
        ("tafsir zarib makani", "fi"),
        ("explain LQ", "en"),
        ("clusters near me", "en"),
        ("ghofl darbe sandogh shekast", "fi"),
        ("ye nafar pasokhgoo nist", "fi"),
        ("wherever would that happen", "en"),
        ("thoroughly overwhelmed", "en"),
        ("land", "en"),
        ("123", "fa"),
        ("", "fa"),
    ],
)
def test_detects_the_language(text: str, expected: str) -> None:
    assert detect(text) == expected
    assert script_of(normalise(text)) == expected


def test_detects_the_language_of_nearly_all_phrasings(entries: tuple[Entry, ...]) -> None:
    finglish = [p for entry in entries for p in entry.phrasings.finglish]
    english = [p for entry in entries for p in entry.phrasings.english]
    assert sum(detect(p) == "fi" for p in finglish) / len(finglish) > 0.99
    assert sum(detect(p) == "en" for p in english) / len(english) > 0.99


def test_tells_words_that_are_in_no_list_by_their_letters(entries: tuple[Entry, ...]) -> None:
    listed = ENGLISH | FINGLISH
    finglish = {w for entry in entries for p in entry.phrasings.finglish for w in normalise(p).split() if w.isalpha()}
    english = {w for entry in entries for p in entry.phrasings.english for w in normalise(p).split() if w.isalpha()}
    strange_finglish = [w for w in finglish - english - listed if len(w) > 3]
    strange_english = [w for w in english - finglish - listed if len(w) > 3]
    assert sum(detect(w) == "fi" for w in strange_finglish) / len(strange_finglish) > 0.9
    assert sum(detect(w) == "en" for w in strange_english) / len(strange_english) > 0.85


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("زمین چنده", [("fa", "زمین چنده")]),
        ("کد ISIC چیست", [("fa", "کد "), ("en", "ISIC "), ("fa", "چیست")]),
        ("12 salam زمین چنده 33 please!", [("fi", "12 salam "), ("fa", "زمین چنده 33 "), ("en", "please!")]),
        ("mikhamزمین", [("fi", "mikham"), ("fa", "زمین")]),
        ("  ؟ 5", [("fa", "  ؟ 5")]),
        ("", []),
    ],
)
def test_parts_of_a_mixed_message(text: str, expected: list[tuple[Script, str]]) -> None:
    assert parts(text) == expected


@given(st.one_of(ANY_TEXT, st.text(alphabet="abc شهر12 .\n", max_size=80)))
def test_parts_put_together_are_the_text(text: str) -> None:
    found = parts(text)
    assert "".join(part for _, part in found) == text
    assert all((one == "fa") != (other == "fa") for (one, _), (other, _) in pairwise(found) if text.isprintable())


def test_joins_only_what_belongs_together() -> None:
    assert joined(["می", "خواهم", "شهرک", "ها", "تر"]) == ["میخواهم", "شهرکهاتر"]
    assert joined(["ها"]) == ["ها"]
    assert joined(["متت", "تر"]) == ["متت", "تر"]
    assert joined(["چهه", "ها"]) == ["چهه", "ها"]
    assert joined(["می", "ییلاق"]) == ["می", "ییلاق"]
    assert max(map(len, joined(["ها"] * 1000))) < 50


def test_takes_courtesy_away_unless_it_is_all() -> None:
    framed = normalise("سلام وقت بخیر خسته نباشید، ببخشید یه سوال داشتم: زمین چنده؟ ممنون میشم راهنمایی کنید")
    assert without_courtesy(framed) == "زمین چنده"
    assert without_courtesy("سلام خسته نباشید") == "سلام خسته نباشید"
    assert is_courtesy("سلام خسته نباشید")
    assert not is_courtesy("سلام زمین")
    assert without_courtesy("سلامت کارگران") == "سلامت کارگران"


@given(ANY_TEXT)
def test_is_idempotent(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(ANY_TEXT)
def test_leaves_only_letters_digits_and_single_spaces(text: str) -> None:
    words = normalise(text).split(" ")
    assert words == [""] or all(word.isalnum() for word in words)


@given(ANY_TEXT)
def test_helpers_take_whatever_the_normaliser_leaves(text: str) -> None:
    plain = normalise(text)
    assert detect(text) in ("fa", "fi", "en")
    assert without_courtesy(plain) == without_courtesy(without_courtesy(plain)) or is_courtesy(plain)
    assert all(isinstance(sound(word) + stem(word), str) for word in plain.split())


@pytest.mark.parametrize(
    "unit",
    [
        "a\u0301\u0316",
        "می ",
        "ها ",
        "ییی ",
        "سلام ",
        "e\u0301",
        "چ.",
        "😀",
        "ـ",
        "\u200c",
        "aab",
        "\u05b0\u05bc",
        "1,234",
        "تر ",
        "aش",
    ],
)
def test_long_texts_of_one_unit_come_to_an_end(unit: str) -> None:
    """Work that grew with the square of the length would take many minutes here."""
    text = unit * (400_000 // len(unit))
    assert len(without_courtesy(normalise(text))) <= len(text)
    assert sum(len(part) for _, part in parts(text)) == len(text)
