"""The parsers of the field types: what is taken, and every refusal with its key and placeholders."""

import re
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from eservices.catalogue import FOLDER, Field
from eservices.fields import parse, show
from eservices.files import MAX_BYTES, add_file, read_file, safe_name
from eservices.given import Attachment, Given, Location, Refused
from eservices.labels import match
from eservices.provinces import find_province, provinces
from eservices.questions import FieldType
from eservices.values import fits
from tests.eservices.build import field
from tests.eservices.happy import TODAY, firm_id, person_id, photo, step_for

TEXTS = yaml.safe_load(Path(__file__).with_name("field_texts.yaml").read_text(encoding="utf-8"))
YES_NO = [{"id": "yes", "fa": "بله، دارد", "en": "It has one"}, {"id": "no", "fa": "هنوز نه", "en": "Not yet"}]
METRES = {"fa": "متر مربع", "en": "square metres"}


def said(text: str) -> Given:
    return Given(text=text)


def document(name: str | None, mime: str | None = None, size: int | None = 1000) -> Attachment:
    return Attachment("f1", "u1", "document", name=name, mime=mime, size=size)


@pytest.mark.parametrize(
    ("one", "sent", "kept"),
    [
        (field("text"), said("  کفش   ممتاز \n سپاهان"), "کفش ممتاز سپاهان"),
        (field("text"), said("سلام 🙂"), "سلام 🙂"),
        (field("park"), said("جی"), "جی"),
        (field("long_text"), said("خط یک\nخط دو"), "خط یک\nخط دو"),
        (field("number"), said("۱۲۵۰"), 1250),
        (field("number"), said("١٬٢٥٠"), 1250),
        (field("number"), said("1,250"), 1250),
        (field("number"), said("1.250"), 1250),
        (field("number"), said("۱ ۲۵۰ ۰۰۰"), 1250000),
        (field("number"), said("۲ هزار"), 2000),
        (field("number"), said("1.5 میلیون"), 1500000),
        (field("number"), said("حدود ۲۵ تا"), 25),
        (field("number", unit=METRES), said("۵۰۰ متر مربع"), 500),
        (field("number"), said("0"), 0),
        (field("number", decimals=True), said("۲٫۵"), 2.5),
        (field("number", decimals=True), said("۲/۵"), 2.5),
        (field("number", decimals=True), said("1,250.5"), 1250.5),
        (field("number", decimals=True), said("1.250"), 1.25),
        (field("number", decimals=True), said("3"), 3),
        (field("number", min=-10), said("-5"), -5),
        (field("choice"), Given(options=("market",)), "market"),
        (field("choice"), said("بازار و فروش"), "market"),
        (field("choice"), said("بازار  و فروش."), "market"),
        (field("choice"), said("MARKET and sales"), "market"),
        (field("choice"), said("۲"), "market"),
        (field("choice"), said("نقدینگی"), "money"),
        (field("choice"), said("نيروي كار"), "people"),
        (field("choice"), said("نقدینگی و پول"), "money"),
        (field("choice"), said("Peopel"), "people"),
        (field("choice", options=YES_NO), said("آره"), "yes"),
        (field("choice", options=YES_NO), said("na"), "no"),
        (field("choices"), Given(options=("people", "money", "people")), ["money", "people"]),
        (field("choices"), said("3 1"), ["money", "people"]),
        (field("choices"), said("۱ و ۳"), ["money", "people"]),
        (field("choices"), said("نیروی کار، پول و نقدینگی"), ["money", "people"]),
        (field("choices"), said("بازار و نقدینگی"), ["money", "market"]),
        (field("choices"), said("people\nmarket and sales"), ["market", "people"]),
        (field("date"), said("۱۴۰۵/۰۹/۱۵"), "2026-12-06"),
        (field("date"), said("فردا"), "2026-11-23"),
        (field("phone"), said("۰۹۱۲۳۴۵۶۷۸۹"), "+989123456789"),
        (field("phone"), Given(phone="989123456789", own=True), "+989123456789"),
        (field("phone"), Given(phone="+971501234567"), "+971501234567"),
        (field("email"), said("Office@Sepahan.example"), "Office@sepahan.example"),
        (field("person_id"), said(person_id()), person_id()),
        (field("firm_id"), said(firm_id()), firm_id()),
        (field("postal_code"), said("۸۱۳۴۹۱۶۷۸۵"), "8134916785"),
        (field("province"), said("استان اصفهان"), "isfahan"),
        (field("province"), said("ghom"), "qom"),
        (field("province"), Given(options=("yazd",)), "yazd"),
        (
            field("place"),
            Given(place=Location(32.6546271, 51.6679831)),
            {"latitude": 32.654627, "longitude": 51.667983},
        ),
        (field("place"), said("اصفهان، شهرک جی"), {"text": "اصفهان، شهرک جی"}),
    ],
)
def test_an_answer_is_taken(one: Field, sent: Given, kept: object) -> None:
    value = parse(one, sent, TODAY)
    assert value == kept
    assert type(value) is type(kept)
    assert fits(one, value)


