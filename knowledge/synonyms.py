"""Words that stand for one idea: the rules for them, the file they are shipped in, and those that a database holds.

What the matcher makes of them is in features.py; who changes them, and how, in teaching.py.
"""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from knowledge.faults import ContentError, line_of, read_yaml
from knowledge.features import LONGEST_TERM, spelling
from knowledge.normalise import normalise
from knowledge.words import STOP

SYNONYMS_FILE: Final = Path(__file__).with_name("synonyms.yaml")
MOST_IDEAS: Final = 2000
FEWEST_TERMS: Final = 2
MOST_TERMS: Final = 30
TERM_LENGTH: Final = 60
"""Characters."""
OWN: Final = "own-"
"""How keys of ideas that admins added begin; a file's never do."""
_KEY: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_BETWEEN: Final = re.compile(r"[,;\n\r\u060c\u061b]")
_HALF_SPACE: Final = "\u200c"

Terms = tuple[str, ...]
Ideas = Mapping[str, Terms]
"""Terms by the key of their idea."""


class TermsRefused(Exception):
    """Terms that cannot be an idea: a key of locales and its values. `str()` says it in a few words."""

    def __init__(self, key: str, **values: object) -> None:
        named = ", ".join(str(value) for value in values.values())
        super().__init__(key.rpartition(".")[2].replace("_", " ") + (f" ({named})" if named else ""))
        self.key, self.values = key, values


def terms_in(text: str) -> Terms:
    """The terms of a text that parts them by commas, semicolons or lines; single spaces, no invisible signs."""
    cleaned = (" ".join(_visible(part).split()) for part in _BETWEEN.split(text))
    return tuple(term for term in cleaned if term)


def _visible(text: str) -> str:
    return "".join(
        letter if letter == _HALF_SPACE or unicodedata.category(letter)[0] not in "CZ" else " "
        for letter in unicodedata.normalize("NFC", text)
        if unicodedata.category(letter) != "Cf" or letter == _HALF_SPACE
    )


def spelled(term: str) -> str:
    """What two terms have in common that are the same to the matcher."""
    return " ".join(map(spelling, normalise(term).split()))


def check(terms: Sequence[str], known: Collection[str] = ()) -> None:
    """The rules for the terms of one idea; those that were `known` before may be stop words. Raises TermsRefused."""
    if len(terms) < FEWEST_TERMS:
        raise TermsRefused("teaching.too_few")
    if len(terms) > MOST_TERMS:
        raise TermsRefused("teaching.too_many_terms", most=MOST_TERMS)
    for term in terms:
        words = normalise(term).split()
        if len(term) > TERM_LENGTH:
            raise TermsRefused("teaching.too_long", term=term[:TERM_LENGTH], most=TERM_LENGTH)
        if not words:
            raise TermsRefused("teaching.no_word", term=term)
        if len(words) > LONGEST_TERM:
            raise TermsRefused("teaching.too_many_words", term=term, most=LONGEST_TERM)
        if term not in known and STOP.issuperset(words):
            raise TermsRefused("teaching.stop_word", term=term)
    counts = Counter(map(spelled, terms))
    for term in terms:
        if counts[spelled(term)] > 1:
            raise TermsRefused("teaching.twice", term=term)


def content_hash(key: str, terms: Sequence[str]) -> str:
    """SHA-256, in hex: equal exactly when key and terms are."""
    return hashlib.sha256(json.dumps([key, *terms], ensure_ascii=False).encode()).hexdigest()


def load_synonyms(file: Path = SYNONYMS_FILE) -> dict[str, Terms]:
    """The ideas of a file, a key with its terms each. Raises ContentError for the first broken one."""
    rows = read_yaml(file)
    if not isinstance(rows, dict):
        raise ContentError(file, 1, None, "a mapping of keys to terms is expected")
    if len(rows) > MOST_IDEAS:
        raise ContentError(file, 1, None, f"holds more than {MOST_IDEAS} ideas")
    return {key: _read(file, key, line) for key, line in rows.items()}


def _read(file: Path, key: Any, line: Any) -> Terms:
    if not isinstance(key, str) or not _KEY.fullmatch(key) or key.startswith(OWN):
        reason = f"{key!r} is no key: up to 40 small letters, digits and dashes, not {OWN} at its beginning"
    elif not isinstance(line, str):
        reason = f"{key}: terms with commas between them are expected"
    else:
        terms = terms_in(line)
        try:
            check(terms, known=terms)
        except TermsRefused as error:
            reason = f"{key}: {error}"
        else:
            return terms
    raise ContentError(file, line_of(file, (str(key),)), None, reason)


@dataclass(frozen=True)
class StoredIdeas:
    """Ideas as the database holds them, by key; why some were refused; and the JSON texts that were read. One that
    cannot be used keeps its last good version, or is left out."""

    ideas: Ideas
    refused: Mapping[str, str]
    texts: Mapping[str, str]

    @classmethod
    def nothing(cls) -> "StoredIdeas":
        """Before the first look."""
        return cls({}, {}, {})

    def renewed(self, rows: Sequence[tuple[str, str]]) -> "StoredIdeas":
        """What (key, terms as JSON) rows hold now. For a worker thread."""
        ideas: dict[str, Terms] = {}
        refused: dict[str, str] = {}
        for key, text in rows:
            if self.texts.get(key) == text and key not in self.refused:
                terms: Terms | None = self.ideas[key]
            else:
                try:
                    terms = _of_json(text)
                except TermsRefused as error:
                    refused[key], terms = str(error), self.ideas.get(key)
            if terms is not None and len(ideas) < MOST_IDEAS:
                ideas[key] = terms
            elif terms is not None:
                refused[key] = f"more than {MOST_IDEAS} ideas"
        return StoredIdeas(ideas, refused, dict(rows))


def _of_json(text: str) -> Terms:
    terms = json.loads(text)
    if not isinstance(terms, list) or not all(isinstance(term, str) for term in terms):
        raise TermsRefused("teaching.no_terms")
    check(terms, known=terms)
    return tuple(terms)
