"""The entries as the database holds them, read again after each edit: only what changed is checked.

An entry that cannot be used keeps its last good version, or is left out; the others live on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from pydantic import ValidationError

from knowledge.entries import Entry


class StoredContentError(Exception):
    """Not one entry of the database can be used; one sentence."""


@dataclass(frozen=True)
class Stored:
    """Entries by topic; why some were refused, one reason each; and hashes of the JSON texts that were read."""

    entries: Mapping[str, Entry]
    refused: Mapping[str, str]
    hashes: Mapping[str, bytes]

    @classmethod
    def nothing(cls) -> "Stored":
        """Before the first look."""
        return cls({}, {}, {})

    def renewed(self, rows: Sequence[tuple[str, str]]) -> "Stored":
        """What (topic, content as JSON) rows hold now. A tenth of a second for a hundred new entries: for a worker
        thread. Raises StoredContentError when there are entries and none can be used."""
        entries: dict[str, Entry] = {}
        refused: dict[str, str] = {}
        hashes = {topic: sha256(content.encode(errors="surrogatepass")).digest() for topic, content in rows}
        for topic, content in rows:
            if self.hashes.get(topic) == hashes[topic] and topic not in self.refused:
                entries[topic] = self.entries[topic]
                continue
            try:
                entries[topic] = Entry.model_validate_json(content)
            except ValidationError as error:
                refused[topic] = _reason(error)
                if topic in self.entries:
                    entries[topic] = self.entries[topic]
        if rows and not entries:
            topic, reason = next(iter(refused.items()))
            raise StoredContentError(f"No entry in the database can be used; {topic}, for one, {reason}.")
        return Stored(entries, refused, hashes)


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = " > ".join(str(step + 1 if isinstance(step, int) else step) for step in first["loc"])
    said = first["msg"].removeprefix("Value error, ")
    return f"{place}: {said[0].lower()}{said[1:]}"
