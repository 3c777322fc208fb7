"""Misbehaviour on demand: what goes wrong, how often, and how often it did.

Seeded, switchable while running. Decides only; the server does the damage, the
update queue the doubling and shuffling.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from typing import Any

KINDS = ("too_many", "server_error", "drop_before", "drop_after", "hang", "garbage")
_DEFAULT_METHODS = ("send*", "edit*")


@dataclass
class Rates:
    """Probabilities from 0 to 1 per API call, and the sizes of what happens."""

    too_many: float = 0.0
    server_error: float = 0.0
    drop_before: float = 0.0
    drop_after: float = 0.0
    hang: float = 0.0
    garbage: float = 0.0
    duplicate_updates: float = 0.0
    shuffle_updates: float = 0.0
    retry_after: float = 1.0
    """Seconds told with a 429. Telegram's is a whole number from 1; a fraction makes tests quick."""
    hang_seconds: float = 5.0


class Faults:
    """The switchboard of misbehaviour. `methods` are patterns such as "send*"; names are compared in lower case."""

    def __init__(self, seed: int = 0, methods: Iterable[str] = _DEFAULT_METHODS, **rates: float) -> None:
        self.rates = Rates()
        self.methods = [pattern.lower() for pattern in methods]
        self.injected: Counter[str] = Counter()
        self.out = False
        self.on_outage: Callable[[], None] = lambda: None
        self._random = random.Random(seed)
        self._next: dict[str, list[str]] = {}
        self._active = False
        self.set(**rates)

    def target(self, methods: Iterable[str]) -> None:
        """Which methods suffer: patterns such as "send*"."""
        self.methods = [pattern.lower() for pattern in methods]

    def seed(self, seed: int) -> None:
        """Begin the chances anew."""
        self._random.seed(seed)

    def set(self, **rates: float) -> None:
        """Change some rates; True means always. ValueError names what is unknown or out of range."""
        known = {item.name for item in fields(Rates)}
        for name, value in rates.items():
            if name not in known:
                raise ValueError(f"unknown fault: {name}")
            number = float(value)
            if number < 0 or (number > 1 and name not in {"retry_after", "hang_seconds"}):
                raise ValueError(f"out of range: {name}")
            setattr(self.rates, name, number)
        self._active = any(getattr(self.rates, kind) > 0 for kind in KINDS)

    def clear(self) -> None:
        """All quiet again; counters stay."""
        self.rates = Rates()
        self._next.clear()
        self._active = False
        self.outage(False)

    def fail_next(self, method: str, kind: str, times: int = 1) -> None:
        """The next `times` calls of `method` fail in this way, whatever the rates. ValueError for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault: {kind}")
        self._next.setdefault(method.lower(), []).extend([kind] * times)

    def outage(self, on: bool) -> None:
        """While on, every connection to the Bot API is closed at once."""
        self.out = on
        if on:
            self.on_outage()

    def draw(self, method: str) -> str | None:
        """What shall go wrong with this call (`method` in lower case), if anything; counts it."""
        if self._next and (planned := self._next.get(method)):
            kind = planned.pop(0)
            self.injected[kind] += 1
            return kind
        if not self._active or not any(fnmatchcase(method, pattern) for pattern in self.methods):
            return None
        dice = self._random.random()
        for kind in KINDS:
            dice -= getattr(self.rates, kind)
            if dice < 0:
                self.injected[kind] += 1
                return kind
        return None

    def doubles(self) -> bool:
        """Shall this update come a second time?"""
        return self._happens("duplicate_updates", self.rates.duplicate_updates)

    def shuffles(self) -> bool:
        """Shall the order between queues change now?"""
        return self._happens("shuffle_updates", self.rates.shuffle_updates)

    def choose(self, among: int) -> int:
        """A seeded number from 0 to among - 1."""
        return self._random.randrange(among)

    def _happens(self, name: str, rate: float) -> bool:
        if rate <= 0 or self._random.random() >= rate:
            return False
        self.injected[name] += 1
        return True

    def state(self) -> dict[str, Any]:
        """Rates, patterns, outage and counters, for the control side."""
        return {**asdict(self.rates), "methods": self.methods, "outage": self.out, "injected": dict(self.injected)}
