"""What every conversation shares: texts, catalogue, knowledge, hours, where staff are. Made once per process.

No state of conversations: that lives in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from desk.hours import Hours
from eservices.catalogue import Catalogue
from knowledge.engine import Engine
from knowledge.entries import Entry
from knowledge.load import Outside
from knowledge.sources import Source
from locales import Texts


class LookupNeeded(Exception):
    """A handler needs what the knowledge says of a text. Raised to leave the unit: look-ups run outside of it."""

    def __init__(self, text: str) -> None:
        super().__init__("look-up needed")
        self.text = text


@dataclass
class House:
    """The shared parts. `outside`: kinds of messages that are none of our business; `moved` maps ids of groups that
    became supergroups."""

    texts: Texts
    catalogue: Catalogue
    knowledge: Engine
    entries: Mapping[str, Entry]
    sources: Mapping[str, Source]
    hours: Hours
    staff_chat_id: int | None = None
    admin_ids: tuple[int, ...] = ()
    outside: Mapping[str, Outside] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)
    count_question: Callable[[str], None] = lambda decision: None

    def staff_chat(self) -> int | None:
        """The staff group's present id."""
        if self.staff_chat_id is None:
            return None
        return self.moved.get(self.staff_chat_id, self.staff_chat_id)

    def is_staff_chat(self, chat_id: int) -> bool:
        """True for the staff group, also under its former id."""
        return self.staff_chat_id is not None and chat_id in (self.staff_chat_id, self.staff_chat())
