"""Keeps the index true to the database: built at the start, renewed after each edit, deepened when vectors are there.

Heavy work runs in worker threads; what is built is handed over in one step by `publish`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from db.engine import Database
from knowledge import seeding, shelf, vectors
from knowledge.building import build_meaning
from knowledge.candidates import Meaning
from knowledge.encoder import Encoder, EncoderAway, EncoderMissing
from knowledge.entries import Entry
from knowledge.keeping import Keeper
from knowledge.kept import Folder
from knowledge.layout import ServiceWords, words_of
from knowledge.lent import Lent, shipped_head
from knowledge.lessons import Lessons, of_words
from knowledge.load import Content, Outside
from knowledge.matching import Index
from knowledge.material import Material
from knowledge.memory import give_back_memory
from knowledge.stored import Stored
from knowledge.synonyms import StoredIdeas

QUICK: Final = 200
"""New texts that are encoded before an edit goes live: they take two seconds. With more, words go live first."""
CHECK_SECONDS: Final = 0.5
UNUSED_FOR: Final = timedelta(days=30)
"""So long a vector is kept that no entry uses: an edit may be taken back."""
WAIT_SECONDS: Final = 30.0
"""Before an encoder that was away is asked again."""


@dataclass(frozen=True)
class Renewed:
    """The index and its entries, as built from one revision."""

    index: Index
    entries: Mapping[str, Entry]
    revision: int
    key: str
    """Under which the index is kept."""
    provisional: bool = False
    """Whether its heads were fitted to other texts."""


class Renewer:
    """One per process. `state` says in a few words what the index knows by."""

    def __init__(
        self,
        database: Database,
        services: Sequence[ServiceWords],
        outside: Sequence[Outside],
        encoder: Encoder | None,
        folder: Folder | None = None,
    ) -> None:
        """What is built is kept in the folder, if there is one."""
        self._database = database
        self._services, self._outside = tuple(services), tuple(outside)
        self._keeper = Keeper(database, encoder) if encoder is not None else None
        self._lessons = Lessons(database, encoder.name) if encoder is not None else None
        self._folder = folder or Folder(None)
        self._renewed: Renewed | None = None
        self._stored, self._ideas = Stored.nothing(), StoredIdeas.nothing()
        self._revision = -1
        self._borrowed = False
        """Whether the index weighs by what was learned from content of another size."""
        self._opens = False
        self.trouble = ""

    @property
    def state(self) -> str:
        """For /readyz."""
        if self._renewed is None:
            return "preparing"
        if self._renewed.index.meaning is not None:
            return "words and meaning"
        if self._keeper is None:
            return f"words ({self.trouble or 'no encoder'})"
        if self._opens or self.trouble:
            return f"words ({self.trouble or 'the encoder opens'})"
        return f"words ({self._keeper.missing} vectors to come)"

    @property
    def refused(self) -> Mapping[str, str]:
        """Entries of the database that cannot be used, by topic, and why."""
        return self._stored.refused

    @property
    def refused_synonyms(self) -> Mapping[str, str]:
        """The same for synonyms, by key."""
        return self._ideas.refused

    async def read(self) -> Mapping[str, Entry]:
        """The entries that the database holds now. Raises StoredContentError."""
        async with self._database.reading() as session:
            self._revision = await seeding.revision(session)
            rows = await seeding.stored_rows(session)
            ideas = await seeding.stored_synonyms(session)
        self._stored = await asyncio.to_thread(self._stored.renewed, rows)
        self._ideas = await asyncio.to_thread(self._ideas.renewed, ideas)
        return self._stored.entries

    async def build(self) -> Renewed:
        """The index of what the database holds now; with meaning when few vectors are missing. Raises
        StoredContentError."""
        entries = await self.read()
        former = self._renewed
        if former is not None and await asyncio.to_thread(self._same, former, entries):
            self._renewed = replace(former, entries=entries, revision=self._revision)
            return self._renewed
        return await self._built(entries)

    def _same(self, former: Renewed, entries: Mapping[str, Entry]) -> bool:
        """Whether the former index answers for these entries and the synonyms of now."""
        return _asked_alike(former.entries, entries) and former.index.layout.synonyms.terms == self._ideas.ideas

    async def _built(self, entries: Mapping[str, Entry]) -> Renewed:
        revision, former = self._revision, self._renewed
        if former is None:
            lent = await asyncio.to_thread(shipped_head)
        else:
            lent = Lent(former.index.layout.ids, former.index.words.head)
        shelved = await asyncio.to_thread(self._shelved, entries, lent)
        learned = await self._lessons.found(shelved.layout) if self._lessons is not None else of_words()
        index = Index(shelved.layout, shelved.words, {"words": learned["words"]})
        self._renewed = Renewed(index, entries, revision, shelved.key, shelved.provisional)
        if self._keeper is not None and former is not None and former.index.meaning is not None:
            await self._deepen(former.index)
        await asyncio.to_thread(give_back_memory)
        return self._renewed

    def _shelved(self, entries: Mapping[str, Entry], lent: Lent | None) -> shelf.Shelved:
        content = Content(tuple(entries.values()), self._services, self._outside, self._ideas.ideas)
        return shelf.words(self._folder, Material.of(content), lent)

    async def run(self, publish: Callable[[Renewed], None], tell: Callable[..., Any]) -> None:
        """For ever: deepen what was built, and build anew after an edit, which waits for no encoder. Raises what the
        database raises, and StoredContentError; then call it again."""
        deepening: asyncio.Task[None] | None = None
        try:
            if self._renewed is None:
                publish(await self.build())
                tell("knowledge_ready", state=self.state, **self._left_out)
            while True:
                if deepening is None and self._shallow:
                    deepening = asyncio.create_task(self._keep_deepening(publish, tell))
                await asyncio.sleep(CHECK_SECONDS)
                if deepening is not None and deepening.done():
                    ended, deepening = deepening, None
                    ended.result()
                async with self._database.reading() as session:
                    revision = await seeding.revision(session)
                if self._renewed is None or revision != self._renewed.revision:
                    await _cancelled(deepening)
                    deepening = None
                    publish(await self.build())
                    tell("knowledge_renewed", revision=revision, state=self.state, **self._left_out)
        finally:
            await _cancelled(deepening)

    @property
    def _left_out(self) -> dict[str, dict[str, str]]:
        return {"refused": dict(self.refused), "refused_synonyms": dict(self.refused_synonyms)}

    @property
    def _shallow(self) -> bool:
        return self._renewed is not None and (self._renewed.provisional or self._needs_meaning)

    @property
    def _needs_meaning(self) -> bool:
        assert self._renewed is not None
        return self._keeper is not None and (self._renewed.index.meaning is None or self._borrowed)

    async def _keep_deepening(self, publish: Callable[[Renewed], None], tell: Callable[..., Any]) -> None:
        assert self._renewed is not None
        if self._renewed.provisional:
            publish(await self._fitted(self._renewed))
        if self._keeper is None or not self._needs_meaning:
            return
        try:
            # only now, as the first index was not to wait for it
            self._opens = True
            opened = await asyncio.to_thread(self._keeper.encoder.open)
        except EncoderMissing as error:
            self._keeper, self.trouble = None, str(error)
            tell("encoder_missing", reason=self.trouble)
            return
        finally:
            self._opens = False
        while not await self._deepen():
            tell("encoder_away", reason=self.trouble)
            await asyncio.sleep(WAIT_SECONDS)
        publish(self._renewed)
        tell("knowledge_deepened", revision=self._renewed.revision, encoder=opened)

    async def forget_unused(self, older_than: timedelta = UNUSED_FOR) -> int:
        """Delete vectors and learned sets that this content does not use and that are older; how many went."""
        if self._keeper is None or self._lessons is None or self._renewed is None:
            return 0
        layout = self._renewed.index.layout
        used = await asyncio.to_thread(self._keeper.keys, layout.written)
        used.add(self._lessons.key(layout))
        gone, then = 0, ("vectors", "")
        while True:
            async with self._database.unit() as work:
                done = await vectors.forget_unused(work, used, older_than, then)
            gone += done.count
            if done.then is None:
                return gone
            then = done.then

    async def _fitted(self, former: Renewed) -> Renewed:
        """The same index with heads of its own."""
        shelved = await asyncio.to_thread(self._shelved, former.entries, None)
        meaning = former.index.meaning
        if meaning is not None and self._keeper is not None:
            meaning = await asyncio.to_thread(build_meaning, shelved.layout, meaning.vectors, meaning)
            encoder = self._keeper.encoder.name
            await asyncio.to_thread(shelf.keep_meaning, self._folder, shelved.key, encoder, meaning)
        index = Index(shelved.layout, shelved.words, former.index.weighings, meaning)
        self._renewed = Renewed(index, former.entries, former.revision, shelved.key)
        await asyncio.to_thread(give_back_memory)
        return self._renewed

    async def _deepen(self, lender: Index | None = None) -> bool:
        """Give the index its meaning; whether that worked. False, and `trouble`, when the encoder is away. After an
        edit, the former index lends what it has learned, and False comes when more than QUICK vectors are missing."""
        assert self._lessons is not None
        assert self._renewed is not None
        former = self._renewed
        layout, words = former.index.layout, former.index.words
        meaning = former.index.meaning or await self._meaning(former, lender)
        if meaning is None:
            return False
        learned = await self._lessons.found(layout)
        self._borrowed = lender is not None and "meaning" not in learned
        if lender is not None and self._borrowed:
            learned = lender.weighings
        if "meaning" not in learned:
            learned = await self._lessons.learned(layout, words, meaning)
        self._renewed = replace(former, index=Index(layout, words, learned, meaning))
        await asyncio.to_thread(give_back_memory)
        return True

    async def _meaning(self, former: Renewed, lender: Index | None) -> Meaning | None:
        """Kept, or made of vectors."""
        assert self._keeper is not None
        layout, key = former.index.layout, former.key
        texts, encoder = layout.written, self._keeper.encoder.name
        kept = await asyncio.to_thread(shelf.kept_meaning, self._folder, key, encoder, layout)
        if kept is not None:
            self._keeper.adopt(texts, kept.vectors)
            self.trouble = ""
            return kept
        missing = await self._keeper.find(texts)
        if lender is not None and len(missing) > QUICK:
            return None
        try:
            await self._keeper.make(missing)
        except EncoderAway as error:
            self.trouble = str(error)
            return None
        self.trouble = ""
        start = lender.meaning if lender is not None and lender.layout.ids == layout.ids else None
        if former.provisional and start is not None:
            return await asyncio.to_thread(Meaning, layout.corpus, self._keeper.matrix(), start.head)
        meaning = await asyncio.to_thread(build_meaning, layout, self._keeper.matrix(), start)
        await asyncio.to_thread(shelf.keep_meaning, self._folder, key, encoder, meaning)
        return meaning


async def _cancelled(task: asyncio.Task[None] | None) -> None:
    """End a task, whatever becomes of it."""
    if task is not None:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # looked at, so that nobody reports it again


def _asked_alike(former: Mapping[str, Entry], entries: Mapping[str, Entry]) -> bool:
    """Whether all that an index is made of is the same; so it is after an edit of answers."""
    return list(former) == list(entries) and all(
        entry is former[topic] or words_of(entry) == words_of(former[topic]) for topic, entry in entries.items()
    )
