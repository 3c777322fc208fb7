"""The lexical side: features weighed by rarity, nearest neighbours, and a projection that is the same everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from knowledge import lexical
from knowledge.features import NO_SYNONYMS, Synonyms, letter_groups, word_features
from knowledge.lexical import Lexicon, Neighbours
from tests.house.source import ROOT

TEXTS = (
    "قیمت زمین شهرک",
    "زمین متری چند",
    "معافیت مالیاتی زمین",
    "ثبت نام دوره آموزشی",
    "دوره آموزشی کجا",
    "کلاس آموزشی می خواهم",
    "تمدید جواز تأسیس",
    "برق کارگاه قطع شد",
)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(TEXTS, NO_SYNONYMS)


def _neighbours(lexicon: Lexicon) -> Neighbours:
    return Neighbours(lexicon, lexicon.cells(TEXTS if lexicon.size else []))


def test_a_text_of_the_lexicon_is_a_unit_vector_and_known(lexicon: Lexicon) -> None:
    for text in TEXTS:
        _, weights, known = lexicon.look_up(text)
        assert float(weights @ weights) == pytest.approx(1, abs=1e-5)
        assert 0 < known <= 1


def test_a_strange_word_takes_from_likeness_and_from_what_is_known(lexicon: Lexicon) -> None:
    _, weights, known = lexicon.look_up("قیمت زمین شهرک")
    _, partly, less = lexicon.look_up("قیمت زمین شهرک زرافه")
    assert float(partly @ partly) < float(weights @ weights)
    assert less < known
    ids, none, nothing = lexicon.look_up("qqq xxx")
    assert (len(ids), len(none), nothing) == (0, 0, 0.0)
    assert lexicon.look_up("")[2] == 0.0


def test_a_held_out_text_does_not_know_the_words_that_only_it_has(lexicon: Lexicon) -> None:
    """As if the lexicon had not been made of it: its own words are strange, those of others are not."""
    seen, _, known = lexicon.look_up("برق کارگاه قطع شد")
    new, _, as_new = lexicon.look_up("برق کارگاه قطع شد", as_new=True)
    assert len(new) < len(seen)
    assert as_new == 0.0 < known
    shared, _, _ = lexicon.look_up("دوره آموزشی کجا", as_new=True)
    names = _features("دوره آموزشی کجا")
    found = {name for name, number in zip(names, lexicon.ids(names), strict=True) if number in shared}
    assert any(name.startswith("w") and "آموز" in name for name in found)
    assert not any(name.startswith("w") and "کجا" in name for name in found)
    without = Lexicon([text for text in TEXTS if text != "برق کارگاه قطع شد"], NO_SYNONYMS)
    names = _features("برق کارگاه قطع شد")
    kept = {name for name, number in zip(names, lexicon.ids(names), strict=True) if number in new}
    assert {name for name, number in zip(names, without.ids(names), strict=True) if number >= 0} >= kept


def _features(text: str) -> list[str]:
    return word_features(text) + [group for word in text.split() for group in letter_groups(word)]


def test_features_are_known_by_their_names(lexicon: Lexicon) -> None:
    ids, _, _ = lexicon.look_up("زمین متری چند")
    assert len(ids) == len(set(ids.tolist()))
    names = _features("زمین متری چند")
    assert set(lexicon.ids(names).tolist()) == set(ids.tolist())
    assert lexicon.ids(["wزمین", "wزرافه"]).tolist() == [ids[0], -1]


def test_what_is_kept_is_what_was_built(lexicon: Lexicon) -> None:
    """Also the cells, counted again from the texts."""
    kept = Lexicon.kept(lexicon.arrays(), NO_SYNONYMS)
    assert (kept.size, kept.features) == (lexicon.size, lexicon.features)
    for text in (*TEXTS, "زمین زرافه"):
        for one, other in zip(kept.look_up(text), lexicon.look_up(text), strict=True):
            np.testing.assert_array_equal(one, other)
    cells, again = lexicon.cells(TEXTS), kept.cells(TEXTS)
    dense = [np.zeros((lexicon.size, lexicon.features), np.float32) for _ in range(2)]
    for matrix, of in zip(dense, (cells, again), strict=True):
        matrix[of.rows, of.columns] = of.weights
    np.testing.assert_allclose(dense[0], dense[1], atol=1e-6)
    near = Neighbours(lexicon, cells)
    found = lexicon.look_up("زمین آموزشی")[:2]
    np.testing.assert_array_equal(
        Neighbours.kept(near.arrays(), kept).likeness(*found), near.likeness(*found), strict=True
    )


def test_synonyms_make_texts_alike() -> None:
    plain, knowing = Lexicon(TEXTS, NO_SYNONYMS), Lexicon(TEXTS, Synonyms({"price": ("قیمت", "هزینه")}))
    place = TEXTS.index("قیمت زمین شهرک")
    likeness = [_neighbours(one).likeness(*one.look_up("هزینه زمین")[:2])[place] for one in (plain, knowing)]
    assert likeness[1] > likeness[0]


def test_the_nearest_neighbour_is_the_text_itself(lexicon: Lexicon) -> None:
    neighbours = _neighbours(lexicon)
    for place, text in enumerate(TEXTS):
        likeness = neighbours.likeness(*lexicon.look_up(text)[:2])
        assert likeness.argmax() == place
        assert likeness.min() >= 0
        assert likeness.max() <= 1 + 1e-5


def test_neighbours_are_cosines_without_the_commonest_features(
    lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against the sum written out."""
    monkeypatch.setattr(lexical, "FEW", 2)
    dense, cells = np.zeros((lexicon.size, lexicon.features), np.float32), lexicon.cells(TEXTS)
    dense[cells.rows, cells.columns] = cells.weights
    np.testing.assert_allclose(np.linalg.norm(dense, axis=1), 1, atol=1e-5)
    common = (dense > 0).sum(0) > 2
    assert common.any()
    assert not common.all()
    dense[:, common] = 0
    ids, weights, _ = lexicon.look_up("زمین آموزشی")
    message = np.zeros(lexicon.features, np.float32)
    message[ids] = weights
    np.testing.assert_allclose(_neighbours(lexicon).likeness(ids, weights), dense @ message, atol=1e-5)


