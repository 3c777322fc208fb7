"""Expected refusals. They carry a key of locales and its values, never a sentence.

DeskError
├── NotFound      it is not there, or not yours
├── NotAllowed    you may not do this
├── InvalidInput  what was given cannot be used
├── Conflict      it changed meanwhile, or was done already
└── TooMany       a limit is reached
"""

from __future__ import annotations


class DeskError(Exception):
    """An expected refusal: undoes the unit of work and is said to whoever asked."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class NotFound(DeskError):
    """It is not there, or it is somebody else's: the two are not told apart."""


class NotAllowed(DeskError):
    """The actor lacks the permission."""


class InvalidInput(DeskError):
    """What was given cannot be used."""


class Conflict(DeskError):
    """It changed meanwhile, or was done already."""


class TooMany(DeskError):
    """A limit is reached."""
