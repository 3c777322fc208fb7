"""The labelled sets: those of a data folder (train10.jsonl and test.jsonl in a folder each) and our own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.benchmark import OUT_OF_SCOPE, rows
from knowledge.layout import words_of
from knowledge.load import load_all

ROOT = Path(__file__).resolve().parents[2]
OWN = ROOT / "tests" / "knowledge" / "evaluation"
TRAIN, TEST = "train10.jsonl", "test.jsonl"


@dataclass(frozen=True)
class Message:
    """A message to find: its right topics (none: out of scope), its service where only that is asked for."""

    text: str
    topics: Sequence[str]
    style: str = ""
    service: str | None = None
    both: bool = False
    """Whether it asks for two topics at once."""


@dataclass(frozen=True)
class Set:
    """What is learned, as (text, class) sorted by class, and asked. `content`: ours comes as it is shipped."""

    name: str
    learned: Sequence[tuple[str, str]]
    topics: Sequence[str]
    asked: Sequence[Message]
    content: bool = False


def in_folder(data: Path) -> list[Path]:
    """The folders below that hold a set."""
    return sorted(file.parent for file in data.glob(f"*/{TRAIN}") if (file.parent / TEST).exists())


def public(folder: Path) -> Set:
    """A set of ten phrases an intent."""
    learned = sorted((row.intent, row.text) for row in rows(folder / TRAIN) if row.intent != OUT_OF_SCOPE)
    asked = [Message(row.text, () if row.intent == OUT_OF_SCOPE else (row.intent,)) for row in rows(folder / TEST)]
    topics = sorted({name for name, _ in learned})
    return Set(folder.name, [(text, name) for name, text in learned], topics, asked)


def own() -> Set:
    """The content, and messages written by people who had not seen its phrasings."""
    content = load_all()
    learned = [(entry.id, text) for entry in map(words_of, content.entries) for text in entry.persian + entry.latin]
    learned += [(f"outside {kind.id}", text) for kind in content.outside for text in kind.messages]
    topics = [entry.id for entry in content.entries]
    asked = [_message(json.loads(line)) for file in sorted(OWN.glob("*.jsonl")) for line in file.open("rb")]
    return Set("own", [(text, name) for name, text in sorted(learned)], topics, asked, content=True)


def _message(row: dict[str, Any]) -> Message:
    if "service" in row:
        return Message(row["text"], (), row["style"], row["service"])
    if row["intent"] == OUT_OF_SCOPE:
        return Message(row["text"], (), row["style"])
    further = [name for key in ("also", "and") for name in _listed(row.get(key))]
    return Message(row["text"], (row["intent"], *further), row["style"], both="and" in row)


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())
