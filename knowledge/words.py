"""The word lists and tables of words.yaml, read once. What they are for stands with those who use them."""

import re
from pathlib import Path
from typing import Any, Final

import yaml

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Written in C where there is one: seven times as fast, and every process reads the lists at its start."""
_LISTS: Final[dict[str, Any]] = yaml.load(
    Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"),
    Loader=_LOADER,  # noqa: S506  # both are safe loaders
)


def _words(name: str) -> frozenset[str]:
    return frozenset(word for line in _LISTS[name] for word in line.split())


def _table(name: str) -> dict[str, str]:
    """Each spelling with the form that it stands for; the file has them the other way round."""
    return {spelling: form for form, spellings in _LISTS[name].items() for spelling in spellings.split()}


STOP: Final = _words("stop")
ENGLISH: Final = _words("english")
FINGLISH: Final = _words("finglish")
ABBREVIATIONS: Final = _words("abbreviations")
NOUNS: Final = _words("nouns")
PREDICATES: Final = _words("predicates")
STAYS: Final = _words("stays")
FINGLISH_TO_PERSIAN: Final = _table("finglish_to_persian")
SPOKEN_TO_WRITTEN: Final = _table("spoken_to_written")
PRESENT_STEMS: Final = _table("present_stems")
PAST_STEMS: Final = _table("past_stems")
COURTESY: Final = re.compile(rf"\b(?:{'|'.join(_LISTS['courtesy'])})\b")
_AROUND: Final = rf"(?:{'|'.join(_LISTS['courtesy_around'])})\b"
COURTESY_AROUND: Final = re.compile(rf"^(?:{_AROUND} ?)+|(?:(?:^| ){_AROUND})+$")
QUESTION: Final = re.compile(rf"[?؟]|\b(?:{'|'.join(_LISTS['questions'])})\b", re.IGNORECASE)
REFUSAL: Final = re.compile(rf"\b(?:{'|'.join(_LISTS['refusals'])})\b", re.IGNORECASE)
