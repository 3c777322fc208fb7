"""The word lists of words.yaml, read once. What they are for stands with those who use them."""

import re
from pathlib import Path
from typing import Final

import yaml

_LISTS: Final[dict[str, list[str]]] = yaml.safe_load(
    Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
)


def _words(name: str) -> frozenset[str]:
    return frozenset(word for line in _LISTS[name] for word in line.split())


STOP: Final = _words("stop")
ENGLISH: Final = _words("english")
FINGLISH: Final = _words("finglish")
COURTESY: Final = re.compile(rf"\b(?:{'|'.join(_LISTS['courtesy'])})\b")
