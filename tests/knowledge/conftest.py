"""What the tests of knowledge share: the real content and index, loaded once, and the scored lists."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.entries import Entry
from knowledge.load import load_content, load_services
from knowledge.matching import Index

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def entries() -> tuple[Entry, ...]:
    return load_content()


@pytest.fixture(scope="session")
def index(entries: tuple[Entry, ...]) -> Index:
    return Index.build(entries, load_services())


@pytest.fixture(scope="session")
def questions() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((HERE / "questions.yaml").read_text(encoding="utf-8"))
    return rows


@pytest.fixture(scope="session")
def outside() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((HERE / "outside.yaml").read_text(encoding="utf-8"))
    return rows
