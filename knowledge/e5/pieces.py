"""From a text to the numbers of its word pieces: the unigram model, the best way found by Viterbi.

All parts of the text are looked up at once, by a 64-bit hash in a sorted table: 3 MB, where a dict would take 40.
Not here: the file with the pieces (file.py), cleaning the text.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from knowledge.e5.file import ModelFile, UnknownFile

LONGEST = 8192  # bytes of a text; 300 letters are a quarter of it
_SPACE = "\u2581"
_FACTOR = 0x9E3779B97F4A7C15  # odd, so that it can be divided by among the numbers below 2^64
_NO_WAY = -1e30
_UNKNOWN = 10.0  # how much worse than the worst piece a letter is that is in none


class Pieces:
    """Finds the pieces of texts. Safe from several threads. Raises UnknownFile."""

    def __init__(self, file: ModelFile) -> None:
        self._file = file
        self._powers = _powers(_FACTOR)
        self._inverse = _powers(pow(_FACTOR, -1, 1 << 64))
        self._scores = file.scores
        offsets = file.offsets.astype(np.int64)
        lengths = np.diff(offsets)
        if offsets[0] != 0 or offsets[-1] != len(file.letters) or (lengths < 0).any():
            raise UnknownFile("The word pieces of the model are not where they should be.")
        self._longest = int(lengths.max())
        hashes = self._hashes_of(np.frombuffer(file.letters, np.uint8), offsets, lengths)
        order = np.argsort(hashes)
        order = order[(lengths[order] > 0) & (order != file.unknown)]
        self._hashes = hashes[order]
        if (self._hashes[1:] == self._hashes[:-1]).any():
            raise UnknownFile("Two word pieces of the model have one hash.")
        self._numbers = order.astype(np.int32)
        self._worst = float(file.scores.min()) - _UNKNOWN

    def numbers(self, text: str) -> list[int]:
        """Of the pieces of `text`, with the signs for begin and end around. Raises ValueError if long."""
        spelled = text.translate(self._file.spellings)
        while "  " in spelled:
            spelled = spelled.replace("  ", " ")
        letters = (spelled if spelled.startswith(" ") else " " + spelled).replace(" ", _SPACE).encode()
        if len(letters) > LONGEST:
            raise ValueError(f"{len(letters)} bytes are more than {LONGEST}")
        return [self._file.begin, *self._best(letters), self._file.end]

    def _best(self, letters: bytes) -> list[int]:
        signs = np.frombuffer(letters, np.uint8)
        starts = np.append(np.nonzero((signs & 0xC0) != 0x80)[0], len(signs))
        froms, tos, numbers = self._found(signs, starts)
        scores = self._scores[numbers].tolist()
        places = starts.tolist()
        count = len(places) - 1
        best = [0.0] + [_NO_WAY] * count
        back = [(0, self._file.unknown)] * (count + 1)
        at, found = 0, len(froms)
        for place in range(count):
            here = best[place]
            while at < found and froms[at] == place:
                to, number = tos[at], numbers[at]
                if here + scores[at] > best[to] and self._is(number, letters[places[place] : places[to]]):
                    best[to], back[to] = here + scores[at], (place, number)
                at += 1
            if here + self._worst > best[place + 1]:
                best[place + 1], back[place + 1] = here + self._worst, (place, self._file.unknown)
        way: list[int] = []
        end = count
        while end > 0:
            end, number = back[end]
            way.append(number)
        return way[::-1]

    def _found(self, signs: NDArray[np.uint8], starts: NDArray[np.int64]) -> tuple[list[int], list[int], list[int]]:
        """Begin and end (in letters) and number of each piece that is somewhere in the text by its hash, by begin."""
        sums = np.zeros(len(signs) + 1, np.uint64)
        np.cumsum((signs.astype(np.uint64) + np.uint64(1)) * self._powers[: len(signs)], out=sums[1:])
        lengths = starts[None, :] - starts[:-1, None]
        froms, tos = np.nonzero((lengths > 0) & (lengths <= self._longest))
        hashes = (sums[starts[tos]] - sums[starts[froms]]) * self._inverse[starts[froms]]
        places = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        hits = np.nonzero(self._hashes[places] == hashes)[0]
        return froms[hits].tolist(), tos[hits].tolist(), self._numbers[places[hits]].tolist()

    def _hashes_of(
        self, signs: NDArray[np.uint8], offsets: NDArray[np.int64], lengths: NDArray[np.int64]
    ) -> NDArray[np.uint64]:
        hashes = np.zeros(len(lengths), np.uint64)
        for place in range(self._longest):
            long = np.nonzero(lengths > place)[0]
            here = signs[offsets[long] + place].astype(np.uint64)
            hashes[long] += (here + np.uint64(1)) * self._powers[place]
        return hashes

    def _is(self, number: int, letters: bytes) -> bool:
        """Whether it is this piece: other letters may have its hash."""
        begin = int(self._file.offsets[number])
        return self._file.letters[begin : int(self._file.offsets[number + 1])] == letters


def _powers(factor: int) -> NDArray[np.uint64]:
    powers = [1]
    for _ in range(LONGEST):
        powers.append(powers[-1] * factor % (1 << 64))
    return np.array(powers, np.uint64)
