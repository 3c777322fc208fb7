"""./run.sh bench knowledge [--data FOLDER]: how well and how fast topics are found, ours beside peers.

FOLDER (or the environment variable BENCH_DATA) holds public sets, a folder each with train10.jsonl and test.jsonl.
The project's own messages (tests/knowledge/evaluation) are always asked. Then memory, and pauses of the event loop.
--write puts the tables into docs/benchmark.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.finding import live, running, sets, tables
from bench.finding.ours import MEANING
from bench.finding.scoring import figures, pairs

HOUSE = "bench.finding.house"
MOST_MEMORY = 150.0
MOST_SECONDS = 5.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("BENCH_DATA"), help="folder of public sets")
    parser.add_argument("--write", action="store_true", help="into docs/benchmark.md")
    parser.add_argument("--skip", nargs="*", default=[], help="names of sets, own, process")
    arguments = parser.parse_args()
    folders = _folders(arguments.data)
    parts, reached = [], {}
    for folder in folders:
        if folder.name not in arguments.skip:
            one = sets.public(folder)
            asked = running.ask(one)
            reached[one.name] = figures(pairs(one, asked.found[MEANING]))
            parts.append(tables.of_set(one, asked))
    if "own" not in arguments.skip:
        one = sets.own()
        asked = running.ask(one)
        parts += [tables.of_set(one, asked), tables.of_own(one, asked)]
        parts.insert(0, tables.bars(one, asked, reached))
    texts = {"knowledge": "\n\n".join(parts)} if parts else {}
    if "process" not in arguments.skip:
        texts["knowledge-process"] = _of_process()
    for part, text in texts.items():
        whole = f"`./run.sh bench knowledge --data FOLDER`; {tables.machine()}.\n\n{text}"
        print(whole)
        if arguments.write:
            tables.write(part, whole)


def _folders(data: str | Path | None) -> list[Path]:
    if data is None:
        print(
            "No public sets: give --data FOLDER or set BENCH_DATA. Only the project's own is asked.", file=sys.stderr
        )
        return []
    found = sets.in_folder(Path(data))
    if not found:
        sys.exit(f"{data} holds no folder with {sets.TRAIN} and {sets.TEST}.")
    return found


def _of_process() -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "bench.db")
        ran = {
            mode: running.in_process(HOUSE, mode, file)
            for mode in ("seed", "content", "words", "again", "meaning", "cached", "pauses")
        }
    return "\n\n".join((_memory(ran), _cached(ran["cached"]), _pauses(ran["pauses"]), _live()))


def _memory(ran: dict[str, Any]) -> str:
    base = ran["content"]
    rows = [
        [what, *(f"{ran[mode][key]:.0f}" for key in ("now", "peak", "own")), f"{ran[mode]['now'] - base['now']:+.0f}"]
        for mode, what in (
            ("content", "content loaded, no index"),
            ("words", "index by words"),
            ("meaning", "index by words and meaning, encoder open"),
        )
    ]
    more = ran["meaning"]["now"] - base["now"]
    verdict = "reached" if more <= MOST_MEMORY else "**not reached**"
    heads = ["process, MiB resident", "now", "peak", "of which its own", "more than content"]
    words = (
        f"At most {MOST_MEMORY:.0f} MiB more are wanted: {verdict}. Each after {ran['words']['texts']} texts were "
    )
    words += f"learned and some 450 messages found; by words alone it was up in {ran['words']['seconds']:.1f} s, "
    words += f"built by a process of its own, and in {ran['again']['seconds']:.2f} s from the file that was kept."
    return f"### Memory\n\n{tables.table(heads, rows)}\n\n{words}"


def _cached(ran: dict[str, Any]) -> str:
    rows = [
        [what, *(f"{ran[key][figure]:.2f}" for figure in ("cpu", "ms", "ms_p95"))]
        for key, what in (("once", "each message once"), ("again", "every tenth comes a second time"))
    ]
    heads = [f"through the engine, {ran['messages']} messages, ms", "CPU mean", "clock mean", "clock p95"]
    return f"### With the cache of answers\n\n{tables.table(heads, rows)}"


def _pauses(ran: dict[str, Any]) -> str:
    rows = [
        [what, of["ticks"], *(f"{of[by][figure]:.2f}" for figure in ("median", "p99", "worst")), of[by]["above_5"]]
        for of, doing in (
            (ran["idle"], "nothing to do"),
            (ran["building"], f"{ran['rebuilds']} rebuilds after an edit"),
        )
        for by, what in (("own", doing), ("clock", f"{doing}, with waiting for a core"))
    ]
    heads = ["loop that ticks every ms: late by, ms", "ticks", "median", "p99", "worst", "later than 5 ms"]
    words = f"A rebuild with meaning takes {ran['seconds']:.1f} s beside the event loop ({ran['state']})."
    return f"### Pauses of the event loop\n\n{tables.table(heads, rows)}\n\n{words}"


def _live() -> str:
    rows = []
    for kind, processes, what in (
        ("sqlite", 1, "SQLite, one process"),
        ("postgres", 2, "PostgreSQL, two processes on the same two cores"),
    ):
        ran = live.measure(kind, processes)
        rows.append([what, ran["edits"], f"{ran['mean']:.1f}", f"{ran['worst']:.1f}"])
    heads = ["from the commit of an edit until all processes answer by it, s", "edits", "mean", "worst"]
    words = f"At most {MOST_SECONDS:.0f} s are wanted. Meanwhile all answer by what was there before."
    return f"### An edit goes live\n\n{tables.table(heads, rows)}\n\n{words}"


if __name__ == "__main__":
    main()
