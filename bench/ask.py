"""./run.sh bench ask: how long the knowledge takes by words: building the index, short messages, the longest."""

from __future__ import annotations

from statistics import mean, median, quantiles
from time import perf_counter

from knowledge.answering import local
from knowledge.load import load_content


def main() -> None:
    entries = load_content()
    started = perf_counter()
    index = local(meaning=False)
    built = perf_counter() - started
    phrasings = [text for entry in entries for text in entry.phrasings.all]
    short = [index.ask(text).ms for text in phrasings[::4]]
    stories = [(separator.join(phrasings[start:])[:4096]) for start in range(0, 400, 40) for separator in (". ", " ")]
    long = [index.ask(text).ms for text in stories]
    print(f"{len(entries)} topics, {len(phrasings)} phrasings; index built in {built:.2f} s")
    print("| message | mean ms | median ms | p95 ms |\n|---|---|---|---|")
    for name, times in (("short", short), ("4,096 characters", long)):
        print(f"| {name} | {mean(times):.2f} | {median(times):.2f} | {quantiles(times, n=20)[-1]:.2f} |")


if __name__ == "__main__":
    main()
