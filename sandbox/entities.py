"""Message text as Telegram keeps it: cleaned, with entities counted in UTF-16 units.

Entities a client finds by itself (commands, links, mentions), trimming, and the offsets of a list of entities.
Markup sent by the bot is read in markup.py.
"""

import re
from collections.abc import Sequence
from typing import Any

from sandbox.errors import bad

Entity = dict[str, Any]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 100

# Telegram turns control characters into spaces and drops \r and U+2028..U+202E (line separators and bidirectional
# embeddings); directional marks and isolates stay. Source: clean_input_string in tdlib.
_CLEAN = {code: " " for code in range(32) if chr(code) != "\n"} | {13: None} | dict.fromkeys(range(0x2028, 0x202F))

_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"«»]+[^\s<>\"«».,;:!?،؛؟)\]])"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w/@])(?P<mention>@[A-Za-z]\w{3,31})"
    r"|(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,32}(?:@[A-Za-z]\w{3,31})?)(?![\w/])"
    r"|(?<![\w#])(?P<hashtag>#(?=\w*[^\W\d])\w{1,256})"
)
_NO_FIND_INSIDE = {"code", "pre", "text_link"}


def units(text: str) -> int:
    """Length in UTF-16 code units, the unit of Telegram's limits and offsets."""
    if text.isascii():
        return len(text)
    return len(text) + sum(1 for char in text if char > "\uffff")


def clean(text: str) -> str:
    """The text after Telegram's cleaning of control characters; not trimmed."""
    return text.translate(_CLEAN)


def slice_units(text: str, offset: int, length: int) -> str:
    """The part of the text that an entity covers; offsets in UTF-16 units."""
    raw = text.encode("utf-16-le")[offset * 2 : (offset + length) * 2]
    return raw.decode("utf-16-le", errors="replace")


def find_entities(text: str, given: Sequence[Entity] = ()) -> list[Entity]:
    """`given` plus what clients mark by themselves, ordered as Telegram orders: by offset, longer first."""
    found = list(given)
    if any(mark in text for mark in "/@#"):
        found += [entity for entity in _automatic(text) if not _covered(entity, given)]
    found.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return found[:ENTITY_LIMIT]


def _automatic(text: str) -> list[Entity]:
    entities = []
    for match in _FOUND.finditer(text):
        kind = match.lastgroup or ""
        entities.append(
            {
                "type": kind,
                "offset": units(text[: match.start()]),
                "length": units(match.group(0)),
            }
        )
    return entities


def _covered(entity: Entity, given: Sequence[Entity]) -> bool:
    start, end = entity["offset"], entity["offset"] + entity["length"]
    return any(
        other["type"] in _NO_FIND_INSIDE and other["offset"] < end and start < other["offset"] + other["length"]
        for other in given
    )


def trim(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """Text without white space at its ends, entities moved along; entities left empty disappear."""
    kept = text.strip()
    if kept == text:
        return text, [dict(entity) for entity in entities]
    lead = units(text[: len(text) - len(text.lstrip())])
    total = units(kept)
    moved = []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        end = min(total, entity["offset"] + entity["length"] - lead)
        if end > start:
            moved.append({**entity, "offset": start, "length": end - start})
    return kept, moved


def check_entities(text: str, raw: Any) -> list[Entity]:
    """A list of MessageEntity given by the bot; offsets past the end or wrong shapes are refused."""
    if not isinstance(raw, list):
        raise bad("can't parse entities: expected an Array of MessageEntity")
    total = units(text)
    checked = []
    for entity in raw:
        if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
            raise bad("can't parse entities: Can't parse MessageEntity: expected an Object")
        offset, length = entity.get("offset"), entity.get("length")
        if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length <= 0:
            raise bad("can't parse entities: Can't parse MessageEntity: wrong offset or length")
        if offset >= total:
            raise bad(f"entity beginning at UTF-16 offset {offset} ends after the end of the text")
        checked.append({**entity, "length": min(length, total - offset)})
    return checked
