"""What is shipped beside the content, vectors and learned numbers, fits the content; keeping vectors in a file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge import building
from knowledge.building import Learned, build_words, ship_learned, shipped_learned
from knowledge.e5.encoder import BuiltIn
from knowledge.keeping import CHUNK, Shipped, encode_all, ship
from knowledge.layout import Layout, lay_out_content
from knowledge.lent import shipped_head
from knowledge.lessons import size
from knowledge.load import Content
from knowledge.material import Material
from tests.knowledge.small import Hashed

AGAIN = "the content has changed: run `python -m knowledge learn` and commit learned.json, head.npz and vectors.npz"
ENCODER = shipped_learned().encoder


def test_the_shipped_vectors_are_those_of_the_content(layout: Layout) -> None:
    texts = layout.written
    share = len(Shipped(ENCODER).among(texts)) / len(texts)
    assert share >= 0.97, f"only {share:.1%} of {len(texts)} texts have a shipped vector; {AGAIN}"


def test_the_shipped_head_is_the_one_of_this_content(content: Content) -> None:
    """In the order of the database; and what the code of now would fit."""
    ordered = replace(content, entries=sorted(content.entries, key=lambda entry: entry.id))
    lent, layout = shipped_head(), lay_out_content(ordered)
    assert lent is not None
    assert lent.rows == Material.of(ordered).rows_key, AGAIN
    assert lent.ids == layout.ids
    own, borrowed = build_words(layout), build_words(layout, lent.head)
    for text in layout.corpus.texts[:: len(layout.corpus.texts) // 50]:
        there, here = borrowed.evidence(text)[0], own.evidence(text)[0]
        assert there[:, 0].argmax() == here[:, 0].argmax(), AGAIN
        assert float(np.abs(there - here).mean()) < 0.05, AGAIN


def test_the_shipped_numbers_were_learned_from_this_content(layout: Layout) -> None:
    learned, texts = shipped_learned(), len(layout.corpus.texts)
    assert abs(learned.texts / texts - 1) <= 0.03, f"learned from {learned.texts} texts, there are {texts}; {AGAIN}"
    assert learned.fits(ENCODER, size(texts), size), AGAIN
    assert set(learned.weighings) == {"words", "meaning"}
    assert all(0 < one.likely <= one.sure < 1 for one in learned.weighings.values())


def test_they_belong_to_the_built_in_encoder(layout: Layout) -> None:
    encoder = BuiltIn()
    assert encoder.name == ENCODER, f"another encoder: {AGAIN}"
    texts = layout.written[:: len(layout.written) // 40]
    shipped = Shipped(ENCODER).among(texts)
    for text, row in zip(texts, encode_all(encoder, texts), strict=True):
        if text in shipped:
            assert float(shipped[text] @ row) > 0.998, text


def test_what_was_learned_does_not_hold_for_another_encoder_or_a_grown_content() -> None:
    learned = Learned("one/1", 1000, {})
    assert learned.fits("one/1", size(1000), size)
    assert learned.fits("one/1", size(1020), size)
    assert not learned.fits("two/1", size(1000), size)
    assert not learned.fits("one/1", size(1100), size)
    assert not learned.fits("one/1", size(900), size)


def test_learned_numbers_are_written_and_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "LEARNED_FILE", tmp_path / "learned.json")
    given = shipped_learned()
    ship_learned(given)
    shipped_learned.cache_clear()
    try:
        assert shipped_learned() == given
    finally:
        shipped_learned.cache_clear()
    assert json.loads((tmp_path / "learned.json").read_text(encoding="utf-8"))["texts"] == given.texts


def test_vectors_survive_being_shipped(tmp_path: Path) -> None:
    texts = ["زمین", "قیمت زمین", "a plot", "\ud800"]
    made = dict(zip(texts, encode_all(Hashed(), texts), strict=True))
    ship("hashed/1", made, tmp_path / "vectors.npz")
    found = Shipped("hashed/1", tmp_path / "vectors.npz").among([*texts[::-1], "unknown"])
    assert found.keys() == made.keys()
    for text in texts:
        assert float(np.linalg.norm(found[text])) == pytest.approx(1, abs=1e-5)
        assert float(found[text] @ made[text]) > 0.999


def test_vectors_of_another_encoder_or_a_missing_file_are_none(tmp_path: Path) -> None:
    ship("hashed/1", {"زمین": np.ones(4, np.float32)}, tmp_path / "vectors.npz")
    assert Shipped("hashed/2", tmp_path / "vectors.npz").among(["زمین"]) == {}
    assert Shipped("hashed/1", tmp_path / "nowhere.npz").among(["زمین"]) == {}
    assert Shipped("hashed/1", tmp_path / "vectors.npz").among([]) == {}


def test_encoding_goes_in_chunks_and_tells_how_far_it_is() -> None:
    encoder, heard = Hashed(), list[int]()
    texts = [f"text {number}" for number in range(2 * CHUNK + 5)]
    rows = encode_all(encoder, texts, heard.append)
    assert rows.shape == (len(texts), encoder.dimensions)
    assert [len(chunk) for chunk in encoder.asked] == [CHUNK, CHUNK, 5]
    assert heard == [CHUNK, 2 * CHUNK, len(texts)]
    assert encode_all(encoder, []).shape == (0, encoder.dimensions)