REFUSALS: list[tuple[Field, Given, str, dict[str, Any]]] = [
    (field("text"), Given(), "field.text.wanted", {}),
    (field("text"), Given(attachment=photo(), text="caption"), "field.text.wanted", {}),
    (field("text"), Given(phone="09123456789"), "field.text.wanted", {}),
    (field("text"), Given(options=("market",)), "form.out_of_date", {}),
    (field("text"), said("🙂👍🏽"), "field.text.no_words", {}),
    (field("text"), said("؟!..."), "field.text.no_words", {}),
    (field("text"), said("\u202e\u200b\u3164"), "field.text.no_words", {}),
    (field("text", min=4), said("آب"), "field.text.too_short", {"min": 4}),
    (field("text"), said("آ" * 207), "field.text.too_long", {"max": 200, "over": 7}),
    (field("long_text"), Given(place=Location(32, 51)), "field.long_text.wanted", {}),
    (field("long_text"), said("سلام"), "field.text.too_short", {"min": 5}),
    (field("long_text"), said("آ" * 2500), "field.text.too_long", {"max": 2000, "over": 500}),
    (field("park"), Given(attachment=photo()), "field.park.wanted", {}),
    (field("number"), Given(attachment=photo()), "field.number.wanted", {}),
    (field("number"), said("زیاد"), "field.number.wanted", {}),
    (field("number"), said("20-30"), "field.number.wanted", {}),
    (field("number"), said("۲ میلیون و ۵۰۰"), "field.number.wanted", {}),
    (field("number"), said("1e9"), "field.number.wanted", {}),
    (field("number"), said("1,25,00"), "field.number.wanted", {}),
    (field("number", unit={"fa": "تومان", "en": "toman"}), said("۵۰۰ ریال"), "field.number.wanted", {}),
    (field("number", decimals=True), said("1,25.5"), "field.number.wanted", {}),
    (field("number"), said("2.5"), "field.number.whole", {}),
    (field("number", min=1), said("0"), "field.number.too_small", {"min": 1}),
    (field("number"), said("-5"), "field.number.too_small", {"min": 0}),
    (field("number", max=500), said("501"), "field.number.too_big", {"max": 500}),
    (field("number"), said("9" * 40), "field.number.too_big", {"max": 10**15}),
    (field("choice"), said("هیچ‌کدام از این‌ها"), "field.choice.wanted", {}),
    (field("choice"), said("4"), "field.choice.wanted", {}),
    (field("choice"), said("0"), "field.choice.wanted", {}),
    (field("choice"), Given(), "field.choice.wanted", {}),
    (field("choice"), said("and"), "field.choice.unclear", {}),
    (field("choice"), Given(options=("gone",)), "form.out_of_date", {}),
    (field("choice"), Given(options=("market", "money")), "form.out_of_date", {}),
    (field("choices"), said("رنگ"), "field.choices.wanted", {}),
    (field("choices"), said("،،"), "field.choices.wanted", {}),
    (field("choices"), said("1 9"), "field.choices.wanted", {}),
    (field("choices"), said("1-3"), "field.choices.wanted", {}),  # two options, or three?
    (field("choices"), said("and"), "field.choices.unclear", {}),
    (field("choices", min=2), said("1"), "field.choices.too_few", {"min": 2}),
    (field("choices", max=2), said("1 2 3"), "field.choices.too_many", {"max": 2}),
    (field("choices"), Given(options=("market", "gone")), "form.out_of_date", {}),
    (field("date"), said("به‌زودی"), "field.date.wanted", {}),
    (field("date"), said("1402/12/30"), "field.date.wanted", {}),
    (field("date"), said("05/06/2024"), "field.date.unclear", {}),
    (field("phone"), said("تلفن ندارم"), "field.phone.wanted", {}),
    (field("phone"), Given(phone="12"), "field.phone.wanted", {}),
    (field("phone"), said("88776655"), "field.phone.no_area", {}),
    (field("email"), said("mina at example"), "field.email.wanted", {}),
    (field("person_id"), said("کد ملی"), "field.person_id.wanted", {}),
    (field("person_id"), said("013542419"), "field.digits.count", {"length": 10, "typed": 9}),
    (field("person_id"), said("0013542418"), "field.person_id.wrong", {}),
    (field("person_id"), said("1111111111"), "field.person_id.wrong", {}),
    (field("firm_id"), said("شناسه"), "field.firm_id.wanted", {}),
    (field("firm_id"), said("1038028479"), "field.digits.count", {"length": 11, "typed": 10}),
    (field("firm_id"), said("10380284791"), "field.firm_id.wrong", {}),
    (field("postal_code"), said("کد"), "field.postal_code.wanted", {}),
    (field("postal_code"), said("12345"), "field.digits.count", {"length": 10, "typed": 5}),
    (field("postal_code"), said("1234567890"), "field.postal_code.wrong", {}),
    (field("province"), said("پاریس"), "field.province.wanted", {}),
    (field("province"), said("خراسان"), "field.province.unclear", {}),
    (field("province"), Given(options=("paris",)), "form.out_of_date", {}),
    (field("place"), Given(attachment=photo()), "field.place.wanted", {}),
    (field("place"), Given(place=Location(0, 0)), "field.place.impossible", {}),
    (field("place"), Given(place=Location(91, 10)), "field.place.impossible", {}),
    (field("place"), Given(place=Location(float("nan"), 10)), "field.place.impossible", {}),
    (field("place"), said("جی"), "field.text.too_short", {"min": 5}),
    (field("files"), said("بعداً می‌فرستم"), "field.files.wanted", {}),
    (field("files"), Given(attachment=Attachment("f", "u", "voice", size=10)), "field.files.wanted", {}),
    (field("files"), Given(attachment=document("setup.exe")), "field.files.kind", {}),
    (field("files"), Given(attachment=document("plan.pdf", size=0)), "field.files.empty", {}),
    (
        field("files"),
        Given(attachment=document("plan.pdf", size=MAX_BYTES + 1)),
        "field.files.too_big",
        {"max_mb": 20},
    ),
]


