"""Finglish in Persian letters: words and sentences, by the vocabulary of the real content; properties of any text."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from knowledge import finglish
from knowledge.entries import Entry
from knowledge.finglish import LONGEST_WORD, MOST_SPELLINGS, Finglish, spelled, spellings
from knowledge.normalise import normalise
from knowledge.words import ABBREVIATIONS, FINGLISH_TO_PERSIAN

LATIN = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789 ", max_size=120)

WORDS = """
mikham میخواهم | mikhaam میخواهم | mixam میخواهم | mikhaym میخواهیم | chikar چیکار | chetor چطور | chejoori چجوری |
baraye برای | vase واسه | ke که | na نه | o و | va و | ast است | bayad باید | madrak مدرک | madarek مدارک |
dare داره | dar در | too تو | ro رو | in این | kie کیه | chie چیه | cheghadr چقدر | chande چنده | age اگه | agar اگر |
dige دیگه | mishe میشه | mide میده | midan میدن | mitoonam میتونم | nemidoonam نمیدونم | begiram بگیرم |
bezanam بزنم | shahrak شهرک | shahrake شهرک | sanati صنعتی | sanaati صنعتی | sanaye صنایع | zamin زمین | zamine زمین |
vam وام | karkhoone کارخونه | karkhune کارخونه | kargah کارگاه | kargaham کارگاهم | kargahe کارگاه | javaz جواز |
parvaneh پروانه | gharardad قرارداد | gheymat قیمت | gheimat قیمت | hazine هزینه | ghest قسط | aghsat اقساط |
vasighe وثیقه | sefteh سفته | kharj خرج |
zemanat ضمانت | tashilat تسهیلات | tabsare تبصره | maliat مالیات | moafiat معافیت | tasis تاسیس |
taghir تغییر |
tatil تعطیل | raked راکد | ehya احیا | khoshe خوشه | khooshe خوشه | zarib ضریب | makani مکانی | saderat صادرات |
namayeshgah نمایشگاه | ghorfe غرفه | moshaver مشاور | moshavere مشاوره | areze عارضه | danesh دانش | bonyan بنیان |
daneshbonyan دانشبنیان | fanavari فناوری | kargozar کارگزار | amoozesh اموزش | govahi گواهی | vahed واحد | rahn رهن |
tehran تهران | behinyab بهینیاب | saheb صاحب | tahsil تحصیل | elmi علمی | etelaat اطلاعات | mohandes مهندس |
clinic کلینیک | kelinik کلینیک | project پروژه | online انلاین | site سایت | era era | spx spx | lq lq | cda cda |
shahraka شهرکها | vahedha واحدها | poolesho پولشو | hesabam حسابم | mizanan میزنن | besazam بسازم | tarrahi طراحی
"""
PAIRS = [tuple(pair.split()) for pair in WORDS.split("|")]

SENTENCES = [
    ("salam mikham zamin shahrak sanati begiram chikar konam", "سلام میخواهم زمین شهرک صنعتی بگیرم چیکار کنم"),
    ("marahel vagozari zamin shahrak chie", "مراحل واگذاری زمین شهرک چیه"),
    ("darkhast zamin ro koja sabt konam", "درخواست زمین رو کجا ثبت کنم"),
    ("mixam karkhone bezanam zamin az ki begiram", "میخواهم کارخونه بزنم زمین از کی بگیرم"),
    ("edare shahrak ha zamin mide? che joori", "اداره شهرکها زمین میده چه جوری"),
    ("ghest vam mahi chand mishe", "قسط وام ماهی چند میشه"),
    ("sharayet moshaver shodan chie", "شرایط مشاور شدن چیه"),
    ("clinic kasb o kar raygane", "کلینیک کسب و کار رایگان"),
    ("har mah zarar midam komak", "هر ماه ضرر میدم کمک"),
    ("code rahgiri ro koja bezanam", "کد رهگیری رو کجا بزنم"),
    ("mojavez shahrak gheyre dolati az koja begiram", "مجوز شهرک غیر دولتی از کجا بگیرم"),
    ("farghe clinic ba moshavere chie", "فرق کلینیک با مشاوره چیه"),
    ("karkhone zarar mide yeki biad bebine moshkel chie", "کارخونه ضرر میده یکی بیاد ببینه مشکل چیه"),
    ("shahrake sanaati zamin darin", "شهرک صنعتی زمین دارین"),
    ("zamin 2ta mikham", "زمین 2 تا میخواهم"),
    ("ozviat spx chetorie", "عضویت spx چطوریه"),
    ("govahi dore midin", "گواهی دوره میدین"),
    ("tafahom name haye sazman", "تفاهم نامه های سازمان"),
    ("danesh bonyan shodan che sood dare", "دانش بنیان شدن چه سود داره"),
    ("barname yonido baraye khoshe", "برنامه یونیدو برای خوشه"),
    ("mi khaham javaz begiram", "می خواهم جواز بگیرم"),
    ("زمین mikham", "زمین میخواهم"),
]


@pytest.fixture(scope="module")
def writer(entries: tuple[Entry, ...]) -> Finglish:
    texts = [text for entry in entries for text in (*entry.phrasings.formal, *entry.phrasings.spoken, entry.title.fa)]
    return Finglish(map(normalise, texts))


SMALL = Finglish(["زمین شهرک صنعتی"])


@pytest.mark.parametrize(("latin", "persian"), PAIRS)
def test_writes_a_word(writer: Finglish, latin: str, persian: str) -> None:
    assert writer.persian(latin) == persian


@pytest.mark.parametrize(("latin", "persian"), SENTENCES)
def test_writes_a_sentence(writer: Finglish, latin: str, persian: str) -> None:
    assert writer.persian(normalise(latin)) == normalise(persian)


def test_the_tables_are_as_large_as_the_lists_here_claim() -> None:
    assert len(PAIRS) >= 80
    assert len(SENTENCES) >= 20


def test_most_words_of_the_content_become_known_words(writer: Finglish, entries: tuple[Entry, ...]) -> None:
    words = {word for entry in entries for text in entry.phrasings.finglish for word in normalise(text).split()}
    latin = [word for word in words if word.isalpha() and word not in ABBREVIATIONS]
    known = [word for word in latin if all(map(writer.known, writer.persian(word).split()))]
    assert len(known) / len(latin) > 0.9


def test_the_fixed_words_are_normalised_and_need_no_content() -> None:
    assert all(normalise(latin) == latin and latin.isascii() for latin in FINGLISH_TO_PERSIAN)
    assert all(normalise(persian) == persian and not persian.isascii() for persian in FINGLISH_TO_PERSIAN.values())
    assert SMALL.persian("mikham chikar konam") == "میخواهم چیکار کنم"


def test_other_fixed_words_replace_the_own_ones() -> None:
    assert Finglish([], {"abc": "الف"}).persian("abc") == "الف"
    assert Finglish([], {}).persian("mikham") != "میخواهم"


@pytest.mark.parametrize(
    ("word", "expected"),
    [("telefon", "تلفن"), ("salamat", "سلمات"), ("khub", "خوب"), ("ghash", "قش"), ("jeloo", "جلو"), ("xoob", "خوب")],
)
def test_spells_by_rule_what_nobody_knows(word: str, expected: str) -> None:
    assert spelled(word) == expected


def test_english_words_and_long_strings_stay() -> None:
    long = "a" * (LONGEST_WORD + 1)
    assert SMALL.persian(f"zamin readiness {long} bcd") == f"زمین readiness {long} bcd"


@pytest.mark.parametrize(
    ("latin", "persian"), [("2ta", "2 تا"), ("k2", "که 2"), ("tabsare18", "تبصره 18"), ("18", "18")]
)
def test_numbers_inside_words(latin: str, persian: str) -> None:
    assert SMALL.persian(latin) == persian


def test_x_is_kh_or_ks() -> None:
    assert {"خانه", "کسانه"} <= set(spellings("xaane"))
    assert Finglish(["تاکسی خانه"], {}).persian("taxi xane") == "تاکسی خانه"


def _vowels() -> Iterator[str]:
    yield from ("ao" * 12, "a" * 24, "eioua" * 4, "shgh" * 6, "yeyeyeyeyeyeye")


@pytest.mark.parametrize("word", list(_vowels()))
def test_the_work_for_a_word_is_bounded(word: str) -> None:
    assert 0 < len(spellings(word)) <= MOST_SPELLINGS


def test_the_comparisons_for_a_word_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = Finglish([" ".join("سل" + "ا" * many + "م" for many in range(1, 900))], {})
    counted = 0

    class Counting:
        @staticmethod
        def normalized_similarity(one: str, other: str) -> float:
            nonlocal counted
            counted += 1
            return Levenshtein.normalized_similarity(one, other)

    monkeypatch.setattr(finglish, "Levenshtein", Counting)
    crowd.persian("seloomeye")
    assert 0 < counted <= finglish.MOST_GUESSES * finglish.MOST_CANDIDATES


@example("fafef")
@given(LATIN)
def test_keeps_digits_and_gives_normalised_text(text: str) -> None:
    plain = normalise(text)
    written = SMALL.persian(plain)
    assert normalise(written) == written
    assert [letter for letter in written if letter.isdigit()] == [letter for letter in plain if letter.isdigit()]


@given(st.text(max_size=60))
def test_never_raises(text: str) -> None:
    assert isinstance(SMALL.persian(normalise(text)), str)


@given(st.text(alphabet="ابپتجخدرزسشفکگلمنوهی ", max_size=60))
def test_persian_stays(text: str) -> None:
    plain = normalise(text)
    assert SMALL.persian(plain) == plain
