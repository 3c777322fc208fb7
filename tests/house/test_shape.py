"""The shape of modules: sizes, docstrings, where errors are caught, and no language of people in code."""

from __future__ import annotations

import ast
import re

from tests.house import source

MOST_LINES = 300
MOST_OF_FUNCTION = 60
MOST_OF_DOCSTRING = 12
# Where whatever comes through is judged, logged and settled.
DOORS = (
    "bot/worker.py", "bot/sender.py", "bot/polling.py", "bot/process.py", "bot/renewal.py", "bot/retention.py",
    "bot/webhook.py",
    "db/engine.py",
)  # fmt: skip
_PERSIAN = re.compile(r"[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]")
# Letters that are data of an algorithm or of a demonstration, not sentences.
PERSIAN_IN_CODE = {
    "desk/references.py": "digits that people type",
    "eservices/checks.py": "digits that people type",
    "eservices/clean.py": "letters that keyboards mix up",
    "eservices/dates.py": "names of months that people type",
    "eservices/fields.py": "separators and words that people type in answers",
    "eservices/labels.py": "spellings that count as equal",
    "eservices/numbers.py": "words for numbers that people type",
    "eservices/provinces.py": "spellings that count as equal",
    "knowledge/e5/encoder.py": "a sentence to prove the encoder by",
    "knowledge/entries.py": "letters that content must not hold",
    "knowledge/features.py": "endings that are cut off",
    "knowledge/finglish.py": "letters and endings that Finglish stands for",
    "knowledge/keyboard.py": "the letters of two keyboards",
    "knowledge/normalise.py": "letters and digits that keyboards mix up",
    "knowledge/reading.py": "the letter that says not",
    "knowledge/splitting.py": "words that join two questions",
    "knowledge/spoken.py": "endings of spoken words",
    "knowledge/words.py": "a question mark",
    "locales/show.py": "digits and names of months and weekdays",
    "sandbox/cast.py": "names of the demonstration's persons",
    "sandbox/entities.py": "marks that end an address",
}


def test_modules_are_small() -> None:
    lengths = {source.place(file): len(file.read_text(encoding="utf-8").splitlines()) for file in source.everything()}
    assert not {where: length for where, length in lengths.items() if length > MOST_LINES}


def test_each_module_says_what_lives_in_it() -> None:
    for file in source.everything():
        if file.read_text(encoding="utf-8").strip():
            text = ast.get_docstring(source.tree(file))
            assert text, f"{source.place(file)} does not say what lives in it"
            assert len(text.splitlines()) <= MOST_OF_DOCSTRING, f"{source.place(file)} tells too much"


def test_functions_are_short() -> None:
    for file in source.everything():
        for node in ast.walk(source.tree(file)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                assert length <= MOST_OF_FUNCTION, f"{source.place(file, node)} {node.name} has {length} lines"


def test_public_functions_say_what_they_do() -> None:
    quiet = []
    for file in [source.ROOT / "config.py", *source.files(*source.PRODUCT)]:
        for node in source.tree(file).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
                quiet += [] if ast.get_docstring(node) else [f"{source.place(file, node)} {node.name}"]
    assert not quiet


def test_everything_is_caught_at_the_doors_only() -> None:
    for file in [source.ROOT / "config.py", *source.files(*source.PRODUCT)]:
        for node in ast.walk(source.tree(file)):
            if isinstance(node, ast.ExceptHandler):
                caught = ast.unparse(node.type) if node.type else "everything"
                wide = caught in ("everything", "Exception", "BaseException")
                assert not wide or source.place(file) in DOORS, source.place(file, node)
                silent = wide and all(isinstance(part, ast.Pass) for part in node.body)
                assert not silent, f"{source.place(file, node)} hides every error"


def test_no_sentence_of_people_stands_in_code() -> None:
    for file in [source.ROOT / "config.py", *source.files(*source.PRODUCT, "sandbox", "bench")]:
        found = _PERSIAN.search(file.read_text(encoding="utf-8"))
        known = source.place(file) in PERSIAN_IN_CODE
        assert known or not found, f"{source.place(file)} holds Persian"
        assert found or not known, f"{source.place(file)} needs no exception any more"


def test_what_is_said_has_a_key() -> None:
    """No words right in a message, a button or a toast: they could not be translated."""
    says = {"say", "Message", "Button", "KeyboardButton", "edit_pressed"}
    for file in source.files("handlers", "bot", "console"):
        for name, node in source.calls(file):
            for given in node.args if name in says else ():
                parts = given.values if isinstance(given, ast.JoinedStr) else [given]
                text = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
                assert not re.search(r"[A-Za-z]{3,} [A-Za-z]{2,}", text), source.place(file, node)


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
    for file in source.everything():
        assert not marks.search(file.read_text(encoding="utf-8")), source.place(file)
