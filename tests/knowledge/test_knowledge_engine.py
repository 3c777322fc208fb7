"""The engine: what it remembers, how it swaps its index, and that the event loop stays free."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from knowledge import engine as engines
from knowledge.building import build
from knowledge.engine import REMEMBERED, REMEMBERED_LENGTH, Engine
from knowledge.layout import lay_out
from knowledge.matching import Answer, Index
from tests.knowledge.small import TOPICS, Hashed, deep, small

FIRST = small()
SECOND = build(lay_out([replace(TOPICS[0], id="land.cost"), *TOPICS[1:]]))


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(FIRST, revision=1)
    yield engine
    engine.close()


async def test_answers_as_its_index_does(engine: Engine) -> None:
    answer = await engine.ask("زمین متری چنده؟")
    assert answer.topics == FIRST.ask("زمین متری چنده؟").topics
    assert answer.decision == "answer"


async def test_the_same_question_again_is_remembered(engine: Engine) -> None:
    first = await engine.ask("zamin metri chande")
    again = await engine.ask(" Zamin  METRI\nchande ")
    assert again.topics is first.topics


async def test_a_new_index_answers_from_then_on(engine: Engine) -> None:
    before = await engine.ask("زمین متری چنده")
    engine.replace(SECOND, revision=2)
    after = await engine.ask("زمین متری چنده")
    assert (before.topics[0].id, after.topics[0].id) == ("land.price", "land.cost")
    assert engine.revision == 2
    assert engine.index is SECOND


async def test_a_question_under_way_is_not_remembered_for_the_new_index(engine: Engine) -> None:
    asked = asyncio.create_task(engine.ask("زمین متری چنده"))
    await asyncio.sleep(0)
    engine.replace(SECOND, revision=1)
    assert (await asked).topics[0].id == "land.price"
    assert (await engine.ask("زمین متری چنده")).topics[0].id == "land.cost"


async def test_memory_is_bounded(engine: Engine) -> None:
    for number in range(REMEMBERED + 50):
        await engine.ask(f"زمین {number}")
    assert len(engine._remembered) == REMEMBERED


async def test_many_at_once_get_their_own_answers(index: Index) -> None:
    engine = Engine(index)
    try:
        texts = list(index.layout.corpus.texts[:2000:20])
        answers = await asyncio.gather(*(engine.ask(text) for text in texts))
        assert [answer.topics for answer in answers] == [index.ask(text).topics for text in texts]
    finally:
        engine.close()


async def test_what_is_long_is_not_remembered(engine: Engine) -> None:
    """Stories do not come twice."""
    await engine.ask("زمین متری چنده " * REMEMBERED_LENGTH)
    assert not engine._remembered


async def test_the_event_loop_never_looks_up(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """By construction: a look-up runs in a thread of the engine's own, whatever the text."""
    threads: list[str] = []
    ask = Index.ask

    def noted(self: Index, *given: Any) -> Answer:
        threads.append(threading.current_thread().name)
        return ask(self, *given)

    monkeypatch.setattr(Index, "ask", noted)
    for text in ("زمین", "زمین متری چنده " * 250, ""):
        await engine.ask(text)
    assert len(threads) == 3
    assert all(name.startswith("knowledge") for name in threads)


async def test_it_knows_since_when_the_encoder_is_away_and_when_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = Hashed()
    engine = Engine(deep(encoder), encoder=encoder)
    encoder.asked.clear()
    try:
        await engine.ask("زمین متری چنده")
        assert (len(encoder.asked), engine.encoder_away_since) == (1, None)
        encoder.away = "gone"
        assert (await engine.ask("قیمت زمین شهرک چقدر است")).topics, "words answer"
        since = engine.encoder_away_since
        assert since is not None
        assert since.tzinfo is not None
        encoder.away = ""
        await engine.ask("قیمت زمین شهرک چقدر است")
        assert (len(encoder.asked), engine.encoder_away_since) == (1, since), "it is left alone for a moment"
        monkeypatch.setattr(engines, "ASK_AGAIN_SECONDS", 0.0)
        await engine.ask("قیمت زمین شهرک چقدر است")
        assert (len(encoder.asked), engine.encoder_away_since) == (2, None), "what words found was not remembered"
    finally:
        engine.close()


async def test_without_an_encoder_none_is_away(engine: Engine) -> None:
    await engine.ask("زمین متری چنده")
    assert engine.encoder_away_since is None
