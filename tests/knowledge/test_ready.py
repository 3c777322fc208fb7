"""What /readyz says of the knowledge: how many topics, and by what they are found."""

from __future__ import annotations

import asyncio

import pytest

from bot import setup
from bot.process import Process, report
from knowledge.load import Content
from tests.knowledge.small import Hashed
from tests.stage import raised


async def _index(process: Process) -> str:
    return str((await report(process))[1]["index"])


async def test_a_process_without_an_encoder_says_so(database_url: str, content: Content) -> None:
    async with raised(database_url, own_house=True) as stage:
        ready, parts = await report(stage.process)
        assert ready == (parts["index"] != f"{len(content.entries)} topics, preparing")
        async with asyncio.timeout(60):
            while "preparing" in await _index(stage.process):
                await asyncio.sleep(0.05)
        assert await _index(stage.process) == f"{len(content.entries)} topics, words (no encoder)"


async def test_a_process_whose_encoder_cannot_be_opened_says_why(
    database_url: str, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = Hashed()
    encoder.unfit = "The built-in sentence encoder cannot be loaded on this machine (no such file)."
    monkeypatch.setattr(setup, "choose", lambda *_: encoder)
    async with raised(database_url, own_house=True) as stage:
        async with asyncio.timeout(60):
            while "machine" not in await _index(stage.process):
                await asyncio.sleep(0.05)
        assert await _index(stage.process) == f"{len(content.entries)} topics, words ({encoder.unfit})"
        assert (await report(stage.process))[0]


async def test_a_process_whose_encoder_is_away_says_why_and_answers(
    database_url: str, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = Hashed()
    encoder.away = "The embeddings address does not answer."
    monkeypatch.setattr(setup, "choose", lambda *_: encoder)
    async with raised(database_url, own_house=True) as stage:
        async with asyncio.timeout(60):
            while "address" not in await _index(stage.process):
                await asyncio.sleep(0.05)
        assert await _index(stage.process) == f"{len(content.entries)} topics, words ({encoder.away})"
        stage.emma.say("What is a business clinic?")
        await stage.emma.sees("Source:")
