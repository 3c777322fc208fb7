"""The engine: what it remembers, how it swaps its index, and that the event loop stays free."""

import asyncio
from collections.abc import Iterator

import pytest

from knowledge.engine import REMEMBERED, Engine
from knowledge.matching import Index, TopicWords

FIRST = Index([TopicWords("land.price", "land", ("قیمت زمین",), ("زمین متری چنده", "how much is the land"))])
SECOND = Index([TopicWords("land.cost", "land", ("قیمت زمین",), ("زمین متری چنده", "how much is the land"))])


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(FIRST, revision=1)
    yield engine
    engine.close()


async def test_answers_as_its_index_does(engine: Engine) -> None:
    answer = await engine.ask("زمین متری چنده؟")
    assert answer.topics == FIRST.ask("زمین متری چنده؟").topics
    assert answer.decision == "answer"


async def test_the_same_question_in_another_spelling_is_remembered(engine: Engine) -> None:
    first = await engine.ask("زمین متری چنده؟")
    again = await engine.ask("زمين  متري چنده!!")
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
        texts = [phrasing for topic in index.topics[:20] for phrasing in topic.phrasings[:5]]
        answers = await asyncio.gather(*(engine.ask(text) for text in texts))
        assert [answer.topics for answer in answers] == [index.ask(text).topics for text in texts]
    finally:
        engine.close()


async def test_the_event_loop_stays_free_during_long_questions(index: Index) -> None:
    """Other work goes on while a question is looked up: the look-up runs in a thread."""
    engine = Engine(index)
    story = ". ".join(phrasing for topic in index.topics for phrasing in topic.phrasings)[:4096]
    order: list[str] = []

    async def beat() -> None:
        order.append("beat")

    try:
        asked = asyncio.create_task(engine.ask(story))
        asked.add_done_callback(lambda _: order.append("answer"))
        await asyncio.sleep(0)
        await beat()
        await asked
        await asyncio.sleep(0)
    finally:
        engine.close()
    assert order == ["beat", "answer"]
