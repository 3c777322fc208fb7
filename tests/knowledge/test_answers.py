"""Typical questions and messages that are none of our business, by words alone: floors of the scored lists."""

from __future__ import annotations

from statistics import mean
from typing import Any

from knowledge.building import build, shipped_learned
from knowledge.layout import lay_out, words_of
from knowledge.load import Content
from knowledge.matching import Index
from knowledge.measuring import Asked, auroc, figures
from knowledge.normalise import normalise

Rows = list[dict[str, Any]]


def asked(index: Index, rows: Rows) -> list[Asked]:
    """Each row with its answer."""
    return [Asked((row["topic"],) if "topic" in row else (), index.ask(row["text"])) for row in rows]


def test_typical_questions_are_answered(index: Index, questions: Rows) -> None:
    assert len(questions) == 116
    found = figures(asked(index, questions))
    assert found["top1"] >= 0.97, found
    assert found["top3"] >= 0.99, found
    assert found["wrong_sure"] <= 0.02, found
    assert found["coverage"] >= 0.85, found


def test_typical_questions_are_found_without_their_own_wording(content: Content, questions: Rows) -> None:
    """Should a phrasing be one of the questions after all, it does not count."""
    own = {normalise(row["text"]) for row in questions}
    topics = []
    for entry in content.entries:
        ways = {way: tuple(p for p in texts if normalise(p) not in own) for way, texts in entry.phrasings}
        topics.append(words_of(entry.model_copy(update={"phrasings": entry.phrasings.model_copy(update=ways)})))
    index = build(lay_out(topics, content.services, content.outside), shipped_learned().weighings)
    found = figures(asked(index, questions))
    assert found["top1"] >= 0.95, found
    assert found["top3"] >= 0.98, found


def test_messages_out_of_scope_are_not_answered(index: Index, outside: Rows) -> None:
    assert len(outside) >= 80
    decisions = [(row["kind"], index.ask(row["text"]).decision) for row in outside]
    far = [decision for kind, decision in decisions if kind == "far"]
    near = [decision for kind, decision in decisions if kind == "near"]
    assert mean(decision == "answer" for decision in far) <= 0.06
    assert mean(decision == "answer" for decision in near) <= 0.08
    assert mean(decision == "none" for decision in far) >= 0.80
    assert mean(decision == "none" for decision in near) >= 0.75


def test_sureness_tells_in_scope_from_out_of_scope(index: Index, questions: Rows, outside: Rows) -> None:
    inside, beyond = (([one.sureness for one in asked(index, rows)]) for rows in (questions, outside))
    assert auroc(inside, beyond) >= 0.98


def test_auroc_counts_ties_by_half() -> None:
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1
    assert auroc([0.5], [0.5]) == 0.5
    assert auroc([0.1, 0.9], [0.5]) == 0.5
    assert auroc([], [0.5]) == 0
