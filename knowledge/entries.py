"""Entries, each one answer with its phrasings in two languages: their shape, the rules of content, loading a folder.

Reading files and naming the place of a fault is in faults.py; where entries are used, in matching.py and by callers.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from knowledge.faults import ContentError, line_of, read_models
from knowledge.normalise import normalise

Kind = Literal["full", "partial", "staff"]
"""full: a true, complete answer; partial: the general part; staff: no confirmed fact, so a person answers."""

TITLE_LENGTH: Final = 60
SHORT_LENGTH: Final = 450
DETAILS_LENGTH: Final = 1800
PHRASING_LENGTH: Final = 200
FEWEST_PHRASINGS: Final = 25
"""Of each way of writing."""
MOST_RELATED: Final = 4

_MARKUP: Final = re.compile(r"</?[a-zA-Z!]|&(?:[a-z]+|#\d+);|\*\*|__|`|\]\(|^#", re.MULTILINE)
_PERSIAN_LETTER: Final = re.compile(r"[\u0620-\u064a\u0671-\u06d3]")
_LATIN_LETTER: Final = re.compile(r"[a-zA-Z]")
_ARABIC_FORMS: Final = re.compile(r"[يىك]")
_SURELY_A_WORD: Final = re.compile("[a-z0-9آابپتجچدرزسشفقکگلمنوه]")
"""Letters of which something is left in any case; most texts have one, and bringing all into one form takes time."""
_BARE_LATIN_NUMBER: Final = re.compile(r"(?<![\w./-])\d+(?![\w./-])", re.ASCII)


def _plain(text: str) -> str:
    found = _MARKUP.search(text)
    if found:
        raise ValueError(f"holds markup ({found.group()!r}), but texts are plain")
    return text


def _persian(text: str) -> str:
    if text and len(_PERSIAN_LETTER.findall(text)) <= len(_LATIN_LETTER.findall(text)):
        raise ValueError("is not Persian")
    if _ARABIC_FORMS.search(text):
        raise ValueError("holds an Arabic ي or ك instead of ی or ک")
    if _BARE_LATIN_NUMBER.search(text):
        raise ValueError("holds Latin digits")
    return text


def _english(text: str) -> str:
    if text and len(_PERSIAN_LETTER.findall(text)) >= len(_LATIN_LETTER.findall(text)):
        raise ValueError("is not English")
    return text


def _askable(text: str) -> str:
    if not _SURELY_A_WORD.search(text) and not normalise(text):
        raise ValueError("holds no word")
    return text


Title = Annotated[str, Field(min_length=2, max_length=TITLE_LENGTH), AfterValidator(_plain)]
Short = Annotated[str, Field(min_length=2, max_length=SHORT_LENGTH), AfterValidator(_plain)]
Details = Annotated[str, Field(max_length=DETAILS_LENGTH), AfterValidator(_plain)]
Phrasing = Annotated[str, Field(min_length=1, max_length=PHRASING_LENGTH), AfterValidator(_askable)]
Persian = AfterValidator(_persian)
English = AfterValidator(_english)
TopicId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$", max_length=40)]
ServiceId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=32)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class TitleTexts(_Part):
    """The title in both languages, up to 60 characters each."""

    fa: Annotated[Title, Persian]
    en: Annotated[Title, English]


class ShortTexts(_Part):
    """The answer itself, up to 450 characters each."""

    fa: Annotated[Short, Persian]
    en: Annotated[Short, English]


class DetailsTexts(_Part):
    """Steps, lists and exceptions, up to 1800 characters each; may be empty."""

    fa: Annotated[Details, Persian]
    en: Annotated[Details, English]


class Phrasings(_Part):
    """What people type when they ask this, by the way they write: Persian as in letters, Persian as it is spoken,
    Persian in Latin letters, English."""

    formal: tuple[Phrasing, ...] = ()
    spoken: tuple[Phrasing, ...] = ()
    finglish: tuple[Phrasing, ...] = ()
    english: tuple[Phrasing, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """All of them."""
        return self.formal + self.spoken + self.finglish + self.english


WAYS: Final = tuple(Phrasings.model_fields)
"""The ways of writing, in the order of the files."""


class Entry(_Part):
    """One topic's answer. `id` is permanent; `service` names the e-service or programme that the topic leads to."""

    id: TopicId
    service: ServiceId
    kind: Kind
    title: TitleTexts
    short: ShortTexts
    details: DetailsTexts
    phrasings: Phrasings
    sources: tuple[str, ...]
    related: tuple[TopicId, ...] = Field(max_length=MOST_RELATED)
    checked_on: date


