"""The index stays true to the database in every process: after edits, with an encoder that is slow, away, or none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from db.engine import Database
from db.models import Entry as EntryRow
from db.models import KnowledgeLearned, Revision
from db.synonyms import Synonym
from knowledge import building, renewing, seeding, shelf, teaching
from knowledge.keeping import Keeper
from knowledge.kept import Folder
from knowledge.load import Content
from knowledge.stored import Stored
from tests.knowledge.renewed import PATIENCE, Slow, asked_too, process, publish, until
from tests.knowledge.small import Hashed


@pytest.fixture
async def few(database: Database, content: Content, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database with four topics; edits are looked for all the time, an encoder that is away is not asked again."""
    monkeypatch.setattr(renewing, "CHECK_SECONDS", 0.01)
    monkeypatch.setattr(renewing, "WAIT_SECONDS", 3600)
    async with database.unit() as work:
        for table in (EntryRow, Synonym, Revision):
            await work.session.execute(delete(table))
    async with database.unit() as work:
        await seeding.seed(work, content.entries[:4])
    return database


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
    monkeypatch.setattr(renewing, "learn_weighings", None)
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


async def test_an_edit_answers_in_every_process_by_meaning_too(few: Database, content: Content) -> None:
    one, two = Hashed(), Hashed()
    elsewhere = Database(few.url.render_as_string(hide_password=False))
    async with process(few, one) as here, process(elsewhere, two) as there:
        await until(lambda: all(each.now.index.meaning is not None for each in (here, there)))
        one.asked.clear()
        entry = content.entries[2]
        revision = await publish(few, asked_too(entry, "خرمالوی صورتی"))
        await until(lambda: {here.now.revision, there.now.revision} == {revision})
        for each in (here, there):
            assert each.ask("خرمالوی صورتی") == entry.id
            assert each.now.index.meaning is not None, "a small edit waits for its few vectors"
            assert "خرمالوی صورتی" in each.now.entries[entry.id].phrasings.spoken
        assert sum(map(len, one.asked)) <= 1, "only the new phrasing is encoded"
    await elsewhere.close()


async def test_after_a_great_edit_words_go_first(
    few: Database, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewing, "QUICK", 5)
    encoder = Slow()
    encoder.let.set()
    async with process(few, encoder) as here:
        await until(lambda: here.now.index.meaning is not None)
        encoder.let.clear()
        new = content.entries[4].model_copy(update={"related": ()})
        revision = await publish(few, new)
        await until(lambda: here.now.revision == revision)
        assert here.ask(new.phrasings.formal[0]) == new.id
        assert here.now.index.meaning is None
        await until(lambda: "vectors to come" in here.renewer.state)
        encoder.let.set()
        await until(lambda: here.now.index.meaning is not None)
        assert here.renewer.state == "words and meaning"


async def test_an_edit_does_not_wait_for_a_slow_encoder(few: Database, content: Content) -> None:
    """Vectors of a new content take minutes; an edit meanwhile is answered by words."""
    encoder = Slow()
    try:
        async with process(few, encoder) as here:
            await until(encoder.begun.is_set)
            assert here.renewer.state.endswith("vectors to come)")
            revision = await publish(few, asked_too(content.entries[0], "خرمالوی صورتی"))
            await until(lambda: here.now.revision == revision)
            assert here.ask("خرمالوی صورتی") == content.entries[0].id
            encoder.let.set()
            await until(lambda: here.now.index.meaning is not None)
            assert here.now.revision == revision
    finally:
        encoder.let.set()


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

        monkeypatch.setattr(renewing, "learn_weighings", slowly)
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


async def test_a_broken_entry_is_left_out_and_another_edit_goes_live(few: Database, content: Content) -> None:
    broken, good = content.entries[0], content.entries[1]
    async with process(few, None) as here:
        async with few.unit() as work:
            row = await work.session.get_one(EntryRow, broken.id)
            row.content = row.content | {"kind": "rumour"}
        revision = await publish(few, good.model_copy(update={"related": ()}))
        await until(lambda: here.now.revision == revision)
        assert here.now.entries[broken.id] == broken, "the last good version answers"
        assert here.now.entries[good.id].related == ()


async def test_an_edit_of_an_answer_needs_no_new_index(few: Database, content: Content) -> None:
    async with process(few, None) as here:
        former = here.now.index
        revision = await publish(few, content.entries[1].model_copy(update={"related": ()}))
        await until(lambda: here.now.revision == revision)
        assert here.now.index is former


async def test_an_edit_of_synonyms_builds_words_anew_and_encodes_nothing(few: Database, content: Content) -> None:
    one, two = Hashed(), Hashed()
    elsewhere = Database(few.url.render_as_string(hide_password=False))
    async with few.unit() as work:
        await seeding.seed_synonyms(work, {"loan": content.synonyms["loan"]})
    async with process(few, one) as here, process(elsewhere, two) as there:
        await until(lambda: all(each.now.index.meaning is not None for each in (here, there)))
        former = here.now.index
        assert former.layout.synonyms.terms == {"loan": content.synonyms["loan"]}
        one.asked.clear()
        two.asked.clear()
        entry = content.entries[2]
        word = max((word for text in entry.phrasings.formal for word in text.split()), key=len)
        async with few.unit() as work:
            taught = await teaching.add(work, "admin:1", (word, "خرمالوی صورتی"))
            revision = await seeding.revision(work.session)
        await until(lambda: {here.now.revision, there.now.revision} == {revision})
        for each in (here, there):
            index = each.now.index
            assert index.layout.synonyms.terms[taught.key] == (word, "خرمالوی صورتی")
            assert index.words is not former.words
            lexicon = index.words.lexicon
            assert lexicon.ids([f"y:{taught.key}"])[0] in lexicon.look_up("خرمالوی صورتی")[0].tolist()
            assert index.meaning is not None, "its vectors are those that it had"
        assert not one.asked
        assert not two.asked
        async with few.unit() as work:
            await seeding.raise_revision(work)
        latest = here.now.index
        await until(lambda: here.now.revision == revision + 1)
        assert here.now.index is latest, "nothing that an index is made of has changed"
    await elsewhere.close()


async def test_heavy_work_never_runs_on_the_loop(few: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """By construction: everything that takes longer than some milliseconds notes its thread."""
    loops, threads = threading.current_thread(), dict[str, set[threading.Thread]]()

    def noted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            threads.setdefault(name, set()).add(threading.current_thread())
            return function(*given)

        return call

    for name in ("build_meaning", "learn_weighings"):
        monkeypatch.setattr(renewing, name, noted(name, getattr(renewing, name)))
    for name in ("words", "kept_meaning", "keep_meaning"):
        monkeypatch.setattr(shelf, name, noted(name, getattr(shelf, name)))
    monkeypatch.setattr(Stored, "renewed", noted("renewed", Stored.renewed))
    monkeypatch.setattr(Hashed, "encode", noted("encode", Hashed.encode))
    async with process(few, Hashed()) as here:
        await until(lambda: here.now.index.meaning is not None)
    assert len(threads) == 7, threads.keys()
    assert not [name for name, used in threads.items() if loops in used]
