"""Teaching the encoder: JAX computes what serving computes, what is learned tells texts apart, benchmarks use it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from knowledge import answering
from knowledge.__main__ import main
from knowledge.e5 import measuring
from knowledge.e5 import tuning as module
from knowledge.e5.encoder import BuiltIn, model_path
from knowledge.e5.file import ModelFile, UnknownFile
from knowledge.e5.network import Network
from knowledge.e5.tuned import PLAIN, Tuning
from knowledge.e5.tuning import LENGTHS, TOGETHER, Reader, steps_for, thin_of, tune, worn

pytestmark = pytest.mark.slow

THINGS = ("music", "weather", "flight", "زمین")
TEXTS = [
    f"{verb} {thing}" for thing in THINGS for verb in ("get", "want", "a", "the", "where is my", "no", "one", "my")
]
CLASSES = np.repeat(np.arange(4), 8)


@pytest.fixture(scope="module")
def learned() -> tuple[Tuning, list[tuple[int, int, float]]]:
    heard: list[tuple[int, int, float]] = []
    tuning = tune(TEXTS, CLASSES, steps=12, tell=lambda *step: heard.append(step))
    return tuning, heard


def test_it_tells_texts_apart(learned: tuple[Tuning, list[tuple[int, int, float]]]) -> None:
    tuning, heard = learned
    assert [(step, steps) for step, steps, _ in heard] == [(step, 12) for step in range(1, 13)]
    assert all(0 < loss < 2 for *_, loss in heard)

    def apart(encoder: BuiltIn) -> float:
        rows = encoder.encode(TEXTS)
        near = rows @ rows.T
        same = CLASSES[:, None] == CLASSES
        return float(near[same].mean() - near[~same].mean())

    assert apart(BuiltIn(tuning)) > apart(BuiltIn(PLAIN)) + 0.01


@pytest.mark.parametrize("which", ["plain", "learned", "shipped"])
def test_serving_computes_what_was_learned(learned: tuple[Tuning, list[tuple[int, int, float]]], which: str) -> None:
    tuning = {"plain": Tuning({}), "learned": learned[0], "shipped": Tuning.read()}[which]
    file = ModelFile(model_path())
    network, served = Network(file), BuiltIn(tuning).encode(TEXTS)
    thin = thin_of(tuning, file) if tuning.parts else thin_of(_nothing(learned[0]), file)
    (batch,) = Reader(file).batches(TEXTS, np.arange(len(TEXTS)))
    taught = np.asarray(network.vectors(network.weights, thin, jnp.asarray(batch.pieces), jnp.asarray(batch.there)))
    assert float((taught * served[batch.rows]).sum(axis=1).min()) > 0.997


def _nothing(of: Tuning) -> Tuning:
    return Tuning({name: (enters, np.zeros_like(leaves)) for name, (enters, leaves) in of.parts.items()})


def test_it_goes_on_from_what_was_learned_before(learned: tuple[Tuning, list[tuple[int, int, float]]]) -> None:
    further = tune(TEXTS[::7], CLASSES[::7], start=learned[0], steps=1)  # fewer than go together
    assert further.parts.keys() == learned[0].parts.keys()
    assert further.mark != learned[0].mark
    before, after = learned[0].parts["l0.q"][0], further.parts["l0.q"][0]
    assert 0 < float(np.abs(before - after).max()) < 0.01


def test_batches_hold_each_text_once_with_those_of_its_length() -> None:
    texts = [*TEXTS, *(f"{TEXTS[0]} " * (number % 9 + 1) for number in range(50)), "word " * 100]
    batches = list(Reader(ModelFile(model_path())).batches(texts, np.arange(len(texts))))
    assert sorted(row for batch in batches for row in batch.rows) == list(range(len(texts)))
    assert all(batch.pieces.shape[:2] == batch.there.shape for batch in batches)
    assert {batch.there.shape[1] for batch in batches} <= set(LENGTHS)
    assert all(len(batch.rows) == TOGETHER for batch in batches[:-1])
    assert batches[-1].there.shape == (TOGETHER, LENGTHS[-1])


def test_a_worn_text_keeps_most_of_it() -> None:
    random = np.random.default_rng(1)
    seen = {worn("چطور زمین بگیرم", random) for _ in range(200)}
    assert len(seen) > 20
    assert all(8 <= len(text) <= 15 for text in seen)
    assert {worn("a b", random) for _ in range(50)} == {"a b"}


@pytest.mark.parametrize(("texts", "steps"), [(1, 300), (4000, 300), (14373, 898)])
def test_steps(texts: int, steps: int) -> None:
    assert steps_for(texts) == steps


class TestBenchmark:
    def _sets(self, folder: Path) -> list[str]:
        for name, rows in (("train", zip(TEXTS, CLASSES, strict=True)), ("test", [("music now", 0), ("qqq", "oos")])):
            lines = [json.dumps({"text": text, "intent": str(intent)}) for text, intent in rows]
            (folder / name).write_text("\n".join(lines), encoding="utf-8")
        return ["benchmark", "--train", str(folder / "train"), "--test", str(folder / "test"), "--json"]

    def _report(self, command: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], str]:
        assert main(command) == 0
        said = capsys.readouterr()
        return json.loads(said.out), said.err

    def test_the_encoder_is_taught_the_phrases(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "FEWEST_STEPS", 2)
        report, said = self._report(self._sets(tmp_path), capsys)
        assert (report["by"], report["taught"], report["top1"]) == ("words and meaning", True, 1)
        assert 0 < report["of_which_teaching"] < report["build_seconds"]
        assert "2 of 2 steps" in said

    def test_it_need_not_be(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        report, said = self._report([*self._sets(tmp_path), "--untaught"], capsys)
        assert (report["by"], report["taught"]) == ("words and meaning", False)
        assert "steps" not in said

    def test_without_jax_it_stays_as_shipped(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "knowledge.e5.tuning", None)
        report, said = self._report(self._sets(tmp_path), capsys)
        assert (report["by"], report["taught"]) == ("words and meaning", False)
        assert "The encoder cannot be taught here" in said


def test_a_file_that_cannot_be_read_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unknown(*_given: object, **_options: object) -> None:
        raise UnknownFile("model.bin is cut short or of another version.")

    monkeypatch.setattr(module, "tune", unknown)
    assert main(["tune"]) == 2
    assert capsys.readouterr().err == (
        "The encoder cannot be taught here (model.bin is cut short or of another version).\n"
    )


def test_what_is_shipped_can_be_made_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done: list[str] = []

    def tuned(texts: list[str], classes: object, start: Tuning, tell: object) -> Tuning:
        done.append(str(len(texts)))
        return start

    monkeypatch.setattr(module, "tune", tuned)
    monkeypatch.setattr("knowledge.e5.tuned.SHIPPED_FILE", tmp_path / "tuned.npz")
    monkeypatch.setattr(measuring, "main", lambda: done.append("measured"))
    answering.tune_shipped(lambda step, steps, loss: None)
    assert int(done[0]) > 10_000
    assert done[1:] == ["measured"]
    assert Tuning.read(tmp_path / "tuned.npz").mark == "plain"
