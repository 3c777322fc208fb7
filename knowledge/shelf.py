"""Takes what an index is made of from the folder, or builds it and puts it there.

All of it blocks, some of it for seconds: for worker threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from knowledge.candidates import Meaning, Words
from knowledge.heads import Head
from knowledge.kept import Folder
from knowledge.layout import Layout
from knowledge.lent import Lent
from knowledge.material import Material
from knowledge.packing import Arrays, pack, unpack
from knowledge.workshop import built


@dataclass(frozen=True)
class Shelved:
    """The layout and the index by words of a content, and the key under which they are kept. `provisional`: their
    head is lent, and they are not kept."""

    key: str
    layout: Layout
    words: Words
    provisional: bool


def words(folder: Folder, material: Material, lent: Lent | None = None) -> Shelved:
    """Those of this material; with the head that is `lent` when it is for the same candidates, which saves half of
    the time."""
    key = material.key
    kept = folder.read("words", key)
    if kept is not None:
        return _shelved(key, kept)
    if lent is not None and lent.ids != material.ids:
        lent = None
    packed = built(material, lent.head if lent is not None else None, folder.tell)
    provisional = lent is not None and lent.rows != material.rows_key
    if not provisional:
        folder.write("words", key, packed)
    return _shelved(key, unpack(packed, key), provisional)


def _shelved(key: str, arrays: Arrays, provisional: bool = False) -> Shelved:
    layout = Layout.kept(arrays)
    return Shelved(key, layout, Words.kept(arrays, layout.corpus, layout.synonyms), provisional)


def kept_meaning(folder: Folder, key: str, encoder: str, layout: Layout) -> Meaning | None:
    """The index by meaning that belongs to the layout under `key`; None when it is not kept."""
    arrays = folder.read("meaning", _meaning_key(key, encoder))
    if arrays is None:
        return None
    return Meaning(layout.corpus, arrays["vectors"], Head.kept(arrays, "meaning"))


def keep_meaning(folder: Folder, key: str, encoder: str, meaning: Meaning) -> None:
    """Put it there; vectors with two bytes a figure."""
    if not folder.keeps:
        return
    kept = _meaning_key(key, encoder)
    short = meaning.vectors.astype(np.float16, copy=False)
    folder.write("meaning", kept, pack({"vectors": short, **meaning.head.arrays("meaning")}, kept))


def _meaning_key(key: str, encoder: str) -> str:
    return sha256(f"{key}\n{encoder}".encode()).hexdigest()
