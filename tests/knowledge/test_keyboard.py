"""The wrong keyboard layout: what is undone both ways, what must stay, and what the check may cost."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import keyboard
from knowledge.entries import Entry
from knowledge.keyboard import LONGEST_TEXT, undone
from knowledge.normalise import normalise
from knowledge.words import ENGLISH, FINGLISH

Known = Callable[[str], bool]

PERSIAN_MEANT = [
    ("sghl", "سلام"), ("cldk", "زمین"), ("ldo,hl", "میخوام"),
    ("aiv; wkujd", "شهرک صنعتی"), (",hl ldo,hl", "وام میخوام"), ("cldk aiv; ]kni", "زمین شهرک چنده"),
    ("[,hc jhsds", "جواز تاسیس"),
    ("o,ai wkujd ]di", "خوشه صنعتی چیه"), ("m,g knhvl", "پول ندارم"),
    ("\\,g knhvl", "پول ندارم"), ("fvr aiv; rxu ani", "برق شهرک قطع شده"),
    ("Hf aiv; knhvdl", "آب شهرک نداریم"), ("nhka fkdhk", "دانش بنیان"),
    ("lhgdhj ;hv'hi ]rnvi?", "مالیات کارگاه چقدره؟"),
    ("pshf fhk;d", "حساب بانکی"), ("jsidghj fhk;d ldndk", "تسهیلات بانکی میدین"),
]  # fmt: skip
LATIN_MEANT = [
    ("سشمشپ", "salam"), ("پهناشپ ظشپهد", "mikham zamin"), ("رشپ ئهناشئ", "vam mikham"),
    ("نشقلشا زاهث", "kargah chie"), ("صاشف هس ش زمعسفثق", "what is a cluster"),
    ("اخص پعزا هس فاث مشدی", "how much is the land"), ("مخشد بخق پغ بشزفخقغ", "loan for my factory"),
    ("صاثقث هس فاث خببهزث؟", "where is the office?"), ("ثطحخقف سعححخقف", "export support"),
    ("هدیعسفقهشم حشقن", "industrial park"),
    ("زشد ه لثف ش مخشد", "can i get a loan"), ("فاشدن غخع", "thank you"),
    ("ذشقلا قشبف", "bargh raft"), ("زمهدهز سشدشف", "clinic sanat"),
]  # fmt: skip

STAYING = [
    "سلام", "زمین میخوام", "شهر", "شهرک", "خانه", "ثبت", "شش", "خشت", "شاخه", "ثبت شرکت", "عشق", "شعبه",
    "خیاطی", "هشت",
    "salam", "zamin mikham", "vam", "slm", "hs", "why", "my fly", "try", "spx", "cnc", "lq", "R&D", "SME",
    "PDF", "brgh",
    "don't", "it's my shop, isn't it", "zamin,vam", "info@example.com", "https://example.com/xyz",
    "@shrkt_chnl", "k2", "0912 345 6789",
    "vhrgkjl nfbqsd", "", "   ", "؟!", "[]", ";;;", "😀", "سلام hello", "کد ISIC چیست",
]  # fmt: skip


@pytest.fixture(scope="module")
def known(entries: tuple[Entry, ...]) -> Known:
    words = {word for entry in entries for text in entry.phrasings.all for word in normalise(text).split()}
    return (words | ENGLISH | FINGLISH | {"سلام"}).__contains__


@pytest.mark.parametrize(("typed", "meant"), PERSIAN_MEANT + LATIN_MEANT)
def test_undoes_the_layout(known: Known, typed: str, meant: str) -> None:
    assert undone(typed, known) == meant


def test_enough_pairs_both_ways() -> None:
    assert min(len(PERSIAN_MEANT), len(LATIN_MEANT)) >= 14


@pytest.mark.parametrize("text", STAYING)
def test_leaves_right_and_strange_text(known: Known, text: str) -> None:
    assert undone(text, known) == text


def test_leaves_every_phrasing_of_the_content(known: Known, entries: tuple[Entry, ...]) -> None:
    texts = [text for entry in entries for text in entry.phrasings.all]
    assert [text for text in texts if undone(text, known) != text] == []


TO_LATIN_KEYS = str.maketrans(
    dict(zip("ضصثقفغعهخحجچشسیبلاتنمکگظطزرذدپو", "qwertyuiop[]asdfghjkl;'zxcvbnm,", strict=True))
    | {"\u200c": " ", "آ": "H", "ژ": "C", "ئ": "S", "ؤ": "A", "أ": "G", "؟": "?"}
)
TO_PERSIAN_KEYS = str.maketrans({key: chr(code) for code, key in TO_LATIN_KEYS.items() if key not in " ?HCSAG"})


@pytest.mark.parametrize("way", ["spoken", "finglish", "english"])
def test_undoes_nearly_all_phrasings(known: Known, entries: tuple[Entry, ...], way: str) -> None:
    table = TO_LATIN_KEYS if way == "spoken" else TO_PERSIAN_KEYS
    meant = [text.lower() for entry in entries for text in getattr(entry.phrasings, way) if len(text) > 8]
    right = [text for text in meant if normalise(undone(text.translate(table), known)) == normalise(text)]
    assert len(right) / len(meant) > 0.95


def test_capitals_for_what_is_on_shift(known: Known) -> None:
    assert undone("Clhk", {"زمان"}.__contains__) == "زمان"
    assert undone("Hc,k fk,dsdl", {"ازون", "بنویسیم"}.__contains__) == "آزون بنویسیم"
    assert undone("CLDK ,HL", known) == "زمین وام"
    assert undone("o,ai CDA ]di", known) == "خوشه CDA چیه"


def test_only_the_wrong_part_of_a_message(known: Known) -> None:
    assert undone("cldk ldo,hl سلام", known) == "زمین میخوام سلام"


def test_a_short_word_by_itself_is_left_alone() -> None:
    assert undone("hc", lambda _: True) == "hc"
    assert undone("nv", {"در"}.__contains__) == "nv"


def test_words_that_exist_as_typed_stay() -> None:
    assert undone("hsj fhdn", {"است", "باید"}.__contains__) == "است باید"
    assert undone("hsj fhdn", {"است", "باید", "hsj"}.__contains__) == "hsj fhdn"


def test_right_text_is_not_looked_up() -> None:
    def asked(word: str) -> bool:
        raise AssertionError(word)

    for text in ("salam zamin mikham az koja begiram", "زمین شهرک صنعتی متری چند است", "I need a loan for a machine"):
        assert undone(text, asked) == text


@given(st.text(max_size=200))
def test_nothing_known_changes_nothing(text: str) -> None:
    assert undone(text, lambda _: False) == text


@given(st.text(alphabet="slhcdk;',[] \n.?سشثپهخ", max_size=100))
def test_spaces_stay_and_nothing_raises(text: str) -> None:
    once = undone(text, lambda word: not word.isascii())
    assert [letter for letter in once if letter == "\n"] == [letter for letter in text if letter == "\n"]


def test_the_work_is_bounded_by_the_part_looked_at() -> None:
    asked = 0

    def known(word: str) -> bool:
        nonlocal asked
        asked += 1
        return False

    text = "slhl cldk " * 10_000
    assert undone(text, known) == text
    assert 0 < asked <= LONGEST_TEXT


def test_the_layouts_have_no_key_twice() -> None:
    assert len(set(keyboard._LATIN_KEYS)) == len(set(keyboard._STANDARD)) == len(keyboard._STANDARD)
