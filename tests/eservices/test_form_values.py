"""Values of fields: provinces, how a value is shown, which kept values fit, and rubbish that must not raise."""

from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eservices.catalogue import Field
from eservices.fields import parse, show
from eservices.files import read_file
from eservices.given import Attachment, Given, Location, Refused
from eservices.labels import match
from eservices.provinces import find_province, provinces
from eservices.questions import FieldType
from eservices.values import fits
from locales import load_texts, placeholders
from tests.eservices.build import field
from tests.eservices.happy import TODAY, photo, step_for

TEXTS = load_texts().languages


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
        assert set(refusal.values) == placeholders(TEXTS["fa"][refusal.key])
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
