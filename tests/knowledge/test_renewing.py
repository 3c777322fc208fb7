"""The index stays true to the database in every process: after edits, with an encoder that is slow, away, or none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from db.engine import Database
from db.models import KnowledgeLearned
from knowledge import building, lessons, renewing, shelf
from knowledge.keeping import Keeper
from knowledge.kept import Folder
from knowledge.load import Content
from knowledge.stored import Stored
from tests.knowledge.renewed import PATIENCE, Slow, asked_too, process, publish, until
from tests.knowledge.small import Hashed


async def learned_sets(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(KnowledgeLearned)) or 0


def test_five_seconds_are_promised() -> None:
    assert renewing.CHECK_SECONDS <= 1, "a new index takes a few seconds more"


async def test_without_an_encoder_words_answer_and_the_state_says_so(few: Database, content: Content) -> None:
    async with process(few, None) as here:
        assert here.renewer.state == "words (no encoder)"
        assert here.now.entries.keys() == {entry.id for entry in content.entries[:4]}
        entry = content.entries[1]
        assert here.ask(entry.phrasings.formal[0]) == entry.id
        revision = await publish(few, asked_too(entry, "خرمالوی صورتی"))
        await until(lambda: here.now.revision == revision)
        assert here.ask("خرمالوی صورتی") == entry.id
        assert here.renewer.state == "words (no encoder)"
        assert here.told == ["knowledge_renewed"]


async def test_words_answer_at_once_and_meaning_follows(few: Database) -> None:
    async with process(few, Hashed()) as here:
        first = here.published[0].index
        assert first.meaning is None
        await until(lambda: len(here.published) == 2)
        assert here.now.index.meaning is not None
        assert here.now.index.layout is first.layout
        assert here.now.index.words is first.words
        assert here.renewer.state == "words and meaning"
        assert here.told == ["knowledge_deepened"]
    assert await learned_sets(few) == 1


async def test_words_answer_while_the_encoder_opens(few: Database) -> None:
    encoder = Slow()
    encoder.let.set()
    encoder.let_open.clear()
    async with process(few, encoder) as here:
        await until(encoder.opens.is_set)
        assert here.renewer.state == "words (the encoder opens)"
        assert here.now.index.meaning is None
        assert not encoder.begun.is_set()
        encoder.let_open.set()
        await until(lambda: here.now.index.meaning is not None)


async def test_an_encoder_that_cannot_be_opened_is_told_once(few: Database, content: Content) -> None:
    encoder = Hashed()
    encoder.unfit = "There is none here."
    async with process(few, encoder) as here:
        await until(lambda: here.told == ["encoder_missing"])
        assert here.renewer.state == "words (There is none here.)"
        entry = content.entries[1]
        revision = await publish(few, asked_too(entry, "خرمالوی صورتی"))
        await until(lambda: here.now.revision == revision)
        assert here.ask("خرمالوی صورتی") == entry.id
        assert here.told == ["encoder_missing", "knowledge_renewed"]
    assert encoder.asked == []


async def test_a_second_process_encodes_and_learns_nothing_again(
    few: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with process(few, Hashed()) as here:
        await until(lambda: here.now.index.meaning is not None)
    other = Hashed()
    other.away = "nobody may ask"
    monkeypatch.setattr(lessons, "learn_weighings", None)
    async with process(few, other) as there:
        await until(lambda: there.now.index.meaning is not None)
        assert there.now.index.weighings == here.now.index.weighings


async def test_what_was_kept_is_not_built_again(
    few: Database, content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither words nor the regression over vectors, nor are vectors looked for; and an edit goes on from there."""
    folder = Folder(tmp_path / "kept")
    async with process(few, Hashed(), folder) as here:
        await until(lambda: here.now.index.meaning is not None)
    monkeypatch.setattr(shelf, "built", None)
    with monkeypatch.context() as patch:
        patch.setattr(renewing, "build_meaning", None)
        patch.setattr(Keeper, "find", None)
        async with process(few, Hashed(), folder) as there:
            await until(lambda: there.now.index.meaning is not None)
            entry = content.entries[1]
            assert there.ask(entry.phrasings.formal[0]) == entry.id
    monkeypatch.undo()
    encoder = Hashed()
    async with process(few, encoder, folder) as there:
        await until(lambda: there.now.index.meaning is not None)
        revision = await publish(few, asked_too(entry, "خرمالوی صورتی"))
        await until(lambda: there.now.revision == revision)
        assert there.ask("خرمالوی صورتی") == entry.id
        assert there.now.index.meaning is not None
    assert encoder.asked == [["خرمالوی صورتی"]], "all other vectors came with what was kept"


