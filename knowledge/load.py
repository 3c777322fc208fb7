"""Loads what the index is built from: entries, sources and service words, now from files.

The one place that knows where knowledge is kept; what is done with it stands elsewhere.
"""

from pathlib import Path
from typing import Any, Final

from knowledge.entries import Entry, load_entries
from knowledge.faults import ContentError, read_yaml
from knowledge.matching import Index, ServiceWords
from knowledge.sources import SOURCES_FILE, load_sources

CONTENT_FOLDER: Final = Path(__file__).with_name("content")
SERVICES_FOLDER: Final = Path(__file__).parents[1] / "eservices" / "catalogue"


def load_index(content: Path = CONTENT_FOLDER, services: Path = SERVICES_FOLDER) -> Index:
    """The index of all content. Raises ContentError for the first broken file."""
    return Index.build(load_content(content), load_services(services))


def load_content(folder: Path = CONTENT_FOLDER) -> tuple[Entry, ...]:
    """All entries. Raises ContentError."""
    return load_entries(folder, load_sources(SOURCES_FILE).keys())


def load_services(folder: Path = SERVICES_FOLDER) -> tuple[ServiceWords, ...]:
    """The words of each service file; none when the folder is not there. Only what matching needs is read: the full
    shape is checked by the services' own package. Raises ContentError when a file is not a mapping with an id."""
    return tuple(_service(file) for file in sorted(folder.glob("*.yaml")))


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
