"""./run.sh bench knowledge-scale: ten thousand topics with a hundred thousand phrasings, on one core.

Random unit vectors stand in for the sentence encoder, whose time is left out. --write puts the tables into
docs/benchmark.md; --learn measures learning too, which takes minutes and runs in the background in the product.
"""

from __future__ import annotations

import argparse
import os
from typing import Any

from bench.finding import running, tables

GOAL = 50.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--topics", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=1_000)
    parser.add_argument("--learn", action="store_true")
    parser.add_argument("--write", action="store_true", help="into docs/benchmark.md")
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    learning = "learn" if arguments.learn else "no"
    ran = running.in_process("bench.finding.scale", str(arguments.topics), str(arguments.messages), learning)
    text = _text(ran)
    print(text)
    if arguments.write:
        tables.write("knowledge-scale", text)


def _text(ran: dict[str, Any]) -> str:
    keys = ("cpu", "cpu_p50", "cpu_p95", "ms_p50", "ms_p95")
    rows = [[name, *(f"{of[key]:.1f}" for key in keys)] for name, of in ran["asked"].items()]
    steps = [[name, f"{cpu:.1f}", f"{wall:.1f}", f"{at['now']:.0f}"] for name, wall, cpu, at in ran["steps"]]
    peak = max(at["peak"] for *_, at in ran["steps"])
    worst = max(of["cpu_p95"] for of in ran["asked"].values())
    verdict = "reached" if worst <= GOAL else "**not reached**"
    right = ran["asked"]["by words"]["top1"]
    return "\n\n".join(
        (
            f"`./run.sh bench knowledge-scale`; {tables.machine()}, pinned to one of them.",
            f"### {ran['topics']:,} topics, {ran['texts']:,} phrasings, {ran['features']:,} features",
            tables.table(["ms a message", "CPU mean", "CPU p50", "CPU p95", "clock p50", "clock p95"], rows),
            f"{ran['messages']:,} messages; the goal, p95 of {GOAL:.0f} ms, is {verdict}. The encoder's time comes "
            f"on top. By words {right:.0f} % of the made-up messages find their topic first, which says no more than "
            "that the search works.",
            tables.table(["step", "CPU s", "clock s", "MiB resident after it"], steps),
            f"Peak {peak:.0f} MiB.",
        )
    )


if __name__ == "__main__":
    main()
