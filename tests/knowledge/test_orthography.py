"""Words as people write them: what a content spells with آ, half-spaces or parted is found again, slips stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.normalise import normalise
from knowledge.orthography import Orthography
from knowledge.packing import pack, unpack

TEXTS = (
    "آیا می‌توانم در آزمون‌ها شرکت کنم؟",
    "آزمون كلينيك کی است",
    "آزمون",
    "ازمون",
    "چهل دقیقه‌ی دیگر می خواهم",
    "۱۲ نفر در کارگاهِ ما",
    "What's this?",
)


@pytest.fixture(scope="module")
def orthography() -> Orthography:
    return Orthography(TEXTS)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("ايا ميتوانم شركت كنم", "آیا می توانم شرکت کنم"),  # the commonest way, with the half-space as a space
        ("ازمون", "آزمون"),  # twice with آ, once without
        ("میخواهم", "می خواهم"),
        ("کارگاه", "کارگاه"),
        ("ابنما", "ابنما"),  # nobody wrote it: it stays
        ("12", "12"),  # figures are written as they are compared
        ("what s that", "what's that"),
        ("i don t know what we ll do", "i don't know what we'll do"),
        ("plan t is s", "plan't is's"),
        ("", ""),
    ],
)
def test_words_are_written_as_in_the_texts(orthography: Orthography, typed: str, written: str) -> None:
    assert orthography.write(normalise(typed)) == written


def test_it_is_the_same_after_being_kept(orthography: Orthography) -> None:
    kept = Orthography.kept(unpack(pack(orthography.arrays(), "key"), "key"))
    for text in TEXTS:
        assert kept.write(normalise(text)) == orthography.write(normalise(text))


def test_without_texts_nothing_is_known() -> None:
    empty = Orthography.kept(unpack(pack(Orthography([]).arrays(), "key"), "key"))
    assert empty.write("ازمون") == "ازمون"


@given(st.lists(st.text(max_size=60), max_size=5), st.text(max_size=60))
def test_any_text_is_borne_and_reads_as_before(texts: list[str], text: str) -> None:
    """What is written for the encoder normalises to what it was, but for what normalising itself joins or parts."""
    plain = normalise(text)
    written = Orthography(texts).write(plain)
    assert normalise(written).replace(" ", "") == normalise(plain).replace(" ", "")
