"""A folder in which what was built is kept, so that the next start need not build it again.

A cache: any file may be deleted, a broken one is passed over, and without a folder all else works. Several processes
may share it. What is in the files is in packing.py; what their keys are made of, in material.py.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from knowledge.packing import Broken, Bytes, unpack

NEWEST: Final = 3
"""Files of a kind that stay: of this content, of the one before the last edit, of another process's version."""
UNFINISHED_FOR: Final = 3600.0
"""Seconds after which a file that was never finished is deleted."""
_AT_ONCE: Final = 1 << 20


class Folder:
    """Keeps packed arrays by kind and key. Blocks: for worker threads. Never raises what the disk raises."""

    def __init__(self, path: Path | None, tell: Callable[..., Any] = lambda event, **values: None) -> None:
        """Without a path nothing is kept. `tell` hears once when the folder cannot be used."""
        self._path = path
        self.tell = tell
        self._told = False

    @property
    def keeps(self) -> bool:
        """Whether there is a folder at all."""
        return self._path is not None

    def read(self, kind: str, key: str) -> dict[str, NDArray[Any]] | None:
        """The arrays under this key; None when they are not there or not whole."""
        if self._path is None:
            return None
        file = self._file(self._path, kind, key)
        try:
            arrays = unpack(_read(file), key)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._trouble(error)
            return None
        except (Broken, ValueError, KeyError, TypeError):
            return None
        _touch(file)
        return arrays

    def write(self, kind: str, key: str, packed: Bytes) -> None:
        """Keep it, and forget older ones of the kind. Appears in one step, whole."""
        if self._path is None:
            return
        new = self._path / f".{kind}-{secrets.token_hex(8)}.new"
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            with new.open("xb") as file:
                for begin in range(0, len(packed), _AT_ONCE):
                    file.write(packed[begin : begin + _AT_ONCE].data)
            new.replace(self._file(self._path, kind, key))
            self._forget(self._path, kind)
        except OSError as error:
            self._trouble(error)
            _delete(new)

    def _file(self, path: Path, kind: str, key: str) -> Path:
        return path / f"{kind}-{key[:32]}.bin"

    def _forget(self, path: Path, kind: str) -> None:
        files = sorted(path.glob(f"{kind}-*.bin"), key=_changed, reverse=True)
        for file in files[NEWEST:]:
            _delete(file)
        for file in path.glob(".*.new"):
            if time.time() - _changed(file) > UNFINISHED_FOR:
                _delete(file)

    def _trouble(self, error: OSError) -> None:
        if not self._told:
            self._told = True
            self.tell("index_not_kept", folder=str(self._path), reason=error.strerror or type(error).__name__)


def _read(file: Path) -> Bytes:
    """The file's bytes, in one array that begins where its arrays like it."""
    with file.open("rb", buffering=0) as opened:
        whole = np.empty(os.fstat(opened.fileno()).st_size, np.uint8)
        view, at = memoryview(whole.data), 0
        while at < len(whole):
            got = opened.readinto(view[at : at + _AT_ONCE])
            if not got:
                break
            at += got
    return whole[:at]


def _changed(file: Path) -> float:
    """When; long ago if another process has just deleted it."""
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _touch(file: Path) -> None:
    """It is in use: the last to be forgotten. Whoever may only read leaves that to others."""
    try:
        os.utime(file)
    except OSError:
        return


def _delete(file: Path) -> None:
    """Unless it is gone already, or may not be."""
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return
