"""The key under which an index is kept: another one for any change of texts or code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

from knowledge.load import Content
from knowledge.material import Material
from tests.house.source import ROOT


def test_another_content_has_another_key(content: Content) -> None:
    """A word more, another order, another answer whose words would be known: each is another key."""
    whole = Material.of(content)
    entry = content.entries[0]
    more = entry.phrasings.model_copy(update={"spoken": (*entry.phrasings.spoken, "خرمالو")})
    short = entry.short.model_copy(update={"fa": "خرمالو"})
    others = [
        Content(content.entries[1:], content.services, content.outside),
        Content((*content.entries[1:], entry), content.services, content.outside),
        Content((entry.model_copy(update={"phrasings": more}), *content.entries[1:]), content.services),
        Content((entry.model_copy(update={"short": short}), *content.entries[1:]), content.services, content.outside),
        Content(content.entries, content.services[1:], content.outside),
        Content(content.entries, content.services, content.outside[1:]),
    ]
    keys = {whole.key, *(Material.of(other).key for other in others)}
    assert len(keys) == len(others) + 1
    assert Material.of(content).key == whole.key
    assert Material.read(whole.lines()) == whole


def test_the_key_is_of_the_code_too(tmp_path: Path) -> None:
    """Nobody has to raise a number: any byte of the package's code or word lists makes another key."""
    copytree(ROOT / "knowledge", tmp_path / "knowledge", ignore=ignore_patterns("__pycache__", "content", "*.npz"))
    for needed in ("db", "locales"):
        (tmp_path / needed).symlink_to(ROOT / needed)

    def key() -> str:
        command = [sys.executable, "-c", "from knowledge.material import code_key; print(code_key())"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, text=True).stdout

    seen = {key()}
    for name in ("features.py", "words.yaml", "heads.py"):
        file = tmp_path / "knowledge" / name
        file.write_bytes(file.read_bytes() + b"\n")
        seen.add(key())
    assert len(seen) == 4
    assert key() in seen


def test_topics_are_told_apart_from_their_names() -> None:
    """Texts that run together differently are other rows."""
    rows = [
        [json.dumps(("topic", "a.b", None, one, ())).encode() + b"\n"] for one in (("ab", "c"), ("a", "bc"), ("abc",))
    ]
    assert len({Material.read(lines).key for lines in rows}) == 3
    assert Material.read(rows[0]).laid_out().ids == ("a.b",)