@pytest.mark.parametrize(("one", "sent", "key", "values"), REFUSALS)
def test_an_answer_is_refused_with_its_reason(one: Field, sent: Given, key: str, values: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refusal:
        parse(one, sent, TODAY)
    assert refusal.value.key == key
    assert refusal.value.values == values


def test_an_unclear_answer_offers_what_may_be_meant() -> None:
    with pytest.raises(Refused) as refusal:
        parse(field("province"), said("آذربایجان"), TODAY)
    assert refusal.value.options == ("east-azerbaijan", "west-azerbaijan")


# The texts


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


@pytest.mark.parametrize(("key", "values"), [(key, values) for _, _, key, values in REFUSALS])
def test_each_refusal_has_a_text_with_its_placeholders(key: str, values: dict[str, Any]) -> None:
    assert placeholders(TEXTS[key]["fa"]) == placeholders(TEXTS[key]["en"]) == set(values)


def test_the_texts_are_those_that_the_code_uses() -> None:
    used: set[str] = set()
    for module in FOLDER.parent.glob("*.py"):
        for key in re.findall(r'Refused\(\s*f?"((?:field|form)\.[^"]+)"', module.read_text(encoding="utf-8")):
            used |= {key.replace("{field.type}", kind).replace("{state.at}", kind) for kind in KINDS[key_kind(key)]}
        used |= set(re.findall(r'else "((?:field|form)\.[a-z_.]+)"', module.read_text(encoding="utf-8")))
    assert used == set(TEXTS)


KINDS: dict[str, tuple[str, ...]] = {
    "wanted": tuple(kind for kind in get_args(FieldType)),
    "wrong": ("person_id", "firm_id", "postal_code"),
    "stage": ("known", "review"),
    "plain": ("",),
}


def key_kind(key: str) -> str:
    if "{state.at}" in key:
        return "stage"
    if "{field.type}" in key:
        return key.rpartition(".")[2]
    return "plain"


def test_persian_texts_are_written_properly() -> None:
    for key, texts in TEXTS.items():
        assert not re.search(r"[0-9يك]", re.sub(r"{\w+}", "", texts["fa"])), key
        assert texts["fa"].endswith((".", "؟")), key
        assert texts["en"].endswith((".", "?")), key


# Files


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("plan.pdf", "application/pdf"),
        ("نقشه کارگاه.PDF", None),
        ("letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("list.xlsx", "application/octet-stream"),
        ("list.xls", "application/vnd.ms-excel"),
        ("scan.JPeG", "image/jpeg"),
        ("note.txt", "text/plain; charset=utf-8"),
        (None, "application/pdf"),
    ],
)
def test_papers_and_pictures_are_taken(name: str | None, mime: str | None) -> None:
    kept = read_file(document(name, mime))
    assert kept["name"]
    assert kept["kind"] == "document"


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("setup.exe", "application/octet-stream"),
        ("invoice.pdf.exe", "application/pdf"),
        ("invoice\u202efdp.exe", None),
        ("macro.docm", None),
        ("macro.xlsm", "application/vnd.ms-excel.sheet.macroenabled.12"),
        ("list.xls", "application/vnd.ms-excel.sheet.macroEnabled.12"),
        ("page.html", "text/html"),
        ("page.pdf", "text/html"),
        ("logo.svg", "image/svg+xml"),
        ("logo.png", "image/svg+xml"),
        ("all.zip", "application/zip"),
        ("all.pdf", "application/zip"),
        ("all.pdf", "application/x-msdownload"),
        ("run.sh", "text/plain"),
        ("pdf", None),
        ("", None),
        (None, None),
        (None, "application/java-archive"),
        ("photo.jpg/evil.js", "image/jpeg"),
    ],
)
def test_other_files_are_refused(name: str | None, mime: str | None) -> None:
    with pytest.raises(Refused, match=r"field\.files\.kind"):
        read_file(document(name, mime))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/plan.pdf", "plan.pdf"),
        ("C:\\temp\\plan.pdf", "plan.pdf"),
        ("a\u202efdp.pdf", "afdp.pdf"),
        ('a<b>"c".pdf', "a_b__c_.pdf"),
        ("..", ""),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_file_names_become_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_photos_get_names_of_their_own_and_come_once() -> None:
    files: list[dict[str, Any]] = []
    for unique_id in ("a", "b", "a", "c"):
        files = add_file(files, read_file(photo(unique_id)))
    assert [file["name"] for file in files] == ["photo.jpg", "photo-2.jpg", "photo-3.jpg"]


