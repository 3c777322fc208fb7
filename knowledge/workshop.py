"""Builds the index by words in a process of its own: neither the event loop nor the memory of this one feels it.

The other process gets the material on its standard input and gives the packed arrays back. Where it cannot be
started, or for a little content, the work is done here. What is built is in building.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from typing import IO, Any, Final

import numpy as np

from knowledge.building import build_words
from knowledge.heads import Head
from knowledge.material import Material
from knowledge.memory import undisturbed
from knowledge.packing import Broken, Bytes, pack, unpack

HERE_UP_TO: Final = 100_000
"""Bytes of material that are built from here: a fifth of a second, less than another process takes to start."""
PATIENCE: Final = 300.0
"""Seconds until a builder that hangs is given up: a hundred times what it takes."""
_ROOT: Final = Path(__file__).parents[1]
_AT_ONCE: Final = 1 << 20
HEAD: Final = "head"
"""Key of what goes to the builder before the material."""


def built(
    material: Material, head: Head | None = None, tell: Callable[..., Any] = lambda event, **values: None
) -> Bytes:
    """The layout and the index by words, with a ready `head` or a new one, packed under the material's key. Seconds:
    for a worker thread. `tell` hears when there can be no second process, no memory for it, or none of our code."""
    if sum(map(len, material.rows)) <= HERE_UP_TO:
        return built_here(material, head)
    try:
        return _built_elsewhere(material, head)
    except (OSError, Broken) as error:
        tell("builder_failed", reason=str(error))
    return built_here(material, head)


def built_here(material: Material, head: Head | None = None) -> Bytes:
    """The same in this process."""
    with undisturbed():
        layout = material.laid_out()
        return pack({**layout.arrays(), **build_words(layout, head).arrays()}, material.key)


def _built_elsewhere(material: Material, head: Head | None) -> Bytes:
    """Raises OSError and Broken."""
    # a session of its own: Ctrl-C is for this process, which may still answer with what is built
    builder = subprocess.Popen(  # noqa: S603  # ourselves
        [sys.executable, "-m", __name__],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    given_up = Timer(PATIENCE, builder.kill)
    given_up.daemon = True
    given_up.start()
    try:
        with builder:
            assert builder.stdin is not None
            assert builder.stdout is not None
            _send(builder.stdin, pack(head.arrays("words") if head is not None else {}, HEAD))
            builder.stdin.writelines(material.lines())
            builder.stdin.close()
            packed = _received(builder.stdout)
        unpack(packed, material.key)
    finally:
        given_up.cancel()
    return packed


def _send(stream: IO[bytes], packed: Bytes) -> None:
    """For _received() at the other end."""
    stream.write(len(packed).to_bytes(8, "little"))
    stream.write(packed.data)


def _received(stream: IO[bytes]) -> Bytes:
    """Into one piece of memory, bit by bit. Raises Broken when the other end ends before."""
    size = stream.read(8)
    packed = np.empty(int.from_bytes(size, "little"), np.uint8)
    view, at = memoryview(packed.data), 0
    while at < len(packed):
        got = stream.readinto(view[at : at + _AT_ONCE])  # type: ignore[attr-defined]
        if not got:
            raise Broken("the builder ended")
        at += got
    return packed


def main() -> None:
    """The builder."""
    arrays = unpack(_received(sys.stdin.buffer), HEAD)
    head = Head.kept(arrays, "words") if arrays else None
    packed = built_here(Material.read(sys.stdin.buffer), head)
    try:
        _send(sys.stdout.buffer, packed)
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # whoever wanted it is gone
        os._exit(1)


if __name__ == "__main__":
    main()
