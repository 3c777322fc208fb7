"""Memory and pauses of a process that keeps its index as the assistant does.

`python -m bench.finding.house MODE FILE`; MODE: seed (fill a database), content (load it, no index), words, again,
meaning, cached (the answers' cache), pauses. What is built is kept beside FILE: words builds, again reads.
Prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import uvloop
from sqlalchemy import select

from bench.finding import sets
from bench.finding.running import memory
from db import migrate
from db.engine import Database
from db.models import Entry as EntryRow
from knowledge import seeding
from knowledge.e5.encoder import BuiltIn
from knowledge.encoder import Encoder
from knowledge.engine import Engine
from knowledge.kept import Folder
from knowledge.load import load_all
from knowledge.memory import settle
from knowledge.renewing import Renewed, Renewer

REBUILDS = 5
EVERY = 0.001
"""Seconds between ticks of the loop."""
TWICE = 10
"""Every so manyth message comes a second time."""


async def seed(database: Database) -> dict[str, Any]:
    """All tables and all content, as a first start makes them."""
    await migrate.upgrade(database)
    async with database.unit() as work:
        files = load_all()
        await seeding.seed(work, files.entries)
        await seeding.seed_synonyms(work, files.synonyms)
    return {}


async def content(database: Database) -> dict[str, Any]:
    """The content, and nothing made of it."""
    files = await asyncio.to_thread(load_all)
    async with database.reading() as session:
        revision = await seeding.revision(session)
    return {"held": len(files.entries) + len(files.outside), "revision": revision, **memory()}


async def words(database: Database) -> dict[str, Any]:
    """The index without an encoder, after some messages."""
    files = load_all()
    renewer = Renewer(database, files.services, files.outside, None, _folder())
    started = perf_counter()
    renewed = await renewer.build()
    built = perf_counter() - started
    await _some(Engine(renewed.index, renewed.revision))
    return {"state": renewer.state, "seconds": built, "texts": len(renewed.index.layout.corpus.texts), **memory()}


async def again(database: Database) -> dict[str, Any]:
    """The same once more: it is read from the file that words left."""
    return await words(database)


async def meaning(database: Database) -> dict[str, Any]:
    """The index with sentence vectors, after some messages."""
    renewer, renewed, encoder = await _deep(database)
    await _some(Engine(renewed.index, renewed.revision, encoder))
    return {"state": renewer.state, **memory()}


async def cached(database: Database) -> dict[str, Any]:
    """Milliseconds a message through the engine with its cache, every TWICEth message coming once more."""
    _, renewed, encoder = await _deep(database)
    engine = Engine(renewed.index, renewed.revision, encoder)
    texts = [message.text for message in sets.own().asked]
    results: dict[str, Any] = {"messages": len(texts)}
    for name, repeated in (("once", ()), ("again", texts[::TWICE])):
        engine.replace(renewed.index, renewed.revision)
        cpu, taken = process_time(), []
        for text in (*texts, *repeated):
            started = perf_counter()
            await engine.ask(text)
            taken.append((perf_counter() - started) * 1000)
        results[name] = {
            "cpu": (process_time() - cpu) * 1000 / len(taken),
            "ms": float(np.mean(taken)),
            "ms_p95": float(np.percentile(taken, 95)),
        }
    engine.close()
    return results


async def pauses(database: Database) -> dict[str, Any]:
    """How late a loop ticks: with nothing to do, and while the index is built anew after an edit."""
    sys.setswitchinterval(0.001)  # as bot/process.py does
    renewer, _, _ = await _deep(database)
    settle()  # as bot/serving.py does
    late = {"idle": await _lateness(lambda: asyncio.sleep(5.0))}
    building: list[tuple[float, float]] = []
    taken = []
    for number in range(REBUILDS):
        await edit(database, number)
        started = perf_counter()
        building += await _lateness(renewer.build)
        taken.append(perf_counter() - started)
    late["building"] = building
    return {
        "state": renewer.state,
        "rebuilds": REBUILDS,
        "seconds": float(np.mean(taken)),
        **{name: _spread(values) for name, values in late.items()},
    }


async def _deep(database: Database) -> tuple[Renewer, Renewed, Encoder]:
    """With meaning, brought about as in the assistant."""
    files = load_all()
    encoder = await asyncio.to_thread(BuiltIn)
    renewer = Renewer(database, files.services, files.outside, encoder, _folder())
    latest = [await renewer.build()]
    deep = asyncio.Event()

    def publish(renewed: Renewed) -> None:
        latest[0] = renewed
        if renewed.index.meaning is not None:
            deep.set()

    running = asyncio.create_task(renewer.run(publish, lambda *_, **__: None))
    await asyncio.wait({running, asyncio.create_task(deep.wait())}, return_when=asyncio.FIRST_COMPLETED)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    return renewer, latest[0], encoder


def _folder() -> Folder:
    return Folder(Path(sys.argv[2]).parent / "kept")


async def _some(engine: Engine) -> None:
    for message in sets.own().asked[::5]:
        await engine.ask(message.text)
    engine.close()


async def edit(database: Database, number: int) -> int:
    """An editor adds a phrasing to a topic; the revision that has it."""
    async with database.unit() as work:
        row = (await work.session.scalars(select(EntryRow).order_by(EntryRow.topic))).first()
        assert row is not None
        asked = row.content["phrasings"]
        asked = asked | {"english": [*asked["english"], f"can i ask the same thing in other words {number}"]}
        row.content = row.content | {"phrasings": asked}
        return await seeding.raise_revision(work)


async def _lateness(work: Callable[[], Awaitable[Any]]) -> list[tuple[float, float]]:
    """Milliseconds by which a tick came late, until the work is done; and without those in which other processes had
    the cores, as Linux tells it of this thread."""
    late: list[tuple[float, float]] = []
    told = os.open(f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)

    def waited() -> float:
        return int(os.pread(told, 100, 0).split()[1]) / 1e6

    async def tick() -> None:
        while True:
            before, started = waited(), perf_counter()
            await asyncio.sleep(EVERY)
            by = (perf_counter() - started - EVERY) * 1000
            late.append((by, max(0.0, by - (waited() - before))))

    ticking = asyncio.create_task(tick())
    await work()
    ticking.cancel()
    os.close(told)
    return late


def _spread(late: list[tuple[float, float]]) -> dict[str, Any]:
    values, own = np.array(late).T
    return {"ticks": len(values), "clock": _figures(values), "own": _figures(own)}


def _figures(values: Any) -> dict[str, float]:
    return {
        "median": float(np.median(values)),
        "p99": float(np.percentile(values, 99)),
        "worst": float(values.max()),
        "above_5": int((values > 5).sum()),
    }


async def _main() -> None:
    database = Database(f"sqlite+aiosqlite:///{sys.argv[2]}")
    modes = {work.__name__: work for work in (seed, content, words, again, meaning, cached, pauses)}
    result = await modes[sys.argv[1]](database)
    await database.close()
    print(json.dumps(result))


if __name__ == "__main__":
    uvloop.run(_main())
