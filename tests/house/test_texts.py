"""Texts and code agree: every key that code names is there with its placeholders, every key that is there is used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import get_args

import pytest

from db.models import STATUSES
from eservices.questions import FieldType
from handlers.routes import COMMANDS
from locales import LANGUAGES, load_texts, placeholders
from tests.house import source

TEXTS = load_texts()
KEYS = TEXTS.languages[LANGUAGES[0]]
SPEAKERS = ("bot", "handlers", "desk", "eservices", "knowledge", "console")
TYPES = get_args(FieldType)
# Keys put together in code: what stands before the variable part, and what that part can be.
DYNAMIC = {
    "command.": COMMANDS,
    "status.": STATUSES,
    "requests.means.": STATUSES,
    "notice.": ("open", "waiting", "solved", "closed"),
    "form.keyboard.": ("phone", "place"),
    "form.how.": ("choices", "files", "date"),
    "form.": ("known", "review"),  # with ".wanted" behind
    "field.": TYPES,  # with ".wanted" or ".wrong" behind
}
BEHIND = {"form.": (".wanted",), "field.": (".wanted", ".wrong")}
OPTIONAL = ("field.", "form.how.")
_KEY = re.compile(r"[a-z_]+(\.[a-z_0-9]+)+")
_GROUPS = {key.partition(".")[0] for key in KEYS}


def _named() -> Iterator[tuple[str, str]]:
    """Every string in code that looks like a key, and where it stands."""
    for file in source.files(*SPEAKERS):
        for text, node in source.strings(file):
            if _KEY.fullmatch(text) and text.partition(".")[0] in _GROUPS:
                yield text, source.place(file, node)


def _made() -> Iterator[tuple[str, str, str]]:
    """Every f-string that looks like a key: what stands before and behind the variable part, and where."""
    for file in source.files(*SPEAKERS):
        for parts, node in source.f_strings(file):
            before, *rest = parts
            if isinstance(before, str) and re.fullmatch(r"[a-z_.]+\.", before) and before.split(".")[0] in _GROUPS:
                behind = rest[1] if len(rest) == 2 and isinstance(rest[1], str) else ""
                yield before, behind, source.place(file, node)


def test_every_key_in_code_exists() -> None:
    assert not [where for where in _named() if where[0] not in KEYS]


def test_keys_are_put_together_in_known_ways_only() -> None:
    for before, behind, where in _made():
        assert before in DYNAMIC, where
        assert behind in BEHIND.get(before, ("",)), where
        for middle in DYNAMIC[before]:
            assert before in OPTIONAL or f"{before}{middle}{behind}" in KEYS, f"{where}: {before}{middle}{behind}"
    assert set(DYNAMIC) == {before for before, _, _ in _made()}


def test_every_key_is_used() -> None:
    made = {f"{before}{middle}{behind}" for before, behind, _ in _made() for middle in DYNAMIC[before]}
    assert not set(KEYS) - {key for key, _ in _named()} - made


def test_code_gives_every_placeholder() -> None:
    """Calls that name a key and its values: say_text("a.b", name=...), Conflict("a.b", name=...) and the like."""
    checked = 0
    for file in source.files(*SPEAKERS):
        for _, call in source.calls(file):
            keys = [a.value for a in call.args[:2] if isinstance(a, ast.Constant) and a.value in KEYS]
            given = {keyword.arg for keyword in call.keywords}
            if len(keys) == 1 and None not in given and _says(call):
                missing = placeholders(KEYS[keys[0]]) - {name for name in given if name}
                assert not missing, f"{source.place(file, call)}: {keys[0]} lacks {sorted(missing)}"
                checked += 1
    assert checked > 100


def _says(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    errors = ("NotFound", "NotAllowed", "InvalidInput", "Conflict", "TooMany", "Refused", "TermsRefused")
    return name in ("html", "plain", "label", "button", "say_text", "toast", *errors)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_clean(language: str) -> None:
    tag = re.compile(r"</?(?:b|i|code)>")
    for key, template in TEXTS.languages[language].items():
        for form in [template] if isinstance(template, str) else template.values():
            rest = tag.sub("", form)
            assert form == form.strip(), key
            assert form, key
            assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", rest), f"{key} holds markup that nobody knows"
            for line in form.split("\n"):  # a long text is cut at lines
                opened = [t for t in tag.findall(line) if not t.startswith("</")]
                closed = [t.replace("/", "") for t in tag.findall(line) if t.startswith("</")]
                assert opened == closed, f"{key} does not close its tags in the line"


def test_plain_texts_hold_no_tags() -> None:
    """What goes into buttons, toasts and menus is not markup."""
    for file in source.files(*SPEAKERS):
        for name, call in source.calls(file):
            for given in call.args[:2] if name in ("label", "button", "plain", "toast") else ():
                if isinstance(given, ast.Constant) and given.value in KEYS:
                    for language in LANGUAGES:
                        assert "<" not in str(TEXTS.languages[language][given.value]), f"{language}: {given.value}"


def test_persian_is_written_well() -> None:
    for key, template in TEXTS.languages["fa"].items():
        text = template if isinstance(template, str) else " ".join(template.values())
        shown = re.sub(r"\{\w+\}|</?\w+>", "", text)
        assert not re.search(r"[كيىة٠-٩]", shown), f"{key} holds Arabic letters or digits"
        assert not re.search(r"[\u0600-\u06ff][,;?]", shown), f"{key} holds Latin punctuation"
        assert not re.search(r"(?<![A-Za-z@./_-])[0-9]", shown), f"{key} holds Latin digits"
        assert not re.search(r"(?:^| )(?:می|نمی) [\u0600-\u06ff]", shown), f"{key}: half-space after می"
        assert not re.search(r"[\u0600-\u06ff] (?:ها|های|هایی|ام|ایم|اید)(?![\u0600-\u06ff])", shown), key
        assert not re.search(r"\u200c(?:[ \n.،؛؟]|$)|(?:^|[ \n])\u200c|\u200c\u200c", shown), f"{key}: idle space"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_messenger_takes_what_introduces_us(language: str) -> None:
    """Limits of setMyCommands, setMyName, setMyDescription and setMyShortDescription."""
    for name in COMMANDS:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name)
        assert 1 <= len(TEXTS.plain(language, f"command.{name}")) <= 256
    assert 1 <= len(TEXTS.plain(language, "about.name")) <= 64
    assert 1 <= len(TEXTS.plain(language, "about.description")) <= 512
    assert 1 <= len(TEXTS.plain(language, "about.short")) <= 120
