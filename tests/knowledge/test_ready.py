"""What /readyz says of the knowledge: how many topics, and by what they are found."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot import setup
from bot.process import Process, report
from knowledge import engine
from knowledge.load import Content
from tests.knowledge.small import Hashed, deep
from tests.stage import Stage, raised


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


async def test_an_encoder_that_goes_away_at_question_time_is_told_until_it_is_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ASK_AGAIN_SECONDS", 0.0)
    encoder = Hashed()
    former, house = stage.process.house.knowledge, stage.process.house
    house.knowledge = engine.Engine(deep(encoder), encoder=encoder)
    former.close()
    before = await _index(stage.process)
    assert "away" not in before
    encoder.away = "The embeddings address does not answer."
    stage.emma.say("what does the land cost, roughly")
    await stage.settled()
    assert re.search(r"words \(encoder away since \d{4}-\d\d-\d\d \d\d:\d\d UTC\)$", await _index(stage.process))
    encoder.away = ""
    stage.emma.say("what does the land cost, more or less")
    await stage.settled()
    assert await _index(stage.process) == before
