"""The parsers of the field types: what is taken, and every refusal with its key and placeholders."""

import re
from typing import Any, get_args

import pytest

from eservices.catalogue import FOLDER, Field, load
from eservices.fields import parse
from eservices.files import MAX_BYTES
from eservices.given import Attachment, Given, Location, Refused
from eservices.questions import FieldType
from eservices.values import fits
from locales import load_texts, placeholders
from tests.eservices.build import field
from tests.eservices.happy import TODAY, firm_id, person_id, photo
from tests.eservices.sent import METRES, YES_NO, document, said


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

TEXTS = load_texts().languages


@pytest.mark.parametrize(("key", "values"), [(key, values) for _, _, key, values in REFUSALS])
def test_each_refusal_has_a_text_with_its_placeholders(key: str, values: dict[str, Any]) -> None:
    for language, texts in TEXTS.items():
        assert placeholders(texts[key]) == set(values), language


def test_every_refusal_of_the_code_has_a_text_and_every_text_a_refusal() -> None:
    kinds = {
        "{field.type}.wanted": get_args(FieldType),
        "{field.type}.wrong": ("person_id", "firm_id", "postal_code"),
        "{state.at}.wanted": ("known", "review"),
    }
    used: set[str] = set()
    for module in FOLDER.parent.glob("*.py"):
        source = module.read_text(encoding="utf-8")
        for key in re.findall(r'Refused\(\s*f?"((?:field|form)\.[^"]+)"', source):
            group, _, rest = key.partition(".")
            variable = rest.partition("}")[0] + "}"
            used |= {f"{group}.{rest.replace(variable, kind)}" for kind in kinds.get(rest, ("",))}
        used |= set(re.findall(r'else "((?:field|form)\.[a-z_.]+)"', source))
    for texts in TEXTS.values():
        assert {key for key in texts if key.startswith("field.")} <= used <= set(texts)


def test_refusals_are_whole_sentences() -> None:
    for language, ends in (("fa", (".", "؟")), ("en", (".", "?"))):
        for key, text in TEXTS[language].items():
            if key.startswith("field."):
                assert isinstance(text, str), key
                assert text.endswith(ends), f"{language}: {key}"


@pytest.mark.parametrize(
    ("typed", "means"),
    [("بله", "Yes"), ("آره", "Yes"), ("areh", "Yes"), ("خیر", "No"), ("نخیر", "No"), ("nope", "No"), ("نه", "No"),
     ("نمیدونم", "I do not know"), ("نمی‌دانم", "I do not know"), ("nemidoonam", "I do not know")],
)  # fmt: skip
def test_yes_no_and_i_do_not_know_are_understood_in_every_form(typed: str, means: str) -> None:
    asked = 0
    for service in load(FOLDER):
        for one in service.form.fields:
            meant = [option.id for option in one.options if re.match(rf"{means}(,|$| what)", option.en)]
            if len(meant) != 1 or one.type not in ("choice", "choices"):
                continue
            asked += 1
            kept = parse(one, said(typed), TODAY)
            assert kept == (meant[0] if one.type == "choice" else meant), (service.id, one.id, typed)
    assert asked >= 2
