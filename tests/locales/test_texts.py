"""Texts: sentences by key with values and plurals, escaped once; a file that cannot be used ends in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from locales import LANGUAGES, Html, Texts, TextsError, load_texts, placeholders
from locales.show import Reference

FA = """
greeting: سلام {name}!
files: {one: یک فایل, other: "{count} فایل"}
group:
  inner: "<b>{name}</b> و {number}"
"""
EN = """
greeting: Hello {name}!
files: {one: one file, other: "{count} files"}
group:
  inner: "<b>{name}</b> and {number}"
"""


def _load(folder: Path, fa: str = FA, en: str = EN) -> Texts:
    (folder / "fa.yaml").write_text(fa, encoding="utf-8")
    (folder / "en.yaml").write_text(en, encoding="utf-8")
    return load_texts(folder)


def test_a_sentence_with_values(tmp_path: Path) -> None:
    texts = _load(tmp_path)
    assert texts.plain("en", "greeting", name="Tom & Co") == "Hello \u2068Tom & Co\u2069!"
    assert texts.html("en", "greeting", name="Tom & Co") == "Hello \u2068Tom &amp; Co\u2069!"
    assert texts.html("fa", "group.inner", name="<i>", number=12500) == "<b>\u2068&lt;i&gt;\u2069</b> و ۱۲٬۵۰۰"
    assert isinstance(texts.html("fa", "greeting", name=""), Html)
    assert texts.has("group.inner")
    assert not texts.has("group")


def test_what_is_escaped_is_not_escaped_again(tmp_path: Path) -> None:
    texts = _load(tmp_path)
    inner = texts.html("en", "greeting", name="<a>")
    assert texts.html("en", "greeting", name=inner).count("&lt;a&gt;") == 1
    assert texts.plain("en", "greeting", name=inner) == "Hello Hello \u2068<a>\u2069!!"


def test_values_are_never_templates(tmp_path: Path) -> None:
    assert "{number}" in _load(tmp_path).html("en", "greeting", name="{number} {0} {name!r}")


@pytest.mark.parametrize(
    ("count", "fa", "en"), [(0, "۰ فایل", "0 files"), (1, "یک فایل", "one file"), (12, "۱۲ فایل", "12 files")]
)
def test_plurals(tmp_path: Path, count: int, fa: str, en: str) -> None:
    texts = _load(tmp_path)
    assert (texts.plain("fa", "files", count=count), texts.plain("en", "files", count=count)) == (fa, en)


def test_a_missing_value_or_key_is_a_bug_and_not_a_hole(tmp_path: Path) -> None:
    texts = _load(tmp_path)
    with pytest.raises(KeyError, match="name"):
        texts.html("fa", "greeting")
    with pytest.raises(KeyError, match="nothing"):
        texts.html("fa", "nothing")


@pytest.mark.parametrize(
    ("fa", "en", "said"),
    [
        (FA + "more: بیشتر\n", EN, "The text more is not in both fa.yaml and en.yaml."),
        (FA, EN + "more: more\n", "The text more is not in both fa.yaml and en.yaml."),
        (FA, EN.replace("Hello {name}", "Hello"), "The text greeting has other placeholders in en.yaml than"),
        (FA + "n: 5\n", EN, "The text n in fa.yaml is neither a sentence nor a group of texts."),
        (FA, EN + "list: [a, b]\n", "The text list in en.yaml is neither a sentence nor a group of texts."),
        (FA, "just words", "The texts in en.yaml are not a mapping of keys to sentences."),
        (FA, "", "The texts in en.yaml are not a mapping of keys to sentences."),
        (FA, EN + "bad: {name} first\n", "The texts in en.yaml cannot be read: "),
        (FA, EN + "bad: Hello {name\n", "The text bad in en.yaml has a brace without its partner."),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, fa: str, en: str, said: str) -> None:
    with pytest.raises(TextsError) as refused:
        _load(tmp_path, fa, en)
    assert str(refused.value).startswith(said)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_a_missing_or_misencoded_file(tmp_path: Path) -> None:
    with pytest.raises(TextsError, match=r"^The texts in fa\.yaml cannot be read: "):
        load_texts(tmp_path)
    (tmp_path / "fa.yaml").write_bytes("greeting: سلام".encode("cp1256"))
    with pytest.raises(TextsError, match=r"^The texts in fa\.yaml cannot be read: "):
        load_texts(tmp_path)


def test_placeholders() -> None:
    assert placeholders("{a} {b} {{c}} {a}") == {"a", "b"}
    assert placeholders({"one": "{x}", "other": "{count}"}) == {"x", "count"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_ours_can_be_said(language: str) -> None:
    texts = load_texts()
    for key, template in texts.languages[language].items():
        names = placeholders(template)
        for count in (1, 2):
            values: dict[str, object] = {name: name for name in names} | {"count": count}
            values |= {"reference": Reference("48215377")}
            for said in (texts.html(language, key, **values), texts.plain(language, key, **values)):
                assert said
                assert "{" not in said
                assert "}" not in said
