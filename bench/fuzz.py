"""./run.sh bench fuzz: ten thousand generated updates through the webhook's door and the worker: good, odd, broken.

Prints what became of them, and each promise that was not kept; then the exit code is 1.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path

from bench.crash import postgres
from bot import logs
from db import migrate
from db.engine import Database
from tests.reliability.feeding import Fed, feed
from tests.reliability.fuzz import generate


async def run(url: str, count: int, seed: int) -> Fed:
    """Feed a new database."""
    database = Database(url)
    await migrate.upgrade(database)
    await database.close()
    return await feed(url, generate(count, seed))


def main() -> int:
    """0 when every promise was kept."""
    parser = argparse.ArgumentParser(prog="./run.sh bench fuzz", description=__doc__)
    parser.add_argument("--updates", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="sqlite", choices=["sqlite", "postgres"])
    arguments = parser.parse_args()
    # what fails is told by the table; the log would tell it thousands of times
    logs.set_up("CRITICAL")
    with contextlib.ExitStack() as stack:
        if arguments.database == "postgres":
            url = stack.enter_context(postgres())
        else:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            url = f"sqlite+aiosqlite:///{Path(folder) / 'fuzz.db'}"
        fed = asyncio.run(run(url, arguments.updates, arguments.seed))
    print("| updates | done | quarantined | parked | answers sent | seconds |")
    print("|---|---|---|---|---|---|")
    states = " | ".join(str(fed.statuses[state]) for state in ("done", "quarantined", "parked"))
    print(f"| {fed.updates} | {states} | {fed.answers} | {fed.seconds:.0f} |")
    for promise in fed.broken[:50]:
        print(promise)
    return 1 if fed.broken else 0


if __name__ == "__main__":
    sys.exit(main())
