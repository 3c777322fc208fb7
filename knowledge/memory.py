"""What building does to the memory of a process: no collecting of garbage meanwhile, and giving back what is free."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_building: list[None] = []
"""One for each building under way."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """No garbage is collected while something is built: a look at a hundred thousand new objects, none of which is
    garbage, holds up every thread for tens of milliseconds. Any number of threads may build at once."""
    with _lock:
        _building.append(None)
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _building.pop()
            if not _building:
                gc.enable()


def settle() -> None:
    """What is there now is here to stay: from now on garbage is looked for among what comes later."""
    gc.freeze()
    gc.enable()


def give_back_memory() -> None:
    """Ask glibc to return what is free (malloc_trim); elsewhere nothing. Takes about ten milliseconds."""
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:  # musl has none
        trim(0)
