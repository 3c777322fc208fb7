"""Knowledge without a database, for the commands: content from files, vectors as shipped or computed on the spot."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from knowledge import shelf
from knowledge.building import Learned, build_meaning, build_words, learn_weighings, ship_learned, shipped_learned
from knowledge.candidates import Meaning
from knowledge.e5 import measuring
from knowledge.e5.encoder import BuiltIn
from knowledge.e5.file import UnknownFile
from knowledge.e5.tuned import PLAIN, Tuning
from knowledge.encoder import Encoder, EncoderMissing, reason_of
from knowledge.heads import Vectors
from knowledge.keeping import Shipped, encode_all, ship
from knowledge.kept import Folder
from knowledge.layout import Layout, lay_out_content
from knowledge.lent import Lent, ship_head, shipped_head
from knowledge.load import CONTENT_FOLDER, Content, load_all
from knowledge.matching import Answer, Encode, Index
from knowledge.material import Material

MOST_ON_THE_SPOT: Final = 3000
"""Vectors that a command computes by itself: half a minute. With more missing, it goes by words alone."""
Tell = Callable[[int, int, float], None]
"""Hears of each step of tuning: its number, of how many, its loss."""


@dataclass(frozen=True)
class Local:
    """An index with its encoder."""

    index: Index
    encode: Encode | None

    def ask(self, text: str) -> Answer:
        """What the text asks for."""
        return self.index.ask(text, self.encode)


def local(content: Path = CONTENT_FOLDER, meaning: bool = True, folder: Folder | None = None) -> Local:
    """What the content of files knows; built anew where the folder does not keep it. Raises ContentError."""
    folder = folder or Folder(None)
    material, lent = Material.of(_loaded(content)), shipped_head()
    its_own = lent is not None and lent.rows == material.rows_key
    shelved = shelf.words(folder, material, lent if its_own else None)
    layout, words, weighings = shelved.layout, shelved.words, shipped_learned().weighings
    encoder = builtin() if meaning else None
    meant = _meaning(folder, shelved, encoder) if encoder is not None else None
    if encoder is None or meant is None:
        return Local(Index(layout, words, weighings), None)
    return Local(Index(layout, words, weighings, meant), encoder.encode)


def _meaning(folder: Folder, shelved: shelf.Shelved, encoder: Encoder) -> Meaning | None:
    kept = shelf.kept_meaning(folder, shelved.key, encoder.name, shelved.layout)
    if kept is not None:
        return kept
    vectors = _vectors(shelved.layout, encoder)
    if vectors is None:
        return None
    meaning = build_meaning(shelved.layout, vectors)
    shelf.keep_meaning(folder, shelved.key, encoder.name, meaning)
    return meaning


def _loaded(folder: Path) -> Content:
    """The content of files in the order of the database, whose index gets the same head."""
    files = load_all(folder)
    return replace(files, entries=sorted(files.entries, key=lambda entry: entry.id))


def builtin() -> Encoder | None:
    """The built-in encoder, open; None where it cannot run."""
    try:
        return BuiltIn()
    except EncoderMissing:
        return None


def _vectors(layout: Layout, encoder: Encoder) -> Vectors | None:
    """With two bytes a figure, as what is kept: the second question is answered as the first one was."""
    texts = layout.written
    known = Shipped(encoder.name).among(texts)
    missing = [text for text in texts if text not in known]
    if len(missing) > MOST_ON_THE_SPOT:
        return None
    known.update(zip(missing, encode_all(encoder, missing), strict=True))
    return np.stack([known[text] for text in texts]).astype(np.float16)


def renew_shipped(tell: Callable[[int, int], None]) -> dict[str, Any]:
    """Make vectors.npz, head.npz and learned.json anew from the content's files; some minutes. Raises ContentError
    and EncoderMissing."""
    encoder, untaught = BuiltIn(), BuiltIn(PLAIN)
    content = _loaded(CONTENT_FOLDER)
    layout = lay_out_content(content)
    texts = layout.written
    known = Shipped(encoder.name).among(texts)
    missing = [text for text in texts if text not in known]
    made = encode_all(encoder, missing, lambda done: tell(done, len(missing)))
    known.update(zip(missing, made, strict=True))
    words = build_words(layout)
    # from vectors of an encoder that has not seen these texts: held-out ones would look found by what it was taught
    honest = encode_all(untaught, texts, lambda done: tell(done, len(texts)))
    weighings = learn_weighings(layout, words, build_meaning(layout, honest))
    ship(encoder.name, known)
    ship_learned(Learned(encoder.name, len(texts), weighings))
    ship_head(Lent(layout.ids, words.head, Material.of(content).rows_key))
    return {
        "texts": len(texts),
        "vectors_made": len(missing),
        **{f"{name}_{bound}": getattr(of, bound) for name, of in weighings.items() for bound in ("sure", "likely")},
        "words_alone": weighings["words"].alone,
    }


def tuned(layout: Layout, start: Tuning, tell: Tell) -> Tuning:
    """The encoder taught to tell the texts of one candidate from those of others. Raises EncoderMissing."""
    try:
        # here only: whoever does not tune needs no JAX
        from knowledge.e5.tuning import tune

        return tune(layout.written, layout.corpus.owners, start, tell=tell)
    except (ImportError, OSError, UnknownFile) as error:
        raise EncoderMissing(f"The encoder cannot be taught here ({reason_of(error)}).") from None


def tune_shipped(tell: Tell) -> None:
    """Make e5/tuned.npz and e5/maxima.npz anew from the content's files. renew_shipped() must follow. Raises
    ContentError and EncoderMissing."""
    layout = lay_out_content(_loaded(CONTENT_FOLDER))
    tuned(layout, PLAIN, tell).write()
    measuring.main()
