"""Loading the words of services and the kinds of what is none of our business; the sentence a broken file gets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from knowledge.faults import ContentError
from knowledge.load import Content, load_outside, load_services
from knowledge.normalise import normalise

REPLY = {"fa": "این کار ما نیست.", "en": "Not ours."}
KIND = {"reply": REPLY, "fa": ["هوا چطور است"], "finglish": ["hava"], "en": []}


def written(folder: Path, content: object) -> Path:
    """A file of kinds."""
    file = folder / "outside.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file


def test_kinds_are_read_far_ones_first(tmp_path: Path) -> None:
    far, near = load_outside(written(tmp_path, {"near": {"tax-person": KIND | {"en": ["my tax"]}}, "far": KIND}))
    assert (far.id, near.id) == ("far", "tax-person")
    assert far.messages == ("هوا چطور است", "hava")
    assert (near.persian, near.latin) == (("هوا چطور است",), ("hava", "my tax"))
    assert (far.reply.fa, far.reply.en) == ("این کار ما نیست.", "Not ours.")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ([KIND], "a mapping of kinds is expected"),
        ("text", "a mapping of kinds is expected"),
        ({"near": [KIND]}, "near: a mapping of groups is expected"),
        ({"far": {**KIND, "colour": "red"}}, "far: colour"),
        ({"far": {key: value for key, value in KIND.items() if key != "en"}}, "far: en: Field required"),
        ({"far": {**KIND, "reply": {"fa": "این کار ما نیست."}}}, "far: reply > en: Field required"),
        ({"far": {**KIND, "reply": {"fa": "این کار ما نیست.", "en": "x" * 201}}}, "far: reply > en: .*200"),
        ({"far": {**KIND, "reply": {"fa": " ", "en": "Not ours."}}}, "far: reply > fa"),
        ({"far": {**KIND, "fa": "هوا چطور است"}}, "far: fa"),
        ({"far": {**KIND, "en": [5]}}, "far: en > 0"),
        ({"far": None}, "far: "),
        ({"near": {"tax": {**KIND, "finglish": None}}}, "tax: finglish"),
    ],
)
def test_a_broken_file_of_kinds_is_refused_in_one_sentence(tmp_path: Path, content: object, reason: str) -> None:
    with pytest.raises(ContentError) as fault:
        load_outside(written(tmp_path, content))
    sentence = str(fault.value)
    assert re.search(rf"outside\.yaml, line 1(, topic)?:? {reason}", sentence), sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert "pydantic" not in sentence


@pytest.mark.parametrize("broken", [b"\xff", b"far: [", b"far: 1\nfar: 2\n"])
def test_what_is_no_yaml_is_refused(tmp_path: Path, broken: bytes) -> None:
    file = tmp_path / "outside.yaml"
    file.write_bytes(broken)
    with pytest.raises(ContentError, match=r"outside\.yaml, line"):
        load_outside(file)
    with pytest.raises(ContentError, match="cannot be read"):
        load_outside(tmp_path / "nowhere.yaml")


def test_every_kind_has_examples_and_none_is_a_phrasing(content: Content) -> None:
    asked = {normalise(text): entry.id for entry in content.entries for text in entry.phrasings.all}
    assert len({kind.id for kind in content.outside}) == len(content.outside) >= 15
    for kind in content.outside:
        assert len(kind.messages) >= 10, kind.id
        assert not [text for text in kind.messages if normalise(text) in asked], kind.id


def test_service_words_are_read_whatever_the_rest_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "clinic.yaml").write_text(
        "id: clinic\nname: {fa: کلینیک, en: Clinic}\naliases: {fa: [درمانگاه]}\nneeds: {en: [sales fell]}\nform: 5\n",
        encoding="utf-8",
    )
    (words,) = load_services(tmp_path)
    assert (words.names, words.aliases, words.needs) == (("کلینیک", "Clinic"), ("درمانگاه",), ("sales fell",))
    assert load_services(tmp_path / "nowhere") == ()


def test_a_service_file_without_an_id_is_told(tmp_path: Path) -> None:
    (tmp_path / "clinic.yaml").write_text("name: 5", encoding="utf-8")
    with pytest.raises(ContentError, match=r"clinic\.yaml, line 1"):
        load_services(tmp_path)
