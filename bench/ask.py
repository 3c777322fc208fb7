"""./run.sh bench ask: processor time of the knowledge by words: building the index, short messages, the longest."""

from __future__ import annotations

from functools import partial
from statistics import mean, median, quantiles

from bench.finding.worker import timed
from knowledge.answering import local
from knowledge.load import load_content


def main() -> None:
    entries = load_content()
    index, _, built = timed(lambda: local(meaning=False))
    phrasings = [text for entry in entries for text in entry.phrasings.all]
    stories = [(separator.join(phrasings[start:])[:4096]) for start in range(0, 400, 40) for separator in (". ", " ")]
    print(f"{len(entries)} topics, {len(phrasings)} phrasings; index built in {built / 1000:.2f} s")
    print("| message, CPU ms | mean | median | p95 |\n|---|---|---|---|")
    for name, texts in (("short", phrasings[::4]), ("4,096 characters", stories)):
        times = [timed(partial(index.ask, text))[2] for text in texts]
        print(f"| {name} | {mean(times):.2f} | {median(times):.2f} | {quantiles(times, n=20)[-1]:.2f} |")


if __name__ == "__main__":
    main()