# Provinces and showing


def test_each_name_and_alias_means_its_own_province() -> None:
    assert len(provinces()) == 31
    for code, province in provinces().items():
        for name in (province.fa, province.en, *province.aliases, f"استان {province.fa}", f"{province.en} province"):
            assert find_province(name) == (code,), name


@pytest.mark.parametrize(
    ("one", "value", "fa", "en"),
    [
        (field("choice"), "market", "بازار و فروش", "Market and sales"),
        (field("choices"), ["money", "people"], ["پول و نقدینگی", "نیروی کار"], ["Money and liquidity", "People"]),
        (field("province"), "qom", "قم", "Qom"),
        (field("date"), "2026-12-06", date(2026, 12, 6), date(2026, 12, 6)),
        (field("number", decimals=True), 2.5, 2.5, 2.5),
        (field("place"), {"text": "جی"}, "جی", "جی"),
        (field("place"), {"latitude": 32, "longitude": 51.5}, [32.0, 51.5], [32.0, 51.5]),
        (field("files"), [read_file(photo())], ["photo.jpg"], ["photo.jpg"]),
        (field("text"), "market", "market", "market"),
    ],
)
def test_values_are_shown_neutrally(one: Field, value: Any, fa: object, en: object) -> None:
    assert show(one, value, "fa") == fa
    assert show(one, value, "en") == en


# Properties

