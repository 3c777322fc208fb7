"""Synonyms: the rules for terms, the shipped file, broken files, and what the database's rows become."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from knowledge.faults import ContentError
from knowledge.load import Content
from knowledge.synonyms import (
    MOST_IDEAS,
    MOST_TERMS,
    OWN,
    TERM_LENGTH,
    StoredIdeas,
    TermsRefused,
    check,
    content_hash,
    load_synonyms,
    spelled,
    terms_in,
)


def rows(**ideas: object) -> list[tuple[str, str]]:
    return [(key, json.dumps(terms, ensure_ascii=False)) for key, terms in ideas.items()]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("وام، تسهیلات، اعتبار", ("وام", "تسهیلات", "اعتبار")),
        (" loan ,credit;  working   capital\nوام ", ("loan", "credit", "working capital", "وام")),
        ("سرمایه‌گذار، ،,", ("سرمایه‌گذار",)),
        ("a\u202eb\x00c, \ud800d, \u2068e\u2069", ("ab c", "d", "e")),
        (" ، ", ()),
    ],
)
def test_terms_are_parted_by_commas_and_cleaned(text: str, terms: tuple[str, ...]) -> None:
    assert terms_in(text) == terms


@pytest.mark.parametrize(
    ("terms", "key"),
    [
        ((), "too_few"),
        (("وام",), "too_few"),
        (tuple(f"واژه {number}" for number in range(MOST_TERMS + 1)), "too_many_terms"),
        (("وام", "و" * (TERM_LENGTH + 1)), "too_long"),
        (("وام", "؟!"), "no_word"),
        (("وام", "یک دو سه چهار"), "too_many_words"),
        (("وام", "برای"), "stop_word"),
        (("loan", "of the"), "stop_word"),
        (("وام", "تسهیلات", "وام‌ها"), "twice"),
        (("loan", "Loans"), "twice"),
    ],
)
def test_what_is_no_idea_is_refused(terms: tuple[str, ...], key: str) -> None:
    with pytest.raises(TermsRefused) as refused:
        check(terms)
    assert refused.value.key == f"teaching.{key}"
    assert str(refused.value).startswith(key.replace("_", " "))


def test_the_greatest_idea_is_taken() -> None:
    check(tuple(f"{'بپ' * 20} واژه {number}" for number in range(MOST_TERMS)))
    check(("بپ" * (TERM_LENGTH // 2), "یک دو سه"))


def test_a_stop_word_that_was_there_before_may_stay() -> None:
    check(("چیست", "تعریف", "معنا"), known=("چیست", "تعریف"))
    with pytest.raises(TermsRefused, match=r"stop word \(چیه\)"):
        check(("چیست", "تعریف", "چیه"), known=("چیست", "تعریف"))


def test_the_shipped_file_keeps_the_rules(content: Content) -> None:
    assert len(content.synonyms) >= 110
    assert content.synonyms["loan"][:3] == ("وام", "تسهیلات", "اعتبار")
    assert len({content_hash(*idea) for idea in content.synonyms.items()}) == len(content.synonyms)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("- وام، تسهیلات", "line 1: a mapping of keys"),
        ("loan: وام، تسهیلات\nloan: قرض، اعتبار", "line 2: .*written twice"),
        ("a: وام، قرض\nLoan: وام، تسهیلات", "line 2: 'Loan' is no key"),
        ("a: وام، قرض\nyes: وام، تسهیلات", "True is no key"),
        (f"{OWN}1: وام، تسهیلات", f"line 1: '{OWN}1' is no key"),
        ("a: وام، قرض\nloan: [وام، تسهیلات]", "line 2: loan: terms with commas"),
        ("a: وام، قرض\nloan: وام", "line 2: loan: too few"),
        ("loan: وام، تسهیلات، یک دو سه چهار", r"loan: too many words \(یک دو سه چهار, 3\)"),
        ("\n".join(f"k{n}: وام، تسهیلات" for n in range(MOST_IDEAS + 1)), "more than 2000 ideas"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "synonyms.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as fault:
        load_synonyms(file)
    assert re.search(rf"synonyms\.yaml, .*{reason}", str(fault.value)), fault.value
    assert "\n" not in str(fault.value)


def test_equal_terms_are_equal_to_the_matcher() -> None:
    assert spelled("وام‌های بانکی") == spelled("وام بانكي")
    assert spelled("Loans") == spelled("loan") != spelled("وام")


def test_a_row_that_cannot_be_used_keeps_its_last_good_version() -> None:
    good = StoredIdeas.nothing().renewed(rows(loan=["وام", "قرض"], fair=["نمایشگاه", "غرفه"]))
    assert good.ideas == {"loan": ("وام", "قرض"), "fair": ("نمایشگاه", "غرفه")}
    assert not good.refused
    spoilt = good.renewed(rows(loan=["وام"], fair=["نمایشگاه", "fair"], tax={"مالیات": 1}, old=[1, "b"]))
    assert spoilt.ideas == {"loan": ("وام", "قرض"), "fair": ("نمایشگاه", "fair")}
    assert spoilt.refused == {"loan": "too few", "tax": "no terms", "old": "no terms"}
    still = spoilt.renewed(rows(loan=["وام"], tax=["مالیات", "tax"]))
    assert still.ideas == {"loan": ("وام", "قرض"), "tax": ("مالیات", "tax")}
    assert still.refused == {"loan": "too few"}
    mended = still.renewed(rows(loan=["وام", "بدهی"]))
    assert (mended.ideas, mended.refused) == ({"loan": ("وام", "بدهی")}, {})


def test_more_ideas_than_allowed_are_named() -> None:
    many = {f"own-{number}": ["وام", f"واژه {number}"] for number in range(MOST_IDEAS + 1)}
    stored = StoredIdeas.nothing().renewed(rows(**many))
    assert len(stored.ideas) == MOST_IDEAS
    assert stored.refused == {f"own-{MOST_IDEAS}": f"more than {MOST_IDEAS} ideas"}
