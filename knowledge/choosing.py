"""Which sentence encoder the settings and the machine lead to. The encoders are in encoder.py and e5/."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import SecretStr

from knowledge.e5.encoder import BuiltIn, shipped_name
from knowledge.encoder import Encoder, EncoderAway, EncoderMissing, Remote


class Wanted(Protocol):
    """The settings that choose an encoder, as config.Settings has them."""

    @property
    def encoder(self) -> str:
        """builtin, none, or an address."""

    @property
    def encoder_model(self) -> str | None:
        """Name of the model behind the address."""

    @property
    def encoder_key(self) -> SecretStr | None:
        """Key for the address."""

    @property
    def proxy_url(self) -> SecretStr | None:
        """Proxy on the way to the address."""


def choose(settings: Wanted, loop: asyncio.AbstractEventLoop) -> Encoder | None:
    """The encoder that the settings ask for; None for "none". Takes no time: nothing is opened yet.

    `loop` makes the calls to an address.
    """
    if settings.encoder == "none":
        return None
    if settings.encoder == "builtin":
        return Late()
    model = settings.encoder_model or ""
    return Remote(settings.encoder, model, loop, key=settings.encoder_key, proxy=settings.proxy_url)


class Late:
    """The built-in encoder, opened by open() or with the first texts: nobody waits who does not need it yet."""

    def __init__(self) -> None:
        self._opening = Lock()
        self._open: BuiltIn | None = None

    @property
    def name(self) -> str:
        """That of the encoder; empty where what it has learned cannot be read, as there it cannot be opened."""
        try:
            return shipped_name()
        except EncoderMissing:
            return ""

    @property
    def dimensions(self) -> int:
        """Length of a vector; 0 while it is not open."""
        return self._open.dimensions if self._open is not None else 0

    def open(self) -> str:
        """Half a second, the first time. Who computes. Raises EncoderMissing."""
        with self._opening:
            if self._open is None:
                self._open = BuiltIn()
            return self._open.open()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions), unit rows. Raises EncoderAway where there is none."""
        try:
            self.open()
        except EncoderMissing as error:
            raise EncoderAway(str(error)) from None
        assert self._open is not None
        return self._open.encode(texts)