anything = st.builds(
    Given,
    text=st.none() | st.text(max_size=300) | st.text(alphabet="0123456789۰۱۲۳٫٬./- هزار+و,", max_size=40),
    phone=st.none() | st.text(max_size=20),
    own=st.booleans(),
    place=st.none() | st.builds(Location, st.floats(), st.floats()),
    attachment=st.none()
    | st.builds(
        Attachment, st.text(max_size=5), st.text(max_size=5), st.sampled_from(["photo", "document", "voice", ""]),
        st.none() | st.text(max_size=130), st.none() | st.text(max_size=30), st.none() | st.integers(),
    ),
    options=st.lists(st.sampled_from(["money", "market", "gone", "qom", ""]), max_size=3).map(tuple),
)  # fmt: skip


@given(st.sampled_from(get_args(FieldType)), anything)
def test_parsing_raises_nothing_but_refusals(kind: str, sent: Given) -> None:
    one = field(kind)
    refusal = None
    try:
        value = parse(one, sent, TODAY)
    except Refused as refused:
        refusal = refused
    if refusal:
        assert set(refusal.values) == placeholders(TEXTS[refusal.key]["fa"])
    else:
        assert fits(one, value)
        show(one, value, "fa")


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("market")
any_json = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "latitude", "x"]), inner),
)


@given(st.sampled_from(get_args(FieldType)), any_json)
def test_whether_a_kept_value_fits_never_raises(kind: str, value: Any) -> None:
    one = field(kind)
    if fits(one, value):
        show(one, value, "en")


@pytest.mark.parametrize(
    ("one", "value"),
    [
        (field("number"), True),
        (field("number"), 2.5),
        (field("number", decimals=True), float("nan")),
        (field("number", decimals=True), float("inf")),
        (field("number"), -1),
        (field("number"), "5"),
        (field("text"), "x" * 201),
        (field("choice"), "gone"),
        (field("choices"), []),
        (field("choices"), ["people", "money"]),
        (field("choices"), ["money", "money"]),
        (field("date"), "20261206"),
        (field("phone"), "09123456789"),
        (field("place"), {"latitude": True, "longitude": 5}),
        (field("place"), {"latitude": 5, "longitude": 181}),
        (field("place"), {"text": ""}),
        (field("files"), [{"file_id": "x"}]),
        (field("files", max=1), [read_file(photo("a")), read_file(photo("b"))]),
    ],
)
def test_a_kept_value_that_is_no_answer_does_not_fit(one: Field, value: object) -> None:
    assert not fits(one, value)


@pytest.mark.parametrize(
    ("typed", "names", "found"),
    [
        ("workshap", {"a": ["workshop"], "b": ["workshep"]}, ("a", "b")),
        ("workshopp", {"a": ["workshop"], "b": ["workshops"]}, ("a", "b")),
        ("shoees", {"a": ["shoes"], "b": ["paper"]}, ("a",)),
        ("بلیت", {"yes": ["بلی"], "no": ["خیر"]}, ()),
        ("yaz", {"a": ["yazd"]}, ()),
        ("ندارم", {"yes": ["دارم"], "later": ["در حال گرفتن"]}, ()),
        ("دارم", {"no": ["ندارم"], "later": ["در حال گرفتن"]}, ()),
        ("unregistered", {"yes": ["registered"], "later": ["in progress"]}, ()),
        ("۱ تا ۵ نفر", {"few": ["۱ تا ۵ نفر"], "many": ["بیش از ۵ نفر"]}, ("few",)),
        ("2", {"a": ["2"], "b": ["other"]}, ("a",)),
        ("و", {"a": ["پول و نقدینگی"]}, ()),
        ("x" * 500, {"a": ["x" * 500]}, ()),
        ("", {"a": ["x"]}, ()),
        ("x", {}, ()),
    ],
)
def test_typed_labels_are_recognised_only_when_clear(
    typed: str, names: dict[str, list[str]], found: tuple[str, ...]
) -> None:
    assert match(typed, names) == found


@pytest.mark.parametrize("kind", get_args(FieldType))
@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_good_answer_typed_means_the_same(kind: str, language: Any) -> None:
    one = field(kind)
    step = step_for(one, language)
    if step.typed is not None and kind not in ("place", "phone"):
        assert parse(one, Given(text=step.typed), TODAY) == parse(one, step.given, TODAY)
