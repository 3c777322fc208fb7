"""Loads what the index is built from: entries, the words of services, what is none of our business, synonyms.

The one place that knows in which files knowledge is kept; what is done with it stands elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.entries import Entry, load_entries
from knowledge.faults import ContentError, read_yaml
from knowledge.layout import ServiceWords
from knowledge.sources import SOURCES_FILE, load_sources
from knowledge.synonyms import Ideas, load_synonyms

CONTENT_FOLDER: Final = Path(__file__).with_name("content")
SERVICES_FOLDER: Final = Path(__file__).parents[1] / "eservices" / "catalogue"
OUTSIDE_FILE: Final = Path(__file__).with_name("outside.yaml")
NEAR: Final = "near"


class Reply(BaseModel):
    """One kind sentence in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    fa: str = Field(min_length=2, max_length=200)
    en: str = Field(min_length=2, max_length=200)


class _Kind(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    reply: Reply
    fa: tuple[str, ...]
    finglish: tuple[str, ...]
    en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outside:
    """One kind of message that no topic answers: what is said to it, and examples."""

    id: str
    reply: Reply
    persian: tuple[str, ...]
    latin: tuple[str, ...]

    @property
    def messages(self) -> tuple[str, ...]:
        """All examples."""
        return self.persian + self.latin


@dataclass(frozen=True, slots=True)
class Content:
    """All that an index is built from."""

    entries: Sequence[Entry]
    services: Sequence[ServiceWords] = ()
    outside: Sequence[Outside] = ()
    synonyms: Ideas = field(default_factory=dict)


def load_all(content: Path = CONTENT_FOLDER) -> Content:
    """Everything, from files. Raises ContentError for the first broken file."""
    return Content(load_content(content), load_services(), load_outside(), load_synonyms())


def load_content(folder: Path = CONTENT_FOLDER) -> tuple[Entry, ...]:
    """All entries. Raises ContentError."""
    return load_entries(folder, load_sources(SOURCES_FILE).keys())


def load_services(folder: Path = SERVICES_FOLDER) -> tuple[ServiceWords, ...]:
    """The words of each service file; none when the folder is not there. Only what matching needs is read: the full
    shape is checked by the services' own package. Raises ContentError when a file is not a mapping with an id."""
    return tuple(_service(file) for file in sorted(folder.glob("*.yaml")))


def load_outside(file: Path = OUTSIDE_FILE) -> tuple[Outside, ...]:
    """The kinds of messages that are none of our business. Raises ContentError."""
    data = read_yaml(file)
    if not isinstance(data, dict):
        raise ContentError(file, 1, None, "a mapping of kinds is expected")
    near = data.pop(NEAR, {})
    if not isinstance(near, dict):
        raise ContentError(file, 1, NEAR, "a mapping of groups is expected")
    kinds = []
    for name, rows in {**data, **near}.items():
        try:
            kind = _Kind.model_validate(rows)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = " > ".join(str(step) for step in first["loc"])
            raise ContentError(file, 1, str(name), f"{place}: {first['msg']}") from None
        kinds.append(Outside(str(name), kind.reply, kind.fa, kind.finglish + kind.en))
    return tuple(kinds)


def _service(file: Path) -> ServiceWords:
    data = read_yaml(file)
    if not isinstance(data, dict) or not isinstance(data.get("id"), str):
        raise ContentError(file, 1, None, "not a service: a mapping with an id is expected")
    return ServiceWords(data["id"], _texts(data.get("name")), _texts(data.get("aliases")), _texts(data.get("needs")))


def _texts(value: Any) -> tuple[str, ...]:
    """All strings in {fa: ..., en: ...}, single or listed; anything else is passed over."""
    if isinstance(value, str):
        return (value,)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return tuple(text for part in inner for text in _texts(part))
