"""What comes into a form and what may come out of a question: `Given`, `Value`, `Refused`.

No parsing and no rules live here; the parsers are in `fields`, the steps in `forms`.
"""

from dataclasses import dataclass
from typing import Any, Literal

Language = Literal["fa", "en"]

# What an answer is kept as, always plain JSON: text, number, option ids, a place or files (see `values.fits`).
Value = str | int | float | list[Any] | dict[str, Any]


@dataclass(frozen=True, slots=True)
class Location:
    """A shared location, degrees in WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as the messenger describes it; `size` in bytes. A photo has no name and no mime type."""

    file_id: str
    unique_id: str
    kind: str
    name: str | None = None
    mime: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """One thing that a person sent, whatever the messenger: at least one part is set, or it is of no known kind.

    `phone` is the number of a shared contact, `own` tells that the contact is the person; `options` are the ids
    of pressed buttons; `skip` is the press of the skip button.
    """

    text: str | None = None
    phone: str | None = None
    own: bool = False
    place: Location | None = None
    attachment: Attachment | None = None
    options: tuple[str, ...] = ()
    skip: bool = False


class Refused(Exception):
    """An answer or a step that is not taken: a key of the texts, its placeholders, and options worth offering.

    `options` are option ids or province codes that the person may have meant; often empty.
    """

    def __init__(self, key: str, *, options: tuple[str, ...] = (), **values: str | int | float) -> None:
        super().__init__(key)
        self.key = key
        self.options = options
        self.values = values
