"""The folder of what was built: used when it fits, passed over when it does not, never in the way."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge import shelf, workshop
from knowledge.building import build_meaning, build_words
from knowledge.heads import Head
from knowledge.keeping import encode_all
from knowledge.kept import NEWEST, UNFINISHED_FOR, Folder
from knowledge.layout import Layout, lay_out
from knowledge.lent import Lent
from knowledge.material import Material
from knowledge.packing import Bytes, pack
from tests.house.source import ROOT
from tests.knowledge.small import OUTSIDE, SERVICES, TOPICS, Hashed

MESSAGES = ("قیمت زمین چنده", "zamin mikham", "how much is the land", "hava chetore", "زمیین شهرک", "")


class Told:
    """What a folder told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, event: str, **values: Any) -> None:
        self.events.append((event, values))


def packed(number: int = 7, key: str = "k" * 64) -> Bytes:
    return pack({"number": np.array([number])}, key)


def key_of(number: int) -> str:
    return f"{number:x}" * 64


@pytest.fixture
def material() -> Material:
    rows = [("topic", one.id, one.service, one.persian, one.latin) for one in TOPICS]
    return Material.read(_lines(*rows))


def _lines(*rows: Any) -> list[bytes]:
    return [json.dumps(row).encode() + b"\n" for row in rows]


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of what was built."""
    keys: list[str] = []
    build = workshop.built

    def noted(material: Material, head: Head | None, tell: Callable[..., Any]) -> Bytes:
        keys.append(material.key)
        return build(material, head, tell)

    monkeypatch.setattr(shelf, "built", noted)
    return keys


def test_the_second_time_it_is_read(tmp_path: Path, material: Material, built: list[str]) -> None:
    folder = Folder(tmp_path / "kept")
    first, again = shelf.words(folder, material), shelf.words(folder, material)
    assert built == [first.key] == [again.key]
    assert again.layout.ids == first.layout.ids
    assert again.layout.corpus.texts == first.layout.corpus.texts
    for text in MESSAGES:
        assert again.layout.reader.read(text) == first.layout.reader.read(text)
        np.testing.assert_array_equal(again.words.evidence(text)[0], first.words.evidence(text)[0])


def test_a_lent_head_serves_and_is_not_kept(tmp_path: Path, material: Material, built: list[str]) -> None:
    """With the head of the very same rows, what is built is final; with one of other rows it is provisional."""
    folder = Folder(tmp_path / "kept")
    own = shelf.words(Folder(None), material)
    lent = Lent(own.layout.ids, own.words.head)
    provisional = shelf.words(folder, material, lent)
    assert provisional.provisional
    assert not list((tmp_path / "kept").glob("words-*"))
    for text in MESSAGES:
        np.testing.assert_array_equal(provisional.words.evidence(text)[0], own.words.evidence(text)[0])
    exact = shelf.words(folder, material, replace(lent, rows=material.rows_key))
    assert not exact.provisional
    assert list((tmp_path / "kept").glob("words-*"))


def test_a_head_for_other_candidates_is_not_lent(tmp_path: Path, material: Material, built: list[str]) -> None:
    own = shelf.words(Folder(None), material)
    lent = Lent(own.layout.ids[::-1], Head(own.words.head.centre, own.words.head.weights * 0, own.words.head.bias))
    other = shelf.words(Folder(tmp_path), material, lent)
    assert not other.provisional
    for text in MESSAGES:
        np.testing.assert_array_equal(other.words.evidence(text)[0], own.words.evidence(text)[0])


def test_what_is_kept_answers_as_what_was_built() -> None:
    layout = lay_out(TOPICS, SERVICES, OUTSIDE)
    words = build_words(layout)
    kept = Layout.kept(layout.arrays())
    assert (kept.ids, kept.topics, kept.ours, kept.services) == (
        layout.ids,
        layout.topics,
        layout.ours,
        layout.services,
    )
    assert (kept.scripts, kept.lengths) == (layout.scripts, layout.lengths)
    np.testing.assert_array_equal(kept.corpus.owners, layout.corpus.owners)
    other = type(words).kept(words.arrays(), kept.corpus, words.lexicon.synonyms)
    for text in MESSAGES:
        assert kept.reader.read(text) == layout.reader.read(text)
        np.testing.assert_array_equal(other.evidence(text)[0], words.evidence(text)[0])


def test_the_real_content_reads_alike_from_a_file(layout: Layout, questions: list[dict[str, Any]]) -> None:
    """Slips and Finglish go by the words of the content, the commonest first."""
    kept = Layout.kept(layout.arrays())
    for row in questions:
        assert kept.reader.read(row["text"]) == layout.reader.read(row["text"])
    for text in layout.corpus.texts[::97]:
        slip = text[:3] + text[4:]
        assert kept.reader.read(slip) == layout.reader.read(slip)


def test_meaning_is_kept_by_content_and_encoder(tmp_path: Path) -> None:
    layout, encoder, folder = lay_out(TOPICS, SERVICES, OUTSIDE), Hashed(), Folder(tmp_path)
    meaning = build_meaning(layout, encode_all(encoder, layout.written))
    shelf.keep_meaning(folder, "key", encoder.name, meaning)
    kept = shelf.kept_meaning(folder, "key", encoder.name, layout)
    assert kept is not None
    for vector in encode_all(encoder, MESSAGES[:5]):
        np.testing.assert_allclose(kept.evidence(vector), meaning.evidence(vector), atol=5e-3)
    assert shelf.kept_meaning(folder, "other", encoder.name, layout) is None
    assert shelf.kept_meaning(folder, "key", "hashed/2", layout) is None


def _truncate(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 1)


def _damage(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 1
    file.write_bytes(whole)


def _another(file: Path) -> None:
    file.write_bytes(packed(key="another").tobytes())


DAMAGES = (
    _truncate,
    _damage,
    _another,
    lambda file: file.write_bytes(b""),
    lambda file: file.write_bytes(b"PK\x03\x04 a zip file" * 100),
    lambda file: (file.unlink(), file.mkdir()),
)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_broken_file_is_passed_over_and_built_anew(
    tmp_path: Path, material: Material, built: list[str], damage: Any
) -> None:
    first = shelf.words(Folder(tmp_path), material)
    (file,) = tmp_path.glob("words-*")
    damage(file)
    again = shelf.words(Folder(tmp_path), material)
    assert built == [first.key, again.key] == [first.key, first.key]
    assert again.layout.ids == first.layout.ids
    if file.is_file():
        shelf.words(Folder(tmp_path), material)
        assert len(built) == 2, "the new file took its place"


def test_a_folder_that_cannot_be_made_is_told_of_once_and_done_without(
    tmp_path: Path, material: Material, built: list[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    told = Told()
    folder = Folder(tmp_path / "file" / "kept", told)
    for _ in range(3):
        assert shelf.words(folder, material).layout.topics == len(TOPICS)
    assert len(built) == 3
    assert [event for event, _ in told.events] == ["index_not_kept"]
    assert told.events[0][1]["folder"].endswith("kept")


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()

    def full(self: Path, other: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    Folder(tmp_path, told).write("words", "k" * 64, packed())
    assert told.events == [("index_not_kept", {"folder": str(tmp_path), "reason": "No space left on device"})]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_only_be_read_is_read(tmp_path: Path) -> None:
    Folder(tmp_path).write("words", "k" * 64, packed())
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    told = Told()
    try:
        assert Folder(tmp_path, told).read("words", "k" * 64) is not None
        Folder(tmp_path, told).write("words", key_of(2), packed(2, key_of(2)))
    finally:
        tmp_path.chmod(stat.S_IRWXU)
    assert [event for event, _ in told.events] == ["index_not_kept"]


def test_without_a_folder_nothing_is_kept(material: Material, built: list[str]) -> None:
    for _ in range(2):
        shelf.words(Folder(None), material)
    assert len(built) == 2


def test_old_files_are_forgotten_and_those_in_use_stay(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for number in range(NEWEST):
        folder.write("words", key_of(number), packed(number, key_of(number)))
        os.utime(next(tmp_path.glob(f"words-{key_of(number)[:32]}*")), (number + 1, number + 1))
    assert folder.read("words", key_of(0)) is not None, "the oldest is in use again"
    folder.write("meaning", key_of(0), packed(0, key_of(0)))
    folder.write("words", key_of(8), packed(8, key_of(8)))
    there = [number for number in range(9) if folder.read("words", key_of(number)) is not None]
    assert there == [0, 2, 8]
    assert folder.read("meaning", key_of(0)) is not None


def test_what_was_never_finished_is_swept_up(tmp_path: Path) -> None:
    old, new = tmp_path / ".words-1.new", tmp_path / ".words-2.new"
    for file in (old, new):
        file.write_bytes(b"half")
    os.utime(old, (1, 1))
    assert UNFINISHED_FOR >= 600, "another process may be writing"
    Folder(tmp_path).write("words", key_of(1), packed(1, key_of(1)))
    assert not old.exists()
    assert new.exists()


_WRITE = """
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
import numpy as np
from knowledge.kept import Folder
from knowledge.packing import pack
folder, key = Folder(Path(sys.argv[1])), "k" * 64
for number in range(60):
    folder.write("words", key, pack({"numbers": np.full(200_000, number)}, key))
    found = folder.read("words", key)
    assert found is not None, "a file is there from the first on, and always whole"
    assert (found["numbers"] == found["numbers"][0]).all()
"""


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    """Both write the same file over and over; whoever reads sees one of them, whole."""
    command = [sys.executable, "-c", _WRITE, str(tmp_path)]
    both = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said.decode()
    assert len(list(tmp_path.iterdir())) == 1
