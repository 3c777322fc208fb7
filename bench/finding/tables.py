"""Markdown of the figures, and the place in docs/benchmark.md where it goes."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bench.finding.ours import MEANING, SHIPPED, WORDS
from bench.finding.running import Asked
from bench.finding.scoring import decided, figures, pairs, share, times
from bench.finding.sets import ROOT, Set
from knowledge.building import shipped_learned

DOCUMENT = ROOT / "docs" / "benchmark.md"
STYLES = ("formal", "spoken", "finglish", "typos", "english", "mixed", "layout", "story", "two")
OURS = (MEANING, WORDS)
BASE = "encoder alone, logistic regression"
"""Speed is compared with this peer: the strongest one."""


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Numbers get one place unless they are strings already."""
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for row in rows:
        cells = (f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def machine() -> str:
    """Where and when."""
    load = os.getloadavg()[0]
    day = datetime.now(UTC).strftime("%d %B %Y").lstrip("0")
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {day}, load {load:.1f} at the end"


def of_set(one: Set, asked: Asked) -> str:
    """All contestants on a set: quality, then time."""
    figured = {name: figures(pairs(one, found)) for name, found in asked.found.items()}
    some = figured[MEANING]
    quality = [
        [
            _marked(name),
            *(f[key] for key in ("top1", "top3", "auroc", "falsely")),
            *([f[key] for key in ("sure", "wrong", "outside_sure")] if name in (*OURS, SHIPPED) else ["–"] * 3),
        ]
        for name, f in figured.items()
    ]
    base = times(asked.found[BASE])
    speed = []
    for name, found in asked.found.items():
        t = times(found)
        ratios = [f"{t[key] / base[key]:.2f}" for key in ("cpu", "cpu_p95")]
        clock = [f"{t[key]:.2f}" for key in ("ms", "ms_p95")]
        built = [f"{asked.built[name].cpu:.1f}", f"{asked.built[name].seconds:.1f}"]
        speed.append([_marked(name), f"{t['cpu']:.2f}", ratios[0], f"{t['cpu_p95']:.2f}", ratios[1], *clock, *built])
    heads = ["%", "top-1", "top-3", "AUROC", "false at 95", "answered", "wrong sure", "out of scope answered"]
    fast = [
        "ms a message",
        "CPU mean",
        "ratio",
        "CPU p95",
        "ratio",
        "clock mean",
        "clock p95",
        "build CPU s",
        "clock s",
    ]
    learned = f"{len(one.learned)} texts, {len(one.topics)} topics"
    title = f"### {one.name}: {learned}; {some['inside']} messages in scope, {some['outside']} out of scope"
    return "\n\n".join((title, table(heads, quality), table(fast, speed)))


def of_own(one: Set, asked: Asked) -> str:
    """Ours by style: topics, what is outside, needs, two questions at once."""
    parts = []
    for name in OURS:
        found = pairs(one, asked.found[name])
        inside, outside = [pair for pair in found if pair[0].topics], [pair for pair in found if not pair[0].topics]
        rows = []
        for style in (*STYLES, "all"):
            some = [pair for pair in inside if style in (pair[0].style, "all")]
            f = figures(some)
            rows.append([style, len(some), f["top1"], f["top3"], f["sure"], f["wrong"], f["offered"]])
        heads = ["style, %", "messages", "top-1", "top-3", "answered", "wrong sure", "right among choices"]
        parts += [f"{name[0].upper()}{name[1:]}, by style:", table(heads, rows)]
        rows = []
        for style in (*dict.fromkeys(pair[0].style for pair in outside), "all"):
            some = [pair for pair in outside if style in (pair[0].style, "all")]
            f = figures(some)
            rows.append([style, len(some), f["outside_sure"], f["outside_choices"], f["outside_none"]])
        parts.append(table(["none of our business, %", "messages", "answered", "choices", "none"], rows))
    parts += [_needs(one, asked), _both(one, asked), _bounds()]
    return "\n\n".join(parts)


def _bounds() -> str:
    """What cross-validation over the content has chosen."""
    learned = shipped_learned().weighings
    words, both = learned["words"], learned["meaning"]
    rows = [
        [name, f"{of.sure:.2f}", f"{of.likely:.2f}", alone]
        for name, of, alone in ((WORDS, words, f"{words.alone:.2f}"), (MEANING, both, "–"))
    ]
    return table(["bounds of the chance that the first topic is right", "answer", "choose", "words alone"], rows)


def _needs(one: Set, asked: Asked) -> str:
    rows = []
    for style in ("formal", "spoken", "finglish", "english", "all"):
        places = [at for at, m in enumerate(one.asked) if m.service is not None and style in (m.style, "all")]
        rights = [share(asked.found[name][at].service == one.asked[at].service for at in places) for name in OURS]
        rows.append([style, len(places), *rights])
    return table(["needs: right service, %", "messages", *OURS], rows)


def _both(one: Set, asked: Asked) -> str:
    """Messages that ask for two topics."""
    rows = []
    for name in OURS:
        two = [pair for pair in pairs(one, asked.found[name]) if pair[0].both]
        said = [{*found.topics[:1], *found.more} if found.decision == "answer" else set() for _, found in two]
        both = share(set(message.topics) <= topics for (message, _), topics in zip(two, said, strict=True))
        three = share(set(message.topics) <= set(found.topics[:3]) for message, found in two)
        rows.append([name, len(two), both, three, share(decided(pair, "answer") for pair in two)])
    return table(["two questions, %", "messages", "both answered", "both among three", "answered"], rows)


def bars(one: Set, asked: Asked, sets: Mapping[str, dict[str, float]]) -> str:
    """What was aimed at, what was reached."""
    found = pairs(one, asked.found[MEANING])
    rows: list[list[Any]] = []

    def bar(name: str, reached: float, goal: float, least: bool = True) -> None:
        good = reached >= goal if least else reached <= goal
        rows.append([name, f"{'≥' if least else '≤'} {goal:g}", f"{reached:.1f}", "yes" if good else "**no**"])

    goals = [("formal", 92, 98), ("spoken", 92, 98), ("finglish", 88, 96), ("typos", 90, 97), ("english", 90, 97)]
    for style, top1, top3 in goals:
        f = figures([pair for pair in found if pair[0].style == style and pair[0].topics])
        bar(f"{style}: right topic first, %", f["top1"], top1)
        bar(f"{style}: among the first three, %", f["top3"], top3)
    for style, most in (("far", 4), ("near", 10)):
        outside = [pair for pair in found if pair[0].style == style and not pair[0].topics]
        bar(f"{style} out of scope, answered, %", figures(outside)["outside_sure"], most, least=False)
    bar("in scope, sure and wrong, %", figures(found)["wrong"], 4, least=False)
    needs = [at for at, message in enumerate(one.asked) if message.service is not None]
    rights = (asked.found[MEANING][at].service == one.asked[at].service for at in needs)
    bar("needs: right service, %", share(rights), 92)
    for name, top1, auroc in (("clinc150", 92, 97), ("massive_fa", 80, 82)):
        if name in sets:
            bar(f"{name}: top-1, %", sets[name]["top1"], top1)
            bar(f"{name}: AUROC, %", sets[name]["auroc"], auroc)
    t = times(asked.found[MEANING])
    bar("one message, mean, CPU ms, without the cache", t["cpu"], 6, least=False)
    bar("one message, p95, CPU ms", t["cpu_p95"], 28, least=False)
    return table(["bar", "goal", "reached", "met"], rows)


def _marked(name: str) -> str:
    return f"**{name}**" if name in (*OURS, SHIPPED) else name


def write(part: str, text: str) -> None:
    """Put it between the part's markers in DOCUMENT, under "Finding topics"; they are made when they are missing."""
    begin, end = f"<!-- {part}: begin, written by --write -->", f"<!-- {part}: end -->"
    document = DOCUMENT.read_text(encoding="utf-8")
    if begin not in document:
        document = f"{document.rstrip()}\n\n{begin}\n{end}\n"
    before, _, rest = document.partition(begin)
    after = rest.partition(end)[2]
    DOCUMENT.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")
