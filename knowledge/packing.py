"""Arrays by name in one run of bytes, and texts in one array: how what is built is handed over and kept.

Plain figures only, nothing that could run. Where the bytes are kept is in kept.py; whose they are, with the callers.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, overload
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
Bytes = NDArray[np.uint8]

MAGIC: Final = b"SANATYAR"
FORMAT: Final = 1
"""Of the bytes. What the arrays mean is in the key."""
PLACE: Final = 64
"""Bytes: each array begins at a multiple of it, as processors like."""
_HEAD: Final = 32
_SUM: Final = 24
"""MAGIC, FORMAT, the length of the list of arrays, and from _SUM on the check sum of all else; eight bytes each."""
_CHECKED_AT_ONCE: Final = 1 << 20


class Broken(Exception):
    """These bytes are not what was packed under this key."""


class Texts(Sequence[str]):
    """Texts that are seldom looked at, as UTF-8 in one array: a third of the memory of strings."""

    def __init__(self, blob: Bytes, ends: NDArray[np.int64]) -> None:
        self._blob, self._ends = blob, ends
        self._view = memoryview(blob.data)

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Texts":
        """Packed."""
        parts = [text.encode(errors="surrogatepass") for text in texts]
        ends = np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)))
        return cls(np.frombuffer(b"".join(parts), np.uint8), ends)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        at = place % len(self)
        begin = int(self._ends[at - 1]) if at else 0
        return str(self._view[begin : int(self._ends[at])], "utf-8", "surrogatepass")

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[str]:
        begin = 0
        for end in self._ends.tolist():
            yield str(self._view[begin:end], "utf-8", "surrogatepass")
            begin = end

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Texts):
            return NotImplemented
        return np.array_equal(self._ends, other._ends) and np.array_equal(self._blob, other._blob)

    __hash__ = None  # type: ignore[assignment]

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """To pack under this name."""
        return {name: self._blob, f"{name}.ends": self._ends}

    @classmethod
    def kept(cls, arrays: Arrays, name: str) -> "Texts":
        """What arrays() gave."""
        return cls(arrays[name], arrays[f"{name}.ends"])


def plain_array(plain: Any) -> Bytes:
    """Numbers, texts, lists and mappings of them as an array."""
    return np.frombuffer(json.dumps(plain, ensure_ascii=False).encode(errors="surrogatepass"), np.uint8)


def plain_of(array: NDArray[Any]) -> Any:
    """What plain_array() was given."""
    return json.loads(array.tobytes().decode(errors="surrogatepass"))


def pack(arrays: Arrays, key: str) -> Bytes:
    """All arrays in one run of bytes."""
    plain = {name: _stored(array) for name, array in arrays.items()}
    places, at = {}, 0
    for name, array in plain.items():
        places[name] = (array.dtype.str, array.shape, at)
        at += -(-array.nbytes // PLACE) * PLACE
    listed = json.dumps({"key": key, "size": at, "arrays": places}).encode()
    listed += b" " * (-(_HEAD + len(listed)) % PLACE)
    packed = np.zeros(_HEAD + len(listed) + at, np.uint8)
    body = packed[_HEAD + len(listed) :]
    for name, array in plain.items():
        begin = places[name][2]
        body[begin : begin + array.nbytes] = array.reshape(-1).view(np.uint8)
    packed[_HEAD : _HEAD + len(listed)] = np.frombuffer(listed, np.uint8)
    packed[:_SUM] = np.frombuffer(MAGIC + np.array([FORMAT, len(listed)], "<u8").tobytes(), np.uint8)
    packed[_SUM:_HEAD] = np.frombuffer(_sum(packed).to_bytes(8, "little"), np.uint8)
    return packed


def unpack(packed: Bytes, key: str) -> dict[str, NDArray[Any]]:
    """The arrays, which share the memory of `packed`. Raises Broken."""
    if len(packed) < _HEAD or packed[: len(MAGIC)].tobytes() != MAGIC:
        raise Broken("these are other bytes")
    form, length, checked = (int(number) for number in packed[len(MAGIC) : _HEAD].view("<u8"))
    if form != FORMAT:
        raise Broken("of another format")
    if _HEAD + length > len(packed) or _sum(packed) != checked:
        raise Broken("incomplete or damaged")
    listed = json.loads(packed[_HEAD : _HEAD + length].tobytes())
    if listed["key"] != key:
        raise Broken("of another key")
    body = packed[_HEAD + length :]
    arrays = {}
    for name, (kind, shape, begin) in listed["arrays"].items():
        dtype = np.dtype(kind)
        size = dtype.itemsize * int(np.prod(shape, dtype=np.int64))
        arrays[name] = body[begin : begin + size].view(dtype).reshape(shape)
    return arrays


def _stored(array: NDArray[Any]) -> NDArray[Any]:
    """In one piece, little endian. Raises ValueError for what is no figures."""
    if array.dtype.kind not in "biuf":
        raise ValueError(f"arrays of {array.dtype} are not packed")
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(array.shape)


def _sum(packed: Bytes) -> int:
    """CRC-32 of all but its own place, a piece at a time: whoever waits for the interpreter gets it in between."""
    found = crc32(packed[:_SUM].data)
    for begin in range(_HEAD, len(packed), _CHECKED_AT_ONCE):
        found = crc32(packed[begin : begin + _CHECKED_AT_ONCE].data, found)
    return found
