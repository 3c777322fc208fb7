"""Arrays and texts in one run of bytes: they come back as they were, and nothing else is taken for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.packing import Broken, Texts, pack, plain_array, plain_of, unpack

ARRAYS: dict[str, NDArray[Any]] = {
    "numbers": np.arange(7, dtype=np.int32),
    "matrix": np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4),
    "short": np.array([[1.5, -2.25]], np.float16),
    "hashes": np.array([2**64 - 1, 0], np.uint64),
    "none": np.zeros((0, 5), np.float32),
    "swapped": np.array([1, 2, 3], ">i8"),
}
TEXTS = ["زمین", "", "land \n price", "\ud800", "🙂"]


def test_arrays_come_back_as_they_were() -> None:
    found = unpack(pack(ARRAYS, "key"), "key")
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype.newbyteorder("<")


def test_every_byte_counts() -> None:
    """One that is another, and one that is missing, wherever it stands."""
    packed = pack(ARRAYS, "key")
    for place in range(len(packed)):
        broken = packed.copy()
        broken[place] ^= 0x10
        with pytest.raises(Broken):
            unpack(broken, "key")
    for length in range(len(packed)):
        with pytest.raises(Broken):
            unpack(packed[:length], "key")


@pytest.mark.parametrize("foreign", [b"", b"PK\x03\x04", b"x" * 5000, b"SANATYAR" + b"\0" * 100])
def test_other_bytes_are_refused(foreign: bytes) -> None:
    with pytest.raises(Broken):
        unpack(np.frombuffer(foreign, np.uint8), "key")


def test_another_key_is_refused() -> None:
    with pytest.raises(Broken, match="another key"):
        unpack(pack(ARRAYS, "key"), "other")


def test_what_is_no_figures_is_not_packed() -> None:
    """Objects would need code to be read."""
    for array in (np.array([object()]), np.array(["text"])):
        with pytest.raises(ValueError, match="not packed"):
            pack({"array": array}, "key")


def test_texts_are_a_sequence_of_strings() -> None:
    texts = Texts.of(TEXTS)
    assert list(texts) == TEXTS
    assert len(texts) == len(TEXTS)
    assert [texts[at] for at in range(-5, 5)] == TEXTS + TEXTS
    assert texts[1:4] == TEXTS[1:4]
    assert texts[::-1] == TEXTS[::-1]
    assert texts.index("🙂") == 4
    for outside in (5, -6):
        with pytest.raises(IndexError):
            texts[outside]
    assert texts == Texts.of(TEXTS)
    assert texts != Texts.of(TEXTS[::-1])
    assert texts != Texts.of(["زم", "ین", *TEXTS[2:]])
    assert list(Texts.kept(unpack(pack(texts.arrays("t"), ""), ""), "t")) == TEXTS
    assert list(Texts.of([])) == []


def test_plain_data_goes_along() -> None:
    plain = [["a", None, 1.5, {"ب": [True]}], "\ud800"]
    assert plain_of(plain_array(plain)) == plain
