"""Starts contestants in processes of their own, all with one thread, and asks them in turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.finding.sets import ROOT, Set
from bench.finding.worker import Built, Found

PEERS = ROOT / ".venv-bench" / "bin" / "python"
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
BLOCK = 50
"""Messages until the other process has its turn: both see the same weather of the machine."""


class Asked:
    """What all contestants made of a set: `found[name]` in the order of its messages."""

    def __init__(self) -> None:
        self.built: dict[str, Built] = {}
        self.found: dict[str, list[Found]] = {}


def ask(one: Set) -> Asked:
    """Let all learn the set, then find its messages."""
    result = Asked()
    with ExitStack() as stack:
        ours = stack.enter_context(_started(sys.executable, "ours"))
        peers = stack.enter_context(_started(str(PEERS), "peers"))
        told = {"learn": one.learned, "topics": one.topics}
        for process, command in ((ours, {"content": True} if one.content else told), (peers, told)):
            result.built.update({name: Built(**built) for name, built in _told(process, command).items()})
        texts = [message.text for message in one.asked]
        for begin in range(0, len(texts), BLOCK):
            for process in (ours, peers):
                for found in _told(process, {"find": texts[begin : begin + BLOCK]}):
                    for name, values in found.items():
                        result.found.setdefault(name, []).append(Found(**values))
            print(f"\r{one.name}: {begin} of {len(texts)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    return result


def in_process(module: str, *arguments: str) -> Any:
    """What a module prints as its last line, run alone with one thread."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | ONE_THREAD, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def memory(pid: str = "self") -> dict[str, float]:
    """Resident MiB of a process: now, at its highest, and without the files that it maps."""
    lines = (line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    values = {line[0].rstrip(":"): line[1] for line in lines if len(line) > 1}
    return {name: int(values[key]) / 1024 for name, key in (("now", "VmRSS"), ("peak", "VmHWM"), ("own", "RssAnon"))}


@contextmanager
def _started(python: str, module: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [python, "-m", "bench.finding.worker", module],
        cwd=ROOT,
        env=os.environ | ONE_THREAD,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


def _told(process: subprocess.Popen[bytes], command: dict[str, Any]) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(command).encode() + b"\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        sys.exit("A contestant ended; its last words stand above.")
    return json.loads(line)