def content_hash(entry: Entry) -> str:
    """SHA-256, in hex, of the entry's canonical JSON: equal exactly when two entries say the same."""
    canonical = json.dumps(entry.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule broken by one entry (`position` in the list that was checked) at a place inside it."""

    position: int
    place: tuple[str | int, ...]
    reason: str


def find_faults(entries: Sequence[Entry], known_sources: Collection[str]) -> Iterator[Fault]:
    """The rules between entries: unique ids and phrasings, known sources, related topics that exist."""
    ids = Counter(entry.id for entry in entries)
    seen_ids: set[str] = set()
    asked: dict[str, str] = {}
    for position, entry in enumerate(entries):
        if entry.id in seen_ids:
            yield Fault(position, ("id",), "this id is used twice")
        seen_ids.add(entry.id)
        for place, source in enumerate(entry.sources):
            if source not in known_sources:
                yield Fault(position, ("sources", place), f"source {source} is not known")
        if not entry.sources and not entry.id.startswith("general."):
            yield Fault(position, ("sources",), "names no source")
        for place, other in enumerate(entry.related):
            if other not in ids or other == entry.id:
                yield Fault(position, ("related", place), f"related topic {other} is not another entry")
        yield from _repeated_phrasings(position, entry, asked)


def _repeated_phrasings(position: int, entry: Entry, asked: dict[str, str]) -> Iterator[Fault]:
    """Between topics a phrasing is the same if it is so to the matcher; inside one, only if it is typed the same."""
    typed: set[str] = set()
    for way in WAYS:
        for place, phrasing in enumerate(getattr(entry.phrasings, way)):
            owner = asked.setdefault(normalise(phrasing), entry.id)
            if owner != entry.id or phrasing.casefold() in typed:
                yield Fault(position, ("phrasings", way, place), f'phrasing "{phrasing}" is already in {owner}')
            typed.add(phrasing.casefold())


def find_thin(entries: Sequence[Entry]) -> Iterator[Fault]:
    """Entries with too few phrasings to be found well. A rule for shipped content; a draft may have fewer."""
    for position, entry in enumerate(entries):
        for way in WAYS:
            if len(getattr(entry.phrasings, way)) < FEWEST_PHRASINGS:
                yield Fault(position, ("phrasings", way), f"fewer than {FEWEST_PHRASINGS} {way} phrasings")


def load_entries(folder: Path, known_sources: Collection[str]) -> tuple[Entry, ...]:
    """All entries of the folder's *.yaml files, by file name and place in it, checked by every rule of this module.

    Raises ContentError for the first fault.
    """
    entries: list[Entry] = []
    places: list[tuple[Path, int]] = []
    for file in content_files(folder):
        read = read_models(file, Entry, "entry")
        entries += read
        places += [(file, position) for position in range(len(read))]
    if not entries:
        raise ContentError(folder, 0, None, "the content files here hold no entries")
    for fault in chain(find_faults(entries, known_sources), find_thin(entries)):
        file, position = places[fault.position]
        where = " > ".join(str(step + 1 if isinstance(step, int) else step) for step in fault.place)
        line = line_of(file, (position, *fault.place))
        raise ContentError(file, line, entries[fault.position].id, f"{where}: {fault.reason}")
    return tuple(entries)


def content_files(folder: Path) -> list[Path]:
    """The folder's content files in a fixed order. Raises ContentError when there is none."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        reason = "no content files (*.yaml) are here" if folder.is_dir() else "this folder of content is not there"
        raise ContentError(folder, 0, None, reason)
    return files
