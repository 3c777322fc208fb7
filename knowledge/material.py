"""What the index by words is made of, as plain rows: to tell one content from another, and to hand it to a builder.

The key stands for the rows and for the code that builds from them, so that nothing kept is taken for something else.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from knowledge.layout import GENERAL, Layout, ServiceWords, TopicWords, lay_out, words_of

if TYPE_CHECKING:
    from knowledge.load import Content

HERE: Final = Path(__file__).parent


@dataclass(frozen=True)
class Material:
    """Rows of JSON, one for each topic, service, kind of what is none of our business and idea of synonyms, and for
    further known words."""

    rows: tuple[bytes, ...]

    @classmethod
    def of(cls, content: Content) -> Material:
        """That of a content. A tenth of a second: for a worker thread."""
        rows: list[Sequence[Any]] = []
        for entry in content.entries:
            asked = words_of(entry)
            rows.append(("topic", asked.id, asked.service, asked.persian, asked.latin))
        rows += (("service", one.id, one.names, one.aliases, one.needs) for one in content.services)
        rows += (("outside", kind.id, kind.persian, kind.latin) for kind in content.outside)
        rows += (("idea", key, content.synonyms[key]) for key in sorted(content.synonyms))
        rows += (("known", entry.short.fa, entry.details.fa) for entry in content.entries)
        return cls(tuple(_written(row) for row in rows))

    @property
    def key(self) -> str:
        """64 hex digits: equal for equal rows and equal code."""
        return sha256(f"{code_key()}\n{self.rows_key}".encode()).hexdigest()

    @cached_property
    def rows_key(self) -> str:
        """The same for the rows alone."""
        known = sha256()
        for row in self.rows:
            known.update(row + b"\n")
        return known.hexdigest()

    @property
    def ids(self) -> tuple[str, ...]:
        """Of all candidates in the order of the layout, which leaves out those without a text."""
        found = [json.loads(row)[:2] for row in self.rows if not row.startswith((b'["known"', b'["idea"'))]
        return tuple(name for kind, name in found if kind != "service" or name != GENERAL)

    def lines(self) -> Iterator[bytes]:
        """To hand it over; read() takes them."""
        return (row + b"\n" for row in self.rows)

    @classmethod
    def read(cls, lines: Iterable[bytes]) -> Material:
        """From lines()."""
        return cls(tuple(line.rstrip(b"\n") for line in lines))

    def laid_out(self) -> Layout:
        """The layout."""
        of_kind: dict[str, list[list[Any]]] = {"topic": [], "service": [], "outside": [], "idea": [], "known": []}
        for row in self.rows:
            kind, *values = json.loads(row)
            of_kind[kind].append(values)
        return lay_out(
            [TopicWords(topic, service, tuple(fa), tuple(la)) for topic, service, fa, la in of_kind["topic"]],
            [ServiceWords(one, tuple(a), tuple(b), tuple(c)) for one, a, b, c in of_kind["service"]],
            [TopicWords(kind, None, tuple(fa), tuple(la)) for kind, fa, la in of_kind["outside"]],
            [text for texts in of_kind["known"] for text in texts],
            {key: tuple(terms) for key, terms in of_kind["idea"]},
        )


def _written(row: Sequence[Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode(errors="surrogatepass")


@cache
def code_key() -> str:
    """Of all that decides what is built, but for the content: this package's code and word lists, and what Python
    knows of letters. An edit of any of them makes what was kept useless, and nobody has to think of it."""
    known = sha256(f"{sys.version_info[:2]} {unicodedata.unidata_version} {sys.byteorder}".encode())
    for file in sorted((*HERE.glob("*.py"), *HERE.glob("*.yaml"))):
        body = file.read_bytes()
        known.update(f"{file.name} {len(body)}\n".encode() + body)
    return known.hexdigest()
