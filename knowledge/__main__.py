"""The commands: `ask` one text or a batch, `benchmark` on a labelled set, `measure` the bounds of the matcher.

Results go to stdout; a broken file ends with 2 and one sentence on stderr.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any, BinaryIO, Final

from knowledge import deciding, measuring
from knowledge.faults import ContentError, read_yaml
from knowledge.load import CONTENT_FOLDER, load_index
from knowledge.matching import Answer, Index, TopicWords

BROKEN: Final = 2
OUT_OF_SCOPE: Final = "oos"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except ContentError as fault:
        print(fault, file=sys.stderr)
        return BROKEN
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m knowledge")
    commands = parser.add_subparsers(required=True)
    ask = commands.add_parser("ask", help="find the topic of a text")
    ask.add_argument("text", nargs="?", metavar="TEXT")
    ask.add_argument("--json", action="store_true")
    ask.add_argument("--batch", action="store_true", help='JSON lines {"id","text"} on stdin, answers on stdout')
    ask.add_argument("--content", type=Path, default=CONTENT_FOLDER, metavar="FOLDER")
    ask.set_defaults(run=_ask, parser=ask)
    benchmark = commands.add_parser("benchmark", help='score JSON-lines sets of {"text","intent"}')
    benchmark.add_argument("--train", type=Path, required=True, metavar="FILE")
    benchmark.add_argument("--test", type=Path, required=True, metavar="FILE")
    benchmark.add_argument("--json", action="store_true")
    benchmark.set_defaults(run=_benchmark)
    measure = commands.add_parser("measure", help="weights and bounds for deciding.py")
    measure.add_argument("--outside", type=Path, required=True, metavar="FILE", help="YAML list of {kind, text}")
    measure.add_argument("--content", type=Path, default=CONTENT_FOLDER, metavar="FOLDER")
    measure.set_defaults(run=_measure)
    return parser


def _ask(options: argparse.Namespace) -> int:
    if options.batch == (options.text is not None):
        options.parser.error("give either TEXT or --batch")
    index = load_index(options.content)
    if options.batch:
        for line in _batch(index, sys.stdin.buffer):
            print(line, flush=True)
        return 0
    answer = index.ask(options.text)
    print(json.dumps(_plain(answer)) if options.json else _readable(answer))
    return 0


def _plain(answer: Answer) -> dict[str, Any]:
    plain = asdict(answer)
    plain["ms"] = round(answer.ms, 3)
    return plain


def _readable(answer: Answer) -> str:
    head = f"{answer.decision}  service={answer.service or '-'}  language={answer.language}  {answer.ms:.1f} ms"
    return "\n".join([head, *(f"  {topic.score:.2f}  {topic.id}" for topic in answer.topics)])


def _batch(index: Index, lines: BinaryIO) -> Iterator[str]:
    """One line of JSON for each line that is not blank. A broken one gives an error and the next is read."""
    for line in lines:
        if not line.strip():
            continue
        try:
            question = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError):
            yield json.dumps({"id": None, "error": "not a line of JSON in UTF-8"})
            continue
        if not isinstance(question, dict) or "id" not in question or not isinstance(question.get("text"), str):
            yield json.dumps({"id": None, "error": 'not a mapping with "id" and a "text" string'})
            continue
        yield json.dumps({"id": question["id"], **_plain(index.ask(question["text"]))})


def _benchmark(options: argparse.Namespace) -> int:
    phrases: dict[str, list[str]] = defaultdict(list)
    for text, intent in _labelled(options.train):
        if intent != OUT_OF_SCOPE:
            phrases[intent].append(text)
    tests = list(_labelled(options.test))
    started = perf_counter()
    index = Index([TopicWords(intent, None, (), tuple(texts)) for intent, texts in phrases.items()])
    built = perf_counter() - started
    asked = [measuring.ask(index, text, None if intent == OUT_OF_SCOPE else intent) for text, intent in tests]
    outcome = measuring.outcome([(judged, sure) for judged, sure, _ in asked], deciding.SURE)
    times = sorted(ms for _, _, ms in asked)
    report = {
        **{name: round(value, 4) for name, value in asdict(outcome).items()},
        "ms_mean": round(sum(times) / max(1, len(times)), 3),
        "ms_p95": round(times[int(len(times) * 0.95)], 3) if times else 0.0,
        "build_seconds": round(built, 3),
    }
    _report(report, options.json)
    return 0


def _labelled(file: Path) -> Iterator[tuple[str, str]]:
    """Text and intent of each line. Raises ContentError."""
    try:
        lines = file.read_bytes().splitlines()
    except OSError as fault:
        raise ContentError(file, 1, None, f"cannot be read: {fault.strerror}") from fault
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError) as fault:
            raise ContentError(file, number, None, "not a line of JSON in UTF-8") from fault
        if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("text", "intent")):
            raise ContentError(file, number, None, 'not a mapping with strings "text" and "intent"')
        yield row["text"], row["intent"]


def _measure(options: argparse.Namespace) -> int:
    index = load_index(options.content)
    inside = measuring.held_out(index.topics)
    outside = [measuring.judge(index, text, None) for text in _outside(options.outside)]
    judged = measuring.weighed(inside, outside)
    weights = measuring.fit(judged)
    answer_at, choose_at, cost = measuring.best_bounds(judged, weights)
    rows = [(one, measuring.chance(weights, one.numbers)) for one in [*inside, *outside]]
    outcome = measuring.outcome(rows, answer_at)
    _report({"weights": weights, "sure": answer_at, "likely": choose_at, "cost": round(cost, 3)}, False)
    _report({name: round(value, 4) for name, value in asdict(outcome).items()}, False)
    return 0


def _outside(file: Path) -> Iterable[str]:
    rows = read_yaml(file)
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and isinstance(row.get("text"), str) for row in rows
    ):
        raise ContentError(file, 1, None, "not a list of mappings with a text")
    return [row["text"] for row in rows]


def _report(values: dict[str, Any], as_json: bool) -> None:
    print(json.dumps(values) if as_json else "\n".join(f"{name:>17}  {value}" for name, value in values.items()))


if __name__ == "__main__":
    sys.exit(main())
