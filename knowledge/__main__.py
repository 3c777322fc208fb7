"""The commands: `ask` one text or a batch, `benchmark` on a labelled set, `learn` and `tune` for what is shipped,
`synonyms` for the words that a database holds.

Results go to stdout; a broken file ends with 2 and one sentence on stderr.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Final

from config import WrongSetting, load_settings
from knowledge import benchmark, synonyms_command
from knowledge.answering import Local, local, renew_shipped, tune_shipped
from knowledge.encoder import EncoderMissing
from knowledge.explaining import explain
from knowledge.faults import ContentError
from knowledge.kept import Folder
from knowledge.load import CONTENT_FOLDER
from knowledge.matching import Answer

BROKEN: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except (ContentError, EncoderMissing, WrongSetting) as fault:
        print(fault, file=sys.stderr)
        return BROKEN
    except BrokenPipeError:
        # whoever read has enough (`| head`); nothing may be left to write when the interpreter ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m knowledge")
    commands = parser.add_subparsers(required=True)
    ask = commands.add_parser("ask", help="find the topic of a text")
    ask.add_argument("text", nargs="?", metavar="TEXT")
    ask.add_argument("--json", action="store_true")
    ask.add_argument("--batch", action="store_true", help='JSON lines {"id","text"} on stdin, answers on stdout')
    ask.add_argument("--explain", action="store_true", help="show candidates, evidence and the words that mattered")
    ask.add_argument("--words-only", action="store_true", help="without the sentence encoder")
    ask.add_argument("--content", type=Path, default=CONTENT_FOLDER, metavar="FOLDER")
    ask.set_defaults(run=_ask, parser=ask)
    bench = commands.add_parser("benchmark", help='score JSON-lines sets of {"text","intent"}')
    bench.add_argument("--train", type=Path, required=True, metavar="FILE")
    bench.add_argument("--test", type=Path, required=True, metavar="FILE")
    bench.add_argument("--json", action="store_true")
    bench.add_argument("--words-only", action="store_true", help="without the sentence encoder")
    bench.add_argument("--untaught", action="store_true", help="with the encoder as shipped: it learns no phrases")
    bench.set_defaults(run=_benchmark)
    learn = commands.add_parser("learn", help="make what is shipped beside the content anew, after it has changed")
    learn.set_defaults(run=_learn)
    tune = commands.add_parser("tune", help="teach the encoder the content, then `learn` (15 minutes; needs JAX)")
    tune.set_defaults(run=_tune)
    synonyms = commands.add_parser("synonyms", help="show and edit words of one idea in the database of the settings")
    synonyms_command.arguments(synonyms)
    synonyms.set_defaults(run=_synonyms)
    return parser


def _ask(options: argparse.Namespace) -> int:
    if options.batch == (options.text is not None) or (options.batch and options.explain):
        options.parser.error("give either TEXT (with --explain, if you like) or --batch")
    folder = Folder(load_settings().kept_folder())
    here = local(options.content, meaning=not options.words_only, folder=folder)
    if options.batch:
        for line in _batch(here, sys.stdin.buffer):
            print(line, flush=True)
        return 0
    if options.explain:
        explained = explain(here.index, options.text, here.encode)
        print(json.dumps(explained.plain(), ensure_ascii=False) if options.json else explained.readable())
        return 0
    answer = here.ask(options.text)
    print(json.dumps(_plain(answer)) if options.json else _readable(answer))
    return 0


def _plain(answer: Answer) -> dict[str, Any]:
    plain = asdict(answer)
    plain["ms"] = round(answer.ms, 3)
    return plain


def _readable(answer: Answer) -> str:
    head = f"{answer.decision}  service={answer.service or '-'}  language={answer.language}  {answer.ms:.1f} ms"
    lines = [head, *(f"  {topic.score:.2f}  {topic.id}" for topic in answer.topics)]
    if answer.more:
        lines.append(f"  and {', '.join(answer.more)}")
    if answer.outside:
        lines.append(f"  none of our business: {answer.outside}")
    return "\n".join(lines)


def _batch(here: Local, lines: BinaryIO) -> Iterator[str]:
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
        yield json.dumps({"id": question["id"], **_plain(here.ask(question["text"]))})


def _benchmark(options: argparse.Namespace) -> int:
    tell = None if options.untaught or options.words_only else _step
    report = benchmark.run(options.train, options.test, meaning=not options.words_only, tell=tell)
    _report(report, options.json)
    return 0


def _learn(options: argparse.Namespace) -> int:
    _report(renew_shipped(lambda done, all_: print(f"\r{done} of {all_} vectors", end="", file=sys.stderr)), False)
    return 0


def _tune(options: argparse.Namespace) -> int:
    tune_shipped(_step)
    return _learn(options)


def _step(done: int, steps: int, loss: float) -> None:
    print(f"\r{done} of {steps} steps, loss {loss:.2f}", end="\n" if done == steps else "", file=sys.stderr)


def _synonyms(options: argparse.Namespace) -> int:
    return synonyms_command.run(options, load_settings().async_database_url())


def _report(values: dict[str, Any], as_json: bool) -> None:
    print(json.dumps(values) if as_json else "\n".join(f"{name:>17}  {value}" for name, value in values.items()))


if __name__ == "__main__":
    sys.exit(main())
