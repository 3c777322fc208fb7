"""HTML of the Bot API, parsed as strictly as Telegram parses it: text plus entities, or a refusal with the place.

Only the tags of the Bot API exist; nesting must be right; only four named entities and numeric ones are decoded.
"""

import re
from dataclasses import dataclass, field
from typing import NoReturn

from sandbox.entities import Entity, units
from sandbox.errors import bad

_SIMPLE = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "code": "code", "pre": "pre", "tg-spoiler": "spoiler",
}  # fmt: skip
_KNOWN = {*_SIMPLE, "a", "span", "blockquote", "tg-emoji"}
_PLACE = "{at}"
"""Stands for the place in the texts of refusals."""
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#(?:[xX](?P<hex>[0-9a-fA-F]{1,6})|(?P<dec>[0-9]{1,7}))|(?P<name>[a-zA-Z]{1,8}));?")
_TAG_NAME = re.compile(r"[^\s>/]*")
_ATTRIBUTE = re.compile(
    r"""\s*(?P<name>[^\s=>/"']*)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[\w.-]+)))?"""
)


@dataclass
class _Open:
    tag: str
    start: int
    attributes: dict[str, str]
    language: str = ""


@dataclass
class _Reader:
    source: str
    at: int = 0
    out: list[str] = field(default_factory=list)
    length: int = 0
    stack: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def fail(self, problem: str, position: int | None = None) -> NoReturn:
        offset = len(self.source[: self.at if position is None else position].encode())
        raise bad(f"can't parse entities: {problem.replace(_PLACE, f'at byte offset {offset}')}")

    def put(self, text: str) -> None:
        self.out.append(text)
        self.length += units(text)


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Text and entities of Bot API HTML. Raises ApiError "can't parse entities: ..." with the byte offset."""
    reader = _Reader(source)
    while reader.at < len(source):
        char = source[reader.at]
        if char == "<":
            if source.startswith("</", reader.at):
                _end_tag(reader)
            else:
                _start_tag(reader)
        elif char == "&":
            _reference(reader)
        else:
            stop = len(source)
            for mark in "<&":
                found = source.find(mark, reader.at)
                if found >= 0:
                    stop = min(stop, found)
            reader.put(source[reader.at : stop])
            reader.at = stop
    if reader.stack:
        reader.fail(f'Can\'t find end tag corresponding to start tag "{reader.stack[-1].tag}"')
    reader.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(reader.out), reader.entities


def _decode(text: str) -> str:
    return _REFERENCE.sub(_decoded, text)


def _decoded(match: re.Match[str]) -> str:
    if match["name"]:
        return _NAMED.get(match["name"].lower(), match.group(0))
    code = int(match["hex"], 16) if match["hex"] else int(match["dec"])
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return match.group(0)
    return chr(code)


def _reference(reader: _Reader) -> None:
    match = _REFERENCE.match(reader.source, reader.at)
    if match is None:
        reader.put("&")
        reader.at += 1
        return
    decoded = _decoded(match)
    if decoded == match.group(0):
        reader.put("&")
        reader.at += 1
        return
    reader.put(decoded)
    reader.at = match.end()


def _start_tag(reader: _Reader) -> None:
    begin = reader.at
    name_match = _TAG_NAME.match(reader.source, begin + 1)
    tag = name_match.group(0).lower() if name_match else ""
    if tag not in _KNOWN:
        reader.fail(f'Unsupported start tag "{tag}" {_PLACE}', begin)
    position = begin + 1 + len(tag)
    attributes, position = _attributes(reader, tag, begin, position)
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        reader.fail(f'Tag "span" must have class "tg-spoiler" {_PLACE}', begin)
    reader.stack.append(_Open(tag, reader.length, attributes))
    reader.at = position


def _attributes(reader: _Reader, tag: str, begin: int, position: int) -> tuple[dict[str, str], int]:
    source, attributes = reader.source, dict[str, str]()
    while True:
        while position < len(source) and source[position].isspace():
            position += 1
        if position >= len(source):
            reader.fail(f"Unclosed start tag {_PLACE}", begin)
        if source[position] == ">":
            return attributes, position + 1
        match = _ATTRIBUTE.match(source, position)
        if match is None or not match["name"] or match.end() == position:
            reader.fail(f'Empty attribute name in the tag "{tag}" {_PLACE}', position)
        value = next((match[kind] for kind in ("double", "single", "bare") if match[kind] is not None), "")
        attributes[match["name"].lower()] = _decode(value)
        position = match.end()


def _end_tag(reader: _Reader) -> None:
    begin = reader.at
    close = reader.source.find(">", begin)
    if close < 0:
        reader.fail(f"Unclosed end tag {_PLACE}", begin)
    tag = reader.source[begin + 2 : close].strip().lower()
    if not reader.stack:
        reader.fail(f"Unexpected end tag {_PLACE}", begin)
    opened = reader.stack.pop()
    if tag and tag != opened.tag:
        reader.fail(f'Unmatched end tag {_PLACE}, expected "</{opened.tag}>", found "</{tag}>"', begin)
    reader.at = close + 1
    length = reader.length - opened.start
    if length > 0:
        _close(reader, opened, length)


def _close(reader: _Reader, opened: _Open, length: int) -> None:
    entity: Entity = {"offset": opened.start, "length": length, "type": _SIMPLE.get(opened.tag, "")}
    if opened.tag == "a":
        url = opened.attributes.get("href") or reader.out[-1]
        if not re.match(r"(?i)(https?://|tg://|mailto:|tel:)?\S+\.?\S*$", url):
            return
        if "://" not in url and not url.lower().startswith(("mailto:", "tel:")):
            if "." not in url:
                return  # Telegram drops a link whose address is none, and keeps its text
            url = f"http://{url}"
        entity |= {"type": "text_link", "url": url}
    elif opened.tag == "span":
        entity["type"] = "spoiler"
    elif opened.tag == "tg-emoji":
        entity |= {"type": "custom_emoji", "custom_emoji_id": opened.attributes.get("emoji-id", "")}
    elif opened.tag == "blockquote":
        entity["type"] = "expandable_blockquote" if "expandable" in opened.attributes else "blockquote"
    elif opened.tag == "code" and reader.stack and reader.stack[-1].tag == "pre":
        language = opened.attributes.get("class", "")
        if language.startswith("language-") and reader.stack[-1].start == opened.start:
            reader.stack[-1].language = language.removeprefix("language-")
        return
    elif opened.tag == "pre" and opened.language:
        entity["language"] = opened.language
    reader.entities.append(entity)
