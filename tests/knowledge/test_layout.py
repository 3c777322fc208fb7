"""The layout: candidates in one row, the texts of each, and what is left out."""

from __future__ import annotations

import numpy as np

from knowledge.entries import Entry
from knowledge.layout import Layout, TopicWords, lay_out, words_of
from knowledge.load import Content
from tests.knowledge.small import OUTSIDE, SERVICES, TOPICS


def test_topics_come_first_then_services_then_what_is_none_of_our_business() -> None:
    layout = lay_out(TOPICS, SERVICES, OUTSIDE)
    topics = tuple(topic.id for topic in TOPICS)
    assert layout.ids == (*topics, "clinic", "cluster", "weather", "passport")
    assert (layout.topics, layout.ours) == (5, 7)
    assert layout.services == ("land", "land", "land", "training", "general", "clinic", "cluster")


def test_each_text_knows_its_owner_its_script_and_its_length() -> None:
    layout = lay_out(TOPICS, SERVICES, OUTSIDE)
    corpus = layout.corpus
    assert len(corpus.texts) == len(corpus.owners) == len(layout.scripts) == len(layout.lengths)
    assert (np.diff(corpus.owners) >= 0).all()
    assert set(corpus.owners.tolist()) == set(range(len(layout.ids)))
    place = corpus.texts.index(layout.reader.as_written("قیمت هر متر زمین").text)
    assert (corpus.owners[place], layout.scripts[place], layout.lengths[place]) == (0, "fa", 4)
    place = corpus.texts.index("how much is the land")
    assert (corpus.owners[place], layout.scripts[place], layout.lengths[place]) == (0, "en", 5)
    finglish = [text for text, script in zip(corpus.texts, layout.scripts, strict=True) if script == "fi"]
    assert finglish
    assert not any(text.isascii() for text in finglish)


def test_what_reads_alike_is_kept_once_and_what_has_no_word_not_at_all() -> None:
    layout = lay_out([TopicWords("a.b", None, ("زمین شهرک", "زمين  شهرك!!", "؟؟"), ())])
    assert list(layout.corpus.texts) == ["زمین شهرک"]


def test_who_has_no_words_is_no_candidate_and_the_numbers_close_up() -> None:
    silent = TopicWords("land.silent", "land", ("!!!",), ())
    layout = lay_out([TOPICS[0], silent, TOPICS[1]], SERVICES, OUTSIDE)
    assert layout.ids[:3] == ("land.price", "land.apply", "clinic")
    assert (layout.topics, layout.ours) == (2, 4)
    assert layout.services[:2] == ("land", "land")
    assert set(layout.corpus.owners.tolist()) == set(range(len(layout.ids)))


def test_more_persian_adds_known_words_only() -> None:
    plain, knowing = lay_out(TOPICS), lay_out(TOPICS, more_persian=["حقابه چاه"])
    assert plain.corpus.texts == knowing.corpus.texts
    assert knowing.reader.read("haghabe", "fi").text == knowing.reader.read("حقابه").text
    assert plain.reader.read("haghabe", "fi").text != knowing.reader.read("حقابه").text


def test_an_entry_is_asked_for_by_its_titles_and_phrasings(entries: tuple[Entry, ...]) -> None:
    entry = entries[0]
    words = words_of(entry)
    assert (words.id, words.service) == (entry.id, entry.service)
    assert {*words.persian, *words.latin} == {*entry.phrasings.all, entry.title.fa, entry.title.en}
    assert entry.title.fa in words.persian
    assert entry.title.en in words.latin


def test_the_real_content_is_laid_out_whole(content: Content, layout: Layout) -> None:
    assert layout.ids[: layout.topics] == tuple(entry.id for entry in content.entries)
    assert layout.ids[layout.ours :] == tuple(kind.id for kind in content.outside)
    assert "general" not in layout.ids
    counts = np.bincount(layout.corpus.owners, minlength=len(layout.ids))
    assert counts[: layout.topics].min() >= 60, "texts of a topic; rules of content ask for a hundred phrasings"
    assert set(layout.scripts) == {"fa", "fi", "en"}
