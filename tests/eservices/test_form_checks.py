"""The pure checks: national ids, postal codes, telephone numbers, e-mail, digits and cleaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eservices import checks
from eservices.clean import ZWNJ, clean, comparable, has_words, latin_digits
from tests.eservices.happy import firm_id, person_id


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0013542419", "0013542419"),
        ("۰۰۱۳۵۴۲۴۱۹", "0013542419"),
        ("٠٠١٣٥٤٢٤١٩", "0013542419"),
        (" 001-354241-9 ", "0013542419"),
        ("0013542418", None),
        ("013542419", None),  # nine digits: a digit is missing, and guessing a zero would hide it
        ("00135424190", None),
        ("1111111111", None),
        ("0000000000", None),
        ("001354241a", None),
        ("", None),
    ],
)
def test_the_national_id_of_a_person(typed: str, kept: str | None) -> None:
    assert checks.person_id(typed) == kept


@given(st.integers(0, 999_999_999), st.integers(0, 9))
def test_only_the_right_last_digit_makes_a_national_id(number: int, last: int) -> None:
    stem = f"{number:09}"
    right = person_id(stem)
    expected = right if str(last) == right[9] and len(set(right)) > 1 else None
    assert checks.person_id(stem + str(last)) == expected


@given(st.integers(0, 9_999_999_999))
def test_one_changed_digit_of_a_national_id_is_always_noticed(number: int) -> None:
    kept = checks.person_id(person_id(f"{number % 10**9:09}"))
    if kept is None:
        return
    place = number % 9
    other = kept[:place] + str((int(kept[place]) + 1) % 10) + kept[place + 1 :]
    # 11 is prime, so one wrong digit changes the rest; only the rests 1 and 10 share the last digit 1.
    assert checks.person_id(other) is None or kept[9] == "1"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (firm_id(), firm_id()),
        (firm_id("1410051234"), firm_id("1410051234")),
        ("10380284790", "10380284790"),
        ("۱۰۳۸۰۲۸۴۷۹۰", "10380284790"),
        ("1038 0284 790", "10380284790"),
        ("10380284791", None),
        ("1038028479", None),
        ("103802847900", None),
        ("11111111111", None),
        ("10300000000", None),
        ("1038028479x", None),
    ],
)
def test_the_national_id_of_a_firm(typed: str, kept: str | None) -> None:
    assert checks.firm_id(typed) == kept


@given(st.integers(10**9, 10**10 - 1))
def test_each_firm_stem_has_exactly_one_last_digit(number: int) -> None:
    stem = str(number)
    fitting = [last for last in "0123456789" if checks.firm_id(stem + last)]
    plausible = stem[3:9] != "000000" and len(set(firm_id(stem))) > 1
    assert fitting == ([firm_id(stem)[10]] if plausible else [])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("8134916785", "8134916785"),
        ("۸۱۳۴۹-۱۶۷۸۵", "8134916785"),
        ("81349 20050", "8134920050"),  # zeros and twos may stand in the second half
        ("8034916785", None),
        ("8134216785", None),
        ("813491678", None),
        ("81349167855", None),
        ("1111111111", None),
        ("کد پستی", None),
    ],
)
def test_postal_codes(typed: str, kept: str | None) -> None:
    assert checks.postal_code(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("09123456789", "+989123456789"),
        ("۰۹۱۲ ۳۴۵ ۶۷۸۹", "+989123456789"),
        ("٠٩١٢٣٤٥٦٧٨٩", "+989123456789"),
        ("9123456789", "+989123456789"),
        ("+98 912 345 67 89", "+989123456789"),
        ("+98 0912 345 6789", "+989123456789"),
        ("00989123456789", "+989123456789"),
        ("989123456789", "+989123456789"),
        ("0912-345-6789", "+989123456789"),
        ("031-36 54 32 10", "+983136543210"),
        ("(021) 8877 6655", "+982188776655"),
        ("+982188776655", "+982188776655"),
        ("3136543210", "+983136543210"),
        ("+971 50 123 4567", "+971501234567"),
        ("0090 532 123 4567", "+905321234567"),
        ("88776655", None),  # no area code
        ("0912345678", None),
        ("091234567890", None),
        ("02118776655", None),  # no subscriber number starts with 1
        ("01288776655", None),  # no such area
        ("+98 12345", None),
        ("+0123456789", None),
        ("+1234567890123456", None),
        ("call me", None),
        ("0912345678x", None),
        ("", None),
    ],
)
def test_telephone_numbers(typed: str, kept: str | None) -> None:
    assert checks.phone(typed) == kept


@pytest.mark.parametrize(
    ("shared", "kept"),
    [
        ("989123456789", "+989123456789"),
        ("+989123456789", "+989123456789"),
        ("16502530000", "+16502530000"),
        ("12", None),
    ],
)
def test_a_shared_contact_may_lack_the_plus(shared: str, kept: str | None) -> None:
    assert checks.shared_phone(shared) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Mina.Karimi@Example.IR", "Mina.Karimi@example.ir"),
        ("mina+form@mail.example.com", "mina+form@mail.example.com"),
        ("mina۱۲@example.com", "mina12@example.com"),
        ("mina@example", None),
        ("mina@@example.com", None),
        ("mina..k@example.com", None),
        (".mina@example.com", None),
        ("mina@-example.com", None),
        ("mina@example..com", None),
        ("mina@127.0.0.1", None),
        ("mi na@example.com", None),
        ("مینا@example.com", None),
        ("a" * 65 + "@example.com", None),
        ("a@" + "b" * 250 + ".com", None),
        ("", None),
    ],
)
def test_email(typed: str, kept: str | None) -> None:
    assert checks.email(typed) == kept


@pytest.mark.parametrize("bad", ["a." * 5000 + "@", "a@" + "a-" * 5000, "-" * 9000 + "@" + "." * 9000, "0" * 20_000])
def test_hostile_input_is_refused(bad: str) -> None:
    """A pattern that backtracks would not come to an end on these."""
    for check in (checks.email, checks.phone, checks.person_id, checks.firm_id, checks.postal_code):
        assert check(bad) is None


@given(st.text())
def test_latin_digits_keep_all_else_and_the_length(text: str) -> None:
    plain = latin_digits(text)
    assert len(plain) == len(text)
    for before, after in zip(text, plain, strict=True):
        assert after in "0123456789" if before.isdecimal() else after == before


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  سلام   دنیا ", "سلام دنیا"),
        (f"می{ZWNJ}خواهم", f"می{ZWNJ}خواهم"),
        (f"می{ZWNJ}{ZWNJ}خواهم{ZWNJ}", f"می{ZWNJ}خواهم"),
        (f"آب {ZWNJ}نان", "آب نان"),
        ("a\u202egpj.exe\u202c", "agpj.exe"),
        ("\u2066x\u2069\u200f\u200e\ufeff\u200b", "x"),
        ("a\x00b\x07c\x1b", "abc"),
        ("یک\nدو\tسه", "یک دو سه"),
        ("\ud800x", "x"),
        ("\u3164\u2800", ""),
        ("e" + "\u0301" * 40, "é\u0301\u0301\u0301"),
    ],
)
def test_cleaning(typed: str, kept: str) -> None:
    assert clean(typed) == kept


def test_cleaning_keeps_lines_where_asked() -> None:
    assert clean(" یک \r\n\n\n\n دو\u2028سه ", lines=True) == "یک\n\nدو\nسه"


@given(st.text(), st.booleans())
def test_cleaning_twice_is_cleaning_once(text: str, lines: bool) -> None:
    once = clean(text, lines=lines)
    assert clean(once, lines=lines) == once
    assert once == once.strip()
    once.encode("utf-8")  # no lone half of a pair is left
    comparable(text)


@given(st.text(alphabet="🙂👍🏽!؟.،-…\u200d\ufe0f ❤"))
def test_emoji_and_punctuation_are_no_words(text: str) -> None:
    assert not has_words(clean(text))
