"""Sentence vectors of the content: shipped, kept in the database, or made; never made twice, never on the loop."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from db.engine import Database
from knowledge import keeping, vectors
from knowledge.encoder import EncoderAway
from knowledge.heads import Matrix
from knowledge.keeping import Keeper, Shipped, encode_all, ship
from tests.knowledge.small import Hashed

TEXTS = [f"متن {number}" for number in range(10)]


class Watched(Hashed):
    """Also notes the threads it is called in and how many vectors the keeper says are missing; goes away after
    `bears` calls."""

    def __init__(self, bears: int = 10**6) -> None:
        super().__init__()
        self.bears = bears
        self.keeper: Keeper | None = None
        self.threads: set[str] = set()
        self.missing: list[int] = []

    def encode(self, texts: Sequence[str]) -> Matrix:
        """As the others."""
        if len(self.asked) >= self.bears:
            raise EncoderAway("It went away.")
        self.threads.add(threading.current_thread().name)
        if self.keeper is not None:
            self.missing.append(self.keeper.missing)
        return super().encode(texts)


@pytest.fixture
def ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which vectors are shipped; empty until a test writes it."""
    file = tmp_path / "vectors.npz"
    monkeypatch.setattr(keeping, "Shipped", lambda encoder: Shipped(encoder, file))
    return file


async def test_what_is_made_is_stored_and_never_made_again(database: Database, ships: Path) -> None:
    encoder = Hashed()
    keeper = Keeper(database, encoder)
    assert await keeper.find(TEXTS) == TEXTS
    assert keeper.missing == len(TEXTS)
    await keeper.make(TEXTS)
    assert keeper.missing == 0
    assert await keeper.find(TEXTS) == []
    other = Keeper(database, encoder)
    asked = len(encoder.asked)
    assert await other.find([*TEXTS, "new"]) == ["new"]
    assert len(encoder.asked) == asked
    await other.make(["new"])
    np.testing.assert_allclose(other.matrix(), encode_all(encoder, [*TEXTS, "new"]), atol=2e-3)
    assert await other.find(TEXTS[::-1]) == []
    np.testing.assert_allclose(other.matrix(), encode_all(encoder, TEXTS[::-1]), atol=2e-3)


async def test_what_is_shipped_is_neither_made_nor_stored(database: Database, ships: Path) -> None:
    encoder = Hashed()
    ship(encoder.name, dict(zip(TEXTS[:7], encode_all(encoder, TEXTS[:7]), strict=True)), ships)
    keeper = Keeper(database, encoder)
    assert await keeper.find(TEXTS) == TEXTS[7:]
    await keeper.make(TEXTS[7:])
    assert (np.diag(keeper.matrix() @ encode_all(encoder, TEXTS).T) > 0.999).all()
    keys = [vectors.key_of(encoder.name, text) for text in TEXTS]
    async with database.reading() as session:
        assert set(await vectors.read(session, keys)) == set(keys[7:])


async def test_encoders_do_not_share_vectors(database: Database, ships: Path) -> None:
    one, two = Hashed(), Hashed()
    two.name = "hashed/2"
    ship(one.name, {TEXTS[0]: np.ones(48, np.float32)}, ships)
    keeper = Keeper(database, one)
    await keeper.make(await keeper.find(TEXTS))
    assert await Keeper(database, two).find(TEXTS) == TEXTS


async def test_memory_holds_what_is_in_use_only(database: Database, ships: Path) -> None:
    keeper = Keeper(database, Hashed())
    await keeper.make(await keeper.find(TEXTS))
    assert await keeper.find(TEXTS[:3]) == []
    assert keeper.matrix().shape == (3, 48)
    assert await keeper.find(TEXTS) == [], "the others come back from the database"
    assert keeper.matrix().shape == (10, 48)


async def test_vectors_from_elsewhere_are_neither_looked_for_nor_made(database: Database, ships: Path) -> None:
    encoder = Hashed()
    keeper, given = Keeper(database, encoder), encode_all(encoder, TEXTS)
    keeper.adopt(TEXTS, given)
    assert keeper.matrix() is given
    assert await keeper.find([*TEXTS[5:], "new", "new"]) == ["new"]
    with pytest.raises(ValueError, match="not all"):
        keeper.matrix()
    await keeper.make(["new"])
    np.testing.assert_array_equal(keeper.matrix()[:5], given[5:].astype(np.float16))
    np.testing.assert_array_equal(keeper.matrix()[5:], encode_all(encoder, ["new", "new"]).astype(np.float16))


async def test_what_was_done_before_the_encoder_went_away_is_kept(
    database: Database, ships: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "CHUNK", 2)
    monkeypatch.setattr(keeping, "STORED_AT_ONCE", 4)
    keeper = Keeper(database, Watched(bears=3))
    await keeper.find(TEXTS)
    with pytest.raises(EncoderAway, match="went away"):
        await keeper.make(TEXTS)
    assert await Keeper(database, Hashed()).find(TEXTS) == TEXTS[4:]


async def test_progress_is_told_and_the_loop_stays_free(
    database: Database, ships: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "CHUNK", 3)
    encoder = Watched()
    encoder.keeper = keeper = Keeper(database, encoder)
    await keeper.make(await keeper.find(TEXTS))
    assert encoder.missing == [10, 7, 4, 1]
    assert keeper.missing == 0
    assert threading.current_thread().name not in encoder.threads
