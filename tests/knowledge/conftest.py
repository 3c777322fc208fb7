"""What the tests of knowledge share: the real content and its index by words, built once, and the scored lists."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import delete

from db.engine import Database
from db.models import Entry as EntryRow
from db.models import Revision
from db.synonyms import Synonym
from knowledge import renewing, seeding
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


@pytest.fixture
async def few(database: Database, content: Content, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database with four topics; edits are looked for all the time, an encoder that is away is not asked again."""
    monkeypatch.setattr(renewing, "CHECK_SECONDS", 0.01)
    monkeypatch.setattr(renewing, "WAIT_SECONDS", 3600)
    async with database.unit() as work:
        for table in (EntryRow, Synonym, Revision):
            await work.session.execute(delete(table))
    async with database.unit() as work:
        await seeding.seed(work, content.entries[:4])
    return database
