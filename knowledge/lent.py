"""A head over words that was fitted to other texts of the same candidates: it serves until a new one is fitted.

So an edit is live, and a new machine answers, without waiting for the fit; a new phrasing is found by its likeness at
once. What heads are is in heads.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from knowledge.heads import Head

SHIPPED_FILE: Final = Path(__file__).with_name("head.npz")
"""That of the content as it is shipped; `python -m knowledge learn` writes it anew."""


@dataclass(frozen=True)
class Lent:
    """A head for candidates `ids`, in their order; and the key of the very rows it was fitted to, where known."""

    ids: tuple[str, ...]
    head: Head
    rows: str = ""


@cache
def shipped_head(file: Path = SHIPPED_FILE) -> Lent | None:
    """What SHIPPED_FILE holds."""
    if not file.exists():
        return None
    with np.load(file) as kept:
        head = Head(*(kept[part].astype(np.float32) for part in ("centre", "weights", "bias")))
        return Lent(tuple(map(str, kept["ids"])), head, str(kept["rows"]))


def ship_head(lent: Lent, file: Path = SHIPPED_FILE) -> None:
    """Write SHIPPED_FILE, two bytes a figure."""
    short = [part.astype(np.float16) for part in (lent.head.centre, lent.head.weights, lent.head.bias)]
    ids, rows = np.array(lent.ids), np.array(lent.rows)
    np.savez(file, ids=ids, rows=rows, centre=short[0], weights=short[1], bias=short[2])
