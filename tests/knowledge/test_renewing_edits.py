"""Edits become live in every process: phrasings, answers, synonyms, broken ones; by meaning too, without waiting."""

from __future__ import annotations

import numpy as np
import pytest

from db.engine import Database
from db.models import Entry as EntryRow
from knowledge import renewing, seeding, teaching
from knowledge.load import Content
from knowledge.renewing import Renewer
from tests.knowledge.renewed import Slow, asked_too, process, publish, until
from tests.knowledge.small import OUTSIDE, SERVICES, Hashed


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


async def test_an_edit_is_live_by_the_former_head_and_gets_its_own(few: Database, content: Content) -> None:
    async with process(few, Hashed()) as here:
        await until(lambda: here.now.index.meaning is not None)
        first = here.now
        await publish(few, asked_too(content.entries[0], "آیا زرافه هم دارید"))
        await until(lambda: here.now.revision > first.revision)
        live = here.now
        assert live.provisional
        assert live.index.words.head.weights.shape == first.index.words.head.weights.shape
        np.testing.assert_array_equal(live.index.words.head.weights, first.index.words.head.weights)
        assert here.ask("زرافه هم دارید") == content.entries[0].id, "found by its likeness"
        await until(lambda: not here.now.provisional)
        assert here.now.revision == live.revision
        assert here.now.index.meaning is not None
        assert not np.array_equal(here.now.index.words.head.weights, live.index.words.head.weights)


async def test_an_edit_of_an_answer_meanwhile_does_not_end_the_borrowing(few: Database, content: Content) -> None:
    """The head of its own is still to come when only an answer's text has changed after the phrasing."""
    entry = asked_too(content.entries[0], "آیا زرافه هم دارید")
    renewer = Renewer(few, SERVICES, OUTSIDE, None)
    await renewer.build()
    await publish(few, entry)
    assert (await renewer.build()).provisional
    short = entry.short.model_copy(update={"en": "Another answer."})
    await publish(few, entry.model_copy(update={"short": short}))
    again = await renewer.build()
    assert again.entries[entry.id].short.en == "Another answer."
    assert again.provisional


async def test_a_new_topic_has_a_head_of_its_own_at_once(few: Database, content: Content) -> None:
    async with process(few, None) as here:
        first = here.now
        async with few.unit() as work:
            await seeding.seed(work, content.entries[:5])
        await until(lambda: here.now.revision > first.revision)
        assert not here.now.provisional
        assert content.entries[4].id in here.now.index.layout.ids


async def test_without_an_encoder_too_an_edit_gets_its_own_head(few: Database, content: Content) -> None:
    async with process(few, None) as here:
        first = here.now
        await publish(few, asked_too(content.entries[0], "آیا زرافه هم دارید"))
        await until(lambda: here.now.revision > first.revision and not here.now.provisional)
        assert here.now.index.meaning is None
