"""What tests of the database share: a clock that the test moves."""

from __future__ import annotations

import pytest

from db.engine import Database
from tests.stage import Clock


@pytest.fixture
def clock(database: Database) -> Clock:
    """The database's clock."""
    moved = Clock()
    database.clock = moved
    return moved
