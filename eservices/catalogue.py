"""The catalogue: what a service file holds, how all files are loaded, and the order in which services are shown.

The models of the form inside a service are in `questions`; how a form is asked is in `forms`.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pydantic
from pydantic import StringConstraints, model_validator
from pydantic_core import ErrorDetails

from eservices.marks import Unreadable, line_of, read_mapping, written
from eservices.questions import Field, Form, Id, Model, Option, PairedLists, Text, When, WordLists, Words, fault

__all__ = [
    "FOLDER", "Catalogue", "CatalogueError", "Field", "Form", "Option", "Service", "When", "WordLists", "Words",
    "load", "read",
]  # fmt: skip

ORDER = ("land", "desk", "clinic", "technology", "cluster", "training",
         "revival", "finance", "exhibition", "export", "research")  # fmt: skip
THE_SIX = ORDER[:6]
LAST = "general"

FOLDER = Path(__file__).with_name("catalogue")


class CatalogueError(Exception):
    """A service file that cannot be used; the message is one sentence with file, line, field and reason."""

    def __init__(self, file: str, line: int, field: str, reason: str) -> None:
        where = f"{file}, line {line}" + (f", {field}" if field else "")
        super().__init__(f"{where}: {reason}.")
        self.file = file
        self.line = line
        self.field = field
        self.reason = reason


class Link(Model):
    url: Annotated[str, StringConstraints(pattern=r"^https://[A-Za-z0-9.-]+\.[A-Za-z]{2,}(:\d+)?(/\S*)?$")]
    note: Words


class Deadlines(Model):
    """Internal targets of the team, in working hours; never shown to owners."""

    first_answer_hours: Annotated[int, pydantic.Field(ge=1, le=1000)]
    solution_hours: Annotated[int, pydantic.Field(ge=1, le=5000)]


class Service(Model):
    """One e-service or programme as its file tells it."""

    id: Id
    kind: Literal["service", "programme", "assistant"]
    icon: Annotated[str, StringConstraints(min_length=1, max_length=8)]
    team: Id
    name: Words
    aliases: WordLists
    needs: WordLists
    about: Words
    for_whom: Words
    papers: PairedLists
    steps: PairedLists
    cost: Words | None
    duration: Words | None
    link: Link | None
    deadlines: Deadlines
    sources: tuple[Text, ...]
    checked_on: date
    form: Form

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        kind = "service" if self.id in THE_SIX else "assistant" if self.id == LAST else "programme"
        if self.kind != kind:
            fault(f"{self.id!r} is of the kind {kind}", "kind")
        if not (self.needs.fa and self.needs.en):
            fault("there must be needs in both languages", "needs")
        if self.deadlines.first_answer_hours > self.deadlines.solution_hours:
            fault("the first answer cannot be due after the solution", "deadlines", "first_answer_hours")
        return self


class Catalogue:
    """All services, in the order in which they are shown: the six, the programmes, the assistant itself last."""

    def __init__(self, services: Iterable[Service]) -> None:
        ordered = sorted(services, key=lambda service: _rank(service.id))
        for one, other in pairwise(ordered):
            if one.id == other.id:
                raise CatalogueError(f"{other.id}.yaml", 1, "id", f"there are two services called {other.id!r}")
        self.services: tuple[Service, ...] = tuple(ordered)
        self._by_id = {service.id: service for service in ordered}

    def service(self, service_id: str) -> Service:
        """Raises KeyError for an id that the catalogue does not hold."""
        return self._by_id[service_id]

    def __contains__(self, service_id: object) -> bool:
        return service_id in self._by_id

    def __iter__(self) -> Iterator[Service]:
        return iter(self.services)


def _rank(service_id: str) -> tuple[int, str]:
    if service_id == LAST:
        return len(ORDER) + 1, service_id
    return (ORDER.index(service_id) if service_id in ORDER else len(ORDER)), service_id


def load(folder: Path = FOLDER) -> Catalogue:
    """All `*.yaml` files of a folder. Raises CatalogueError for the first fault, or when there is no file."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise CatalogueError(str(folder), 1, "", "the folder holds no service file")
    return Catalogue([_load_file(file) for file in files])


def _load_file(file: Path) -> Service:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise CatalogueError(file.name, 1, "", f"not readable as UTF-8 ({type(problem).__name__})") from problem
    service = read(text, file.name)
    if service.id != file.stem:
        raise CatalogueError(file.name, line_of(text, ["id"]), "id", f"the id must be {file.stem!r}, as in the name")
    return service


def read(text: str, file: str) -> Service:
    """One service from the YAML text of the file called `file`. Raises CatalogueError."""
    try:
        return Service.model_validate(read_mapping(text))
    except Unreadable as problem:
        raise CatalogueError(file, problem.line, written(problem.path), problem.reason) from problem
    except pydantic.ValidationError as faults:
        details = faults.errors(include_url=False, include_input=True)[0]
        path = _path(details)
        raise CatalogueError(file, line_of(text, path), written(path), _reason(details)) from faults


def _path(details: ErrorDetails) -> tuple[str | int, ...]:
    below: tuple[str | int, ...] = details.get("ctx", {}).get("path", ())
    return (*details["loc"], *below)


def _reason(details: ErrorDetails) -> str:
    """The fault in plain words; the library's own for the rare kinds."""
    context: dict[str, Any] = details.get("ctx", {})
    match details["type"]:
        case "fault":
            return str(context["reason"])
        case "missing":
            return "the key is missing"
        case "extra_forbidden":
            return "the key is not known"
        case "string_type":
            return f"a text is needed, not {details['input']!r} (put it in quotes)"
        case "string_too_short":
            return "the text is empty"
        case "literal_error":
            return f"{details['input']!r} is not one of {context['expected']}"
        case "string_pattern_mismatch":
            return f"{details['input']!r} does not have the right form ({context['pattern']})"
    return details["msg"][0].lower() + details["msg"][1:]
