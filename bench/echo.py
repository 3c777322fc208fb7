"""./run.sh bench echo: answers per second and time from update to answer, beside bare echo bots.

Every contestant runs alone, in turn, several rounds, on its own core against the same stand-in in this process.
Prints a table with ratios to the bare python-telegram-bot; --json for the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox import StandIn, World

ROOT = Path(__file__).resolve().parents[1]
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"  # aiogram needs an older pydantic than we do
TOKEN = "123456789:token-of-the-benchmark-stand-in-only"  # opens the stand-in only
CHATS = 200


def contestants() -> dict[str, list[str]]:
    """Command lines by name."""
    module = [sys.executable, "-m"]
    return {
        "bare python-telegram-bot": [*module, "bench.echo_bots.bare_ptb"],
        "bare aiogram": [str(PEERS_PYTHON), "-m", "bench.echo_bots.bare_aiogram"],
        "Sanatyar, durable (SQLite)": [*module, "bench.echo_bots.sanatyar"],
    }


@contextmanager
def _process(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=ROOT, stdout=sys.stderr, preexec_fn=lambda: _pin(0))  # noqa: PLW1509
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _pin(core: int) -> None:
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {core})


async def measure(command: list[str], url: str, world: World, updates: int, pings: int) -> dict[str, float]:
    """One run: warm up, single pings, then a full queue."""
    phones = [world.phone(10_000 + number, f"P{number}") for number in range(CHATS)]
    with _process([*command, TOKEN, url]) as process:
        phones[0].say("warm up")
        await _count(world, 1, 60)
        for phone in phones:
            phone.say("hello")
        await _count(world, 1 + CHATS, 60)
        single = [await _ping(world, phones[number % CHATS], number) for number in range(pings)]
        before = world.count("sendMessage")
        worked, started = _processor_seconds(process.pid), time.time()
        for number in range(updates):
            phones[number % CHATS].say(f"full {number}")
        await _count(world, before + updates, 180)
        worked = _processor_seconds(process.pid) - worked
        last = max(call.at for call in list(world.ledger)[-updates:] if call.method == "sendMessage")
    single.sort()
    return {
        "answers_per_second": updates / (last - started),
        "p50_ms": single[len(single) // 2] * 1000,
        "p95_ms": single[int(len(single) * 0.95)] * 1000,
        "processor_ms": worked / updates * 1000,
    }


def _processor_seconds(pid: int) -> float:
    """What a process has used of the processor: less shaken by neighbours than the clock."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _count(world: World, wanted: int, seconds: float) -> None:
    """Until so many messages were sent. Counting is cheap; looking at screens is not."""
    async with asyncio.timeout(seconds):
        while world.count("sendMessage") < wanted:
            await world.next_change(1.0)


async def _ping(world: World, phone: Any, number: int) -> float:
    text, seen = f"ping {number}", len(world.ledger)
    started = time.time()
    phone.say(text)
    async with asyncio.timeout(20):
        while True:
            for call in world.ledger[seen:]:
                if call.method == "sendMessage" and text in str(call.params.get("text")):
                    return float(call.at - started)
            seen = len(world.ledger)
            await world.next_change(1.0)


async def run(rounds: int, updates: int, pings: int, only: str) -> dict[str, dict[str, list[float]]]:
    """All contestants, `rounds` times, one after the other in each round."""
    results: dict[str, dict[str, list[float]]] = {}
    for _ in range(rounds):
        for name, command in contestants().items():
            if only not in name:
                continue
            world = World(token=TOKEN)
            async with StandIn(world, port=0) as stand_in:
                figures = await measure(command, stand_in.url, world, updates, pings)
            for key, value in figures.items():
                results.setdefault(name, {}).setdefault(key, []).append(value)
            print(name, {key: round(value, 2) for key, value in figures.items()}, file=sys.stderr)
    return results


def table(results: dict[str, dict[str, list[float]]]) -> str:
    """Markdown: medians, and ratios to the first contestant."""
    names = list(results)
    median = {name: {key: statistics.median(values) for key, values in results[name].items()} for name in names}
    base = median[names[0]]
    heads = ["bot", *(part for head in ("answers/s", "p50 ms", "p95 ms", "processor ms") for part in (head, "ratio"))]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name in names:
        cells = [
            f"{median[name][key]:.{places}f} | {median[name][key] / (base[key] or 1):.2f}"
            for key, places in (("answers_per_second", 0), ("p50_ms", 2), ("p95_ms", 2), ("processor_ms", 2))
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--updates", type=int, default=3000)
    parser.add_argument("--pings", type=int, default=200)
    parser.add_argument("--only", default="", help="a part of the contestant's name")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    _pin(1)
    results = asyncio.run(run(arguments.rounds, arguments.updates, arguments.pings, arguments.only))
    print(json.dumps(results, indent=2) if arguments.json else table(results))


if __name__ == "__main__":
    main()