async def test_an_encoder_that_is_away_leaves_words_says_so_and_comes_back(
    few: Database, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = Hashed()
    encoder.away = "The embeddings address does not answer."
    async with process(few, encoder) as here:
        await until(lambda: here.told == ["encoder_away"])
        assert here.renewer.state == "words (The embeddings address does not answer.)"
        revision = await publish(few, asked_too(content.entries[0], "خرمالوی صورتی"))
        await until(lambda: here.now.revision == revision)
        assert here.ask("خرمالوی صورتی") == content.entries[0].id, "an edit does not wait until it is back"
        await until(lambda: here.told[-1] == "encoder_away")
        assert here.now.index.meaning is None
    monkeypatch.setattr(renewing, "WAIT_SECONDS", 0.01)
    async with process(few, encoder) as here:
        await until(lambda: here.told.count("encoder_away") > 2)
        encoder.away = ""
        await until(lambda: here.now.index.meaning is not None)
        assert here.renewer.state == "words and meaning"


async def test_an_encoder_that_goes_away_later_leaves_words_after_an_edit(few: Database, content: Content) -> None:
    encoder = Hashed()
    async with process(few, encoder) as here:
        await until(lambda: here.now.index.meaning is not None)
        encoder.away = "gone"
        revision = await publish(few, asked_too(content.entries[0], "خرمالوی صورتی"))
        await until(lambda: here.now.revision == revision)
        assert here.renewer.state == "words (gone)"
        assert here.ask("خرمالوی صورتی") == content.entries[0].id


async def test_a_grown_content_is_learned_anew_and_answers_meanwhile(
    few: Database, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Learning takes a minute: the edit is live before, with the numbers learned last."""
    async with process(few, Hashed()) as here:
        await until(lambda: here.now.index.meaning is not None)
        former = here.now.index.weighings
        let, learn = threading.Event(), building.learn_weighings

        def slowly(*given: Any) -> Any:
            let.wait(PATIENCE)
            return learn(*given)

        monkeypatch.setattr(lessons, "learn_weighings", slowly)
        new = content.entries[5].model_copy(update={"related": ()})
        revision = await publish(few, new)
        await until(lambda: here.now.revision == revision)
        assert here.ask(new.phrasings.formal[0]) == new.id
        assert here.now.index.meaning is not None
        assert here.now.index.weighings == former
        assert await learned_sets(few) == 1
        let.set()
        await until(lambda: here.told[-1] == "knowledge_deepened")
        assert here.now.revision == revision
        assert here.now.index.weighings != former
        assert await learned_sets(few) == 2
        before = len(here.published)
        await publish(few, asked_too(new, "خرمالوی صورتی"))
        await until(lambda: len(here.published) == before + 1)
        assert await learned_sets(few) == 2, "a phrasing more is no reason to learn"


async def test_heavy_work_never_runs_on_the_loop(few: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """By construction: everything that takes longer than some milliseconds notes its thread."""
    loops, threads = threading.current_thread(), dict[str, set[threading.Thread]]()

    def noted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            threads.setdefault(name, set()).add(threading.current_thread())
            return function(*given)

        return call

    monkeypatch.setattr(renewing, "build_meaning", noted("build_meaning", building.build_meaning))
    monkeypatch.setattr(lessons, "learn_weighings", noted("learn_weighings", building.learn_weighings))
    for name in ("words", "kept_meaning", "keep_meaning"):
        monkeypatch.setattr(shelf, name, noted(name, getattr(shelf, name)))
    monkeypatch.setattr(Stored, "renewed", noted("renewed", Stored.renewed))
    monkeypatch.setattr(Hashed, "encode", noted("encode", Hashed.encode))
    async with process(few, Hashed()) as here:
        await until(lambda: here.now.index.meaning is not None)
    assert len(threads) == 7, threads.keys()
    assert not [name for name, used in threads.items() if loops in used]
