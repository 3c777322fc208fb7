"""The normaliser: pairs that must meet, what must stay, and properties that hold for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.normalise import (
    detect,
    fold_homophones,
    is_courtesy,
    joined,
    normalise,
    parts,
    sound,
    stem,
    without_courtesy,
)

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


def test_english_courtesy_goes_at_the_ends_only() -> None:
    assert without_courtesy("hello dear please tell me the price thanks thank you very much") == "tell me the price"
    assert without_courtesy("how do you say thank you in french please") == "how do you say thank you in french"
    assert without_courtesy("set a good morning alarm") == "set a good morning alarm"
    assert without_courtesy("hint for the dearest") == "hint for the dearest"
    assert without_courtesy("hi") == "hi"
    assert is_courtesy("hi dear")


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
