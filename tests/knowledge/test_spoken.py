"""Spoken Persian in written forms: what is rewritten, what must stay, and properties of any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.entries import Entry
from knowledge.normalise import normalise
from knowledge.spoken import LONGEST_WORD, written
from knowledge.words import NOUNS, PREDICATES, SPOKEN_TO_WRITTEN, STAYS

PAIRS = [
    ("میخام", "میخواهم"), ("میخوام", "میخواهم"), ("میخواد", "میخواهد"), ("میخوایم", "میخواهیم"),
    ("میخوان", "میخواهند"),
    ("نمیخوام", "نمیخواهم"), ("بخوام", "بخواهم"), ("چیکار", "چه کار"), ("چکار", "چه کار"), ("چجوری", "چگونه"),
    ("چطوری", "چگونه"), ("چطور", "چگونه"), ("واسه", "برای"), ("برا", "برای"), ("رو", "را"), ("تو", "در"),
    ("توی", "در"),
    ("اگه", "اگر"), ("دیگه", "دیگر"), ("کارخونه", "کارخانه"), ("خونه", "خانه"), ("نون", "نان"),
    ("ساختمون", "ساختمان"),
    ("میدن", "میدهند"), ("میده", "میدهد"), ("میدین", "میدهید"), ("بدین", "بدهید"), ("بدم", "بدهم"),
    ("ندم", "ندهم"),
    ("میشه", "میشود"), ("نمیشه", "نمیشود"), ("بشم", "بشوم"), ("میتونم", "میتوانم"), ("میتونن", "میتوانند"),
    ("نمیتونیم", "نمیتوانیم"), ("تونستم", "توانستم"), ("نتونستم", "نتوانستم"), ("میگن", "میگویند"),
    ("بگین", "بگویید"),
    ("برم", "بروم"), ("میرن", "میروند"), ("میاد", "میاید"), ("بیاد", "بیاید"), ("میکنه", "میکند"),
    ("میکنن", "میکنند"),
    ("میکنین", "میکنید"), ("بگیرن", "بگیرند"), ("بذارم", "بگذارم"), ("بزارم", "بگذارم"), ("نمیدونم", "نمیدانم"),
    ("مونده", "مانده"), ("کردین", "کردید"), ("گفتین", "گفتید"), ("میگفتن", "میگفتند"), ("اومده", "امده"),
    ("داره", "دارد"),
    ("زمینو", "زمین را"), ("قراردادو", "قرارداد را"), ("زمینمو", "زمینم را"), ("پولشو", "پولش را"),
    ("کارخونمو", "کارخانه ام را"),
    ("کارگاهمون", "کارگاهمان"), ("شرکتتون", "شرکتتان"), ("کارشون", "کارشان"), ("کارخونمون", "کارخانه مان"),
    ("محصولمونو", "محصولمان را"), ("شهرکا", "شهرکها"), ("قسطای", "قسطهای"), ("کارگرامو", "کارگرهایم را"),
    ("دستگاهامون", "دستگاههایمان"), ("دورههاتون", "دورههایتان"), ("پروندم", "پرونده ام"),
    ("دفترچس", "دفترچه است"),
    ("چنده", "چند است"), ("چقدره", "چقدر است"), ("چیه", "چیست"), ("کیه", "کیست"), ("گرونه", "گران است"),
    ("لازمه", "لازم است"), ("قدیمیه", "قدیمی است"), ("امادست", "اماده است"), ("بالاست", "بالا است"),
    ("فعالن", "فعال هستند"),
    ("بلدن", "بلد هستند"), ("ازم", "از من"), ("خودمون", "خودمان"), ("زبونش", "زبانش"), ("کارگام", "کارگاهم"),
]  # fmt: skip

STAYING = """
چکه نخو درمون خون چون بدون قانون همین زمین این دین میدان میان بیان پایان میزان بین چین نمونه نامه زمینه دسته ماهه ساله
نفره نگه نرم نگین بدی دادم راه ماه راست ماست خوشم هفتم شمارش مشاوره مدیره دیواره ازمون روش محصولات امارات
تحقیقات نامها کارگاهم شهرکها شهرکهای کارم وامم قسطهایم گرفتن گفتن بودن ساختن میخواهم بدهی بدهید کارخانه برنامه
تبصره سرمایه هزینه همه چه که به ده نه سه ماده مانده داده برای زیتون تلویزیون ستون مضمون شین میهن سالن کالا خطا
اجرا بالا دارا خانم
"""


@pytest.mark.parametrize(("spoken", "expected"), PAIRS)
def test_rewrites(spoken: str, expected: str) -> None:
    assert normalise(spoken) == spoken
    assert written(spoken) == expected


@pytest.mark.parametrize("word", STAYING.split())
def test_leaves_right_words(word: str) -> None:
    assert written(word) == word


def test_the_tables_are_large_enough() -> None:
    assert len(STAYING.split()) >= 60
    assert len(PAIRS) >= 60
    assert len(SPOKEN_TO_WRITTEN) >= 250


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("میخوام تو شهرک زمین بگیرم چیکار کنم", "میخواهم در شهرک زمین بگیرم چه کار کنم"),
        ("واسه کارخونمون وام میدین", "برای کارخانه مان وام میدهید"),
        ("جوازمو کی میدن", "جوازم را کی میدهند"),
        ("اگه زمینو نسازم پس میگیرن", "اگر زمین را نسازم پس میگیرند"),
        ("spx رو نمیدونم چیه 18", "spx را نمیدانم چیست 18"),
    ],
)
def test_rewrites_sentences(spoken: str, expected: str) -> None:
    assert written(normalise(spoken)) == expected


def test_formal_phrasings_hardly_change(entries: tuple[Entry, ...]) -> None:
    words = [word for entry in entries for text in entry.phrasings.formal for word in normalise(text).split()]
    assert sum(written(word) != word for word in words) / len(words) < 0.005


def test_spoken_phrasings_change_much(entries: tuple[Entry, ...]) -> None:
    texts = [normalise(text) for entry in entries for text in entry.phrasings.spoken]
    assert sum(written(text) != text for text in texts) / len(texts) > 0.7


def test_the_tables_are_in_normalised_spelling() -> None:
    words = {*SPOKEN_TO_WRITTEN, *SPOKEN_TO_WRITTEN.values(), *NOUNS, *PREDICATES, *STAYS}
    assert [word for word in words if normalise(word) != word] == []


@pytest.mark.parametrize("word", sorted(SPOKEN_TO_WRITTEN))
def test_a_second_pass_changes_nothing(word: str) -> None:
    assert written(written(word)) == written(word)


ENDINGS = ("", "و", "ه", "ا", "ای", "م", "مو", "ش", "شو", "مون", "مونو", "تون", "هامون", "هارو", "س", "ست", "ن", "ات")
MADE = st.tuples(
    st.sampled_from(["", "می", "نمی", "ب", "ن"]),
    st.sampled_from(sorted(NOUNS | PREDICATES | set(SPOKEN_TO_WRITTEN) | {"کن", "گ", "خوا", "تون", "ر", "مون"})),
    st.sampled_from(ENDINGS),
    st.sampled_from(ENDINGS),
).map("".join)


@given(st.lists(st.one_of(MADE, st.text(max_size=12)), max_size=12).map(" ".join))
def test_is_idempotent_and_never_raises(text: str) -> None:
    once = written(normalise(text))
    assert written(once) == once


@given(st.lists(MADE, max_size=12).map(" ".join))
def test_leaves_normalised_text(text: str) -> None:
    once = written(normalise(text))
    assert normalise(once) == once


def test_long_words_stay_and_long_texts_grow_no_faster_than_they_are_long() -> None:
    long = "زمین" * LONGEST_WORD + "و"
    assert written(long) == long
    text = "میخوام زمینو "
    assert len(written(text * 20_000)) == len(written(text)) * 20_000 + 19_999
