"""The sources on which entries rest: what they are called and how old they are. The list itself is sources.yaml."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge.faults import ContentError, line_of, read_models

SOURCES_FILE: Final = Path(__file__).with_name("sources.yaml")

Name = Annotated[str, Field(min_length=1, max_length=120)]


class SourceTexts(BaseModel):
    """A short text about a source, in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fa: Name
    en: Name


class Source(BaseModel):
    """One source. `address`: as written down when the page was read, sometimes only a description; not a link.

    kind: O official, N news, S secondary. `date`: as text for people, None when the page carries none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^R\d{2,3}$")]
    address: Annotated[str, Field(min_length=1, max_length=400)]
    kind: Literal["O", "N", "S"]
    name: SourceTexts
    date: SourceTexts | None


def load_sources(file: Path = SOURCES_FILE) -> Mapping[str, Source]:
    """All sources by id, in the order of the file. Raises ContentError."""
    sources: dict[str, Source] = {}
    for position, source in enumerate(read_models(file, Source, "source")):
        if source.id in sources:
            raise ContentError(file, line_of(file, (position, "id")), None, f"source {source.id} is listed twice")
        sources[source.id] = source
    return sources