def test_one_text_is_projected_as_all_are(lexicon: Lexicon) -> None:
    rows = lexicon.project_all(lexicon.cells(TEXTS), 64)
    for place, text in enumerate(TEXTS):
        np.testing.assert_allclose(rows[place], lexicon.projected(*lexicon.look_up(text)[:2], 64), atol=1e-3)


def test_projecting_keeps_likeness_about_as_it_was() -> None:
    lexicon = Lexicon(TEXTS, NO_SYNONYMS)
    dense, cells = np.zeros((lexicon.size, lexicon.features), np.float32), lexicon.cells(TEXTS)
    dense[cells.rows, cells.columns] = cells.weights
    spread = lexicon.project_all(lexicon.cells(TEXTS), 4096).astype(np.float32)
    np.testing.assert_allclose(spread @ spread.T, dense @ dense.T, atol=0.1)


def test_of_many_texts_the_last_is_projected_like_the_first() -> None:
    texts = [f"زمین {number}" for number in range(1100)]
    lexicon = Lexicon(texts, NO_SYNONYMS)
    rows = lexicon.project_all(lexicon.cells(texts), 32)
    assert rows.shape == (1100, 32)
    for place in (0, 511, 512, 1099):
        np.testing.assert_allclose(rows[place], lexicon.projected(*lexicon.look_up(texts[place])[:2], 32), atol=1e-3)


_PROJECT = """
import json, sys
from knowledge.lexical import Lexicon
texts = json.loads(sys.argv[1])
lexicon = Lexicon(texts)
ids, weights, known = lexicon.look_up(texts[0] + " " + texts[3])
rows = lexicon.project_all(lexicon.cells(texts), 32)
print(json.dumps([lexicon.projected(ids, weights, 32).tolist(), known, rows.tolist()]))
"""


def test_other_processes_project_alike() -> None:
    """What is learned in one process holds in another: Python's own hashes differ between them."""
    found = [
        subprocess.run(
            [sys.executable, "-c", _PROJECT, json.dumps(TEXTS)],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert found[0] == found[1]
    lexicon = Lexicon(TEXTS)
    ids, weights, known = lexicon.look_up(f"{TEXTS[0]} {TEXTS[3]}")
    other = json.loads(found[0])
    np.testing.assert_allclose(other[0], lexicon.projected(ids, weights, 32), atol=1e-5)
    assert other[1] == pytest.approx(known)


def test_an_empty_lexicon_is_borne() -> None:
    lexicon = Lexicon([])
    ids, weights, known = lexicon.look_up("زمین")
    assert (len(ids), known) == (0, 0.0)
    assert len(_neighbours(lexicon).likeness(ids, weights)) == 0
    assert lexicon.project_all(lexicon.cells([]), 16).shape == (0, 16)
