"""What the tests of knowledge share: the real content and its index by words, built once, and the scored lists."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.building import build, shipped_learned
from knowledge.entries import Entry
from knowledge.layout import Layout, lay_out_content
from knowledge.load import Content, load_all
from knowledge.matching import Index

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def content() -> Content:
    return load_all()


@pytest.fixture(scope="session")
def entries(content: Content) -> tuple[Entry, ...]:
    return tuple(content.entries)


@pytest.fixture(scope="session")
def layout(content: Content) -> Layout:
    return lay_out_content(content)


@pytest.fixture(scope="session")
def index(layout: Layout) -> Index:
    """By words alone."""
    return build(layout, {"words": shipped_learned().weighings["words"]})


@pytest.fixture(scope="session")
def questions() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((HERE / "questions.yaml").read_text(encoding="utf-8"))
    return rows


@pytest.fixture(scope="session")
def outside() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((HERE / "outside.yaml").read_text(encoding="utf-8"))
    return rows
